"""Passports: made by a custodian's social worker, one per child; read by those responsible for the child."""

from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.access import (
    Relation,
    Use,
)
from passport_api.domain.access_log import PASSPORT_LISTED, Entry
from passport_api.domain.children import Child, check_birth
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict, InvalidField
from passport_api.domain.ids import AccountId, OrganisationId, PassportId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.roles import CUSTODIANS, Role
from passport_api.services import journal
from passport_api.services.admission import Admitted, admit, admit_to_organisation, note, seals_of
from passport_api.services.runtime import Work
from passport_api.store import organisations, passports
from passport_api.store.organisations import OrganisationRecord
from passport_api.store.passports import IdentifierTaken, PassportRecord


@dataclass(frozen=True, slots=True)
class ParentName:
    """A parent on a passport, by name."""

    account_id: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class Passport:
    """A passport as those responsible for the child see it."""

    passport_id: PassportId
    custodian_id: OrganisationId
    custodian_name: str
    child: Child
    requires_both_parents: bool
    parents: tuple[ParentName, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PassportItem:
    """A passport in a list."""

    passport_id: PassportId
    custodian_id: OrganisationId
    child_name: str
    relation: Relation
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewPassport:
    """What a custodian's social worker says of a child."""

    child: Child
    requires_both_parents: bool
    custodian_id: OrganisationId | None


def create(work: Work, new: NewPassport) -> Passport | Refused:
    """Make a passport, with a data key of its own.

    Raises:
        InvalidField: the custodian is not given where it is needed, or a date of birth cannot be right.
        Conflict: this custodian already holds a passport with this NHS number or UPN.
    """
    custodian = _custodian(work, new.custodian_id)
    decision = admit_to_organisation(
        work, OrganisationUse.CREATE_PASSPORT, None if custodian is None else custodian.organisation_id
    )
    if isinstance(decision, Refused):
        return decision
    if custodian is None:
        raise AssertionError("granted without a custodian")
    custodian_id = custodian.organisation_id
    check_birth(new.child.date_of_birth, work.at.date())
    passport_id = PassportId(work.runtime.new_id())
    seals, wrapped = work.runtime.vault.new_passport(passport_id)
    record = PassportRecord(
        passport_id=passport_id,
        custodian_id=custodian_id,
        wrapping_key_id=wrapped.key_id,
        wrapped_key=wrapped.ciphertext,
        sealed_child=seals.seal_child(new.child),
        requires_both_parents=new.requires_both_parents,
        created_at=work.at,
    )
    try:
        passports.add(work.uow, record, work.actor.account_id, _indexes(work, custodian_id, new.child))
    except IdentifierTaken as error:
        raise Conflict(Clash.PASSPORT_EXISTS) from error
    journal.write(work, _created(work, passport_id, decision.value), seals)
    return Passport(
        passport_id, custodian_id, custodian.name, new.child, new.requires_both_parents, (), record.created_at
    )


def read(work: Work, passport_id: PassportId) -> Passport | Refused:
    """Read who a passport is about and who is responsible; logged."""
    admitted = admit(work, Use.READ_PASSPORT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    passport = _passport(work, admitted)
    note(work, admitted)
    return passport


def list_mine(work: Work, after: PassportId | None, limit: int) -> list[PassportItem]:
    """The passports that the actor is a parent on, or whose custodian they are a social worker of.

    Each child whose name is shown has an entry in the log.
    """
    custodians = _custodians_of(work)
    rows = passports.responsible_for(work.uow, work.actor.account_id, tuple(custodians), after, limit)
    opened = [(row, seals_of(work, row)) for row in rows]
    if opened:
        journal.write_all(
            work, [(_listed(work, row, custodians.get(row.custodian_id)), seals) for row, seals in opened]
        )
    return [
        PassportItem(
            row.passport_id,
            row.custodian_id,
            seals.open_child(row.sealed_child).name,
            Relation.CUSTODIAN if row.custodian_id in custodians else Relation.PARENT,
            row.created_at,
        )
        for row, seals in opened
    ]


def _custodians_of(work: Work) -> dict[OrganisationId, Capacity]:
    """The organisations that the actor is a social worker of, with the capacity in which they act there."""
    return {
        held.organisation_id: Capacity(work.actor.name, held.role.value, held.organisation_name)
        for held in work.actor.active()
        if held.role is Role.SOCIAL_WORKER
    }


def _listed(work: Work, row: PassportRecord, as_custodian: Capacity | None) -> Entry:
    capacity = as_custodian or Capacity(work.actor.name, Relation.PARENT.value)
    return journal.entry_of(work, PASSPORT_LISTED, capacity, row.passport_id)


def _custodian(work: Work, wanted: OrganisationId | None) -> OrganisationRecord | None:
    """The organisation to hold the passport: the one named, or the only one the actor works for as a social worker.

    Raises:
        InvalidField: they work for several and name none.
    """
    mine = tuple(_custodians_of(work))
    if wanted is None and len(mine) > 1:
        raise InvalidField("/custodian_id", "You work for several organisations: say which one holds this passport.")
    chosen = wanted if wanted is not None or not mine else mine[0]
    found = None if chosen is None else organisations.find(work.uow, chosen)
    return found if found is not None and found.kind in CUSTODIANS else None


def _indexes(work: Work, custodian_id: OrganisationId, child: Child) -> dict[str, bytes]:
    """Blind indexes that only one custodian's own can ever equal: the custodian is part of what is indexed."""
    index = work.runtime.vault.index
    numbers = {
        "nhs_number": None if child.nhs_number is None else child.nhs_number.value,
        "upn": None if child.upn is None else child.upn.value,
    }
    return {kind: index.of(kind, f"{custodian_id}/{number}") for kind, number in numbers.items() if number is not None}


def _created(work: Work, passport_id: PassportId, capacity: Capacity) -> Entry:
    return journal.entry_of(work, OrganisationUse.CREATE_PASSPORT.value, capacity, passport_id)


def _passport(work: Work, admitted: Admitted) -> Passport:
    record = admitted.record
    custodian = organisations.find(work.uow, record.custodian_id)
    vault = work.runtime.vault
    return Passport(
        passport_id=record.passport_id,
        custodian_id=record.custodian_id,
        custodian_name="" if custodian is None else custodian.name,
        child=admitted.seals.open_child(record.sealed_child),
        requires_both_parents=record.requires_both_parents,
        parents=tuple(
            ParentName(parent.account_id, vault.open_person("accounts", parent.account_id, parent.sealed_identity)[0])
            for parent in admitted.living_parents()
        ),
        created_at=record.created_at,
    )
