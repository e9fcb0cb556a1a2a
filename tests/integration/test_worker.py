"""`passport-api worker` as an operator runs it: killed with -9 at any moment, it loses no notice and makes up none.

A receiver that checks ids gets each once: whatever was delivered and not yet settled comes again under the same id.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import Settings, to_environment
from passport_api.domain.ids import OrganisationId
from passport_api.services import webhooks
from passport_api.services.execution import perform_unattended
from support.raw_database import RawDatabase, Row
from support.receivers import Hook, Letter, Mailbox, Post, hook, mailbox
from support.service import Service
from support.until import until
from support.working import working
from support.world import Family, Person, World

PURPOSES = (
    "phase_transfer",
    "school_move",
    "area_move",
    "managed_move",
    "safeguarding",
)
KILLS = 3


@pytest.fixture(autouse=True)
def _nothing_left(service: Service) -> None:
    """Each test begins with an empty outbox, and with no webhook of another's."""
    forget(service, "outbox", "webhook_endpoints")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def settings(service: Service, box: Mailbox) -> Settings:
    return replace(
        service.settings,
        smtp_url=f"smtp://127.0.0.1:{box.port}",
        mail_from="no-reply@passport.example",
        webhooks_loopback=True,
        notice_seconds=2,
        threads=2,
    )


@pytest.fixture
def family(world: World) -> Family:
    return world.family()


@pytest.fixture
def readers(world: World, family: Family) -> list[Person]:
    return [world.member(family.school_id, role) for role in ("designated_teacher", "senco")]


def forget(service: Service, *tables: str) -> None:
    database = RawDatabase(service.settings.database_url)
    for table in tables:
        database.sql(f"DELETE FROM {table}")
    database.close()


def rows(service: Service) -> list[Row]:
    database = RawDatabase(service.settings.database_url)
    found = database.rows("outbox")
    database.close()
    return found


def settled(service: Service) -> bool:
    return {row["state"] for row in rows(service)} == {"delivered"}


def add_webhook(service: Service, family: Family, receiver: Hook) -> str:
    organisation_id = OrganisationId(UUID(family.school_id))
    return perform_unattended(
        service.runtime, lambda step: webhooks.add(step, organisation_id, receiver.url, loopback=True)
    )[1]


def test_a_worker_that_is_killed_again_and_again_loses_no_notice_and_makes_up_none(
    service: Service,
    world: World,
    settings: Settings,
    box: Mailbox,
    receiver: Hook,
    family: Family,
    readers: list[Person],
    tmp_path: Path,
) -> None:
    secret = add_webhook(service, family, receiver)
    purposes = iter(PURPOSES)  # two consents for one purpose would replace each other, and what has ended is not told
    consents = [world.consent(family, purpose=next(purposes))["id"] for _ in range(2)]
    arrivals = threading.Semaphore(0)

    def arrived(_: object) -> None:
        arrivals.release()

    receiver.answer = lambda post: arrived(post) or (204, {}, b"")
    box.answer = lambda letter: arrived(letter) or "250 Taken"
    for number in range(KILLS):
        consents.append(world.consent(family, purpose=next(purposes))["id"])
        with working(settings, tmp_path / "output") as worker:
            for _ in range(1 + number):
                assert arrivals.acquire(timeout=30), worker.said()
            worker.kill()
    with working(settings, tmp_path / "output"):
        until(lambda: settled(service))
    ids_of: dict[str, set[str]] = {consent: set() for consent in consents}
    for post in receiver.posts:
        event = post.verified(secret)
        if event["type"] == "view.available":
            ids_of[event["data"]["view_id"]].add(post.id)
    assert [len(ids) for ids in ids_of.values()] == [1] * len(consents)
    emails = {reader.email: {letter.id for letter in box.letters if letter.to == reader.email} for reader in readers}
    assert [len(ids) for ids in emails.values()] == [len(consents)] * len(readers)
    kept = {str(row["id"]) for row in rows(service) if row["channel"] != "organisation"}
    sent = {*receiver.ids, *(letter.id[1:].partition("@")[0] for letter in box.letters)}
    assert sent == kept


@pytest.mark.parametrize("by", ["mail", "web"])
def test_what_was_delivered_and_not_settled_comes_again_under_the_same_id(
    by: str,
    service: Service,
    world: World,
    settings: Settings,
    box: Mailbox,
    receiver: Hook,
    family: Family,
    tmp_path: Path,
) -> None:
    world.member(family.school_id, "designated_teacher")
    if by == "web":
        add_webhook(service, family, receiver)
        forget(service, "outbox")  # that it was added is not what comes again here
    world.consent(family)
    with working(settings, tmp_path / "output") as worker:

        def kill(_: Post | Letter) -> None:
            """After it has arrived, and before the worker can know."""
            worker.kill()
            worker.process.wait(timeout=30)

        killed = iter([kill])
        receiver.answer = lambda post: (
            next(killed, lambda _: None)(post) or (204, {}, b"") if by == "web" else (204, {}, b"")
        )
        box.answer = lambda letter: next(killed, lambda _: None)(letter) or "250 Taken" if by == "mail" else "250 Taken"
        worker.process.wait(timeout=30)
    assert not settled(service)
    with working(settings, tmp_path / "output"):
        until(lambda: settled(service))
    ids = receiver.ids if by == "web" else [letter.id for letter in box.letters]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_it_ends_in_good_order_and_says_what_became_of_each_by_its_id_alone(
    service: Service,
    world: World,
    settings: Settings,
    box: Mailbox,
    family: Family,
    readers: list[Person],
    tmp_path: Path,
) -> None:
    box.refusals[readers[0].email] = f"550 {readers[0].email} is no such person"
    world.consent(family)
    with working(settings, tmp_path / "output") as worker:
        until(lambda: worker.said().count('"channel":"email"') == 2)
        worker.process.terminate()
        assert worker.process.wait(timeout=30) == 0
    said = worker.said()
    lines = [json.loads(line) for line in said.splitlines()]
    ids = {str(row["id"]) for row in rows(service) if row["channel"] == "email"}
    assert {line["outcome"] for line in lines if line.get("notice_id") in ids} == {"delivered", "failed"}
    assert [line["fault"] for line in lines if line.get("outcome") == "failed"] == ["mail-refused"]
    assert "@" not in said
    assert all(reader.name not in said for reader in readers)
    listed = run(settings, "notices", "dead")
    assert "mail-refused" in listed
    assert "@" not in listed


def test_dead_letters_are_listed_and_delivered_again(
    service: Service,
    world: World,
    settings: Settings,
    box: Mailbox,
    family: Family,
    readers: list[Person],
    tmp_path: Path,
) -> None:
    for reader in readers:
        box.refusals[reader.email] = "550 No such person"
    world.consent(family)
    with working(settings, tmp_path / "output") as worker:
        until(lambda: worker.said().count('"outcome":"failed"') == 2)
        listed = run(settings, "notices", "dead").splitlines()
        dead = [line.split()[0] for line in listed if "email" in line]
        box.refusals.clear()
        assert run(settings, "notices", "redeliver", dead[-1]) == "1 to be delivered again.\n"
        until(lambda: len(box.letters) == 1)
        assert box.letters[0].id.startswith(f"<{dead[-1]}@")
        run(settings, "notices", "redeliver", "--all")
        until(lambda: len(box.letters) >= 2)
    assert {letter.to for letter in box.letters} == {reader.email for reader in readers}


def test_an_operator_adds_lists_rotates_and_removes_webhooks(
    service: Service, settings: Settings, family: Family, receiver: Hook, tmp_path: Path
) -> None:
    made = run(settings, "webhooks", "add", "--organisation", family.school_id, "--url", receiver.url)
    webhook_id, secret = (line.split()[1] for line in made.splitlines())
    assert f"{webhook_id}  {family.school_id}  new       {receiver.url}" in run(settings, "webhooks", "list")
    with working(settings, tmp_path / "output"):
        until(lambda: len(receiver.posts) == 1)
        until(lambda: f"{webhook_id}  {family.school_id}  verified" in run(settings, "webhooks", "list"))
    assert receiver.posts[0].verified(secret)["data"]["webhook_id"] == webhook_id
    assert run(settings, "webhooks", "rotate", webhook_id).split()[1] not in {secret, ""}
    assert run(settings, "webhooks", "remove", webhook_id) == "Removed.\n"
    assert webhook_id not in run(settings, "webhooks", "list")
    said = CliRunner().invoke(main, ["webhooks", "rotate", webhook_id], env=to_environment(settings))
    assert "There is no such webhook." in said.output


def run(settings: Settings, *words: str) -> str:
    """Run a command and expect it to succeed."""
    result = CliRunner().invoke(main, [*words], env=to_environment(settings))
    assert result.exit_code == 0, result.output
    return result.output
