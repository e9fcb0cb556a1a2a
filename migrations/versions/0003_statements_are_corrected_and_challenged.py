"""Statements are corrected and challenged: a version ends, whoever received it is told, and words stand beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


def upgrade() -> None:
    with op.batch_alter_table("statements") as statements:
        statements.add_column(sa.Column("version_id", sa.Uuid(), nullable=True))
        statements.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE statements SET version_id = {_RANDOM[op.get_bind().dialect.name]}")  # noqa: S608 - from above
    with op.batch_alter_table("statements") as statements:
        statements.alter_column("version_id", existing_type=sa.Uuid(), nullable=False)
        statements.create_unique_constraint(op.f("uq_statements_version_id"), ["version_id"])
    op.create_table(
        "correction_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("copies", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["accounts.id"], name=op.f("fk_correction_notices_acknowledged_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_correction_notices_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["passport_id"], ["passports.id"], name=op.f("fk_correction_notices_passport_id_passports")
        ),
        sa.ForeignKeyConstraint(
            ["told_by"], ["organisations.id"], name=op.f("fk_correction_notices_told_by_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_notices")),
        sa.UniqueConstraint(
            "statement_id",
            "version",
            "organisation_id",
            name=op.f("uq_correction_notices_statement_id_version_organisation_id"),
        ),
    )
    op.create_index("ix_correction_notices_of_passport", "correction_notices", ["passport_id", "id"], unique=False)
    op.create_index(
        "ix_correction_notices_to_organisation", "correction_notices", ["organisation_id", "id"], unique=False
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_challenge", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("finding", sa.String(length=64), nullable=True),
        sa.Column("sealed_reasons", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_challenges_made_by_accounts")),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_challenges_passport_id_passports")),
        sa.ForeignKeyConstraint(["resolved_by"], ["accounts.id"], name=op.f("fk_challenges_resolved_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
    )
    op.create_index("ix_challenges_of_passport", "challenges", ["passport_id", "id"], unique=False)
    op.create_index("ix_challenges_of_statement", "challenges", ["statement_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_challenges_of_statement", table_name="challenges")
    op.drop_index("ix_challenges_of_passport", table_name="challenges")
    op.drop_table("challenges")
    op.drop_index("ix_correction_notices_to_organisation", table_name="correction_notices")
    op.drop_index("ix_correction_notices_of_passport", table_name="correction_notices")
    op.drop_table("correction_notices")
    # What was withdrawn does not come back: the older schema shows whatever version is the newest.
    op.execute("DELETE FROM statements WHERE id NOT IN (SELECT id FROM statements WHERE ended_at IS NULL)")
    op.execute("DELETE FROM endings WHERE kind = 'statement_version_ended'")
    with op.batch_alter_table("statements") as statements:
        statements.drop_constraint(op.f("uq_statements_version_id"), type_="unique")
        statements.drop_column("ended_at")
        statements.drop_column("version_id")
