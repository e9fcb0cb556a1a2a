"""Staff: who holds which role in an organisation. Ending or changing one takes effect at the next request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from passport_api.domain.decisions import Reason, Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import AccountId, MembershipId, OrganisationId
from passport_api.domain.invitations import check_role
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.admission import admit_to_organisation
from passport_api.services.runtime import Work
from passport_api.store import idempotency, memberships, organisations
from passport_api.store.memberships import MembershipRecord
from passport_api.store.organisations import OrganisationRecord


@dataclass(frozen=True, slots=True)
class Member:
    """One person's role in an organisation, as its administrator sees it."""

    membership_id: MembershipId
    account_id: AccountId
    name: str
    email: str
    role: Role
    started_at: datetime
    ended_at: datetime | None


def list_members(
    work: Work, organisation_id: OrganisationId, after: MembershipId | None, limit: int
) -> list[Member] | Refused:
    """An organisation's people, ended memberships too, for its administrator; logged."""
    decision = admit_to_organisation(work, OrganisationUse.LIST_MEMBERS, organisation_id)
    if isinstance(decision, Refused):
        return decision
    members = [_member(work, row) for row in memberships.of_organisation(work.uow, organisation_id, after, limit)]
    _log(work, OrganisationUse.LIST_MEMBERS, decision.value)
    return members


def end(work: Work, membership_id: MembershipId) -> Member | Refused:
    """End a membership: whatever it opened is closed from the next request on.

    Raises:
        Conflict: it had ended already, or it is the organisation's last administrator.
    """
    found = _administered(work, OrganisationUse.END_MEMBERSHIP, membership_id)
    if isinstance(found, Refused):
        return found
    membership, organisation, capacity = found
    _end(work, membership)
    ending = Ending(EndingKind.MEMBERSHIP_ENDED, membership_id, work.at)
    _log(work, OrganisationUse.END_MEMBERSHIP, capacity, _whom(work, membership, organisation), endings=(ending,))
    _forget_answers(work, membership)
    return _read(work, membership_id)


def change_role(work: Work, membership_id: MembershipId, role: Role) -> Member | Refused:
    """Give somebody another role in place of one they hold: the old membership ends, a new one starts.

    Raises:
        InvalidField: this kind of organisation has no such role.
        Conflict: the membership had ended already, they hold the role, or it is the last administrator's.
    """
    found = _administered(work, OrganisationUse.CHANGE_ROLE, membership_id)
    if isinstance(found, Refused):
        return found
    membership, organisation, capacity = found
    check_role(role, organisation.kind)
    if memberships.is_held(work.uow, membership.account_id, membership.organisation_id, role):
        raise Conflict(Clash.ALREADY_A_MEMBER)
    _end(work, membership)
    new_id = MembershipId(work.runtime.new_id())
    memberships.add(
        work.uow,
        MembershipRecord(new_id, membership.account_id, membership.organisation_id, role, started_at=work.at),
    )
    change = f"{membership.role.value} to {role.value}"
    ending = Ending(EndingKind.MEMBERSHIP_ENDED, membership_id, work.at)
    whom = _whom(work, membership, organisation)
    _log(work, OrganisationUse.CHANGE_ROLE, capacity, whom, change, endings=(ending,))
    _forget_answers(work, membership)
    return _read(work, new_id)


def _administered(
    work: Work, use: OrganisationUse, membership_id: MembershipId
) -> tuple[MembershipRecord, OrganisationRecord, Capacity] | Refused:
    membership = memberships.find(work.uow, membership_id)
    decision = admit_to_organisation(work, use, None if membership is None else membership.organisation_id)
    if isinstance(decision, Refused):
        return decision
    organisation = None if membership is None else organisations.find(work.uow, membership.organisation_id, lock=True)
    if membership is None or organisation is None:
        raise AssertionError("granted without a membership")
    return membership, organisation, decision.value


def _end(work: Work, membership: MembershipRecord) -> None:
    is_admin = membership.role is Role.ORG_ADMIN and membership.ended_at is None
    if is_admin and memberships.count_current(work.uow, membership.organisation_id, Role.ORG_ADMIN) == 1:
        raise Conflict(Clash.LAST_ADMIN)
    if not memberships.end(work.uow, membership.membership_id, work.at):
        raise Conflict(Clash.MEMBERSHIP_ENDED)
    _forget_answers(work, membership)


def _forget_answers(work: Work, membership: MembershipRecord) -> None:
    """Drop the answers kept for repeated requests: they may show what the role could see.

    Called before the log is held, so that nobody who drops old ones waits for us while we wait for them; and again
    once it is held, when an answer kept meanwhile has been committed, and is seen.
    """
    idempotency.forget_answers(work.uow, membership.account_id)


def _read(work: Work, membership_id: MembershipId) -> Member | Refused:
    row = memberships.find(work.uow, membership_id)
    return Refused(Reason.NO_SUCH_THING) if row is None else _member(work, row)


def _member(work: Work, row: MembershipRecord) -> Member:
    name, email = work.runtime.vault.open_person("accounts", row.account_id, row.sealed_identity)
    return Member(row.membership_id, row.account_id, name, email, row.role, row.started_at, row.ended_at)


def _whom(work: Work, membership: MembershipRecord, organisation: OrganisationRecord) -> Capacity:
    name, _ = work.runtime.vault.open_person("accounts", membership.account_id, membership.sealed_identity)
    return Capacity(name, membership.role.value, organisation.name)


def _log(
    work: Work,
    use: OrganisationUse,
    capacity: Capacity,
    subject: Capacity | None = None,
    detail: str | None = None,
    *,
    endings: Sequence[Ending] = (),
) -> None:
    entry = replace(journal.entry_of(work, use.value, capacity), subject=subject, detail=detail)
    journal.write(work, entry, None, endings)
