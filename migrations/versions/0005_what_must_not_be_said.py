"""What must not be said: protected lists, the former numbers on them, and what waits for a reviewer."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "protected_lists",
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_list", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passport_id"], ["passports.id"], name=op.f("fk_protected_lists_passport_id_passports")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_protected_lists_recorded_by_accounts")),
        sa.PrimaryKeyConstraint("passport_id", "version", name=op.f("pk_protected_lists")),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_protected_lists_standing",
        "protected_lists",
        ["passport_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_table(
        "former_numbers",
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passport_id"], ["passports.id"], name=op.f("fk_former_numbers_passport_id_passports")
        ),
        sa.PrimaryKeyConstraint("value_index", "passport_id", name=op.f("pk_former_numbers")),
    )
    op.create_index("ix_former_numbers_of_passport", "former_numbers", ["passport_id"], unique=False)
    op.create_table(
        "offered_numbers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_offered_numbers_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_numbers")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("sealed_details", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_alerts_passport_id_passports")),
        sa.ForeignKeyConstraint(["settled_by"], ["accounts.id"], name=op.f("fk_alerts_settled_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    open_ = sa.text("settled_at IS NULL")
    op.create_index("ix_alerts_of_passport", "alerts", ["passport_id", "id"], unique=False)
    op.create_index("ix_alerts_of_statement", "alerts", ["statement_id", "version"], unique=False)
    op.create_index(
        "ix_alerts_open", "alerts", ["passport_id"], unique=False, sqlite_where=open_, postgresql_where=open_
    )


def downgrade() -> None:
    for table in ("alerts", "offered_numbers", "former_numbers", "protected_lists"):
        op.drop_table(table)
