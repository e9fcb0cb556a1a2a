"""Notices: kept with what they tell of, in the same transaction; and what an operator does about those that died.

A use case calls `notify_organisation` or `notify_person` before it writes to the log. The worker does the rest.
"""

from datetime import datetime
from uuid import UUID

from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import AccountId, NoticeId, OrganisationId, WebhookId
from passport_api.domain.outbox import Channel, Kind, Notice
from passport_api.services import operating
from passport_api.services.runtime import Step
from passport_api.store import outbox
from passport_api.store.outbox import DeadLetter

REDELIVERED = "notices.redelivered"
_PAGE = 500


def notify_organisation(
    step: Step, kind: Kind, organisation_id: OrganisationId, subject_id: UUID, due_at: datetime | None = None
) -> NoticeId:
    """Tell an organisation: whoever has a role there that is told gets an email, and its webhooks get the event.

    Args:
        step: the transaction of what is told of: the notice exists if and only if that commits.
        kind: what happened.
        organisation_id: whom to tell.
        subject_id: what it is about, by its id alone.
        due_at: not before then; None is at once. Who is told, and whether it is still true, is asked then.
    """
    return _keep(step, Channel.ORGANISATION, kind, organisation_id, (organisation_id, subject_id), due_at)


def notify_person(
    step: Step, kind: Kind, account_id: AccountId, subject_id: UUID, due_at: datetime | None = None
) -> NoticeId:
    """Tell somebody by email, as themselves: a parent, say. See `notify_organisation`."""
    return _keep(step, Channel.EMAIL, kind, None, (account_id, subject_id), due_at)


def notify_webhook(step: Step, kind: Kind, organisation_id: OrganisationId, webhook_id: WebhookId) -> NoticeId:
    """Tell one webhook something about itself."""
    return _keep(step, Channel.WEBHOOK, kind, organisation_id, (webhook_id, webhook_id), None)


def dead_letters(step: Step) -> list[DeadLetter]:
    """Every notice that was given up, oldest first."""
    found: list[DeadLetter] = []
    while page := outbox.dead(step.uow, found[-1].notice.notice_id if found else None, _PAGE):
        found += page
    return found


def redeliver(step: Step, notice_id: NoticeId | None) -> int:
    """Let one dead notice, or every one, be tried anew, under the id that it had; gives how many.

    Raises:
        InvalidField: there is no such dead notice.
    """
    revived = outbox.revive(step.uow, notice_id, step.at)
    if notice_id is not None and not revived:
        raise InvalidField("notice", "There is no such dead notice.")
    operating.note(step, REDELIVERED, f"{revived} notices")
    return revived


def _keep(
    step: Step,
    channel: Channel,
    kind: Kind,
    organisation_id: OrganisationId | None,
    ids: tuple[UUID, UUID],
    due_at: datetime | None,
) -> NoticeId:
    notice_id = NoticeId(step.runtime.new_id())
    target_id, subject_id = ids
    notice = Notice(
        notice_id=notice_id,
        event_id=notice_id,
        kind=kind,
        channel=channel,
        organisation_id=organisation_id,
        target_id=target_id,
        subject_id=subject_id,
        created_at=step.at,
        due_at=max(step.at, due_at or step.at),
    )
    outbox.add(step.uow, [notice])
    return notice_id
