"""Everything the main job keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email_index", name=op.f("uq_accounts_email_index")),
    )
    op.create_table(
        "log_entries",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_payload", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_log_entries_id")),
    )
    op.create_index("ix_log_entries_of_passport", "log_entries", ["passport_id", "position"], unique=False)

    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_subtrees",
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "position", name=op.f("pk_log_subtrees")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("urn", sa.String(length=6), nullable=True),
        sa.Column("authority_code", sa.String(length=3), nullable=True),
        sa.Column("gss_code", sa.String(length=9), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_organisations_authority_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("urn", name=op.f("uq_organisations_urn")),
    )
    op.create_index("ix_organisations_by_authority_code", "organisations", ["authority_code"], unique=False)

    op.create_table(
        "service_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("wrapping_key_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_keys")),
        sa.UniqueConstraint("purpose", "key_id", name=op.f("uq_service_keys_purpose_key_id")),
    )
    op.create_table(
        "decisions",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("agreement_note", sa.String(length=200), nullable=True),
        sa.Column("passport_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["position"], ["log_entries.position"], name=op.f("fk_decisions_position_log_entries")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_of_passport", "decisions", ["passport_id", "position"], unique=False)
    op.create_index("ix_decisions_of_reader", "decisions", ["consent_id", "decided_by", "position"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "key_digest", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_of_account", "memberships", ["account_id"], unique=False)
    op.create_index("ix_memberships_of_organisation", "memberships", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_memberships_current",
        "memberships",
        ["account_id", "organisation_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "passports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("custodian_id", sa.Uuid(), nullable=False),
        sa.Column("wrapping_key_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_child", sa.LargeBinary(), nullable=False),
        sa.Column("requires_both_parents", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_passports_created_by_accounts")),
        sa.ForeignKeyConstraint(
            ["custodian_id"], ["organisations.id"], name=op.f("fk_passports_custodian_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passports")),
    )
    op.create_index("ix_passports_of_custodian", "passports", ["custodian_id", "id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_of_account", "sessions", ["account_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_invitee", sa.LargeBinary(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(passport_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_invitations_one_purpose")
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["accounts.id"], name=op.f("fk_invitations_invited_by_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_invitations_passport_id_passports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    op.create_table(
        "parents",
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_parents_account_id_accounts")),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_parents_passport_id_passports")),
        sa.PrimaryKeyConstraint("passport_id", "account_id", name=op.f("pk_parents")),
    )
    op.create_index("ix_parents_of_account", "parents", ["account_id", "passport_id"], unique=False)

    op.create_table(
        "passport_identifiers",
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("custodian_id", sa.Uuid(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["custodian_id"], ["organisations.id"], name=op.f("fk_passport_identifiers_custodian_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["passport_id"], ["passports.id"], name=op.f("fk_passport_identifiers_passport_id_passports")
        ),
        sa.PrimaryKeyConstraint("passport_id", "kind", name=op.f("pk_passport_identifiers")),
        sa.UniqueConstraint(
            "custodian_id", "kind", "value_index", name=op.f("uq_passport_identifiers_custodian_id_kind_value_index")
        ),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id_sessions")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_tokens")),
    )
    op.create_index("ix_refresh_tokens_of_session", "refresh_tokens", ["session_id"], unique=False)

    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_statement", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_statements_passport_id_passports")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_statements_recorded_by_accounts")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_statements")),
    )
    op.create_index("ix_statements_of_passport", "statements", ["passport_id", "id", "version"], unique=False)

    op.create_table(
        "transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("to_authority_id", sa.Uuid(), nullable=True),
        sa.Column("planned_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["organisations.id"], name=op.f("fk_transitions_from_id_organisations")),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_transitions_passport_id_passports")),
        sa.ForeignKeyConstraint(
            ["to_authority_id"], ["organisations.id"], name=op.f("fk_transitions_to_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["organisations.id"], name=op.f("fk_transitions_to_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions")),
    )
    op.create_index("ix_transitions_of_passport", "transitions", ["passport_id", "id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("transition_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("sealed_terms", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_consents_passport_id_passports")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_consents_proposed_by_accounts")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["organisations.id"], name=op.f("fk_consents_recipient_id_organisations")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["accounts.id"], name=op.f("fk_consents_revoked_by_accounts")),
        sa.ForeignKeyConstraint(["superseded_by"], ["consents.id"], name=op.f("fk_consents_superseded_by_consents")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transitions.id"], name=op.f("fk_consents_transition_id_transitions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_for_recipient", "consents", ["recipient_id", "id"], unique=False)
    op.create_index("ix_consents_of_passport", "consents", ["passport_id", "id"], unique=False)

    op.create_table(
        "acknowledgements",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_acknowledgements_account_id_accounts")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_acknowledgements_consent_id_consents")),
        sa.PrimaryKeyConstraint("consent_id", "account_id", name=op.f("pk_acknowledgements")),
    )
    op.create_table(
        "consent_approvals",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consent_approvals_account_id_accounts")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_consent_approvals_consent_id_consents")),
        sa.PrimaryKeyConstraint("consent_id", "account_id", name=op.f("pk_consent_approvals")),
    )


def downgrade() -> None:
    op.drop_table("consent_approvals")
    op.drop_table("acknowledgements")
    op.drop_index("ix_consents_of_passport", table_name="consents")
    op.drop_index("ix_consents_for_recipient", table_name="consents")

    op.drop_table("consents")
    op.drop_index("ix_transitions_of_passport", table_name="transitions")

    op.drop_table("transitions")
    op.drop_index("ix_statements_of_passport", table_name="statements")

    op.drop_table("statements")
    op.drop_index("ix_refresh_tokens_of_session", table_name="refresh_tokens")

    op.drop_table("refresh_tokens")
    op.drop_table("passport_identifiers")
    op.drop_index("ix_parents_of_account", table_name="parents")

    op.drop_table("parents")
    op.drop_table("invitations")
    op.drop_index("ix_sessions_of_account", table_name="sessions")

    op.drop_table("sessions")
    op.drop_index("ix_passports_of_custodian", table_name="passports")

    op.drop_table("passports")
    op.drop_index(
        "uq_memberships_current",
        table_name="memberships",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_memberships_of_organisation", table_name="memberships")
    op.drop_index("ix_memberships_of_account", table_name="memberships")

    op.drop_table("memberships")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_decisions_of_reader", table_name="decisions")
    op.drop_index("ix_decisions_of_passport", table_name="decisions")

    op.drop_table("decisions")
    op.drop_table("service_keys")
    op.drop_index("ix_organisations_by_authority_code", table_name="organisations")

    op.drop_table("organisations")
    op.drop_table("log_subtrees")
    op.drop_table("log_head")
    op.drop_index("ix_log_entries_of_passport", table_name="log_entries")

    op.drop_table("log_entries")
    op.drop_table("accounts")
