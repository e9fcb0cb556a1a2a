"""What must outlive a disaster: data keys apart from content, what has ended for good, erasures, keys that rotate."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("wrapping_key_id", sa.String(length=200), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_data_keys_passport_id_passports")),
        sa.PrimaryKeyConstraint("passport_id", name=op.f("pk_data_keys")),
    )
    op.create_index("ix_data_keys_by_wrapping_key", "data_keys", ["wrapping_key_id", "passport_id"], unique=False)
    op.execute(
        "INSERT INTO data_keys (passport_id, wrapping_key_id, wrapped_key) "
        "SELECT id, wrapping_key_id, wrapped_key FROM passports"
    )
    with op.batch_alter_table("passports") as passports:
        passports.drop_column("wrapped_key")
        passports.drop_column("wrapping_key_id")
        passports.alter_column("sealed_child", existing_type=sa.LargeBinary(), nullable=True)
    with op.batch_alter_table("service_keys") as service_keys:
        service_keys.alter_column(
            "wrapping_key_id", existing_type=sa.String(length=64), type_=sa.String(length=200), existing_nullable=False
        )
        service_keys.add_column(sa.Column("active_from", sa.DateTime(timezone=True), nullable=True))
        service_keys.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("log_head") as log_head:
        log_head.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        log_head.add_column(sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "endings",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["position"], ["log_entries.position"], name=op.f("fk_endings_position_log_entries")),
        sa.PrimaryKeyConstraint("position", "kind", "subject_id", name=op.f("pk_endings")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("custodian_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_erasures_two_people")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["accounts.id"], name=op.f("fk_erasures_confirmed_by_accounts")),
        sa.ForeignKeyConstraint(
            ["custodian_id"], ["organisations.id"], name=op.f("fk_erasures_custodian_id_organisations")
        ),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_erasures_passport_id_passports")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_erasures_proposed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_of_passport", "erasures", ["passport_id", "id"], unique=False)
    op.create_index("ix_erasures_of_custodian", "erasures", ["custodian_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_erasures_of_custodian", table_name="erasures")
    op.drop_index("ix_erasures_of_passport", table_name="erasures")
    op.drop_table("erasures")
    op.drop_table("endings")
    with op.batch_alter_table("log_head") as log_head:
        log_head.drop_column("newest_at")
        log_head.drop_column("generation")
    with op.batch_alter_table("service_keys") as service_keys:
        service_keys.drop_column("retired_at")
        service_keys.drop_column("active_from")
        service_keys.alter_column(
            "wrapping_key_id", existing_type=sa.String(length=200), type_=sa.String(length=64), existing_nullable=False
        )
    with op.batch_alter_table("passports") as passports:
        passports.add_column(sa.Column("wrapping_key_id", sa.String(length=64), nullable=True))
        passports.add_column(sa.Column("wrapped_key", sa.LargeBinary(), nullable=True))
    for column in ("wrapping_key_id", "wrapped_key"):
        op.execute(
            f"UPDATE passports SET {column} = "  # noqa: S608 - the two names above
            f"(SELECT {column} FROM data_keys WHERE data_keys.passport_id = passports.id)"
        )
    # What was erased stays erased: the older schema has no way to say so, and bytes that open nothing do.
    op.execute("UPDATE passports SET wrapping_key_id = 'erased' WHERE wrapping_key_id IS NULL")
    op.execute(sa.text("UPDATE passports SET wrapped_key = :none WHERE wrapped_key IS NULL").bindparams(none=b""))
    op.execute(sa.text("UPDATE passports SET sealed_child = :none WHERE sealed_child IS NULL").bindparams(none=b""))
    with op.batch_alter_table("passports") as passports:
        passports.alter_column("wrapping_key_id", existing_type=sa.String(length=64), nullable=False)
        passports.alter_column("wrapped_key", existing_type=sa.LargeBinary(), nullable=False)
        passports.alter_column("sealed_child", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_index("ix_data_keys_by_wrapping_key", table_name="data_keys")
    op.drop_table("data_keys")
