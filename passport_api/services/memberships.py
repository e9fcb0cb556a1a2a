"""Staff: who holds which role in an organisation. Ending or changing one takes effect at the next request."""

from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.decisions import Reason, Refused
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import AccountId, EntryId, MembershipId, OrganisationId
from passport_api.domain.invitations import check_role
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.runtime import Work
from passport_api.store import idempotency, memberships, organisations
from passport_api.store.memberships import MembershipRecord
from passport_api.store.organisations import OrganisationRecord

MEMBERSHIP_ENDED = "membership.ended"
ROLE_CHANGED = "membership.role_changed"


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
    """An organisation's people, ended memberships too, for its administrator."""
    if not work.actor.holds(Role.ORG_ADMIN, organisation_id):
        return Refused(Reason.ROLE_MAY_NOT)
    return [_member(work, row) for row in memberships.of_organisation(work.uow, organisation_id, after, limit)]


def end(work: Work, membership_id: MembershipId) -> Member | Refused:
    """End a membership: whatever it opened is closed from the next request on.

    Raises:
        Conflict: it had ended already, or it is the organisation's last administrator.
    """
    found = _administered(work, membership_id)
    if isinstance(found, Refused):
        return found
    membership, organisation = found
    _end(work, membership)
    _log(work, MEMBERSHIP_ENDED, organisation)
    return _read(work, membership_id)


def change_role(work: Work, membership_id: MembershipId, role: Role) -> Member | Refused:
    """Give somebody another role in place of one they hold: the old membership ends, a new one starts.

    Raises:
        InvalidField: this kind of organisation has no such role.
        Conflict: the membership had ended already, they hold the role, or it is the last administrator's.
    """
    found = _administered(work, membership_id)
    if isinstance(found, Refused):
        return found
    membership, organisation = found
    check_role(role, organisation.kind)
    if memberships.is_held(work.uow, membership.account_id, membership.organisation_id, role):
        raise Conflict(Clash.ALREADY_A_MEMBER)
    _end(work, membership)
    new_id = MembershipId(work.runtime.new_id())
    memberships.add(
        work.uow,
        MembershipRecord(new_id, membership.account_id, membership.organisation_id, role, started_at=work.at),
    )
    _log(work, ROLE_CHANGED, organisation)
    return _read(work, new_id)


def _administered(work: Work, membership_id: MembershipId) -> tuple[MembershipRecord, OrganisationRecord] | Refused:
    membership = memberships.find(work.uow, membership_id)
    if membership is None or not work.actor.holds(Role.ORG_ADMIN, membership.organisation_id):
        return Refused(Reason.ROLE_MAY_NOT)
    organisation = organisations.find(work.uow, membership.organisation_id, lock=True)
    return Refused(Reason.NO_SUCH_THING) if organisation is None else (membership, organisation)


def _end(work: Work, membership: MembershipRecord) -> None:
    is_admin = membership.role is Role.ORG_ADMIN and membership.ended_at is None
    if is_admin and memberships.count_current(work.uow, membership.organisation_id, Role.ORG_ADMIN) == 1:
        raise Conflict(Clash.LAST_ADMIN)
    if not memberships.end(work.uow, membership.membership_id, work.at):
        raise Conflict(Clash.MEMBERSHIP_ENDED)
    idempotency.forget_account(work.uow, membership.account_id)  # a kept answer may show what the role could see


def _read(work: Work, membership_id: MembershipId) -> Member | Refused:
    row = memberships.find(work.uow, membership_id)
    return Refused(Reason.NO_SUCH_THING) if row is None else _member(work, row)


def _member(work: Work, row: MembershipRecord) -> Member:
    name, email = work.runtime.vault.open_person("accounts", row.account_id, row.sealed_identity)
    return Member(row.membership_id, row.account_id, name, email, row.role, row.started_at, row.ended_at)


def _log(work: Work, action: str, organisation: OrganisationRecord) -> None:
    entry = Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=Capacity(work.actor.name, Role.ORG_ADMIN.value, organisation.name),
        account_id=work.actor.account_id,
        passport_id=None,
    )
    journal.write(work, entry, None)
