"""Protected lists, the former numbers on them, and what waits for a custodian's reviewer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base

_STANDS = text("ended_at IS NULL")
_OPEN = text("settled_at IS NULL")


class ProtectedList(Base):
    """A version of a passport's protected list, sealed whole. Appended; one version at most has not ended."""

    __tablename__ = "protected_lists"
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sealed_list: Mapped[bytes]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "ix_protected_lists_standing", "passport_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
        ),
    )


class FormerNumber(Base):
    """A blind index of a number by which a child was once known."""

    __tablename__ = "former_numbers"
    value_index: Mapped[bytes] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), primary_key=True)
    __table_args__ = (Index("ix_former_numbers_of_passport", "passport_id"),)


class OfferedNumber(Base):
    """A blind index of a number that somebody used, until it is compared with the former ones."""

    __tablename__ = "offered_numbers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    value_index: Mapped[bytes]
    kind: Mapped[str]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    offered_at: Mapped[datetime]


class Alert(Base):
    """What waits for a custodian's reviewer, and what came of it."""

    __tablename__ = "alerts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    kind: Mapped[str]
    statement_id: Mapped[UUID | None]
    version: Mapped[int | None]
    sealed_details: Mapped[bytes]
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    sealed_note: Mapped[bytes | None]
    __table_args__ = (
        Index("ix_alerts_of_passport", "passport_id", "id"),
        Index("ix_alerts_of_statement", "statement_id", "version"),
        Index("ix_alerts_open", "passport_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
