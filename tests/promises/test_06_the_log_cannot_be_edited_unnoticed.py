"""Promise 6: the access log cannot be edited, cut short, reordered or rolled back without `log verify` naming where.

Each test stores the log as an administrator of the database has changed it, in a database of its own without any key,
and runs the command that verifies it against what was kept elsewhere: signed checkpoints and the public key.
"""

import base64
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from pymerkle import InmemoryTree

from passport_api.cli import main
from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.checkpoints import Checkpoint, sign_note, verifier_key
from passport_api.domain.ids import EntryId, PassportId
from passport_api.domain.merkle import Frontier
from passport_api.domain.people import Capacity
from passport_api.services import log as services_log
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Step
from passport_api.store import log, passports
from passport_keys.signing import SigningKey
from support.databases import fresh_database
from support.raw_database import RawDatabase, Row
from support.service import Service
from support.world import Family, Person, World

ORIGIN = "passport.localhost/access-log"
SMALL, FIRST, SECOND, LAST = 40, 200, 400, 600
"""The sizes at which a checkpoint was kept: two perfect subtrees of 256 entries are stored, and neither is last."""


@dataclass
class Log:
    """The rows that are the log."""

    entries: list[Row]
    subtrees: list[Row]
    head: list[Row]

    def mend(self) -> None:
        """Number the entries anew and make every hash agree with them, as somebody with the source code would."""
        frontier, self.subtrees = Frontier(), []
        for position, entry in enumerate(self.entries):
            entry["position"], entry["leaf_hash"] = position, leaf_hash_of(entry)
            frontier, completed = frontier.append(entry["leaf_hash"])
            self.subtrees += [{"height": height, "position": at, "hash": root} for height, at, root in completed]
        self.head = [{**self.head[0], "size": frontier.size, "frontier": frontier.to_bytes()}]


@dataclass
class Kept:
    """A log as it truly is, and what was kept elsewhere."""

    log: Log
    early: Log
    notes: dict[int, str]
    key: str
    signing_key: SigningKey
    family: Family
    reader: Person
    auditor: Person
    view_entry: int


@dataclass
class Place:
    """A database of one test's own, and the command that verifies it."""

    folder: Path
    url: str
    database: RawDatabase
    environment: dict[str, str] = field(default_factory=dict)

    def store(self, tampered: Log) -> None:
        """Fill the database with a log."""
        self.database.insert("log_entries", tampered.entries)
        self.database.insert("log_subtrees", tampered.subtrees)
        self.database.insert("log_head", tampered.head)

    def verify(self, notes: list[str], key: str | None) -> tuple[int, str]:
        """Run `passport-api log verify`; gives its exit code and what it says."""
        arguments = ["log", "verify", "--data", str(self.folder)]
        for number, note in enumerate(notes):
            path = self.folder / f"checkpoint-{number}"
            path.write_text(note, encoding="utf-8")
            arguments += ["--checkpoint", str(path)]
        arguments += [] if key is None else ["--public-key", key]
        assert not (self.folder / "keys.json").exists()
        ran = CliRunner().invoke(main, arguments, env=self.environment)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran.exit_code, ran.output


@pytest.fixture(scope="module")
def kept(service: Service, world: World) -> Kept:
    """A log of 600 entries: a family's first ones, then many more, with checkpoints taken on the way."""
    family = world.family()
    world.statement(family, "regulation", "everyday")
    reader = world.member(family.school_id, "designated_teacher")
    auditor = world.member(family.custodian_id, "auditor")
    consent = world.consent(family)
    view_entry = reader.get(f"/v1/views/{consent['id']}").json()["log_entry"]
    key = auditor.get("/v1/log/key").text
    database = RawDatabase(service.settings.database_url)
    notes, logs = {}, {}
    for size in (SMALL, FIRST, SECOND, LAST):
        _grow(service, family, size)
        notes[size] = auditor.get("/v1/log/checkpoint").text
        logs[size] = Log(*(database.rows(table) for table in ("log_entries", "log_subtrees", "log_head")))
    database.close()
    signing_key = service.runtime.keys.log
    return Kept(logs[LAST], logs[FIRST], notes, key, signing_key, family, reader, auditor, view_entry)


@pytest.fixture
def place(service: Service, tmp_path: Path) -> Iterator[Place]:
    with fresh_database(service.backend, tmp_path) as url:
        database = RawDatabase(url)
        yield Place(tmp_path, url, database, {"PASSPORT_DATABASE_URL": url})
        database.close()


def _grow(service: Service, family: Family, size: int) -> None:
    """Append entries about a family's passport until the log has a size."""

    def append(step: Step) -> None:
        record = passports.find(step.uow, PassportId(uuid.UUID(family.passport_id)))
        assert record is not None
        seals = step.runtime.vault.passport(record.passport_id, record.wrapping_key_id, record.wrapped_key)
        head = log.take_turn(step.uow)
        who = Capacity("Robin Okafor", "designated_teacher", "A school")
        leaves = [
            seals.seal_entry(
                Entry(
                    EntryId(step.runtime.new_id()),
                    step.at,
                    "view.opened",
                    Outcome.ALLOWED,
                    who,
                    None,
                    seals.passport_id,
                )
            )
            for _ in range(size - head.size)
        ]
        log.append(step.uow, head, leaves, at=step.at, new_epoch=False)

    perform_unattended(service.runtime, append)


def leaf_hash_of(entry: Row) -> bytes:
    """What a leaf commits to, worked out from the row alone."""
    passport = bytes(16) if entry["passport_id"] is None else entry["passport_id"].bytes
    return sha256(b"\x00" + entry["id"].bytes + passport + entry["sealed_payload"]).digest()


def flipped(blob: bytes) -> bytes:
    return blob[:-1] + bytes([blob[-1] ^ 1])


# What an administrator does to the rows.


def edit(entries: list[Row]) -> None:
    entries[300]["sealed_payload"] = flipped(entries[300]["sealed_payload"])


def hide_from_the_parents(entries: list[Row]) -> None:
    entries[300]["passport_id"] = uuid.uuid4()


def take_its_child_away(entries: list[Row]) -> None:
    entries[300]["passport_id"] = None


def cut_short(entries: list[Row]) -> None:
    del entries[550:]


def remove_one(entries: list[Row]) -> None:
    del entries[300]


def remove_the_first(entries: list[Row]) -> None:
    del entries[0]


def swap(entries: list[Row]) -> None:
    entries[300], entries[301] = entries[301], entries[300]


def insert_one(entries: list[Row]) -> None:
    entries.insert(300, {**entries[100], "id": uuid.uuid4()})


def repeat_the_last(entries: list[Row]) -> None:
    entries.append({**entries[-1], "id": uuid.uuid4()})


MENDED: dict[Callable[[list[Row]], None], str] = {
    edit: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
    hide_from_the_parents: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
    take_its_child_away: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
    cut_short: "entry 550: cut short: a checkpoint says that the log had 600 entries",
    remove_one: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
    remove_the_first: "entry 0: edited: entries 0 to 199 do not match the checkpoint",
    swap: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
    insert_one: "entry 200: edited: entries 200 to 399 do not match the checkpoint",
}
"""Each change with every hash, stored subtree and the head mended: only a checkpoint shows it, and between which."""


def kept_notes(kept: Kept) -> list[str]:
    return [kept.notes[size] for size in (FIRST, SECOND, LAST)]


def test_an_untouched_log_is_verified_against_every_checkpoint_without_a_server_or_a_key(
    kept: Kept, place: Place
) -> None:
    place.store(kept.log)
    code, said = place.verify([*kept.notes.values()], kept.key)
    assert (code, said.split(",")[0]) == (0, "verified: 600 entries")
    assert said.endswith("4 checkpoints\n")


def test_the_installed_command_verifies_and_refuses_alike(kept: Kept, place: Place) -> None:
    command = [str(Path(sys.executable).with_name("passport-api")), "log", "verify", "--data", str(place.folder)]
    note = place.folder / "checkpoint"
    note.write_text(kept.notes[LAST], encoding="utf-8")
    command += ["--checkpoint", str(note), "--public-key", kept.key.strip()]
    tampered = deepcopy(kept.log)
    edit(tampered.entries)
    place.store(tampered)
    ran = subprocess.run(command, env=place.environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout.startswith("entry 300: edited")


@pytest.mark.parametrize("tamper", MENDED, ids=lambda tamper: tamper.__name__)
def test_a_change_with_everything_mended_is_named_between_two_checkpoints(
    kept: Kept, place: Place, tamper: Callable[[list[Row]], None]
) -> None:
    tampered = deepcopy(kept.log)
    tamper(tampered.entries)
    tampered.mend()
    place.store(tampered)
    assert place.verify([], None)[0] == 0, "the tampering is not complete: it shows without a checkpoint"
    code, said = place.verify(kept_notes(kept), kept.key)
    assert (code, said.splitlines()[0]) == (1, MENDED[tamper])


@pytest.mark.parametrize("tamper", [edit, hide_from_the_parents, take_its_child_away], ids=lambda each: each.__name__)
def test_an_edited_entry_is_named_by_its_number(kept: Kept, place: Place, tamper: Callable[[list[Row]], None]) -> None:
    tampered = deepcopy(kept.log)
    tamper(tampered.entries)
    place.store(tampered)
    code, said = place.verify([], None)
    assert (code, said.splitlines()[0].split(":")[0]) == (1, "entry 300")


def test_an_edited_entry_with_its_own_hash_mended_is_named_by_its_subtree(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    edit(tampered.entries)
    tampered.entries[300]["leaf_hash"] = leaf_hash_of(tampered.entries[300])
    place.store(tampered)
    code, said = place.verify([], None)
    assert code == 1
    assert said.splitlines()[0] == "entry 256: edited: entries 256 to 511 do not match the hash kept of them"


def test_an_edited_subtree_or_head_is_named(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    tampered.subtrees[1]["hash"] = flipped(tampered.subtrees[1]["hash"])
    tampered.head[0]["frontier"] = flipped(tampered.head[0]["frontier"])
    place.store(tampered)
    code, said = place.verify([], None)
    assert code == 1
    assert said.splitlines() == [
        "entry 256: edited: entries 256 to 511 do not match the hash kept of them",
        "log: edited: the log's kept edge does not match its entries",
    ]


def test_last_entries_deleted_are_named_though_nothing_else_was_touched(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    cut_short(tampered.entries)
    place.store(tampered)
    code, said = place.verify([], None)
    assert (code, said) == (1, "entry 550: cut short: the log says that it has 600 entries\n")


def test_a_head_with_only_its_size_mended_is_named(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    del tampered.entries[551:]
    tampered.head[0]["size"] = 551  # has one perfect subtree more than 600, so that the kept edge does not fit
    place.store(tampered)
    code, said = place.verify(kept_notes(kept), kept.key)
    assert code == 1
    assert said.splitlines() == [
        "entry 551: cut short: a checkpoint says that the log had 600 entries",
        "log: edited: the log's kept edge does not match its entries",
    ]


def test_a_head_that_is_gone_is_named(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    tampered.head = []
    place.store(tampered)
    code, said = place.verify([], None)
    assert (code, said) == (1, "log: edited: the log's kept edge is missing\n")


def test_an_entry_deleted_in_the_middle_leaves_a_gap_that_is_named(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    remove_one(tampered.entries)
    place.store(tampered)
    code, said = place.verify([], None)
    assert (code, said.splitlines()[0]) == (1, "entry 300: missing: the next entry kept is 301")


@pytest.mark.parametrize("tamper", [remove_one, swap, insert_one], ids=lambda tamper: tamper.__name__)
def test_renumbered_entries_are_named_by_their_subtree(
    kept: Kept, place: Place, tamper: Callable[[list[Row]], None]
) -> None:
    tampered = deepcopy(kept.log)
    tamper(tampered.entries)
    for position, entry in enumerate(tampered.entries):
        entry["position"] = position
    tampered.entries[300]["leaf_hash"] = leaf_hash_of(tampered.entries[300])
    place.store(tampered)
    code, said = place.verify([], None)
    assert code == 1
    assert said.splitlines()[0] == "entry 256: edited: entries 256 to 511 do not match the hash kept of them"


def test_an_entry_added_past_the_end_is_named(kept: Kept, place: Place) -> None:
    tampered = deepcopy(kept.log)
    repeat_the_last(tampered.entries)
    tampered.entries[600] |= {"position": 600, "leaf_hash": leaf_hash_of(tampered.entries[600])}
    place.store(tampered)
    code, said = place.verify(kept_notes(kept), kept.key)
    assert (code, said) == (1, "entry 600: added: the log says that it has 600 entries\n")


def test_a_former_copy_of_the_whole_database_is_named(kept: Kept, place: Place) -> None:
    place.store(kept.early)
    assert place.verify([kept.notes[FIRST]], kept.key)[0] == 0
    code, said = place.verify(kept_notes(kept), kept.key)
    assert code == 1
    assert said.splitlines() == [
        "entry 200: cut short: a checkpoint says that the log had 400 entries",
        "entry 200: cut short: a checkpoint says that the log had 600 entries",
    ]


def test_a_former_copy_that_grew_again_is_named(kept: Kept, place: Place) -> None:
    regrown = deepcopy(kept.early)
    regrown.entries += [{**each, "id": uuid.uuid4()} for each in deepcopy(kept.log.entries[FIRST:])]
    regrown.mend()
    place.store(regrown)
    code, said = place.verify(kept_notes(kept), kept.key)
    assert code == 1
    assert said.splitlines() == [
        "entry 200: edited: entries 200 to 399 do not match the checkpoint",
        "entry 200: edited: entries 200 to 599 do not match the checkpoint",
    ]


@pytest.mark.parametrize("true_one_first", [True, False])
def test_a_signed_checkpoint_of_another_history_does_not_hide_the_true_one(
    kept: Kept, place: Place, true_one_first: bool
) -> None:
    other = deepcopy(kept.log)
    edit(other.entries)
    other.mend()
    place.store(other)
    root = Frontier.from_bytes(LAST, other.head[0]["frontier"]).root()
    notes = [kept.notes[LAST], signed(kept.signing_key, Checkpoint(ORIGIN, LAST, root))]
    code, said = place.verify(notes if true_one_first else notes[::-1], kept.key)
    assert (code, said) == (1, "entry 0: edited: entries 0 to 599 do not match the checkpoint\n")


def test_a_log_that_grows_meanwhile_is_verified_as_it_was(kept: Kept, service: Service) -> None:
    with service.runtime.database.snapshot() as uow:
        before = services_log.measured(uow)
        _grow(service, kept.family, before[0] + 5)
        assert list(services_log.verify(uow, [])) == []
        assert services_log.measured(uow) == before


@pytest.mark.parametrize("column", ["id", "passport_id", "sealed_payload", "leaf_hash"])
def test_an_entry_that_cannot_be_read_is_named(kept: Kept, place: Place, service: Service, column: str) -> None:
    if service.backend != "sqlite":
        pytest.skip("PostgreSQL refuses a value of another type.")
    place.store(kept.log)
    place.database.sql(f"UPDATE log_entries SET {column} = 'no such thing' WHERE position = 300")
    code, said = place.verify([], None)
    assert (code, said.splitlines()[0].split(":")[0]) == (1, "entry 300")


def signed(key: SigningKey, checkpoint: Checkpoint, name: str = ORIGIN) -> str:
    return sign_note(checkpoint.body(), name, key.public_bytes(), key.sign)


def test_a_checkpoint_that_is_not_this_logs_own_is_refused(kept: Kept, place: Place) -> None:
    place.store(kept.log)
    intruder = SigningKey.generate()
    root = Frontier.from_bytes(LAST, kept.log.head[0]["frontier"]).root()
    true, elsewhere = Checkpoint(ORIGIN, LAST, root), Checkpoint("other.example/log", LAST, root)
    intruders_key = verifier_key(ORIGIN, intruder.public_bytes())
    refused = {
        "its size was changed": (kept.notes[LAST].replace("\n600\n", "\n599\n"), kept.key),
        "it is no note": ("600", kept.key),
        "it is not signed": (true.body(), kept.key),
        "another key signed it": (signed(intruder, true), kept.key),
        "it is held against another key": (kept.notes[LAST], intruders_key),
        "it is of another log": (signed(kept.signing_key, elsewhere, "other.example/log"), kept.key),
        "it speaks of another log": (signed(kept.signing_key, elsewhere), kept.key),
        "the key is no key": (kept.notes[LAST], "nonsense"),
        "there is no key": (kept.notes[LAST], None),
    }
    for why, (note, key) in refused.items():
        code, said = place.verify([note], key)
        assert code not in {0, None}, why
        assert "verified" not in said, why


# Proofs, checked by a verifier of their own: RFC 9162 sections 2.1.3.2 and 2.1.4.2, step by step.


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def proves_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = _node(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old_root, new_root)


def _hashes(answer: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(each, validate=True) for each in answer["hashes"]]


@pytest.fixture(scope="module")
def tree(kept: Kept) -> InmemoryTree:
    """The same entries in an independent implementation, read from the rows without the service's code."""
    tree = InmemoryTree()
    for entry in kept.log.entries:
        passport = bytes(16) if entry["passport_id"] is None else entry["passport_id"].bytes
        tree.append_entry(entry["id"].bytes + passport + entry["sealed_payload"])
    return tree


def test_each_checkpoint_has_the_root_that_an_independent_tree_has(kept: Kept, tree: InmemoryTree) -> None:
    for size, note in kept.notes.items():
        origin, written_size, root = note.split("\n")[:3]
        assert (origin, int(written_size), base64.b64decode(root)) == (ORIGIN, size, tree.get_root(size))


@pytest.mark.parametrize(
    ("size", "indexes"), [(SMALL, range(SMALL)), (1, [0]), (LAST, [0, 199, 255, 256, 511, 512, 599])]
)
def test_every_inclusion_proof_convinces_an_independent_verifier(
    kept: Kept, tree: InmemoryTree, size: int, indexes: list[int]
) -> None:
    for index in indexes:
        answer = kept.auditor.get(f"/v1/log/entries/{index}/inclusion-proof?size={size}").json()
        leaf, path, root = base64.b64decode(answer["leaf_hash"]), _hashes(answer), tree.get_root(size)
        assert leaf == leaf_hash_of(kept.log.entries[index])
        assert proves_inclusion(leaf, index, size, path, root)
        assert not proves_inclusion(flipped(leaf), index, size, path, root)


def test_every_older_log_is_proved_to_be_a_beginning_of_the_newer(kept: Kept, tree: InmemoryTree) -> None:
    for old in [*range(1, SMALL + 1), FIRST, 255, 256, 257, SECOND, 511, 512, 513, LAST]:
        answer = kept.auditor.get(f"/v1/log/consistency-proof?from={old}&to={LAST}").json()
        roots = tree.get_root(old), tree.get_root(LAST)
        assert proves_consistency(old, LAST, *roots, _hashes(answer)), old
        if old < LAST:
            assert not proves_consistency(old, LAST, flipped(roots[0]), roots[1], _hashes(answer))


def test_those_responsible_and_those_recorded_get_proofs_and_nobody_else_learns_how_long_the_log_is(
    kept: Kept, world: World
) -> None:
    stranger = world.family()
    entry = f"/v1/log/entries/{kept.view_entry}/inclusion-proof"
    for allowed in (kept.auditor, kept.family.parent, kept.family.social_worker, kept.reader):
        assert allowed.get(entry).status_code == 200
    colleague = world.member(kept.family.school_id, "designated_teacher")
    admin = world.admin(kept.family.custodian_id)
    beyond = [10**6, 2**53, 2**63 - 1, 2**63, 2**64, 10**30]
    nothing = _seen(stranger.parent.get(f"/v1/log/entries/{beyond[0]}/inclusion-proof"))
    assert nothing[0] == 404
    for refused in (stranger.parent, stranger.social_worker, colleague, admin):
        assert _seen(refused.get(entry)) == nothing
    for position in beyond:
        assert _seen(kept.auditor.get(f"/v1/log/entries/{position}/inclusion-proof")) == nothing
    of_the_service = next(row["position"] for row in kept.log.entries if row["passport_id"] is None)
    for refused in (kept.family.parent, kept.family.social_worker, kept.reader):
        assert _seen(refused.get(f"/v1/log/entries/{of_the_service}/inclusion-proof")) == nothing


def test_a_reader_gets_no_proof_of_what_others_did_with_the_passport_they_read(kept: Kept) -> None:
    others = [row["position"] for row in kept.log.entries if row["passport_id"] and row["position"] != kept.view_entry]
    path = f"/v1/log/entries/{others[0]}/inclusion-proof"
    assert kept.reader.get(path).status_code == 404
    assert kept.family.parent.get(path).status_code == 200


def _seen(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    varying = {"date", "x-request-id"}
    headers = {name: value for name, value in answer.headers.items() if name not in varying}
    return answer.status_code, answer.content, headers
