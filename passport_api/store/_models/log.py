"""The access log's tree, and the decision register beside it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base, Position


class LogEntry(Base):
    """A leaf of the log: who, what and why sealed under the passport's key (or the service's, for no passport)."""

    __tablename__ = "log_entries"
    position: Mapped[int] = mapped_column(Position, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    passport_id: Mapped[UUID | None]
    sealed_payload: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    __table_args__ = (Index("ix_log_entries_of_passport", "passport_id", "position"),)


class LogSubtree(Base):
    """The root of a perfect subtree whose height is a multiple of eight: what makes proofs cheap."""

    __tablename__ = "log_subtrees"
    height: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Position, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LogHead(Base):
    """The one row that appends take turns on: the tree's size and right edge, and the epoch of access.

    A generation is the log under one name: recovering from a lost machine begins another (see services.recovery).
    `newest_at` is the latest time of an entry: nothing that begins after it is at an earlier time, whatever a clock
    says (see domain.clock).
    """

    __tablename__ = "log_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Position)
    frontier: Mapped[bytes]
    epoch: Mapped[int] = mapped_column(Position)
    generation: Mapped[int] = mapped_column(server_default="1")
    newest_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)


class Ending(Base):
    """What an entry ended for good, by id alone: a restored backup must not bring it back (see domain.endings)."""

    __tablename__ = "endings"
    position: Mapped[int] = mapped_column(
        Position, ForeignKey("log_entries.position"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Decision(Base):
    """The decision register: every release and every refusal. Ids and words only; content stays in the log."""

    __tablename__ = "decisions"
    position: Mapped[int] = mapped_column(Position, ForeignKey("log_entries.position"), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    basis: Mapped[str]
    agreement: Mapped[str]
    agreement_note: Mapped[str | None] = mapped_column(String(200))
    passport_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None]
    recipient_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    __table_args__ = (
        Index("ix_decisions_of_passport", "passport_id", "position"),
        Index("ix_decisions_of_reader", "consent_id", "decided_by", "position"),
    )
