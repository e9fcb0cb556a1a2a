"""Invitations: a one-time link by which parents join a passport and staff join an organisation."""

from dataclasses import dataclass, replace
from datetime import datetime

from passport_api.domain.access import (
    Use,
)
from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.decisions import Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.errors import InvalidField, SignInFailed
from passport_api.domain.ids import AccountId, EntryId, InvitationId, MembershipId, OrganisationId, PassportId
from passport_api.domain.invitations import LIFETIME, MAX_ATTEMPTS, InvitationStatus, check_role, invitation_status
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.passwords import check_password
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal, sessions
from passport_api.services.admission import admit, admit_to_organisation, note
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Caller, Runtime, Step, Work
from passport_api.store import accounts, invitations, log, memberships, organisations, passports
from passport_api.store.accounts import AccountRecord, AddressTaken
from passport_api.store.invitations import InvitationRecord
from passport_api.store.memberships import MembershipRecord

_INVITED = OrganisationUse.INVITE_MEMBER.value
INVITATION_ACCEPTED = "invitation.accepted"


@dataclass(frozen=True, slots=True)
class Invitee:
    """Who is invited."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made. Its token is shown now, and again only to a repeat of the same idempotent request."""

    invitation_id: InvitationId
    token: str
    expires_at: datetime


def invite_parent(work: Work, passport_id: PassportId, invitee: Invitee) -> Invited | Refused:
    """Invite somebody to be a parent on a passport: the custodian's social worker does."""
    admitted = admit(work, Use.INVITE_PARENT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    invited = _invite(work, invitee, passport_id=passport_id, invited_by=work.actor.account_id)
    note(work, admitted, subject=Capacity(invitee.name, "parent"))
    return invited


def invite_member(work: Work, organisation_id: OrganisationId, role: Role, invitee: Invitee) -> Invited | Refused:
    """Invite somebody to an organisation with a role: its administrator does.

    Raises:
        InvalidField: this kind of organisation has no such role.
    """
    organisation = organisations.find(work.uow, organisation_id)
    known_id = None if organisation is None else organisation_id
    decision = admit_to_organisation(work, OrganisationUse.INVITE_MEMBER, known_id)
    if isinstance(decision, Refused):
        return decision
    if organisation is None:
        raise AssertionError("granted without an organisation")
    check_role(role, organisation.kind)
    invited = _invite(work, invitee, organisation_id=organisation_id, role=role, invited_by=work.actor.account_id)
    subject = Capacity(invitee.name, role.value, organisation.name)
    _log(work, _INVITED, decision.value, work.actor.account_id, subject)
    return invited


def invite_first_admin(step: Step, organisation_id: OrganisationId, invitee: Invitee) -> Invited:
    """Invite an organisation's administrator from the operator's command line.

    Raises:
        InvalidField: there is no such organisation.
    """
    organisation = organisations.find(step.uow, organisation_id)
    if organisation is None:
        raise InvalidField("/organisation_id", "There is no such organisation.")
    invited = _invite(step, invitee, organisation_id=organisation_id, role=Role.ORG_ADMIN)
    subject = Capacity(invitee.name, Role.ORG_ADMIN.value, organisation.name)
    _log(step, _INVITED, Capacity("command line", Role.OPERATOR.value), None, subject)
    return invited


def link_of(base_url: str, invited: Invited) -> str:
    """The one-time link. Its token stands after the #, which no browser sends and no server logs."""
    return f"{base_url}/invitation#{invited.token}"


def accept(runtime: Runtime, token: str, password: str) -> tuple[Caller, str]:
    """Accept an invitation and sign in. A new person chooses a password; somebody with an account gives theirs.

    Raises:
        SignInFailed: the link is not known, spent, expired or taken, or the password is not this account's.
        InvalidField: the password does not meet the rule. That is said before anything is looked up, and so of every
            password: said of new ones alone, it would tell who has an account.
    """
    check_password(password)
    digest = runtime.vault.digest("invitation", token)
    with runtime.database.reading() as uow:
        now = runtime.instant(log.mark(uow))
        invitation = invitations.by_token(uow, digest)
        invitee = None if invitation is None else _invitee(runtime, invitation)
        known = None if invitee is None else accounts.by_email(uow, runtime.vault.email_index(invitee.email))
    if invitation is None or invitee is None or invitation_status(invitation.facts(), now) is not InvitationStatus.OPEN:
        raise SignInFailed
    if known is None:
        hashed = runtime.passwords.hashed(password)
        accepted = perform_unattended(runtime, lambda step: _join_as_new(step, invitation, invitee, hashed))
    elif _may_try(runtime, invitation) and runtime.passwords.matches(password, known.password_hash):
        name, _ = runtime.vault.open_person("accounts", known.account_id, known.sealed_identity)
        themselves = Invitee(name, invitee.email)  # the log names them as their account does
        accepted = perform_unattended(runtime, lambda step: _join(step, invitation, known.account_id, themselves))
    else:
        accepted = None
    if accepted is None:
        raise SignInFailed
    return accepted


def _invite(
    step: Step,
    invitee: Invitee,
    *,
    passport_id: PassportId | None = None,
    organisation_id: OrganisationId | None = None,
    role: Role | None = None,
    invited_by: AccountId | None = None,
) -> Invited:
    vault = step.runtime.vault
    invitation_id = InvitationId(step.runtime.new_id())
    token = step.runtime.new_secret()
    record = InvitationRecord(
        invitation_id=invitation_id,
        token_digest=vault.digest("invitation", token),
        sealed_invitee=vault.seal_person("invitations", invitation_id, invitee.name, invitee.email),
        passport_id=passport_id,
        organisation_id=organisation_id,
        role=role,
        invited_by=invited_by,
        created_at=step.at,
        expires_at=step.at + LIFETIME,
    )
    invitations.add(step.uow, record)
    return Invited(invitation_id, token, record.expires_at)


def _invitee(runtime: Runtime, invitation: InvitationRecord) -> Invitee:
    return Invitee(*runtime.vault.open_person("invitations", invitation.invitation_id, invitation.sealed_invitee))


def _may_try(runtime: Runtime, invitation: InvitationRecord) -> bool:
    """Take one of the link's attempts. It is counted before the password is looked at, however many come at once."""
    return perform_unattended(
        runtime, lambda step: invitations.take_attempt(step.uow, invitation.invitation_id, MAX_ATTEMPTS)
    )


def _join_as_new(step: Step, invitation: InvitationRecord, invitee: Invitee, hashed: str) -> tuple[Caller, str] | None:
    vault = step.runtime.vault
    index = vault.email_index(invitee.email)
    if accounts.by_email(step.uow, index) is not None or not _take(step, invitation):
        return None
    account_id = AccountId(step.runtime.new_id())
    identity = vault.seal_person("accounts", account_id, invitee.name, invitee.email)
    try:
        accounts.add(step.uow, AccountRecord(account_id, identity, hashed), index, step.at)
    except AddressTaken as error:  # two links to one new person, accepted at once: this one stays open
        raise SignInFailed from error
    return _joined(step, invitation, account_id, invitee)


def _join(
    step: Step, invitation: InvitationRecord, account_id: AccountId, invitee: Invitee
) -> tuple[Caller, str] | None:
    return _joined(step, invitation, account_id, invitee) if _take(step, invitation) else None


def _take(step: Step, invitation: InvitationRecord) -> bool:
    """Use the link up; False when somebody was first, or the passport has been erased.

    The passport is held first, as by everybody who changes something about it: whoever erases it deletes its links.
    """
    if invitation.passport_id is not None and passports.find(step.uow, invitation.passport_id) is None:
        return False
    return invitations.accept(step.uow, invitation.invitation_id, step.at)


def _joined(step: Step, invitation: InvitationRecord, account_id: AccountId, invitee: Invitee) -> tuple[Caller, str]:
    started = sessions.start(step, account_id)
    if invitation.passport_id is not None:
        _become_parent(step, invitation, invitation.passport_id, account_id, invitee)
    if invitation.organisation_id is not None and invitation.role is not None:
        _become_member(step, invitation, invitation.organisation_id, invitation.role, account_id, invitee)
    return started


def _become_parent(
    step: Step, invitation: InvitationRecord, passport_id: PassportId, account_id: AccountId, invitee: Invitee
) -> None:
    record = passports.find(step.uow, passport_id)
    if record is None:
        raise SignInFailed
    if account_id not in {parent.account_id for parent in passports.parents_of(step.uow, passport_id)}:
        passports.add_parent(step.uow, passport_id, account_id, step.at)
    seals = step.runtime.vault.passport(passport_id, record.wrapping_key_id, record.wrapped_key)
    entry = _entry(step, INVITATION_ACCEPTED, Capacity(invitee.name, "parent"), account_id, passport_id)
    journal.write(step, entry, seals, (_used(step, invitation),))


def _become_member(
    step: Step,
    invitation: InvitationRecord,
    organisation_id: OrganisationId,
    role: Role,
    account_id: AccountId,
    invitee: Invitee,
) -> None:
    organisation = organisations.find(step.uow, organisation_id, lock=True)  # links to one role take turns
    if organisation is None:
        raise SignInFailed
    if not memberships.is_held(step.uow, account_id, organisation_id, role):
        membership_id = MembershipId(step.runtime.new_id())
        memberships.add(
            step.uow, MembershipRecord(membership_id, account_id, organisation_id, role, started_at=step.at)
        )
    entry = _entry(step, INVITATION_ACCEPTED, Capacity(invitee.name, role.value, organisation.name), account_id)
    journal.write(step, entry, None, (_used(step, invitation),))


def _used(step: Step, invitation: InvitationRecord) -> Ending:
    return Ending(EndingKind.INVITATION_USED, invitation.invitation_id, step.at)


def _entry(
    step: Step, action: str, capacity: Capacity, account_id: AccountId | None, passport_id: PassportId | None = None
) -> Entry:
    return Entry(
        entry_id=EntryId(step.runtime.new_id()),
        at=step.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=capacity,
        account_id=account_id,
        passport_id=passport_id,
    )


def _log(step: Step, action: str, capacity: Capacity, account_id: AccountId | None, subject: Capacity) -> None:
    journal.write(step, replace(_entry(step, action, capacity, account_id), subject=subject), None)
