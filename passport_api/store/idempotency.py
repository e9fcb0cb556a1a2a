"""Idempotency keys: who used which, for what request, and what was answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from passport_api.domain.ids import AccountId
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a first request with the same key asked and was answered."""

    request_digest: bytes
    sealed_answer: bytes | None


def claim(uow: UnitOfWork, account_id: AccountId, key_digest: bytes, request_digest: bytes, at: datetime) -> bool:
    """Take a key for this transaction; False when it was taken before. A second claimant waits for the first."""
    dialect = sqlite if uow.connection.dialect.name == "sqlite" else postgresql
    taken = uow.connection.execute(
        dialect.insert(m.IdempotencyKey)
        .values(account_id=account_id, key_digest=key_digest, request_digest=request_digest, created_at=at)
        .on_conflict_do_nothing()
        .returning(m.IdempotencyKey.key_digest)  # an insert's rowcount is not to be relied on
    )
    return taken.one_or_none() is not None


def find(uow: UnitOfWork, account_id: AccountId, key_digest: bytes) -> KeptAnswer | None:
    """What was kept under a key that is taken; None when it was dropped a moment ago."""
    row = uow.connection.execute(
        select(m.IdempotencyKey.request_digest, m.IdempotencyKey.sealed_answer).where(
            m.IdempotencyKey.account_id == account_id, m.IdempotencyKey.key_digest == key_digest
        )
    ).one_or_none()
    return None if row is None else KeptAnswer(row[0], row[1])


def keep(uow: UnitOfWork, account_id: AccountId, key_digest: bytes, sealed_answer: bytes) -> None:
    """Keep the answer, in the transaction that did the work."""
    uow.connection.execute(
        update(m.IdempotencyKey)
        .where(m.IdempotencyKey.account_id == account_id, m.IdempotencyKey.key_digest == key_digest)
        .values(sealed_answer=sealed_answer)
    )


def release(uow: UnitOfWork, account_id: AccountId, key_digest: bytes) -> None:
    """Give a key back: the request was refused and did nothing."""
    uow.connection.execute(
        delete(m.IdempotencyKey).where(
            m.IdempotencyKey.account_id == account_id, m.IdempotencyKey.key_digest == key_digest
        )
    )


def forget_older(uow: UnitOfWork, than: datetime, account_id: AccountId | None = None) -> None:
    """Drop the answers that are too old to be asked for again: one account's, or everybody's."""
    too_old = delete(m.IdempotencyKey).where(m.IdempotencyKey.created_at < than)
    if account_id is not None:
        too_old = too_old.where(m.IdempotencyKey.account_id == account_id)
    uow.connection.execute(too_old)


def forget_answers(uow: UnitOfWork, account_id: AccountId) -> None:
    """Drop every answer kept for an account, but not that its requests were carried out."""
    uow.connection.execute(
        update(m.IdempotencyKey).where(m.IdempotencyKey.account_id == account_id).values(sealed_answer=None)
    )


def forget_every_answer(uow: UnitOfWork) -> None:
    """Drop every answer kept for anybody, but not that the requests were carried out.

    An answer that somebody else is dropping or replacing just now is passed over: to wait for them, who may be waiting
    for us, could be to wait for ever. Whoever must be sure calls this again when nothing is held.
    """
    key = (m.IdempotencyKey.account_id, m.IdempotencyKey.key_digest)
    kept = select(*key).where(m.IdempotencyKey.sealed_answer.is_not(None)).with_for_update(skip_locked=True)
    uow.connection.execute(update(m.IdempotencyKey).where(tuple_(*key).in_(kept)).values(sealed_answer=None))
