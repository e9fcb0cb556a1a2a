"""`passport-api witness`, in a process of its own: what it answers, what it keeps, and that it knows one history."""

import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from passport_api.cli import main
from passport_api.domain.checkpoints import Checkpoint, open_note, sign_note
from passport_api.domain.cosignatures import CosignerKey, cosigned_at
from passport_api.domain.merkle import EMPTY_ROOT
from passport_api.domain.witnessing import Submission, origin_hash
from passport_api.witness.cosigning import Witness
from passport_api.witness.http import MAX_BODY_BYTES, build
from passport_keys.signing import SigningKey, verify
from support.at_once import at_once
from support.witnesses import NAME, ORIGIN, MemoryLog, Running, start_witness, words

NEXT = f"{ORIGIN}/2"
LATER_KEY = SigningKey.generate()


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    """The log that the module's witness watches, with a second key of the same name, as after a rotation."""
    return MemoryLog().grown(600)


@pytest.fixture(scope="module")
def witness(log: MemoryLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One witness, of several logs: each test that has something cosigned names a log of its own."""
    folder = tmp_path_factory.mktemp("witness") / "state"
    later = MemoryLog(origin=ORIGIN, key=LATER_KEY)
    others = [
        MemoryLog(origin=f"log.example/{name}", key=log.key) for name in ("statuses", "grows", "empty", "rotated")
    ]
    rotated = MemoryLog(origin="log.example/rotated", key=LATER_KEY)
    running = start_witness(folder, [each.vkey for each in (log, later, *others, rotated)])
    yield running
    running.stop()


def log_named(name: str, log: MemoryLog, size: int = 40) -> MemoryLog:
    return MemoryLog(origin=f"log.example/{name}", key=log.key).grown(size)


def cosigned(answer: httpx.Response, note: str, key: CosignerKey) -> int:
    """The time at which a witness cosigned a checkpoint, checked."""
    assert answer.status_code == 200, answer.text
    return cosigned_at(note + answer.text, key, verify)


def test_a_log_that_grows_is_cosigned_step_by_step_and_its_latest_checkpoint_is_shown(
    witness: Running, log: MemoryLog
) -> None:
    grows = log_named("grows", log, 600)
    assert witness.newest(grows.origin).status_code == 404
    before = 0
    for size in (1, 2, 33, 256, 257, 599, 600, 600):
        answer = witness.post(grows.asks(before, size))
        assert cosigned(answer, grows.note(size), witness.cosigner) > 1_700_000_000
        assert answer.headers["Content-Type"].startswith("text/plain")
        shown = witness.newest(grows.origin).text
        assert cosigned_at(shown, witness.cosigner, verify)
        assert grows.opened(shown) == grows.checkpoint(size).body()
        before = size


def test_every_answer_of_the_specification(witness: Running, log: MemoryLog) -> None:
    mine = log_named("statuses", log)
    forged = MemoryLog(b"another", mine.origin, mine.key).grown(40)
    stranger = MemoryLog(b"", mine.origin).grown(40)
    unknown = MemoryLog(origin=NEXT, key=mine.key).grown(5)
    tampered = mine.asks(0, 5).replace(b"\n5\n", b"\n6\n")
    assert witness.post(mine.asks(7, 20)).text == "0\n"
    assert witness.post(mine.asks(0, 20)).status_code == 200
    kept = witness.newest(mine.origin).text
    no_proof = Submission(20, (), mine.note(40)).written()
    for status, body in (
        (400, b""),
        (400, b"old 0\n"),
        (400, mine.asks(0, 20).replace(b"old 0", b"old 00")),
        (400, mine.asks(20, 40).replace(b"old 20", b"old 41")),
        (403, stranger.asks(20, 40)),
        (403, tampered),
        (404, unknown.asks(0, 5)),
        (409, mine.asks(0, 40)),
        (409, mine.asks(19, 40)),
        (409, mine.asks(21, 40)),
        (409, mine.asks(10, 10)),
        (422, no_proof),
        (422, forged.asks(20, 40)),
        (422, forged.asks(20, 20)),
        (422, Submission(20, tuple(mine.consistency(20, 39)), mine.note(40)).written()),
        (413, mine.asks(20, 40) + b"x" * MAX_BODY_BYTES),
    ):
        answer = witness.post(body)
        assert answer.status_code == status, (status, body[:40])
        if status == 409:
            assert (answer.text, answer.headers["Content-Type"]) == ("20\n", "text/x.tlog.size")
        assert "—" not in answer.text
    assert witness.newest(mine.origin).text == kept
    assert witness.newest(NEXT).status_code == 404


def test_a_body_that_does_not_say_its_length_is_bounded_and_read_whole(witness: Running, log: MemoryLog) -> None:
    mine = log.asks(0, 3)
    url = f"{witness.base_url}/add-checkpoint"
    too_long = httpx.post(url, content=iter([mine, b"x" * MAX_BODY_BYTES, b"x" * MAX_BODY_BYTES]), timeout=30)
    assert too_long.status_code == 413
    answer = httpx.post(url, content=iter([mine[:10], mine[10:]]), timeout=30)
    assert cosigned(answer, log.note(3), witness.cosigner)


def test_an_empty_log_has_the_empty_root_and_no_other(witness: Running, log: MemoryLog) -> None:
    empty = log_named("empty", log)
    wrong = empty.sign(Checkpoint(empty.origin, 0, bytes(32)).body())
    assert witness.post(Submission(0, (), wrong).written()).status_code == 422
    right = empty.sign(Checkpoint(empty.origin, 0, EMPTY_ROOT).body())
    assert cosigned(witness.post(Submission(0, (), right).written()), right, witness.cosigner)
    assert witness.post(Submission(0, tuple(empty.consistency(20, 40)), empty.note()).written()).status_code == 422
    assert witness.post(empty.asks(0, 40)).status_code == 200


def test_a_log_goes_on_under_its_next_key(witness: Running, log: MemoryLog) -> None:
    rotated = log_named("rotated", log)
    after = MemoryLog(origin=rotated.origin, key=LATER_KEY).grown(40)
    assert witness.post(rotated.asks(0, 20)).status_code == 200
    assert cosigned(witness.post(after.asks(20, 40)), after.note(40), witness.cosigner)
    shown = witness.newest(rotated.origin).text
    assert open_note(shown, after.origin, LATER_KEY.public_bytes(), verify) == after.checkpoint(40).body()


def test_other_addresses_and_methods_are_answered_shortly(witness: Running) -> None:
    for path in ("/", "/add-checkpoint", "/../key", f"/{'0' * 64}/checkpoint", f"/{origin_hash(NEXT)}/checkpoint"):
        answer = httpx.get(witness.base_url + path, timeout=30)
        assert answer.status_code in {404, 405}
        assert len(answer.content) < 40
    assert httpx.get(f"{witness.base_url}/healthz", timeout=30).text == "up\n"


# Its memory.


def test_killed_while_it_answers_it_goes_on_from_what_it_had_told(tmp_path: Path) -> None:
    log, folder = MemoryLog().grown(2000), tmp_path / "state"
    forged = MemoryLog(b"another", key=log.key).grown(2000)
    first = start_witness(folder, [log.vkey])
    assert cosigned(first.post(log.asks(0, 20)), log.note(20), first.cosigner)

    def kill_it_soon() -> int:
        seen = 20
        while seen < 25:
            seen = int(first.newest().text.split("\n")[1])
        first.kill()
        return seen

    told, _ = at_once([lambda: _until_it_dies(first, log, 20), kill_it_soon])
    (folder / "logs" / f"{origin_hash(ORIGIN)}.new").write_bytes(b"half a note of a process that was kil")
    second = start_witness(folder, [log.vkey])
    try:
        assert second.vkey == first.vkey
        kept = second.newest().text
        size = int(kept.split("\n")[1])
        assert 24 <= told <= size <= told + 1 < 2000  # killed, perhaps, before it had answered what it kept
        assert cosigned_at(kept, first.cosigner, verify)
        assert second.post(log.asks(0, 20)).text == f"{size}\n"
        assert second.post(forged.asks(size, 2000)).status_code == 422
        assert cosigned(second.post(log.asks(size, 2000)), log.note(2000), first.cosigner)
        assert f"watches: {ORIGIN}, at {size} entries" in second.output.read_text(encoding="utf-8")
    finally:
        second.stop()


def _until_it_dies(running: Running, log: MemoryLog, size: int) -> int:
    """Have one size after another cosigned; gives the last one that was."""
    try:
        while size < log.size and running.post(log.asks(size, size + 1)).status_code == 200:
            size += 1
    except httpx.TransportError:
        pass
    return size


def test_of_two_histories_that_race_exactly_one_is_cosigned(tmp_path: Path) -> None:
    log = MemoryLog().grown(40)
    forged = MemoryLog(b"another", key=log.key).grown(40)
    folder = tmp_path / "state"
    # Two processes on one folder, which nobody should run: the lock holds between them too.
    one, two = start_witness(folder, [log.vkey]), start_witness(folder, [log.vkey])
    try:
        assert one.vkey == two.vkey
        calls = [
            lambda at=at, body=body: at.post(body)
            for body in (log.asks(0, 30), forged.asks(0, 31))
            for at in (one, two)
            for _ in range(4)
        ]
        answers = at_once(calls)
        assert {answer.status_code for answer in answers} == {200, 409}
        assert len({answer.request.content for answer in answers if answer.status_code == 200}) == 1
        kept = one.newest().text
        size = int(kept.split("\n")[1])
        winner = log if log.opened(kept) == log.checkpoint(size).body() else forged
        loser = forged if winner is log else log
        assert two.post(loser.asks(size, 40)).status_code == 422
        assert two.post(winner.asks(size, 40)).status_code == 200
    finally:
        one.stop()
        two.stop()


def test_a_witness_whose_memory_is_lost_cosigns_from_nothing_again(tmp_path: Path) -> None:
    """What losing it means: it is no witness against a fork any more, only the kept cosignatures are."""
    log, folder = MemoryLog().grown(40), tmp_path / "state"
    witness = Witness.opened(folder, NAME, [log.verifier], lambda: 1_800_000_000)
    assert isinstance(witness.add_checkpoint(log.asks(0, 30)), str)
    (folder / "logs" / f"{origin_hash(ORIGIN)}.checkpoint").unlink()
    forged = MemoryLog(b"another", key=log.key).grown(40)
    assert isinstance(witness.add_checkpoint(forged.asks(0, 30)), str)


# Its folder.


def complaint(folder: Path, *logs: str, name: str = NAME) -> str:
    """Start a witness and expect it to refuse in one line, before it listens."""
    result = CliRunner().invoke(main, words(folder, logs or [MemoryLog().vkey], name))
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    return line


def made(folder: Path, log: MemoryLog) -> Witness:
    """A witness's folder with a checkpoint in it."""
    witness = Witness.opened(folder, NAME, [log.verifier], lambda: 1_800_000_000)
    assert isinstance(witness.add_checkpoint(log.asks(0, 20)), str)
    return witness


def test_its_key_is_made_once_for_its_owner_alone_and_printed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    command = ["witness-key", "--state", str(folder), "--name", NAME]
    printed = CliRunner().invoke(main, command).output
    assert printed.startswith(f"{NAME}+")
    assert CliRunner().invoke(main, command).output == printed
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    CliRunner().invoke(main, ["witness-key", "--state", str(folder), "--name", NAME])
    (folder / "key").chmod(mode)
    assert f"mode {mode:04o}" in complaint(folder)


def test_a_key_that_is_a_link_or_no_key_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    CliRunner().invoke(main, ["witness-key", "--state", str(folder), "--name", NAME])
    key = folder / "key"
    key.rename(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in complaint(folder)
    key.unlink()
    key.write_bytes(b"c2hvcnQ=\n")
    key.chmod(0o600)
    said = complaint(folder)
    assert "not a witness's key" in said
    assert "c2hvcnQ" not in said


def test_a_folder_that_everybody_may_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    CliRunner().invoke(main, ["witness-key", "--state", str(folder), "--name", NAME])
    folder.chmod(0o777)
    assert "Everybody may write" in complaint(folder)


def test_a_witness_that_lost_its_key_makes_no_new_one_in_its_name(tmp_path: Path) -> None:
    folder, log = tmp_path / "state", MemoryLog().grown(20)
    made(folder, log)
    (folder / "key").unlink()
    assert "is gone" in complaint(folder, log.vkey)
    assert not (folder / "key").exists()


@pytest.mark.parametrize("damage", ["", "rubbish\n", "size", "another witness", "another log"])
def test_a_memory_that_it_did_not_cosign_is_named_and_nothing_is_cosigned_on_it(tmp_path: Path, damage: str) -> None:
    folder, log = tmp_path / "state", MemoryLog().grown(40)
    witness = made(folder, log)
    path = folder / "logs" / f"{origin_hash(ORIGIN)}.checkpoint"
    kept = path.read_text(encoding="utf-8")
    elsewhere = MemoryLog(origin="log.example/other", key=log.key).grown(20)
    path.write_text(
        {
            "size": kept.replace("\n20\n", "\n10\n"),
            "another witness": made(tmp_path / "two", log).newest(origin_hash(ORIGIN)) or "",
            "another log": made(folder, elsewhere).newest(origin_hash(elsewhere.origin)) or "",
        }.get(damage, damage),
        encoding="utf-8",
    )
    assert "What is kept of" in complaint(folder, log.vkey)
    running = build_client(witness)
    assert running.post("/add-checkpoint", data=log.asks(20, 40)).status_code == 503
    assert running.get(f"/{origin_hash(ORIGIN)}/checkpoint").status_code == 503


def test_what_cannot_be_kept_is_not_cosigned(tmp_path: Path) -> None:
    folder, log = tmp_path / "state", MemoryLog().grown(40)
    witness = made(folder, log)
    blocked = folder / "logs" / f"{origin_hash(ORIGIN)}.new"
    blocked.mkdir()  # nothing can be written there
    answer = build_client(witness).post("/add-checkpoint", data=log.asks(20, 40))
    assert answer.status_code == 503
    assert "—" not in answer.text
    blocked.rmdir()
    assert build_client(witness).post("/add-checkpoint", data=log.asks(20, 40)).status_code == 200


@pytest.mark.parametrize(
    ("name", "logs", "says"),
    [
        (NAME, ["nonsense"], "--log takes what `log key` prints"),
        (NAME, [""], "--log takes"),
        ("two words", [], "--name"),
        ("", [], "--name"),
    ],
)
def test_what_its_operator_gets_wrong_is_said_in_one_line(
    tmp_path: Path, name: str, logs: list[str], says: str
) -> None:
    assert says in complaint(tmp_path / "state", *logs, name=name)


def test_another_logs_note_under_a_trusted_name_is_not_cosigned(tmp_path: Path) -> None:
    """The key's name and the origin inside must both be the log's: one key may sign for several."""
    log = MemoryLog().grown(20)
    witness = Witness.opened(tmp_path / "state", NAME, [log.verifier], lambda: 1_800_000_000)
    elsewhere = Checkpoint("log.example/other", 20, log.checkpoint().root)
    note = sign_note(elsewhere.body(), ORIGIN, log.key.public_bytes(), log.key.sign)
    assert build_client(witness).post("/add-checkpoint", data=Submission(0, (), note).written()).status_code == 404


def build_client(witness: Witness) -> FlaskClient:
    """The witness's application, without a server."""
    return build(witness).test_client()
