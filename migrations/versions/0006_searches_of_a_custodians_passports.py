"""Searches of a custodian's passports for a phrase, what they found, and corrections of that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_search", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_passport_id", sa.Uuid(), nullable=True),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("passports", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_searches_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_searches_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
    )
    op.create_index("ix_searches_of_organisation", "searches", ["organisation_id", "id"], unique=False)
    _index_unfinished("searches")
    op.create_index("ix_searches_ended", "searches", ["ended_at"], unique=False)
    op.create_table(
        "search_hits",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name=op.f("fk_search_hits_search_id_searches")),
        sa.ForeignKeyConstraint(["passport_id"], ["passports.id"], name=op.f("fk_search_hits_passport_id_passports")),
        sa.PrimaryKeyConstraint("search_id", "statement_id", name=op.f("pk_search_hits")),
    )
    op.create_index("ix_search_hits_of_passport", "search_hits", ["passport_id", "search_id"], unique=False)
    _create_corrections()


def _create_corrections() -> None:
    op.create_table(
        "search_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_correction", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name=op.f("fk_search_corrections_search_id_searches")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_search_corrections_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_corrections")),
    )
    op.create_index("ix_search_corrections_of_search", "search_corrections", ["search_id", "id"], unique=False)
    _index_unfinished("search_corrections")
    op.create_table(
        "search_correction_items",
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["search_corrections.id"],
            name=op.f("fk_search_correction_items_correction_id_search_corrections"),
        ),
        sa.ForeignKeyConstraint(
            ["passport_id"], ["passports.id"], name=op.f("fk_search_correction_items_passport_id_passports")
        ),
        sa.PrimaryKeyConstraint("correction_id", "statement_id", name=op.f("pk_search_correction_items")),
    )
    op.create_index("ix_search_correction_items_of_passport", "search_correction_items", ["passport_id"], unique=False)


def _index_unfinished(table: str) -> None:
    op.create_index(
        f"ix_{table}_unfinished",
        table,
        ["id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_search_correction_items_of_passport", table_name="search_correction_items")
    op.drop_table("search_correction_items")
    op.drop_index("ix_search_corrections_unfinished", table_name="search_corrections")
    op.drop_index("ix_search_corrections_of_search", table_name="search_corrections")
    op.drop_table("search_corrections")
    op.drop_index("ix_search_hits_of_passport", table_name="search_hits")
    op.drop_table("search_hits")
    op.drop_index("ix_searches_ended", table_name="searches")
    op.drop_index("ix_searches_unfinished", table_name="searches")
    op.drop_index("ix_searches_of_organisation", table_name="searches")
    op.drop_table("searches")
