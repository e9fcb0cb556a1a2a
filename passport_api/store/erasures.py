"""Proposals to erase a passport, and what carrying one out takes away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from passport_api.domain.erasures import ErasureFacts, Ground
from passport_api.domain.ids import AccountId, ErasureId, OrganisationId, PassportId
from passport_api.domain.transitions import OPEN, TransitionState
from passport_api.store import _models as m
from passport_api.store import searches
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """A proposal as kept, with the sealed identities of those who proposed and confirmed it."""

    facts: ErasureFacts
    sealed_proposer: bytes
    sealed_confirmer: bytes | None


class SamePerson(Exception):
    """Whoever proposed it would confirm it: the database itself refuses that."""


_Proposer, _Confirmer = aliased(m.Account), aliased(m.Account)
_ERASURE = (
    select(
        m.Erasure.id,
        m.Erasure.passport_id,
        m.Erasure.custodian_id,
        m.Erasure.ground,
        m.Erasure.proposed_by,
        m.Erasure.proposed_at,
        m.Erasure.confirmed_by,
        m.Erasure.confirmed_at,
        m.Erasure.withdrawn_at,
        _Proposer.sealed_identity,
        _Confirmer.sealed_identity,
    )
    .join(_Proposer, _Proposer.id == m.Erasure.proposed_by)
    .outerjoin(_Confirmer, _Confirmer.id == m.Erasure.confirmed_by)
)


def find(uow: UnitOfWork, erasure_id: ErasureId) -> ErasureRecord | None:
    """The proposal with this id, if there is one."""
    row = uow.connection.execute(_ERASURE.where(m.Erasure.id == erasure_id)).one_or_none()
    return None if row is None else _record(row)


def of_passport(uow: UnitOfWork, passport_id: PassportId) -> list[ErasureRecord]:
    """Every proposal to erase a passport, whatever became of it."""
    return [_record(row) for row in uow.connection.execute(_ERASURE.where(m.Erasure.passport_id == passport_id))]


def of_custodian(
    uow: UnitOfWork, custodian_id: OrganisationId, after: ErasureId | None, limit: int
) -> list[ErasureRecord]:
    """A custodian's proposals, whatever became of them, newest first."""
    query = _ERASURE.where(m.Erasure.custodian_id == custodian_id)
    return [_record(row) for row in newest_first(uow, query, m.Erasure.id, after, limit)]


def add(uow: UnitOfWork, erasure: ErasureFacts) -> None:
    """Keep a new proposal."""
    uow.connection.execute(
        insert(m.Erasure).values(
            id=erasure.erasure_id,
            passport_id=erasure.passport_id,
            custodian_id=erasure.custodian_id,
            ground=erasure.ground.value,
            proposed_by=erasure.proposed_by,
            proposed_at=erasure.proposed_at,
        )
    )


def withdraw(uow: UnitOfWork, erasure_id: ErasureId, at: datetime) -> None:
    """Take a proposal back."""
    uow.connection.execute(update(m.Erasure).where(m.Erasure.id == erasure_id).values(withdrawn_at=at))


def confirm(uow: UnitOfWork, erasure_id: ErasureId, by: AccountId, at: datetime) -> None:
    """Keep the second person's confirmation.

    Raises:
        SamePerson: it is not a second person.
    """
    try:
        uow.connection.execute(
            update(m.Erasure).where(m.Erasure.id == erasure_id).values(confirmed_by=by, confirmed_at=at)
        )
    except IntegrityError as error:
        raise SamePerson from error


_OF_THE_CHILD = (
    m.DataKey,
    m.PassportIdentifier,
    m.Parent,
    m.Invitation,
    m.Statement,
    m.Challenge,
    m.ProtectedList,
    m.FormerNumber,
    m.Alert,
)
"""What goes with the child."""


def carry_out(uow: UnitOfWork, passport_id: PassportId, by: AccountId | None, at: datetime) -> None:
    """Take away a passport's key and whatever opened, found or named the child. Done again, it changes nothing.

    Without the key no sealed byte of it can ever be read: neither here nor in the log. Still the statements' rows go,
    and a consent's sealed terms are blanked in place. Nobody can need them to account for anything, for there is
    nothing in them for anybody; and should the cipher be broken one day, there is nothing left to break. What
    accounts for what was shared stays: the log's entries, the decision register, and of consents and moves the ids,
    times and words that were never sealed.

    Args:
        uow: the transaction, which holds the passport.
        passport_id: which.
        by: who confirmed it; None when it is done again after a recovery.
        at: when.
    """
    for table in _OF_THE_CHILD:
        uow.connection.execute(delete(table).where(table.passport_id == passport_id))
    searches.forget_of_passport(uow, passport_id, at)
    uow.connection.execute(update(m.Passport).where(m.Passport.id == passport_id).values(sealed_child=None))
    consents = update(m.Consent).where(m.Consent.passport_id == passport_id)
    still_open = (
        m.Consent.revoked_at.is_(None),
        m.Consent.valid_until > at,
        or_(m.Consent.superseded_at.is_(None), m.Consent.superseded_at > at),
    )
    uow.connection.execute(consents.where(*still_open).values(revoked_at=at, revoked_by=by))
    uow.connection.execute(consents.values(sealed_terms=b""))
    uow.connection.execute(
        update(m.Transition)
        .where(m.Transition.passport_id == passport_id, m.Transition.state.in_([state.value for state in OPEN]))
        .values(state=TransitionState.CANCELLED.value, version=m.Transition.version + 1, changed_at=at)
    )


def _record(row: AnyRow) -> ErasureRecord:
    facts = ErasureFacts(
        erasure_id=ErasureId(row[0]),
        passport_id=PassportId(row[1]),
        custodian_id=OrganisationId(row[2]),
        ground=Ground(row[3]),
        proposed_by=AccountId(row[4]),
        proposed_at=row[5],
        confirmed_by=None if row[6] is None else AccountId(row[6]),
        confirmed_at=row[7],
        withdrawn_at=row[8],
    )
    return ErasureRecord(facts, row[9], row[10])
