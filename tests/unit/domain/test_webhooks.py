"""What is sent to webhooks, and the secrets that it is signed with."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from passport_api.domain.ids import NoticeId, OrganisationId
from passport_api.domain.outbox import Channel, Kind, Notice
from passport_api.domain.webhooks import OVERLAP, Secret, event_of, living, rotated

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
IDS = [UUID(f"01990000-0000-7000-8000-00000000000{number}") for number in range(6)]


def test_an_event_holds_a_kind_a_time_and_ids_and_nothing_else() -> None:
    notice = Notice(
        notice_id=NoticeId(IDS[0]),
        event_id=NoticeId(IDS[1]),
        kind=Kind.VIEW_AVAILABLE,
        channel=Channel.WEBHOOK,
        organisation_id=OrganisationId(IDS[2]),
        target_id=IDS[3],
        subject_id=IDS[4],
        created_at=NOW,
        due_at=NOW,
        tries=3,
    )
    assert json.loads(event_of(notice)) == {
        "type": "view.available",
        "timestamp": "2026-11-25T12:00:00+00:00",
        "data": {"event_id": str(IDS[1]), "organisation_id": str(IDS[2]), "view_id": str(IDS[4])},
    }


def test_a_new_secret_signs_at_once_and_the_one_before_it_for_a_day_more() -> None:
    secrets = rotated([Secret("old")], "new", NOW)
    assert [secret.value for secret in living(secrets, NOW)] == ["new", "old"]
    assert [secret.value for secret in living(secrets, NOW + OVERLAP - timedelta(seconds=1))] == ["new", "old"]
    assert [secret.value for secret in living(secrets, NOW + OVERLAP)] == ["new"]


def test_two_rotations_in_a_row_leave_two_secrets() -> None:
    again = rotated(rotated([Secret("old")], "new", NOW), "newest", NOW + timedelta(hours=1))
    assert [secret.value for secret in again] == ["newest", "new"]


def test_a_secret_is_in_no_repr() -> None:
    assert "whsec" not in repr(Secret("whsec_a"))
