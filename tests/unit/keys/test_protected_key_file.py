"""A key file under a passphrase: what it shows without it, who may read the passphrase, what a hostile file costs."""

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from passport_keys.errors import (
    KeyFileExposed,
    KeyFileInvalid,
    KeyStoreError,
    KeyStoreUrlInvalid,
    PassphraseRejected,
    ProviderUnavailable,
    SecretMissing,
)
from passport_keys.providers import open_provider
from passport_keys.providers import passphrase as stretching_module
from passport_keys.providers.local_file import LocalFileProvider, protect, unprotect
from passport_keys.providers.passphrase import Cost, Stretching

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
CONTEXT = b"data-key\0owner-1"
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kek.json"
    LocalFileProvider.create(path, NOW)
    return path


def _passphrase(path: Path, words: bytes = b"a lantern in the orchard\n") -> str:
    path.write_bytes(words)
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    return _passphrase(tmp_path / "passphrase")


@pytest.fixture
def protected(path: Path, passphrase: str) -> Path:
    protect(path, passphrase, cost=CHEAP)
    return path


def test_what_was_wrapped_before_unwraps_after_the_file_was_protected(path, passphrase):
    wrapped = LocalFileProvider.open(path).wrap(bytes(32), CONTEXT)
    protect(path, passphrase, cost=CHEAP)
    assert open_provider(f"file:{path}?passphrase-file={passphrase}").unwrap(wrapped, CONTEXT) == bytes(32)


def test_a_protected_file_shows_no_key_and_no_id(path, passphrase):
    before = json.loads(path.read_text())
    protect(path, passphrase, cost=CHEAP)
    shown = path.read_bytes()
    for key_id, entry in before["keys"].items():
        assert key_id.encode() not in shown
        assert entry["key"].encode() not in shown
        assert base64.b64decode(entry["key"]) not in shown


def test_a_protected_file_is_stretched_as_rfc_9106_recommends_unless_told_otherwise(path, passphrase):
    protect(path, passphrase)
    stated = json.loads(path.read_text())["passphrase"]
    assert (stated["kdf"], stated["memory_kib"], stated["passes"], stated["lanes"]) == ("argon2id", 65536, 3, 4)
    assert len(base64.b64decode(stated["salt"])) == 16
    LocalFileProvider.open(path, passphrase)


def test_a_passphrase_is_stretched_as_the_argon2_reference_stretches_it():
    from argon2.low_level import Type, hash_secret_raw

    stretching = Stretching(b"0123456789abcdef", Cost(memory_kib=256, passes=2, lanes=2))
    reference = hash_secret_raw(b"words", stretching.salt, 2, 256, 2, 32, Type.ID)
    assert stretching.key_of(b"words")._key == reference


def test_another_passphrase_is_refused_at_the_start_and_said_plainly(protected, tmp_path):
    wrong = _passphrase(tmp_path / "wrong", b"a lantern in the orchards")
    with pytest.raises(PassphraseRejected, match="passphrase does not open") as refusal:
        open_provider(f"file:{protected}?passphrase-file={wrong}")
    assert isinstance(refusal.value, KeyStoreError)
    assert "orchard" not in str(refusal.value)


def test_the_end_of_the_line_that_an_editor_adds_is_no_part_of_the_passphrase(protected, tmp_path):
    for ending in (b"", b"\n", b"\r\n"):
        LocalFileProvider.open(protected, _passphrase(tmp_path / "same", b"a lantern in the orchard" + ending))


def test_a_protected_file_without_its_passphrase_named_is_refused(protected):
    with pytest.raises(KeyFileInvalid, match="passphrase-file"):
        open_provider(f"file:{protected}")


def test_a_plain_file_where_a_passphrase_is_named_is_refused_rather_than_taken(path, passphrase):
    with pytest.raises(KeyFileInvalid, match="no passphrase"):
        open_provider(f"file:{path}?passphrase-file={passphrase}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o444, 0o700], ids=oct)
def test_a_passphrase_that_others_could_read_is_refused(protected, passphrase, mode):
    Path(passphrase).chmod(mode)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(protected, passphrase)


@pytest.mark.parametrize("words", [b"", b"\n", b"x" * 1025])
def test_an_empty_or_endless_passphrase_is_refused(path, tmp_path, words):
    before = path.read_bytes()
    with pytest.raises(SecretMissing):
        protect(path, _passphrase(tmp_path / "none", words), cost=CHEAP)
    assert path.read_bytes() == before


def test_a_missing_passphrase_file_is_refused(protected, tmp_path):
    with pytest.raises(SecretMissing):
        LocalFileProvider.open(protected, str(tmp_path / "nowhere"))


def test_a_bare_name_is_a_credential_that_systemd_passed(protected, passphrase, tmp_path, monkeypatch):
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    credential = folder / "passport"
    _passphrase(credential)
    credential.chmod(0o440)  # as systemd leaves one that it gave to the service's user by an access list
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    open_provider(f"file:{protected}?passphrase-file=passport")
    credential.chmod(0o444)
    with pytest.raises(KeyFileExposed):
        open_provider(f"file:{protected}?passphrase-file=passport")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_credential_that_another_user_could_replace_is_refused(protected, passphrase, tmp_path, monkeypatch):
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    credential = folder / "passport"
    _passphrase(credential)
    credential.chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    open_provider(f"file:{protected}?passphrase-file=passport")
    os.chown(credential, 65534, 65534)
    with pytest.raises(KeyFileExposed):
        open_provider(f"file:{protected}?passphrase-file=passport")


@pytest.mark.parametrize("name", ["passport", "../passport", "a/b", "."])
def test_a_bare_name_without_credentials_and_a_relative_path_are_refused(protected, monkeypatch, name):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(SecretMissing):
        LocalFileProvider.open(protected, name)


def test_a_relative_path_is_refused_also_where_credentials_were_passed(protected, tmp_path, passphrase, monkeypatch):
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    with pytest.raises(SecretMissing):
        LocalFileProvider.open(protected, "../passphrase")


@pytest.mark.parametrize("query", ["passphrase=hunter2", "passphrase-file", "passphrase-file=", "x=1", "&"])
def test_an_option_that_is_not_known_is_refused_without_repeating_it(path, query):
    with pytest.raises(KeyStoreUrlInvalid) as refusal:
        open_provider(f"file:{path}?{query}")
    assert "hunter2" not in str(refusal.value)


def test_every_flipped_bit_of_what_is_sealed_is_refused(protected, passphrase):
    document = json.loads(protected.read_text())
    sealed = base64.b64decode(document["sealed"])
    for place in range(0, len(sealed), 7):
        altered = bytearray(sealed)
        altered[place] ^= 1
        document["sealed"] = base64.b64encode(bytes(altered)).decode()
        protected.write_text(json.dumps(document))
        with pytest.raises(PassphraseRejected):
            LocalFileProvider.open(protected, passphrase)


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 1 << 21},
        {"memory_kib": 1 << 20, "passes": 5},
        {"memory_kib": 10**30},
        {"memory_kib": 7},
        {"memory_kib": 0},
        {"memory_kib": -1},
        {"memory_kib": "64"},
        {"memory_kib": 64.0},
        {"passes": 17},
        {"passes": 0},
        {"lanes": 17, "memory_kib": 4096},
        {"lanes": 0},
        {"salt": ""},
        {"salt": base64.b64encode(bytes(65)).decode()},
        {"salt": "not base64!"},
        {"kdf": "scrypt"},
    ],
)
def test_a_hostile_file_is_refused_before_any_work_is_done_for_it(protected, passphrase, change, monkeypatch):
    document: dict[str, Any] = json.loads(protected.read_text())
    document["passphrase"] |= change
    protected.write_text(json.dumps(document))
    stretched = []
    monkeypatch.setattr(stretching_module, "Argon2id", lambda **asked: stretched.append(asked))
    with pytest.raises(KeyFileInvalid):
        LocalFileProvider.open(protected, passphrase)
    assert stretched == []


@pytest.mark.parametrize("content", [b"[" * 100_000, b" " * ((1 << 20) + 1), b'{"format": ' + b"9" * 5000 + b"}"])
def test_a_file_that_would_exhaust_its_reader_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(KeyFileInvalid):
        LocalFileProvider.open(path)


def test_a_cost_beyond_the_bounds_is_refused_and_the_file_left_as_it_was(path, passphrase):
    before = path.read_bytes()
    with pytest.raises(ValueError, match="bounds"):
        protect(path, passphrase, cost=Cost(memory_kib=1 << 21))
    assert path.read_bytes() == before


def test_the_passphrase_changes_and_the_old_one_opens_nothing(protected, passphrase, tmp_path):
    wrapped = LocalFileProvider.open(protected, passphrase).wrap(bytes(32), CONTEXT)
    new = _passphrase(tmp_path / "new", b"seven red kites")
    protect(protected, new, passphrase, cost=CHEAP)
    assert LocalFileProvider.open(protected, new).unwrap(wrapped, CONTEXT) == bytes(32)
    with pytest.raises(PassphraseRejected):
        LocalFileProvider.open(protected, passphrase)


def test_the_passphrase_does_not_change_for_who_does_not_have_it(protected, tmp_path):
    before = protected.read_bytes()
    other = _passphrase(tmp_path / "other", b"seven red kites")
    with pytest.raises(PassphraseRejected):
        protect(protected, other, other, cost=CHEAP)
    with pytest.raises(KeyFileInvalid):
        protect(protected, other, cost=CHEAP)
    with pytest.raises(PassphraseRejected):
        unprotect(protected, other)
    assert protected.read_bytes() == before


def test_a_file_can_be_had_without_its_passphrase_again(protected, passphrase):
    wrapped = LocalFileProvider.open(protected, passphrase).wrap(bytes(32), CONTEXT)
    unprotect(protected, passphrase)
    assert LocalFileProvider.open(protected).unwrap(wrapped, CONTEXT) == bytes(32)
    assert protected.stat().st_mode & 0o7777 == 0o600


def test_a_key_added_to_a_protected_file_is_sealed_as_the_others_are(protected, passphrase):
    provider = LocalFileProvider.open(protected, passphrase)
    added = provider.add_key(NOW)
    document = json.loads(protected.read_text())
    assert document.keys() == {"format", "passphrase", "sealed"}
    assert LocalFileProvider.open(protected, passphrase).active_key_id == added
    assert protected.stat().st_mode & 0o7777 == 0o600


def test_a_running_service_goes_on_when_file_and_passphrase_are_both_changed(protected, passphrase, tmp_path):
    running = LocalFileProvider.open(protected, passphrase)
    wrapped = running.wrap(bytes(32), CONTEXT)
    new = _passphrase(tmp_path / "new", b"seven red kites")
    protect(protected, new, passphrase, cost=CHEAP)
    assert running.unwrap(wrapped, CONTEXT) == bytes(32)
    with pytest.raises(PassphraseRejected):
        running.wrap(bytes(32), CONTEXT)
    _passphrase(Path(passphrase), b"seven red kites")
    assert running.unwrap(running.wrap(bytes(32), CONTEXT), CONTEXT) == bytes(32)


def test_a_file_that_cannot_be_replaced_is_as_it_was(path, passphrase, monkeypatch):
    before = path.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", disk_full)
    with pytest.raises(ProviderUnavailable, match="No space left"):
        protect(path, passphrase, cost=CHEAP)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []
