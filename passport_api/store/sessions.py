"""Sign-in sessions and their refresh tokens, kept as digests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from passport_api.domain.ids import AccountId, SessionId
from passport_api.domain.sessions import RefreshFacts
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


def start(uow: UnitOfWork, session_id: UUID, account_id: AccountId, at: datetime) -> None:
    """Keep a new session."""
    uow.connection.execute(insert(m.Session).values(id=session_id, account_id=account_id, started_at=at, ended_at=None))


def end(uow: UnitOfWork, session_id: SessionId, at: datetime) -> None:
    """End a session, if it has not ended."""
    uow.connection.execute(
        update(m.Session).where(m.Session.id == session_id, m.Session.ended_at.is_(None)).values(ended_at=at)
    )


def end_begun_after(uow: UnitOfWork, at: datetime) -> int:
    """End every session that began, or was renewed, later than an instant; gives how many."""
    renewed = select(m.RefreshToken.session_id).where(m.RefreshToken.issued_at > at)
    ended = uow.connection.execute(
        update(m.Session)
        .where(m.Session.ended_at.is_(None), or_(m.Session.started_at > at, m.Session.id.in_(renewed)))
        .values(ended_at=at)
    )
    return ended.rowcount


def end_every(uow: UnitOfWork, at: datetime) -> int:
    """End every session there is: everybody signs in anew. Gives how many there were."""
    return uow.connection.execute(update(m.Session).where(m.Session.ended_at.is_(None)).values(ended_at=at)).rowcount


def add_token(uow: UnitOfWork, digest: bytes, session_id: SessionId, at: datetime) -> None:
    """Keep a new refresh token of a session."""
    uow.connection.execute(
        insert(m.RefreshToken).values(digest=digest, session_id=session_id, issued_at=at, used_at=None)
    )


def find_token(uow: UnitOfWork, digest: bytes) -> tuple[SessionId, AccountId, RefreshFacts] | None:
    """What is known of a refresh token, with its session and account."""
    query = (
        select(
            m.Session.id,
            m.Session.account_id,
            m.RefreshToken.issued_at,
            m.RefreshToken.used_at,
            m.Session.started_at,
            m.Session.ended_at,
        )
        .join(m.Session, m.Session.id == m.RefreshToken.session_id)
        .where(m.RefreshToken.digest == digest)
    )
    row = uow.connection.execute(query).one_or_none()
    if row is None:
        return None
    return SessionId(row[0]), AccountId(row[1]), RefreshFacts(row[2], row[3], row[4], row[5])


def use_token(uow: UnitOfWork, digest: bytes, at: datetime) -> bool:
    """Mark a refresh token used; False when somebody was first."""
    used = uow.connection.execute(
        update(m.RefreshToken)
        .where(m.RefreshToken.digest == digest, m.RefreshToken.used_at.is_(None))
        .values(used_at=at)
    )
    return used.rowcount == 1
