"""What was downloaded over HTTP is checked offline: by `log verify`, and by a verifier written from the page alone."""

import ast
import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.domain.checkpoints import Checkpoint, sign_note, verifier_key
from passport_api.domain.cosignatures import CosignerKey, cosign, cosigner_key
from passport_keys.signing import SigningKey
from support.service import Service
from support.witnesses import MemoryLog
from support.world import World

VERIFIER = Path(__file__).parents[1] / "support/independent_verifier.py"
ORIGIN = "passport.localhost/access-log"
WITNESS = "witness.example/w1"
AT = 1_800_000_000


@dataclass
class Files:
    """What somebody kept: a checkpoint that a witness cosigned, a proof, and the keys; and what a forger would have."""

    note: str
    proof: dict[str, Any]
    key: str
    witness_key: str
    older: str
    consistency: dict[str, Any]
    log_key: SigningKey
    witness: SigningKey


@pytest.fixture(scope="module")
def files(service: Service, world: World, tmp_path_factory: pytest.TempPathFactory) -> Files:
    family = world.family()
    auditor = world.member(family.custodian_id, "auditor")
    reader = world.member(family.school_id, "designated_teacher")
    older = auditor.get("/v1/log/checkpoint").text
    consent = world.consent(family)
    entry = reader.get(f"/v1/views/{consent['id']}").json()["log_entry"]
    for number in range(3):
        world.statement(family, "regulation", "everyday", f"statement {number}")
    note = family.parent.get("/v1/log/checkpoint").text
    size = note.split("\n")[1]
    world.statement(family, "regulation", "everyday", "the log goes on")
    proof = family.parent.get(f"/v1/log/entries/{entry}/inclusion-proof?size={size}").json()
    grown = auditor.get(f"/v1/log/consistency-proof?from={older.split(chr(10))[1]}&to={size}").json()
    witness = SigningKey.generate()
    cosigner = CosignerKey(WITNESS, witness.public_bytes())
    line = cosign(note.partition("\n\n")[0] + "\n", cosigner, AT, witness.sign)
    witness_key = cosigner_key(WITNESS, witness.public_bytes())
    key = auditor.get("/v1/log/key").text
    return Files(note + line, proof, key, witness_key, older, grown, service.runtime.keys.log, witness)


@dataclass
class Ran:
    code: int
    said: str


@dataclass
class Desk:
    """A place without a database, a configuration or a network, where both verifiers are run on one set of files."""

    folder: Path

    def log_verify(self, note: str | bytes, proof: str | bytes, key: str, *witnesses: str) -> Ran:
        words = ["--checkpoint", self.file("note", note), "--proof", self.file("proof", proof), "--public-key", key]
        return self.command(*words, *(word for each in witnesses for word in ("--witness-key", each)))

    def command(self, *words: str) -> Ran:
        ran = CliRunner().invoke(main, ["log", "verify", *words], env=dict.fromkeys(_SETTINGS))
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Ran(ran.exit_code, ran.output)

    def independent(self, note: str | bytes, proof: str | bytes, key: str, *witnesses: str) -> Ran:
        words = [self.file("note", note), self.file("proof", proof), key, *witnesses]
        # -I: nothing of the environment or of this folder is imported by chance.
        done = subprocess.run(
            [sys.executable, "-I", str(VERIFIER), *words], capture_output=True, text=True, check=False, cwd=self.folder
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


_SETTINGS = ("PASSPORT_DATA", "PASSPORT_DATABASE_URL", "PASSPORT_KEY_URL", "PASSPORT_ANCHORS")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_independent_verifier_is_short_and_imports_nothing_of_ours() -> None:
    source = VERIFIER.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 80
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_both_verifiers_accept_what_was_downloaded(files: Files, desk: Desk) -> None:
    proof = json.dumps(files.proof)
    for witnesses in ([], [files.witness_key]):
        ran = desk.log_verify(files.note, proof, files.key, *witnesses)
        assert ran.code == 0, ran.said
        (line,) = ran.said.splitlines()
        assert line.startswith(
            f"verified: entry {files.proof['entry']} is in {ORIGIN} of {files.proof['size']} entries"
        )
        assert line.endswith("cosigned by witness.example/w1 at 2027-01-15T08:00:00Z") is bool(witnesses)
        independent = desk.independent(files.note, proof, files.key, *witnesses)
        assert independent.code == 0, independent.said


def flipped(encoded: str) -> str:
    blob = bytearray(base64.b64decode(encoded))
    blob[-1] ^= 1
    return base64.b64encode(blob).decode()


def resigned(files: Files, checkpoint: Checkpoint, key: SigningKey | None = None, name: str = ORIGIN) -> str:
    """A checkpoint that a log signed, and the true witness did not."""
    signer = key or files.log_key
    return sign_note(checkpoint.body(), name, signer.public_bytes(), signer.sign)


def true_checkpoint(files: Files) -> Checkpoint:
    return Checkpoint.parse(files.note.partition("\n\n")[0] + "\n")


def with_proof(**changes: Any) -> Callable[[Files], tuple[str, str, str]]:
    return lambda files: (files.note, json.dumps({**files.proof, **changes}), files.key)


def with_hashes(change: Callable[[list[str]], list[str]]) -> Callable[[Files], tuple[str, str, str]]:
    return lambda files: (
        files.note,
        json.dumps({**files.proof, "hashes": change(list(files.proof["hashes"]))}),
        files.key,
    )


def with_note(change: Callable[[str], str]) -> Callable[[Files], tuple[str, str, str]]:
    return lambda files: (change(files.note), json.dumps(files.proof), files.key)


def with_key(make: Callable[[Files], str]) -> Callable[[Files], tuple[str, str, str]]:
    return lambda files: (files.note, json.dumps(files.proof), make(files))


def signature_flipped(files: Files, of: str) -> str:
    lines = files.note.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"— {of} "))
    head, _, encoded = lines[at].rpartition(" ")
    lines[at] = f"{head} {flipped(encoded)}"
    return "\n".join(lines)


def as_of(files: Files, checkpoint: Checkpoint) -> str:
    """A checkpoint that both the log and the witness signed: what is wrong is between it and the proof."""
    cosigner = CosignerKey(WITNESS, files.witness.public_bytes())
    return resigned(files, checkpoint) + cosign(checkpoint.body(), cosigner, AT, files.witness.sign)


def other_log(files: Files) -> str:
    return MemoryLog(origin=ORIGIN, key=files.log_key).grown(files.proof["size"]).note()


TAMPERED: dict[str, tuple[Callable[[Files], tuple[str, str, str]], str]] = {
    "another entry": (lambda f: with_proof(entry=f.proof["entry"] - 1)(f), "does not lead"),
    "an entry past the end": (lambda f: with_proof(entry=f.proof["size"])(f), "does not lead"),
    "an entry before the first": (with_proof(entry=-1), "cannot be read"),
    "an entry that is no number": (with_proof(entry="many"), "cannot be read"),
    "a leaf of another content": (lambda f: with_proof(leaf_hash=flipped(f.proof["leaf_hash"]))(f), "does not lead"),
    "a leaf that is short": (with_proof(leaf_hash="AAAA"), "cannot be read"),
    "a proof for another size": (lambda f: with_proof(size=f.proof["size"] + 1)(f), "ask for a proof with ?size="),
    "a hash changed": (with_hashes(lambda hashes: [flipped(hashes[0]), *hashes[1:]]), "does not lead"),
    "a hash left out": (with_hashes(lambda hashes: hashes[1:]), "does not lead"),
    "a hash added": (with_hashes(lambda hashes: [*hashes, hashes[0]]), "does not lead"),
    "hashes swapped": (with_hashes(lambda hashes: hashes[::-1]), "does not lead"),
    "no hashes": (with_hashes(lambda _: []), "does not lead"),
    "a hash that is no base64": (with_hashes(lambda hashes: ["!" + hashes[0][1:], *hashes[1:]]), "cannot be read"),
    "a proof that is no JSON": (lambda f: (f.note, "verified", f.key), "cannot be read"),
    "a proof that is nothing": (lambda f: (f.note, "", f.key), "cannot be read"),
    "the size changed": (
        lambda f: with_note(lambda n: n.replace(f"\n{f.proof['size']}\n", "\n7\n"))(f),
        "bad signature",
    ),
    "the root changed": (
        with_note(lambda n: n.replace(n.split("\n")[2], flipped(n.split("\n")[2]))),
        "bad",
    ),
    "the origin changed": (with_note(lambda n: n.replace(ORIGIN, "other.example/log", 1)), "bad signature"),
    "a line added": (with_note(lambda n: n.replace("\n\n", "\nand more\n\n", 1)), "bad signature"),
    "other newlines": (with_note(lambda n: n.replace("\n", "\r\n")), "malformed"),
    "cut short": (with_note(lambda n: n[:-1]), "malformed"),
    "something after it": (with_note(lambda n: n + "more\n"), "malformed"),
    "the log's signature changed": (lambda f: with_note(lambda _: signature_flipped(f, ORIGIN))(f), "bad signature"),
    "no signatures": (with_note(lambda n: n.partition("\n\n")[0] + "\n"), "malformed"),
    "only the witness's signature": (
        with_note(lambda n: n.partition("\n\n")[0] + "\n\n" + n.splitlines()[-1] + "\n"),
        "no signature by that key",
    ),
    "the witness's signature changed": (
        lambda f: with_note(lambda _: signature_flipped(f, WITNESS))(f),
        "not cosigned by witness.example/w1: bad signature",
    ),
    "no witness's signature": (
        with_note(lambda n: n.rsplit("—", 1)[0]),
        "not cosigned by witness.example/w1: no signature",
    ),
    "the witness's signature of an older checkpoint": (
        lambda f: with_note(lambda _: f.older + as_of(f, true_checkpoint(f)).splitlines()[-1] + "\n")(f),
        "not cosigned by witness.example/w1: bad signature",
    ),
    "another history under the right key, without the witness": (
        lambda f: with_note(lambda _: other_log(f))(f),
        "not cosigned",
    ),
    "another history under every right key": (
        lambda f: with_note(lambda _: as_of(f, MemoryLog(origin=ORIGIN).grown(f.proof["size"]).checkpoint()))(f),
        "does not lead",
    ),
    "an older checkpoint": (
        lambda f: with_note(lambda _: as_of(f, Checkpoint.parse(f.older.partition("\n\n")[0] + "\n")))(f),
        "ask for a proof with ?size=",
    ),
    "a later generation of the log": (
        lambda f: with_note(
            lambda _: as_of(f, Checkpoint(f"{ORIGIN}/2", true_checkpoint(f).size, true_checkpoint(f).root))
        )(f),
        "another log than the key",
    ),
    "another log's key": (
        with_key(lambda _: verifier_key(ORIGIN, SigningKey.generate().public_bytes())),
        "no signature by that key",
    ),
    "the right key under another name": (
        with_key(lambda f: verifier_key("other.example/log", f.log_key.public_bytes())),
        "no signature by that key",
    ),
    "a key with the id of another": (with_key(lambda f: f.key.replace(f.key.split("+")[1], "00000000")), "such a key"),
    "a witness's key for the log's": (with_key(lambda f: f.witness_key), "such a key"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_both_verifiers_reject_and_the_command_says_what_is_wrong(case: str, files: Files, desk: Desk) -> None:
    tamper, says = TAMPERED[case]
    note, proof, key = tamper(files)
    assert (note, proof, key) != (files.note, json.dumps(files.proof), files.key)
    ran = desk.log_verify(note, proof, key, files.witness_key)
    assert ran.code == 1, ran.said
    (line,) = ran.said.splitlines()
    assert says in line
    assert "verified" not in line.removeprefix("verified:") or "verified:" not in line
    independent = desk.independent(note, proof, key, files.witness_key)
    assert independent.code == 1, independent.said


def test_bytes_that_are_no_text_are_refused_by_both(files: Files, desk: Desk) -> None:
    for note, proof in ((b"\xff", json.dumps(files.proof)), (files.note, b"\xff")):
        ran = desk.log_verify(note, proof, files.key)
        assert (ran.code, "no text" in ran.said) == (1, True)
        assert desk.independent(note, proof, files.key).code == 1


def test_another_witnesss_key_is_not_satisfied(files: Files, desk: Desk) -> None:
    other = cosigner_key("witness.example/w2", SigningKey.generate().public_bytes())
    proof = json.dumps(files.proof)
    assert desk.log_verify(files.note, proof, files.key, files.witness_key, other).code == 1
    assert desk.independent(files.note, proof, files.key, files.witness_key, other).code == 1


def test_the_installed_command_verifies_without_a_service(files: Files, desk: Desk) -> None:
    command = [str(Path(sys.executable).with_name("passport-api")), "log", "verify", "--public-key", files.key]
    command += ["--checkpoint", desk.file("note", files.note), "--proof", desk.file("proof", json.dumps(files.proof))]
    done = subprocess.run(command, env={}, cwd=desk.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verified: entry")


def test_two_checkpoints_are_shown_to_be_of_one_log_that_grew(files: Files, desk: Desk) -> None:
    notes = [desk.file("old", files.older), desk.file("new", files.note)]

    def verified(proof: dict[str, Any], order: list[str] = notes) -> Ran:
        words = [word for each in order for word in ("--checkpoint", each)]
        kept = desk.file("consistency", json.dumps(proof))
        return desk.command(*words, "--consistency", kept, "--public-key", files.key)

    for order in (notes, notes[::-1]):
        ran = verified(files.consistency, order)
        assert (ran.code, ran.said.split(" begins ")[0]) == (
            0,
            f"verified: the log of {files.consistency['from']} entries",
        )
    wrong = {**files.consistency, "hashes": [flipped(each) for each in files.consistency["hashes"]]}
    assert "not proved to begin" in verified(wrong).said
    assert "ask for a proof with ?from=" in verified({**files.consistency, "to": 10**6}).said
    assert "cannot be read" in verified({**files.consistency, "hashes": None}).said
    assert verified(wrong).code == 1
    desk.file("old", other_log(files))
    desk.file("consistency", "{}")
    assert verified(files.consistency).code == 1


def test_what_is_missing_is_said(files: Files, desk: Desk) -> None:
    note, proof = desk.file("note", files.note), desk.file("proof", json.dumps(files.proof))
    for words, says in (
        (["--proof", proof, "--checkpoint", note], "--public-key"),
        (["--proof", proof, "--public-key", files.key], "one --checkpoint"),
        (["--consistency", proof, "--checkpoint", note, "--public-key", files.key], "two --checkpoint"),
    ):
        ran = desk.command(*words)
        assert (ran.code, says in ran.said) == (2, True), ran.said


# One file.


@pytest.fixture
def kept(files: Files, service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `log prove` prints."""
    monkeypatch.setenv("PASSPORT_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("PASSPORT_KEY_URL", service.settings.key_url)
    monkeypatch.setenv("PASSPORT_ANCHORS", ",".join(service.settings.anchors))
    ran = CliRunner().invoke(main, ["log", "prove", "--entry", str(files.proof["entry"])])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_proof_that_is_one_file_is_verified_and_any_change_to_it_is_not(files: Files, kept: str, desk: Desk) -> None:
    def verified(text: str, *more: str) -> Ran:
        return desk.command("--proof", desk.file("one", text), "--public-key", files.key, *more)

    lines = kept.split("\n")
    assert lines[:3] == [
        "c2sp.org/tlog-proof@v1",
        f"extra {files.proof['leaf_hash']}",
        f"index {files.proof['entry']}",
    ]
    assert verified(kept).said.startswith(f"verified: entry {files.proof['entry']} is in {ORIGIN}")
    for changed in (
        kept.replace("@v1", "@v2"),
        kept.replace(lines[1], f"extra {flipped(files.proof['leaf_hash'])}"),
        kept.replace(lines[1] + "\n", ""),
        kept.replace(lines[2], f"index {files.proof['entry'] + 1}"),
        kept.replace(lines[2], f"index 0{files.proof['entry']}"),
        kept.replace(lines[3], flipped(lines[3])),
        kept.replace(lines[3] + "\n", ""),
        kept.replace(lines[3], lines[3][:-1]),
        kept.replace("\n\n", "\n", 1),
        kept[:-1],
        kept.partition("\n\n")[0] + "\n\n" + files.note,
    ):
        assert changed != kept
        assert verified(changed).code == (2 if "@v2" in changed else 1), changed
    other = desk.file("other", files.note)
    assert "ask for a proof" in verified(kept, "--checkpoint", other).said


def test_an_entry_that_the_log_has_not_is_not_proved(kept: str) -> None:
    ran = CliRunner().invoke(main, ["log", "prove", "--entry", str(10**9)])
    assert (ran.exit_code, ran.output) == (1, "Error: The log has no entry 1000000000.\n")
