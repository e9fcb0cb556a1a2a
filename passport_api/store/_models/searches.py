"""Searches of a custodian's passports for a phrase, what they found, and corrections of that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base

_UNFINISHED = text("ended_at IS NULL")


class Search(Base):
    """A search: how far it has come, and for what, sealed; that is gone once a passport in which it hit is erased."""

    __tablename__ = "searches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    sealed_search: Mapped[bytes | None]
    state: Mapped[str]
    claimed_until: Mapped[datetime | None]
    last_passport_id: Mapped[UUID | None]
    looked_at: Mapped[int]
    passports: Mapped[int]
    unreadable: Mapped[int]
    hits: Mapped[int]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_searches_of_organisation", "organisation_id", "id"),
        Index("ix_searches_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_searches_ended", "ended_at"),
    )


class SearchHit(Base):
    """A version of a statement in which a search found its phrase: no word of either."""

    __tablename__ = "search_hits"
    search_id: Mapped[UUID] = mapped_column(ForeignKey("searches.id"), primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    version: Mapped[int]
    outcome: Mapped[str | None]
    __table_args__ = (Index("ix_search_hits_of_passport", "passport_id", "search_id"),)


class SearchCorrection(Base):
    """What is to become of what a search found, sealed, and how far that has come."""

    __tablename__ = "search_corrections"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    search_id: Mapped[UUID] = mapped_column(ForeignKey("searches.id"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    sealed_correction: Mapped[bytes | None]
    state: Mapped[str]
    claimed_until: Mapped[datetime | None]
    done: Mapped[int]
    items: Mapped[int]
    corrected: Mapped[int]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_search_corrections_of_search", "search_id", "id"),
        Index("ix_search_corrections_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    )


class SearchCorrectionItem(Base):
    """A statement that is still to be corrected together with others. It is gone once it was come by."""

    __tablename__ = "search_correction_items"
    correction_id: Mapped[UUID] = mapped_column(ForeignKey("search_corrections.id"), primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    version: Mapped[int]
    __table_args__ = (Index("ix_search_correction_items_of_passport", "passport_id"),)
