"""Notices from what they tell of to those who are told: through the outbox, by real mail and real webhooks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from passport_api.domain.ids import AccountId, OrganisationId, WebhookId
from passport_api.domain.outbox import SCHEDULE, Dropped, Failed, Fault, Kind
from passport_api.services import consents, outbox, webhooks
from passport_api.services.anchoring import Anchoring, LogDiverged
from passport_api.services.delivery import KEPT
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Step
from passport_api.store import log
from passport_keys.errors import SealBroken
from support.at_once import at_once
from support.post_office import LEASE, Post, post_office
from support.raw_database import RawDatabase
from support.service import Service
from support.world import Family, Person, World


@pytest.fixture
def post(service: Service, world: World) -> Iterator[Post]:
    with post_office(service, world) as office:
        yield office


@dataclass
class School:
    """A family, and the school that it consents to."""

    family: Family
    readers: list[Person]
    admin: Person


@pytest.fixture
def school(world: World) -> School:
    family = world.family()
    roles = ("designated_teacher", "class_teacher")
    return School(family, [world.member(family.school_id, role) for role in roles], world.admin(family.school_id))


def test_when_a_view_is_available_those_who_may_see_content_get_an_email(post: Post, school: School) -> None:
    post.world.consent(school.family)
    post.work()
    assert {letter.to for letter in post.box.letters} == {reader.email for reader in school.readers}
    assert len({letter.id for letter in post.box.letters}) == 2
    assert all("https://passport.example" in letter.part("plain") for letter in post.box.letters)


def test_its_webhooks_get_the_event_signed(post: Post, school: School) -> None:
    _, secret = post.add_webhook(school.family.school_id)
    consent = post.world.consent(school.family)
    post.work()
    (received,) = post.hook.posts
    event = received.verified(secret)
    assert event["type"] == "view.available"
    assert event["data"].keys() == {"event_id", "organisation_id", "view_id"}
    assert event["data"]["view_id"] == consent["id"]
    assert event["data"]["organisation_id"] == school.family.school_id


def test_no_other_organisation_is_told(post: Post, school: School) -> None:
    others = post.world.family()
    post.world.member(others.school_id, "designated_teacher")
    post.add_webhook(others.school_id)
    post.world.consent(school.family)
    post.work()
    assert {letter.to for letter in post.box.letters} == {reader.email for reader in school.readers}
    assert post.hook.posts == []


def test_somebody_with_two_roles_gets_one_email(post: Post, school: School) -> None:
    reader = school.readers[0]
    invitation = {"name": reader.name, "email": reader.email, "organisation_id": school.family.school_id}
    token = school.admin.made("/v1/invitations", {**invitation, "role": "senco"})["token"]
    reader.made("/v1/invitations/acceptance", {"token": token, "password": "a long enough password"})
    post.world.consent(school.family)
    post.work()
    assert [letter.to for letter in post.box.letters].count(reader.email) == 1


def test_nothing_in_a_notice_says_who_or_what_it_is_about(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    family = school.family
    child = family.social_worker.get(f"/v1/passports/{family.passport_id}").json()["child"]["name"]
    post.world.consent(family, purpose="phase_transfer")
    post.work()
    sent = b"".join(letter.message.as_bytes() for letter in post.box.letters) + post.hook.posts[0].body
    sent += b"".join(letter.part("html").encode() for letter in post.box.letters)
    said = [child, family.parent.name, family.social_worker.name, *(reader.name for reader in school.readers)]
    said += [family.passport_id, family.transition_id, "phase_transfer", "about_me", "adopt"]
    assert [word for word in said if word.encode() in sent] == []


def test_a_consent_that_waits_for_a_parent_is_no_news_and_the_second_agreement_is(post: Post, world: World) -> None:
    family = world.family(requires_both_parents=True)
    reader = world.member(family.school_id, "senco")
    consent = world.consent(family)
    post.work()
    assert post.box.letters == []
    assert family.second_parent is not None
    family.second_parent.made(f"/v1/consents/{consent['id']}/approval")
    post.work()
    assert [letter.to for letter in post.box.letters] == [reader.email]


def test_an_agreement_that_nobody_waited_for_is_no_news(post: Post, school: School) -> None:
    other = post.world.parent(school.family.social_worker, school.family.passport_id)
    consent = post.world.consent(school.family)
    other.made(f"/v1/consents/{consent['id']}/approval")
    post.work()
    assert len(post.box.letters) == len(school.readers)


def test_a_view_that_opens_later_is_told_of_then_and_to_those_who_are_there_then(post: Post, school: School) -> None:
    opens = post.service.clock() + timedelta(minutes=4)
    post.world.consent(school.family, valid_from=opens.isoformat())
    membership = school.readers[0].membership_id
    assert school.admin.http.delete(f"/v1/memberships/{membership}").status_code == 200
    newcomer = post.world.member(school.family.school_id, "senco")
    post.work()
    assert post.box.letters == []
    post.service.clock.advance(minutes=4)
    post.work()
    assert {letter.to for letter in post.box.letters} == {school.readers[1].email, newcomer.email}


def test_nobody_is_told_of_a_consent_that_was_revoked_before(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    consent = post.world.consent(school.family)
    school.family.parent.made(f"/v1/consents/{consent['id']}/revocation")
    post.work()
    assert post.box.letters == []
    assert post.hook.posts == []
    assert [row["state"] for row in post.rows(subject_id=UUID(consent["id"]))] == ["dropped"]


def test_a_revocation_between_two_tries_ends_them(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    for reader in school.readers:
        post.box.refusals[reader.email] = "451 Not now"
    post.hook.say(503)
    consent = post.world.consent(school.family)
    post.work()
    assert len(post.rows(subject_id=UUID(consent["id"]), state="waiting")) == 3
    school.family.parent.made(f"/v1/consents/{consent['id']}/revocation")
    post.box.refusals.clear()
    post.hook.say(204)
    post.hook.posts.clear()
    post.service.clock.advance(minutes=2)
    post.work()
    assert post.box.letters == []
    assert post.hook.posts == []
    assert len(post.rows(subject_id=UUID(consent["id"]), state="dropped")) == 3


def test_who_left_between_two_tries_is_not_told(post: Post, school: School) -> None:
    leaver, stayer = school.readers
    for reader in school.readers:
        post.box.refusals[reader.email] = "451 Not now"
    post.world.consent(school.family)
    post.work()
    assert school.admin.http.delete(f"/v1/memberships/{leaver.membership_id}").status_code == 200
    post.box.refusals.clear()
    post.service.clock.advance(minutes=2)
    post.work()
    assert [letter.to for letter in post.box.letters] == [stayer.email]


def test_a_notice_exists_if_and_only_if_what_it_tells_of_does(
    post: Post, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("at the last moment")

    before = post.rows()
    monkeypatch.setattr(consents, "_noted", fail)
    answer = school.family.parent.post(
        f"/v1/passports/{school.family.passport_id}/consents", post.world.terms(school.family)
    )
    assert answer.status_code == 500
    assert post.rows() == before


def test_what_failed_is_tried_again_by_the_schedule_under_the_same_id_until_it_is_dead(
    post: Post, school: School
) -> None:
    webhook_id, _ = post.add_webhook(school.family.school_id)
    post.hook.say(500)
    post.world.consent(school.family)
    post.work()
    for delay in SCHEDULE:
        tries = len(post.hook.posts)
        post.service.clock.advance(seconds=delay.total_seconds() - 5)
        post.work()
        assert len(post.hook.posts) == tries
        post.service.clock.advance(seconds=10)
        post.work()
        assert len(post.hook.posts) == tries + 1
    (dead,) = post.rows(state="dead", target_id=UUID(webhook_id))
    assert dead["fault"] == Fault.ANSWERED_5XX
    assert dead["tries"] == len(SCHEDULE) + 1
    assert set(post.hook.ids) == {str(dead["id"])}
    assert len({received.body for received in post.hook.posts}) == 1
    post.hook.say(200)
    letters = perform_unattended(post.service.runtime, outbox.dead_letters)
    assert [letter.notice.notice_id for letter in letters] == [dead["id"]]
    assert perform_unattended(post.service.runtime, lambda step: outbox.redeliver(step, dead["id"])) == 1
    post.work()
    assert post.hook.ids[-1] == str(dead["id"])
    assert len(post.hook.posts) == len(SCHEDULE) + 2
    assert post.rows(id=dead["id"])[0]["state"] == "delivered"


def test_a_receiver_that_is_busy_is_left_as_long_as_it_asked(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    post.hook.say(429, Retry_After="7200")
    post.world.consent(school.family)
    post.work()
    post.hook.say(200)
    post.service.clock.advance(minutes=119)
    post.work()
    assert len(post.hook.posts) == 1
    post.service.clock.advance(minutes=2)
    post.work()
    assert len(post.hook.posts) == 2


def test_a_webhook_that_wants_no_more_gets_no_more(post: Post, school: School) -> None:
    webhook_id, _ = post.add_webhook(school.family.school_id)
    post.hook.say(410)
    post.world.consent(school.family)
    post.work()
    assert [row["fault"] for row in post.rows(target_id=UUID(webhook_id), state="dead")] == ["gone"]
    post.world.consent(school.family)
    post.work()
    assert len(post.hook.posts) == 1
    (webhook,) = perform_unattended(
        post.service.runtime,
        lambda step: webhooks.of_organisation(step, OrganisationId(UUID(school.family.school_id))),
    )
    assert webhook.disabled_at is not None
    assert webhook.verified_at is not None


def test_what_was_on_its_way_when_it_said_so_is_dropped(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    for purpose in ("phase_transfer", "school_move"):
        post.world.consent(school.family, purpose=purpose)
    for taken in post.delivery.take(4):
        post.delivery.deliver(taken)
    post.hook.say(410)
    outcomes = [post.delivery.deliver(taken) for taken in post.delivery.take(10) if taken.notice.channel == "webhook"]
    assert outcomes == [Failed(Fault.GONE, for_good=True), Dropped()]
    assert len(post.hook.posts) == 1


def test_what_was_on_its_way_to_a_webhook_that_was_removed_is_dropped(post: Post, school: School) -> None:
    webhook_id, _ = post.add_webhook(school.family.school_id)
    post.hook.say(500)
    post.world.consent(school.family)
    post.work()
    perform_unattended(post.service.runtime, lambda step: webhooks.remove(step, WebhookId(UUID(webhook_id))))
    post.service.clock.advance(minutes=2)
    post.work()
    assert len(post.hook.posts) == 1
    assert {row["state"] for row in post.rows(target_id=UUID(webhook_id), kind="view.available")} == {"dropped"}


def test_while_a_secret_rotates_both_verify_and_then_the_new_one_alone(post: Post, school: School) -> None:
    webhook_id, old = post.add_webhook(school.family.school_id)
    new = perform_unattended(post.service.runtime, lambda step: webhooks.rotate(step, WebhookId(UUID(webhook_id))))
    post.world.consent(school.family)
    post.work()
    (received,) = post.hook.posts
    assert received.verified(new) == received.verified(old)
    post.service.clock.advance(hours=25)
    post.world.consent(school.family)
    post.work()
    assert len(post.hook.posts[-1].headers["webhook-signature"].split()) == 1


def test_what_an_operator_does_about_webhooks_is_in_the_log(post: Post, school: School) -> None:
    def actions(step: Step) -> list[str]:
        kept = [log.at_position(step.uow, position)[1] for position in range(before, log.head(step.uow).size)]
        return [step.runtime.vault.open_entry(one.leaf).action for one in kept if one is not None]

    runtime = post.service.runtime
    before = perform_unattended(runtime, lambda step: log.head(step.uow).size)
    webhook_id = WebhookId(UUID(post.add_webhook(school.family.school_id)[0]))
    perform_unattended(runtime, lambda step: webhooks.rotate(step, webhook_id))
    perform_unattended(runtime, lambda step: webhooks.remove(step, webhook_id))
    perform_unattended(runtime, lambda step: outbox.redeliver(step, None))
    assert perform_unattended(runtime, actions) == [
        "webhook.added",
        "webhook.secret_rotated",
        "webhook.removed",
        "notices.redelivered",
    ]


def test_a_secret_is_kept_sealed_in_its_place(post: Post, school: School) -> None:
    secrets = [post.add_webhook(school.family.school_id)[1] for _ in range(2)]
    database = RawDatabase(post.service.settings.database_url)
    rows = database.rows("webhook_endpoints")
    database.close()
    assert all(
        secret.removeprefix("whsec_").encode() not in row["sealed_secrets"] for secret in secrets for row in rows
    )
    vault = post.service.runtime.vault
    (kept,) = vault.open_secrets(rows[-1]["id"], rows[-1]["sealed_secrets"])
    assert kept.value == secrets[-1]
    with pytest.raises(SealBroken):
        vault.open_secrets(rows[-2]["id"], rows[-1]["sealed_secrets"])


def test_a_parent_is_told_as_themselves(post: Post, school: School) -> None:
    parent = school.family.parent
    consent = post.world.consent(school.family)
    post.work()
    post.box.letters.clear()
    perform_unattended(
        post.service.runtime,
        lambda step: outbox.notify_person(step, Kind.VIEW_AVAILABLE, AccountId(UUID(parent.id)), UUID(consent["id"])),
    )
    post.work()
    (letter,) = post.box.letters
    assert letter.to == parent.email
    assert "because you have an account" in letter.part("plain")


def test_of_a_database_that_is_not_the_one_its_anchors_know_nothing_is_told(
    post: Post, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise LogDiverged

    post.world.consent(school.family)
    with monkeypatch.context() as diverged:
        diverged.setattr(Anchoring, "require_open", refuse)
        with pytest.raises(LogDiverged):
            post.delivery.take(4)
    assert {row["claimed_until"] for row in post.rows(state="waiting")} == {None}
    post.work()
    assert len(post.box.letters) == len(school.readers)


def test_two_who_take_at_once_take_different_notices(post: Post, school: School) -> None:
    for _ in range(6):
        post.world.consent(school.family, purpose="phase_transfer")
    taken = at_once([lambda: post.delivery.take(2)] * 3)
    ids = [one.notice.notice_id for some in taken for one in some]
    assert len(ids) == len(set(ids)) == 6
    assert post.delivery.take(10) == []
    post.service.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert {one.notice.notice_id for one in post.delivery.take(10)} == set(ids)


def test_who_took_a_notice_before_somebody_else_did_cannot_put_it_off(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    post.hook.say(500)
    consent = post.world.consent(school.family)
    first = post.delivery.take(1)[0]
    post.service.clock.advance(seconds=LEASE.total_seconds() + 1)
    (second,) = post.delivery.take(1)
    post.delivery.put_off(first)
    (row,) = post.rows(subject_id=UUID(consent["id"]))
    assert row["claimed_until"] is not None
    assert row["tries"] == 0
    post.delivery.put_off(second)
    assert post.rows(subject_id=UUID(consent["id"]))[0]["fault"] == Fault.BROKEN


def test_two_who_divide_a_notice_divide_it_once(post: Post, school: School) -> None:
    post.world.consent(school.family)
    (first,) = post.delivery.take(1)
    post.service.clock.advance(seconds=LEASE.total_seconds() + 1)
    (second,) = post.delivery.take(1)
    assert first.notice.notice_id == second.notice.notice_id
    post.delivery.deliver(first)
    post.delivery.deliver(second)
    post.work()
    assert sorted(letter.to for letter in post.box.letters) == sorted(reader.email for reader in school.readers)


def test_what_was_delivered_is_forgotten_after_a_month_and_a_dead_letter_is_not(post: Post, school: School) -> None:
    post.box.refusals[school.readers[0].email] = "550 No such person"
    consent = post.world.consent(school.family)
    post.work()
    about = UUID(consent["id"])
    assert {row["state"] for row in post.rows(subject_id=about)} == {"delivered", "dead"}
    with post.service.later(days=KEPT.days - 1):
        post.delivery.tidy()
    assert len(post.rows(subject_id=about)) == 3
    with post.service.later(days=KEPT.days + 1):
        post.delivery.tidy()
    assert [row["state"] for row in post.rows(subject_id=about)] == ["dead"]


def test_one_that_this_service_cannot_deliver_does_not_stop_the_others(
    post: Post, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.world.consent(school.family)
    with ThreadPoolExecutor(1) as pool:
        post.worker.once(pool)
    opened, unlucky = type(post.service.runtime.vault).open_person, UUID(school.readers[0].id)

    def open_person(vault: Any, table: str, row: UUID, sealed: bytes) -> tuple[str, str]:
        if row == unlucky:
            raise RuntimeError(school.readers[0].email)
        return opened(vault, table, row, sealed)

    monkeypatch.setattr(type(post.service.runtime.vault), "open_person", open_person)
    with ThreadPoolExecutor(4) as pool:
        post.worker.once(pool)
    assert [letter.to for letter in post.box.letters] == [school.readers[1].email]
    assert [type(fault) for fault in post.faults] == [RuntimeError]
    (row,) = post.rows(target_id=unlucky, state="waiting")
    assert row["fault"] == Fault.BROKEN
    post.faults.clear()
    monkeypatch.undo()
    post.service.clock.advance(minutes=2)
    post.work()
    assert {letter.to for letter in post.box.letters} == {reader.email for reader in school.readers}


def test_no_address_is_in_the_outbox(post: Post, school: School) -> None:
    for reader in school.readers:
        post.box.refusals[reader.email] = "550 No such person"
    post.world.consent(school.family)
    post.work()
    kept = repr(post.rows())
    assert all(reader.email not in kept and reader.name not in kept for reader in school.readers)


def test_an_agency_is_not_named_in_an_email(post: Post, world: World) -> None:
    from passport_api.services import organisations

    agency = perform_unattended(post.service.runtime, lambda step: organisations.found_agency(step, "Harbour Agency"))
    agency_id = str(agency.organisation_id)
    world.member(agency_id, "social_worker")
    family = world.family()
    world.consent(family, recipient_id=agency_id, purpose="safeguarding", transition_id=None)
    post.work()
    (letter,) = post.box.letters
    assert letter.message["Subject"] == "Something was shared with your organisation"
    assert "Harbour" not in letter.message.as_string()


def test_what_became_of_a_notice_is_said(post: Post, school: School) -> None:
    post.add_webhook(school.family.school_id)
    post.told.clear()
    post.hook.say(500)
    post.world.consent(school.family)
    post.work()
    assert sorted(channel for channel, _ in post.told) == ["email", "email", "organisation", "webhook"]
    assert [outcome for channel, outcome in post.told if channel == "webhook"] == [Failed(Fault.ANSWERED_5XX)]
