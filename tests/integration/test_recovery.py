"""What `passport-api recover` does when not all is at hand: an anchor away or damaged, a key rotated, a key broken."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from passport_api.cli import main
from passport_api.config import Settings, for_folder, to_environment
from passport_keys.providers.local_file import LocalFileProvider
from support.databases import BACKENDS, fresh_database
from support.older_copies import OlderCopy
from support.raw_database import RawDatabase
from support.service import Clock, listening
from support.world import World


@dataclass
class Place:
    """A database that was put back as it was before a consent was revoked."""

    settings: Settings
    anchor: Path
    passport_id: str
    consent_id: str
    newer_keys: list[str]

    def command(self, *words: str) -> Result:
        """Run `passport-api` here."""
        return CliRunner().invoke(main, words, env=to_environment(self.settings))

    def is_revoked(self) -> bool:
        """Whether the consent is revoked in the database."""
        (row,) = [row for row in self.rows("consents") if str(row["id"]) == self.consent_id]
        return row["revoked_at"] is not None

    def rows(self, table: str) -> list[dict[str, object]]:
        """Every row of a table."""
        database = RawDatabase(self.settings.database_url)
        rows = database.rows(table)
        database.close()
        return rows


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An older copy put back; the log's key was rotated in between where the test asks for it."""
    rotated = "rotated" in request.node.name
    clock = Clock()
    with fresh_database(request.param, tmp_path) as url:
        LocalFileProvider.create(tmp_path / "keys.json", clock())
        settings = replace(for_folder(tmp_path), database_url=url)
        with listening(settings, clock, request.param, tmp_path) as service:
            world = World(service)
            family = world.family()
            consent = world.consent(family)["id"]
        made = Place(settings, tmp_path / "anchors" / "log.anchor", family.passport_id, consent, [])
        older = OlderCopy(settings, tmp_path)
        if rotated:
            assert made.command("keys", "rotate-log", "--now").exit_code == 0
            made.newer_keys = made.command("log", "key").output.split()[:1]
        with listening(settings, clock, request.param, tmp_path) as service:
            family.parent.at(service).made(f"/v1/consents/{consent}/revocation")
        older.put_back()
        yield made


def test_an_anchor_that_is_not_there_is_put_back_first(place: Place) -> None:
    aside = place.anchor.rename(place.anchor.with_name("aside"))
    refused = place.command("recover", "--yes")
    assert refused.exit_code == 1
    assert "Put the anchor file back" in refused.output
    assert (place.is_revoked(), place.rows("log_head")[0]["generation"]) == (False, 1)
    aside.rename(place.anchor)
    assert place.command("recover", "--yes").exit_code == 0
    assert place.is_revoked()


def test_an_anchor_whose_folder_is_away_is_waited_for(place: Place) -> None:
    aside = place.anchor.parent.rename(place.anchor.parent.with_name("away"))
    for words in (("recover", "--yes"), ("anchors", "enrol")):
        refused = place.command(*words)
        assert refused.exit_code == 1
        assert "put it back first" in refused.output
    assert not place.anchor.parent.exists()
    aside.rename(place.anchor.parent)
    assert place.command("recover", "--yes").exit_code == 0
    assert place.is_revoked()


def test_setting_up_anew_does_not_begin_an_anchor_that_was_taken_away(place: Place) -> None:
    place.anchor.unlink()
    said = place.command("init")
    assert "if it is new, run `passport-api anchors enrol`" in said.output
    assert not place.anchor.exists()
    assert place.command("doctor").exit_code == 1


def test_a_damaged_line_stops_a_recovery_unless_an_operator_bears_it(place: Place) -> None:
    lines = place.anchor.read_bytes().splitlines(keepends=True)
    place.anchor.write_bytes(b"".join([*lines[:-2], b"{}\n", lines[-1]]))
    refused = place.command("recover", "--yes")
    assert refused.exit_code == 1
    assert "fault: " in refused.output
    assert place.rows("log_head")[0]["generation"] == 1
    assert place.command("recover", "--yes", "--despite-faults").exit_code == 0
    assert place.rows("log_head")[0]["generation"] == 2


def test_a_log_key_that_was_rotated_after_the_backup_is_given_by_the_operator(place: Place) -> None:
    refused = place.command("recover", "--yes")
    assert refused.exit_code == 1
    assert "signed by none of this log's keys" in refused.output
    assert (place.is_revoked(), place.rows("log_head")[0]["generation"]) == (False, 1)
    recovered = place.command("recover", "--yes", "--public-key", place.newer_keys[0])
    assert recovered.exit_code == 0, recovered.output
    assert place.is_revoked()
    assert place.command("doctor", "--public-key", place.newer_keys[0]).exit_code == 0


def test_a_key_that_does_not_open_stops_no_recovery(place: Place) -> None:
    database = RawDatabase(place.settings.database_url)
    here = {"passport_id": UUID(place.passport_id)}
    with database.altered("data_keys", here, lambda row: {**row, "wrapped_key": row["wrapped_key"][::-1]}):
        recovered = place.command("recover", "--yes")
        assert recovered.exit_code == 0, recovered.output
    database.close()
    assert place.is_revoked()


def test_a_log_that_was_edited_is_not_recovered_from(place: Place) -> None:
    """To go on from it would sign what somebody made of it: a backup is restored first."""
    database = RawDatabase(place.settings.database_url)
    with database.altered("log_entries", {"position": 1}, lambda row: {**row, "sealed_payload": row["leaf_hash"]}):
        for words in ((), ("--despite-faults",)):
            refused = place.command("recover", "--yes", *words)
            assert refused.exit_code == 1
            assert "edited: entry 1: " in refused.output
            assert "restore a backup" in refused.output
        assert (place.is_revoked(), place.rows("log_head")[0]["generation"]) == (False, 1)
    database.close()
    assert place.command("recover", "--yes").exit_code == 0
    assert place.is_revoked()


def test_a_second_disaster_begins_a_generation_that_no_anchor_knows(place: Place, tmp_path: Path) -> None:
    """The same copy put back twice: two histories under one name could not be told apart."""
    older = OlderCopy(place.settings, tmp_path)
    assert place.command("recover", "--yes").exit_code == 0
    assert place.rows("log_head")[0]["generation"] == 2
    older.put_back()
    recovered = place.command("recover", "--yes")
    assert recovered.exit_code == 0, recovered.output
    assert place.rows("log_head")[0]["generation"] == 3
    assert place.is_revoked()


def test_an_anchor_is_not_enrolled_while_another_knows_more(place: Place) -> None:
    second = replace(place.settings, anchors=(*place.settings.anchors, f"file:{place.anchor.with_name('second')}"))
    refused = CliRunner().invoke(main, ["anchors", "enrol"], env=to_environment(second))
    assert refused.exit_code == 1
    assert "run `passport-api recover`" in refused.output
    assert not place.anchor.with_name("second").exists()


def test_without_anchors_the_doctor_says_what_that_means(place: Place) -> None:
    bare = to_environment(replace(place.settings, anchors=()))
    listed = CliRunner().invoke(main, ["anchors", "list"], env=bare)
    assert "nobody notices" in listed.output
    checked = CliRunner().invoke(main, ["doctor"], env=bare)
    assert (checked.exit_code, "no anchor file tells what had ended" in checked.output) == (1, True)
