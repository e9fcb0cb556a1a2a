"""Promise 6, attack by attack: what somebody who can write the database or the anchor file does, and who notices it.

Each attack is carried out on a copy of one database with its anchor file. Three look at it, and each says what it sees:
`passport-api log verify` with a checkpoint and the public key that were kept elsewhere, the service as it starts, and
`passport-api doctor`. Where an attack shows in nothing but what it was to change, the table says that too.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from passport_api.domain.anchor_records import AnchorRecord, EndingsList
from passport_api.domain.checkpoints import Checkpoint, sign_note
from passport_api.domain.merkle import Frontier, FrontierCorrupt
from passport_keys.errors import KeyStoreError
from passport_keys.signing import SigningKey
from support import attacked
from support.attacked import EARLY, SIZE, Place, Scene, leaf_hash_of, mended
from support.databases import BACKENDS
from support.raw_database import Row

ORIGIN = "passport.localhost/access-log"
SHUT = "log_diverged"
STOPPED = "does not start"
IN = 310
"""An entry of no perfect subtree, between the two checkpoints that were kept elsewhere."""
BLOCK = 200
"""An entry of the perfect subtree."""


@dataclass(frozen=True)
class Attack:
    """What is done, and what each of the three says; None where it sees nothing wrong.

    Attributes:
        verify: how `log verify` begins.
        ready: the problem that /readyz answers with, or how the service refuses to start.
        doctor: a sentence among those that `doctor` says.
        opens: what the child's parent, and the other child's, is answered when they read statements.
    """

    name: str
    do: Callable[[Place], None]
    verify: str | None
    ready: str | None
    doctor: str | None
    opens: tuple[int, int] = (200, 200)


def flipped(blob: bytes) -> bytes:
    return blob[:-1] + bytes([blob[-1] ^ 1])


def change(place: Place, table: str, key: Row, **values: Any) -> None:
    """Change columns of one row."""
    place.database.change(table, key, **values)


def entry(place: Place, position: int) -> Row:
    return place.database.rows("log_entries")[position]


def rewrite(place: Place, how: Callable[[list[Row]], None]) -> None:
    """Alter the entries, and make every hash, subtree and the head agree with them."""
    entries, head = place.database.rows("log_entries"), place.database.rows("log_head")[0]
    how(entries)
    for table, rows in mended(entries, head).items():
        place.database.replace(table, rows)


def alter(place: Place, how: Callable[[list[Row]], None]) -> None:
    """Alter the entries and touch nothing else."""
    entries = place.database.rows("log_entries")
    how(entries)
    place.database.replace("log_entries", entries)


# Entries.


def edit_payload(place: Place) -> None:
    change(place, "log_entries", {"position": IN}, sealed_payload=flipped(entry(place, IN)["sealed_payload"]))


def edit_payload_and_hash(place: Place) -> None:
    edit_payload(place)
    change(place, "log_entries", {"position": IN}, leaf_hash=leaf_hash_of(entry(place, IN)))


def edit_in_a_subtree(place: Place) -> None:
    change(place, "log_entries", {"position": BLOCK}, sealed_payload=flipped(entry(place, BLOCK)["sealed_payload"]))
    change(place, "log_entries", {"position": BLOCK}, leaf_hash=leaf_hash_of(entry(place, BLOCK)))


def edit_id(place: Place) -> None:
    change(place, "log_entries", {"position": IN}, id=uuid.uuid4())


def hide(place: Place) -> None:
    change(place, "log_entries", {"position": IN}, passport_id=uuid.UUID(place.scene.sibling.passport_id))


def swap(entries: list[Row]) -> None:
    entries[IN], entries[IN + 1] = entries[IN + 1], entries[IN]
    entries[IN]["position"], entries[IN + 1]["position"] = IN, IN + 1


def remove(entries: list[Row]) -> None:
    del entries[IN]


def cut(entries: list[Row]) -> None:
    del entries[IN:]


def insert(entries: list[Row]) -> None:
    entries.insert(IN, {**entries[IN - 1], "id": uuid.uuid4()})


def add(entries: list[Row]) -> None:
    added = {**entries[-1], "id": uuid.uuid4(), "position": SIZE}
    entries.append({**added, "leaf_hash": leaf_hash_of(added)})


def cut_the_tail(place: Place) -> None:
    rewrite(place, cut)
    place.write_lines([])
    anchored_anew(place, place.scene.signing_key)


def flip(entries: list[Row]) -> None:
    entries[IN]["sealed_payload"] = flipped(entries[IN]["sealed_payload"])


# Hashes and the head.


def edit_subtree(place: Place) -> None:
    subtree = place.database.rows("log_subtrees")[0]
    change(place, "log_subtrees", {"height": 8, "position": 0}, hash=flipped(subtree["hash"]))


def edit_frontier(place: Place) -> None:
    head = place.database.rows("log_head")[0]
    change(place, "log_head", {"id": 1}, frontier=flipped(head["frontier"]))


def spoil_frontier(place: Place) -> None:
    change(place, "log_head", {"id": 1}, frontier=b"nonsense")


def edit_size(place: Place) -> None:
    change(place, "log_head", {"id": 1}, size=IN)


def edit_epoch(place: Place) -> None:
    change(place, "log_head", {"id": 1}, epoch=0)


def edit_generation(place: Place) -> None:
    change(place, "log_head", {"id": 1}, generation=2)


# The whole log, with what the signing key can do.


def anchored_anew(place: Place, key: SigningKey) -> None:
    """Write the anchor file anew for the database's log, whole, as the service would, with a key."""
    head = place.database.rows("log_head")[0]
    checkpoint = Checkpoint(ORIGIN, head["size"], Frontier.from_bytes(head["size"], head["frontier"]).root())
    notes = (checkpoint.body(), EndingsList(checkpoint, 0, ()).body())
    place.write_lines([AnchorRecord(*(sign_note(note, ORIGIN, key.public_bytes(), key.sign) for note in notes)).line()])


def rewrite_without_the_key(place: Place) -> None:
    rewrite(place, flip)
    anchored_anew(place, SigningKey.generate())


def rewrite_with_the_key_and_every_anchor(place: Place) -> None:
    rewrite(place, flip)
    anchored_anew(place, place.scene.signing_key)


def put_the_older_copy_back(place: Place) -> None:
    place.put_back(place.scene.older)


def put_the_older_copy_back_renamed(place: Place) -> None:
    place.put_back(place.scene.older)
    edit_generation(place)


def put_the_older_copy_back_with_its_anchor(place: Place) -> None:
    place.put_back(place.scene.older)
    place.write_lines(place.scene.older_lines)


def put_the_older_copy_back_and_repeat_its_lines(place: Place) -> None:
    place.put_back(place.scene.older)
    place.write_lines([*place.lines(), place.scene.older_lines[-1]])


def against_a_witness(do: Callable[[Place], None]) -> Callable[[Place], None]:
    """The same where somebody else's witness has cosigned what there was."""

    def attack(place: Place) -> None:
        place.have_a_witness()
        do(place)

    return attack


# The anchor file.


def on_lines(how: Callable[[list[bytes]], list[bytes]]) -> Callable[[Place], None]:
    """Alter the anchor file's lines."""
    return lambda place: place.write_lines(how(place.lines()))


def edit_a_line(lines: list[bytes]) -> list[bytes]:
    ended = next(number for number, line in enumerate(lines) if b"consent_revoked" in line)
    return [*lines[:ended], lines[ended].replace(b"consent_revoked", b"membership_ended"), *lines[ended + 1 :]]


def another_signature(lines: list[bytes]) -> list[bytes]:
    """Sign the last record anew with another key of the same name."""
    key, record = SigningKey.generate(), json.loads(lines[-1])
    bodies = [record[part].rpartition("\n\n")[0] + "\n" for part in ("checkpoint", "endings")]
    notes = [sign_note(body, ORIGIN, key.public_bytes(), key.sign) for body in bodies]
    return [*lines[:-1], AnchorRecord(*notes).line()]


def delete_the_anchor(place: Place) -> None:
    place.anchor.unlink()


def delete_the_anchors_folder(place: Place) -> None:
    place.anchor.unlink()
    place.anchor.parent.rmdir()


# Ciphertext and keys.


def move_a_statement(place: Place) -> None:
    other = uuid.UUID(place.scene.sibling.passport_id)
    for row in place.database.rows("statements"):
        if str(row["passport_id"]) == place.scene.family.passport_id:
            change(place, "statements", {"id": row["id"], "version": row["version"]}, passport_id=other)


def put_another_childs_key(place: Place) -> None:
    keys = {str(row["passport_id"]): row for row in place.database.rows("data_keys")}
    ours, theirs = keys[place.scene.family.passport_id], keys[place.scene.sibling.passport_id]
    change(place, "data_keys", {"passport_id": ours["passport_id"]}, wrapped_key=theirs["wrapped_key"])


def put_the_erased_childs_key_back(place: Place) -> None:
    erased = place.scene.subjects["passport_erased"]
    place.database.insert(
        "data_keys", [row for row in place.scene.older_rows["data_keys"] if row["passport_id"] == erased]
    )


def put_the_erased_child_back(place: Place) -> None:
    put_the_erased_childs_key_back(place)
    erased = place.scene.subjects["passport_erased"]
    row = next(row for row in place.scene.older_rows["passports"] if row["id"] == erased)
    change(place, "passports", {"id": erased}, sealed_child=row["sealed_child"])


def swap_the_signing_keys(place: Place) -> None:
    rows = {row["purpose"]: row for row in place.database.rows("service_keys")}
    tokens, log = rows["token_signing"], rows["checkpoint_signing"]
    change(place, "service_keys", {"id": log["id"]}, wrapped_key=tokens["wrapped_key"])


def remove_the_signing_key(place: Place) -> None:
    place.database.replace(
        "service_keys",
        [row for row in place.database.rows("service_keys") if row["purpose"] != "checkpoint_signing"],
    )


# What had ended.


def undo(kind: str, table: str, **values: Any) -> Callable[[Place], None]:
    """Bring what had ended back by hand."""
    return lambda place: change(place, table, {"id": place.scene.subjects[kind]}, **values)


def forget_what_ended(place: Place) -> None:
    place.database.replace("endings", [])


def undo_and_forget(place: Place) -> None:
    undo("consent_revoked", "consents", revoked_at=None)(place)
    forget_what_ended(place)


def edit_the_register(place: Place) -> None:
    row = place.database.rows("decisions")[0]
    change(place, "decisions", {"position": row["position"]}, outcome="denied", decided_by=None)


BETWEEN = f"entry {EARLY}: edited: entries {EARLY} to {SIZE - 1} do not match the checkpoint"
IN_BLOCK = "entry 0: edited: entries 0 to 255 do not match the hash kept of them"
EDGE = "log: edited: the log's kept edge does not match its entries"
OTHERS = f"it knows {SIZE} entries and the database has others"
HEAD = "the database: its head is not that of its entries"
NOTHING = f"it keeps nothing of {ORIGIN}"
FOREIGN = "signed by none of this log's keys"
NO_KEY = "Error: "
ATTACKS = [
    # Entries, with nothing else touched.
    Attack("a payload edited", edit_payload, f"entry {IN}: edited", None, f"edited: entry {IN}: edited"),
    Attack("a payload and its hash edited", edit_payload_and_hash, BETWEEN, SHUT, OTHERS),
    Attack("a payload and its hash edited in a full subtree", edit_in_a_subtree, IN_BLOCK, None, f"edited: {IN_BLOCK}"),
    Attack("an entry's id edited", edit_id, f"entry {IN}: edited", None, f"edited: entry {IN}: edited"),
    Attack("an entry moved to another child", hide, f"entry {IN}: edited", None, f"edited: entry {IN}: edited"),
    Attack("two entries swapped", lambda it: alter(it, swap), BETWEEN, SHUT, OTHERS),
    Attack("an entry deleted", lambda it: alter(it, remove), f"entry {IN}: missing: the next", SHUT, OTHERS),
    Attack("the tail cut", lambda it: alter(it, cut), f"entry {IN}: cut short", SHUT, OTHERS),
    Attack("an entry added", lambda it: alter(it, add), f"entry {SIZE}: added", SHUT, f"entry {SIZE}: added"),
    # Entries, with every hash and the head mended.
    Attack("an entry edited, all mended", lambda it: rewrite(it, flip), BETWEEN, SHUT, OTHERS),
    Attack("an entry deleted, all mended", lambda it: rewrite(it, remove), "entry 319: cut short", SHUT, "rolled back"),
    Attack("two entries swapped, all mended", lambda it: rewrite(it, swap), BETWEEN, SHUT, OTHERS),
    Attack("the tail cut, all mended", lambda it: rewrite(it, cut), f"entry {IN}: cut short", SHUT, "rolled back"),
    Attack("an entry inserted, all mended", lambda it: rewrite(it, insert), BETWEEN, SHUT, OTHERS),
    # A beginning is not changed by what comes after it: it is a leaf that nobody can open.
    Attack("an entry added, all mended", lambda it: rewrite(it, add), None, None, None),
    # Hashes and the head.
    Attack("a subtree's hash edited", edit_subtree, IN_BLOCK, SHUT, OTHERS),
    Attack("the head's edge edited", edit_frontier, EDGE, SHUT, HEAD),
    Attack("the head's edge spoiled", spoil_frontier, EDGE, STOPPED, "The log's head makes no sense"),
    Attack("the head's size edited", edit_size, f"entry {IN}: added", STOPPED, "The log's head makes no sense"),
    # It counts changes, and is compared with what it was a moment before.
    Attack("the head's epoch set back", edit_epoch, None, None, None),
    Attack("the generation advanced to hide from anchors", edit_generation, None, SHUT, f"{NOTHING}/2"),
    # The whole log.
    Attack("log and anchor rewritten without the key", rewrite_without_the_key, BETWEEN, SHUT, FOREIGN),
    # Whoever has the database, its keys and every anchor: only a checkpoint kept elsewhere, or a witness, knows better.
    Attack("log and anchor rewritten with the key", rewrite_with_the_key_and_every_anchor, BETWEEN, None, None),
    Attack("an older copy put back", put_the_older_copy_back, "cut short", SHUT, "it was rolled back"),
    Attack("an older copy in another generation", put_the_older_copy_back_renamed, "cut short", SHUT, f"{NOTHING}/2"),
    Attack("an older copy put back with its anchor", put_the_older_copy_back_with_its_anchor, "cut short", None, None),
    Attack(
        "an older copy put back, its lines repeated",
        put_the_older_copy_back_and_repeat_its_lines, "cut short", SHUT, "it was rolled back",
    ),
    # The same, where a witness that somebody else runs had cosigned the true log.
    Attack(
        "log and anchor rewritten with the key, against a witness",
        against_a_witness(rewrite_with_the_key_and_every_anchor), BETWEEN, SHUT, OTHERS,
    ),
    Attack(
        "an older copy put back with its anchor, against a witness",
        against_a_witness(put_the_older_copy_back_with_its_anchor), "cut short", SHUT, "it was rolled back",
    ),
    Attack("a cosigned log cut, all mended", against_a_witness(cut_the_tail), "cut short", SHUT, "rolled back"),
    # The anchor file.
    Attack("an anchor's line removed", on_lines(lambda ls: [*ls[:2], *ls[3:]]), None, None, "line 3: begins at entry"),
    Attack("an anchor's line edited", on_lines(edit_a_line), None, None, f": {FOREIGN}"),
    Attack("an anchor's lines swapped", on_lines(lambda ls: [ls[1], ls[0], *ls[2:]]), None, None, "line 2: begins at"),
    # Harmless where the database holds what came after it; the doctor names the line.
    Attack("an old checkpoint replayed as the newest", on_lines(lambda ls: [*ls, ls[2]]), None, None, ": begins at"),
    Attack("the anchor's last line signed by another key", on_lines(another_signature), None, SHUT, FOREIGN),
    # What was cut off is written again with the next line: the database still has it.
    Attack("the anchor cut after an old line", on_lines(lambda ls: ls[:3]), None, None, None),
    Attack("the anchor emptied", on_lines(lambda _: []), None, SHUT, NOTHING),
    Attack("the anchor deleted", delete_the_anchor, None, SHUT, NOTHING),
    Attack("the anchor's folder deleted", delete_the_anchors_folder, None, "unavailable", "there is no such folder"),
    # Ciphertext and keys: what does not belong does not open.
    Attack("a statement moved to another child", move_a_statement, None, None, None, (200, 503)),
    Attack("another child's wrapped key put in", put_another_childs_key, None, None, None, (503, 200)),
    Attack("an erased child's key put back", put_the_erased_childs_key_back, None, SHUT, "  passport_erased "),
    Attack("an erased child put back", put_the_erased_child_back, None, SHUT, "  passport_erased "),
    Attack("a signing key put in another's place", swap_the_signing_keys, None, STOPPED, NO_KEY),
    Attack("a signing key removed", remove_the_signing_key, None, STOPPED, NO_KEY),
    # What had ended.
    Attack(
        "a revocation undone", undo("consent_revoked", "consents", revoked_at=None), None, SHUT, "  consent_revoked "
    ),
    Attack(
        "a replaced consent revived",
        undo("consent_superseded", "consents", superseded_at=None), None, SHUT, "  consent_superseded ",
    ),
    Attack(
        "a cancelled move revived",
        undo("transition_cancelled", "transitions", state="planned"), None, SHUT, "  transition_cancelled ",
    ),
    Attack("a role revived", undo("membership_ended", "memberships", ended_at=None), None, SHUT, "  membership_ended "),
    Attack(
        "a used invitation made usable again",
        undo("invitation_used", "invitations", accepted_at=None), None, SHUT, "  invitation_used ",
    ),
    Attack("a revocation undone, and that it ended deleted", undo_and_forget, None, SHUT, "  consent_revoked "),
    # All of it still stands in the rows and in the anchors.
    Attack("what ended deleted", forget_what_ended, None, None, None),
    # The register stands beside the log and not in it: docs/threat-model.md.
    Attack("the decision register edited", edit_the_register, None, None, None),
]  # fmt: skip


@pytest.fixture(scope="module", params=BACKENDS)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with attacked.scene(request.param, tmp_path_factory.mktemp("scene")) as made:
        yield made


@pytest.fixture
def place(scene: Scene, tmp_path: Path) -> Iterator[Place]:
    with attacked.place(scene, tmp_path) as made:
        yield made


def test_nothing_is_seen_where_nothing_was_done(place: Place) -> None:
    assert seen(place) == (None, None, None, (200, 200))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_seen_by_whom_the_table_says(place: Place, attack: Attack) -> None:
    attack.do(place)
    verified, ready, doctor, opens = seen(place)
    assert_said(attack.verify, verified, "log verify")
    assert ready == attack.ready
    assert_said(attack.doctor, doctor, "doctor")
    if ready is None:
        assert opens == attack.opens


def test_there_are_as_many_attacks_as_were_promised_and_each_has_its_own_name() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 25


def assert_said(wanted: str | None, said: str | None, who: str) -> None:
    if wanted is None:
        assert said is None, f"{who} saw something"
    else:
        assert said is not None, f"{who} saw nothing"
        assert wanted in said


def seen(place: Place) -> tuple[str | None, str | None, str | None, tuple[int, ...]]:
    """What `log verify`, the service as it starts and `doctor` say, None where all is well; and what opens."""
    verified = place.verify()
    ready, opens = started(place)
    doctor = place.command("doctor")
    return (
        verified.output if verified.exit_code else None,
        ready,
        doctor.output if doctor.exit_code else None,
        opens,
    )


def started(place: Place) -> tuple[str | None, tuple[int, ...]]:
    """Which problem the service names when it has started, and what the parent of both children reads if none."""
    try:
        with place.serving() as service:
            answer = service.client().get("/readyz")
            if answer.status_code != 200:
                return answer.json()["type"].removeprefix("/problems/"), ()
            parent = place.scene.family.parent.at(service)
            children = (place.scene.family.passport_id, place.scene.sibling.passport_id)
            return None, tuple(parent.get(f"/v1/passports/{each}/statements").status_code for each in children)
    except (KeyStoreError, FrontierCorrupt):
        return STOPPED, ()
