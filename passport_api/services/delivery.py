"""Delivering notices: taken for a while, handed over outside any transaction, and then settled.

A process that dies between the two leaves a notice that is taken again once that while is over, and handed over again
under the same id: nothing is lost, and whoever checks ids takes it once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from passport_api.domain.challenges import ChallengeStatus, challenge_status
from passport_api.domain.consents import Standing, standing_of
from passport_api.domain.ids import (
    AccountId,
    AlertId,
    ChallengeId,
    ConsentId,
    CorrectionNoticeId,
    NoticeId,
    OrganisationId,
    WebhookId,
)
from passport_api.domain.outbox import (
    TOLD,
    Channel,
    Delivered,
    Dropped,
    Failed,
    Fault,
    Kind,
    Notice,
    Outcome,
    State,
    next_try,
)
from passport_api.domain.roles import OrganisationKind
from passport_api.domain.webhooks import event_of, living
from passport_api.senders.contract import Email, Event, Senders
from passport_api.senders.letters import letter_of
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime, Step
from passport_api.store import (
    accounts,
    alerts,
    challenges,
    consents,
    correction_notices,
    log,
    memberships,
    organisations,
    outbox,
    webhooks,
)
from passport_api.store.database import UnitOfWork

KEPT = timedelta(days=30)
"""How long what was delivered or dropped is remembered."""


def _view_is_open(uow: UnitOfWork, consent_id: UUID, at: datetime) -> bool:
    found = consents.find(uow, ConsentId(consent_id))
    return found is not None and standing_of(found.facts, at) is Standing.IN_FORCE


def _correction_is_unanswered(uow: UnitOfWork, notice_id: UUID, _at: datetime) -> bool:
    found = correction_notices.find(uow, CorrectionNoticeId(notice_id))
    return found is not None and found.facts.acknowledged_at is None


def _alert_is_open(uow: UnitOfWork, alert_id: UUID, _at: datetime) -> bool:
    found = alerts.find(uow, AlertId(alert_id))
    return found is not None and found.facts.settled_at is None


def _challenge_stands(*statuses: ChallengeStatus) -> Callable[[UnitOfWork, UUID, datetime], bool]:
    def stands(uow: UnitOfWork, challenge_id: UUID, at: datetime) -> bool:
        found = challenges.find(uow, ChallengeId(challenge_id))
        return found is not None and challenge_status(found.facts, at) in statuses

    return stands


STILL_TRUE: dict[Kind, Callable[[UnitOfWork, UUID, datetime], bool]] = {
    Kind.VIEW_AVAILABLE: _view_is_open,
    Kind.STATEMENT_CORRECTED: _correction_is_unanswered,
    Kind.CORRECTION_CHASED: _correction_is_unanswered,
    Kind.ALERT_RAISED: _alert_is_open,
    Kind.CHALLENGE_MADE: _challenge_stands(ChallengeStatus.OPEN, ChallengeStatus.OVERDUE),
    Kind.CHALLENGE_DUE: _challenge_stands(ChallengeStatus.OPEN),
    Kind.CHALLENGE_OVERDUE: _challenge_stands(ChallengeStatus.OVERDUE),
    Kind.CHALLENGE_RESOLVED: _challenge_stands(ChallengeStatus.UPHELD, ChallengeStatus.NOT_UPHELD),
}
"""What is asked before anybody is told, of kinds that can stop being true: nobody learns of what has ended."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A notice that is this process's alone until then."""

    notice: Notice
    until: datetime


class Delivery:
    """Takes notices and delivers them. Used by several threads at once.

    Args:
        runtime: the service's parts.
        senders: what notices go out by.
        base_url: where people sign in.
        lease: for how long a notice is taken: longer than any delivery takes.
    """

    def __init__(self, runtime: Runtime, senders: Senders, base_url: str, lease: timedelta) -> None:
        self._runtime = runtime
        self._senders = senders
        self._base_url = base_url
        self._lease = lease

    def take(self, most: int) -> list[Taken]:
        """Take what is due, the oldest first.

        Raises:
            StoreUnavailable: the database does not answer.
            LogDiverged: the database is not the one that the log's anchors know: nothing of it is told to anybody.
            AnchorsAway: no anchor says whether it is.
        """
        with self._runtime.database.reading() as uow:
            if not outbox.any_due(uow, self._runtime.clock()):
                return []

        def claimed(step: Step) -> list[Taken]:
            until = step.at + self._lease
            return [Taken(notice, until) for notice in outbox.claim(step.uow, step.at, until, most)]

        return perform_unattended(self._runtime, claimed)

    def deliver(self, taken: Taken) -> Outcome:
        """Deliver a notice and settle it, or put it off; says what came of it."""
        notice = taken.notice
        match notice.channel:
            case Channel.ORGANISATION:
                return perform_unattended(self._runtime, lambda step: _divided(step, notice))
            case Channel.EMAIL:
                outcome = self._emailed(notice)
            case Channel.WEBHOOK:
                outcome = self._posted(notice)
        perform_unattended(self._runtime, lambda step: _settled(step, taken, outcome))
        return outcome

    def put_off(self, taken: Taken) -> None:
        """Have a notice tried again later that this service itself could not deliver: a fault of its own."""
        perform_unattended(self._runtime, lambda step: _settled(step, taken, Failed(Fault.BROKEN)))

    def tidy(self) -> None:
        """Forget what was delivered or dropped long ago."""
        perform_unattended(self._runtime, lambda step: outbox.forget_settled(step.uow, step.at - KEPT))

    def _emailed(self, notice: Notice) -> Outcome:
        with self._runtime.database.reading() as uow:
            email = self._email(uow, notice)
        return Dropped() if email is None else self._senders.mail.send(email)

    def _posted(self, notice: Notice) -> Outcome:
        with self._runtime.database.reading() as uow:
            event = self._event(uow, notice)
        return Dropped() if event is None else self._senders.hooks.post(event)

    def _email(self, uow: UnitOfWork, notice: Notice) -> Email | None:
        """The email that a notice becomes; None when there is nobody left whom it is for, or nothing left to tell."""
        account_id, now = AccountId(notice.target_id), self._runtime.instant(log.mark(uow))
        account = accounts.by_id(uow, account_id)
        if account is None or not _is_true(uow, notice, now) or not _may_know(uow, notice, account_id):
            return None
        _, address = self._runtime.vault.open_person("accounts", account_id, account.sealed_identity)
        named = None if notice.organisation_id is None else _name_of(uow, notice.organisation_id)
        letter = letter_of(notice.kind, named, self._base_url, for_themselves=notice.organisation_id is None)
        return Email(str(notice.notice_id), address, letter, now)

    def _event(self, uow: UnitOfWork, notice: Notice) -> Event | None:
        """The event that a notice becomes; None when the webhook is gone, or there is nothing left to tell."""
        webhook_id, now = WebhookId(notice.target_id), self._runtime.instant(log.mark(uow))
        found = webhooks.find(uow, webhook_id)
        if found is None or found.webhook.disabled_at is not None or not _is_true(uow, notice, now):
            return None
        secrets = living(self._runtime.vault.open_secrets(webhook_id, found.sealed_secrets), now)
        signing = tuple(secret.value for secret in secrets)
        return Event(str(notice.notice_id), found.webhook.url, signing, event_of(notice), now)


def _divided(step: Step, notice: Notice) -> Outcome:
    """One notice to each of an organisation's people who are told of this kind, and to each of its webhooks."""
    true = _is_true(step.uow, notice, step.at)
    if not outbox.settle(step.uow, notice, State.DELIVERED if true else State.DROPPED, step.at) or not true:
        return Dropped()  # somebody else was first, or it is no longer true
    organisation_id = OrganisationId(notice.target_id)
    people = memberships.holding_any(step.uow, organisation_id, TOLD[notice.kind])
    open_hooks = (
        record.webhook
        for record in webhooks.of_organisation(step.uow, organisation_id)
        if record.webhook.disabled_at is None
    )
    targets: list[tuple[Channel, UUID]] = [(Channel.EMAIL, account_id) for account_id in people]
    targets += [(Channel.WEBHOOK, webhook.webhook_id) for webhook in open_hooks]
    outbox.add(step.uow, [_part(step, notice, channel, target_id) for channel, target_id in targets])
    return Delivered()


def _part(step: Step, notice: Notice, channel: Channel, target_id: UUID) -> Notice:
    return Notice(
        notice_id=NoticeId(step.runtime.new_id()),
        event_id=notice.event_id,
        kind=notice.kind,
        channel=channel,
        organisation_id=notice.organisation_id,
        target_id=target_id,
        subject_id=notice.subject_id,
        created_at=step.at,
        due_at=step.at,
    )


def _settled(step: Step, taken: Taken, outcome: Outcome) -> None:
    notice = taken.notice
    match outcome:
        case Delivered():
            outbox.settle(step.uow, notice, State.DELIVERED, step.at)
            if notice.channel is Channel.WEBHOOK:
                webhooks.verify(step.uow, WebhookId(notice.target_id), step.at)
        case Dropped():
            outbox.settle(step.uow, notice, State.DROPPED, step.at)
        case Failed(fault):
            if fault is Fault.GONE:
                webhooks.disable(step.uow, WebhookId(notice.target_id), step.at)
            delay = next_try(notice.tries + 1, outcome)
            if delay is None:
                outbox.give_up(step.uow, notice, taken.until, step.at, fault)
            else:
                outbox.put_off(step.uow, notice, taken.until, step.at + delay, fault)


def _is_true(uow: UnitOfWork, notice: Notice, at: datetime) -> bool:
    asked = STILL_TRUE.get(notice.kind)
    return asked is None or asked(uow, notice.subject_id, at)


def _may_know(uow: UnitOfWork, notice: Notice, account_id: AccountId) -> bool:
    """Whether somebody is still one of an organisation's people who are told of this kind, where it is for those."""
    if notice.organisation_id is None:
        return True
    return account_id in memberships.holding_any(uow, notice.organisation_id, TOLD[notice.kind])


def _name_of(uow: UnitOfWork, organisation_id: OrganisationId) -> str | None:
    """An organisation's name; None of an agency's, whose name alone could say what only the family may tell."""
    found = organisations.find(uow, organisation_id)
    return None if found is None or found.kind is OrganisationKind.ADOPTION_AGENCY else found.name
