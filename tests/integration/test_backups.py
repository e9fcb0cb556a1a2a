"""Backups: of one instant while people write, believed only as they were written, and put back without losing more."""

import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from passport_api.domain.access_log import KEY_ADDED
from passport_api.domain.backups import BackupRefused, Manifest, WrappedDataKey, decode, encode, is_name
from passport_api.domain.backups.keys import KeyGeneration
from passport_api.domain.checkpoints import Checkpoint, sign_note
from passport_api.services import backups, log, operating
from passport_api.services.anchoring import LogDiverged
from passport_api.store.backups import sqlite
from passport_api.store.database import Database
from passport_keys.providers.local_file import LocalFileProvider
from passport_keys.signing import SigningKey
from support import disaster
from support.databases import BACKENDS, fresh_database
from support.disaster import Backup, back_up, back_up_keys, databases_like, restore, target, verify
from support.raw_database import RawDatabase
from support.service import Clock, Service, listening, running_service
from support.world import Family, World

SAYING_SO = "Sensory breaks after lunch."


@pytest.fixture(scope="module")
def family(world: World) -> Family:
    """A child with statements, a consent, and an NHS number that finds the passport."""
    family = world.family(nhs_number="9434765919")
    world.statement(family, "regulation", "everyday", SAYING_SO)
    world.consent(family)
    return family


@pytest.fixture(scope="module")
def backup(service: Service, family: Family, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """A backup of that family. Tests that change one take a copy."""
    return back_up(service, tmp_path_factory.mktemp("backups"))


@pytest.fixture
def copied(backup: Backup, tmp_path: Path) -> Backup:
    """A copy of the backup, to be spoilt."""
    keys = tmp_path / "keys" / backup.keys.name
    keys.parent.mkdir()
    shutil.copy(backup.keys, keys)
    return Backup(Path(shutil.copytree(backup.folder, tmp_path / backup.folder.name)), keys, backup.size)


@pytest.fixture
def empty(service: Service, tmp_path: Path) -> Iterator[str]:
    """Where nothing is yet."""
    with target(service.backend, tmp_path) as url:
        yield url


def test_what_is_written_meanwhile_is_not_in_it_and_is_not_kept_waiting(
    service: Service, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setattr(sqlite, "_PAGES_A_STEP", 8)  # so that a small database is copied in many steps
    family = world.family()
    world.statement(family, "regulation", "everyday", "before")
    before = _size(service.settings.database_url)
    said: list[str] = []

    def write(line: str) -> None:
        said.append(line)
        world.statement(family, "regulation", "everyday", f"meanwhile {len(said)}")

    backup = back_up(service, tmp_path, write)
    assert len(said) > 3
    assert _size(service.settings.database_url) == before + len(said)
    assert backup.size == before
    restore(backup, service.settings, empty)
    with _database(empty) as database, database.snapshot() as uow:
        assert list(log.verify(uow, [])) == []
        assert log.measured(uow)[0] == before
    rows = _rows(empty, "statements")
    assert [row for row in rows if str(row["passport_id"]) == family.passport_id] == [
        row
        for row in _rows(service.settings.database_url, "statements")
        if str(row["passport_id"]) == family.passport_id
    ][:1]


def test_every_row_comes_back_and_a_service_serves_from_it(
    service: Service, family: Family, backup: Backup, empty: str, tmp_path: Path
) -> None:
    done = restore(backup, service.settings, empty)
    assert (done.fitted.left_out, done.fitted.erased, done.aside) == (0, 0, None)
    manifest, _ = decode(Manifest, backup.manifest.read_bytes())
    assert manifest.rows == {table: len(_rows(empty, table)) for table in manifest.rows}
    assert {"data_keys", "service_keys"} & manifest.rows.keys() == set()
    again = replace(service.settings, database_url=empty, anchors=())  # of a service that goes on elsewhere
    with listening(again, service.clock, service.backend, tmp_path) as restored:
        parent = family.parent.at(restored)
        texts = [each["text"] for each in parent.get(f"/v1/passports/{family.passport_id}/statements").json()["items"]]
    assert SAYING_SO in texts


def test_no_byte_of_a_wrapped_key_is_in_the_content(service: Service, backup: Backup) -> None:
    kept = _laid_open(service.backend, backup.content)
    generation, _ = decode(KeyGeneration, backup.keys.read_bytes())
    every = [key.wrapped_key for key in (*generation.data_keys, *generation.service_keys)]
    assert len(every) >= 5
    there = {row["wrapped_key"] for table in ("data_keys", "service_keys") for row in _every_key(service, table)}
    assert set(every) <= there
    for wrapped in every:
        for piece in (wrapped[:16], wrapped[-16:]):  # across two pages a longer one would be cut
            assert piece not in kept
            assert piece.hex().encode() not in kept
    sealed = next(row["sealed_statement"] for row in _rows(service.settings.database_url, "statements"))
    assert sealed[:16] in kept or sealed[:16].hex().encode() in kept  # what is there is found in this way


def test_nothing_in_a_backup_is_plain_and_others_can_read_none_of_it(service: Service, backup: Backup) -> None:
    files = [backup.content, backup.manifest, backup.keys]
    for plain in (SAYING_SO, "9434765919", "person1@people.example"):
        assert plain.encode() not in _laid_open(service.backend, backup.content)
        assert all(plain.encode() not in file.read_bytes() for file in files)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (*files, backup.folder)} == {0}
    assert sorted(path.name for path in backup.folder.iterdir()) == ["content", "manifest.json"]
    assert is_name(backup.folder.name)


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("name", ["content", "manifest", "keys"])
def test_a_flipped_byte_is_refused_by_name(
    name: str, place: float, service: Service, copied: Backup, empty: str
) -> None:
    path: Path = getattr(copied, name)
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    for use in (lambda: verify(copied, service.settings), lambda: restore(copied, service.settings, empty)):
        with pytest.raises(BackupRefused, match=f"{path}: "):
            use()
    assert databases_like(empty) == []


@pytest.mark.parametrize("name", ["content", "manifest", "keys"])
def test_a_missing_file_is_refused_by_name(name: str, service: Service, copied: Backup) -> None:
    path: Path = getattr(copied, name)
    path.unlink()
    with pytest.raises(BackupRefused, match=f"{path}: cannot be read"):
        verify(copied, service.settings)


def test_a_whole_backup_verifies_and_leaves_nothing_behind(service: Service, backup: Backup, empty: str) -> None:
    before = databases_like(service.settings.database_url)
    assert verify(backup, service.settings).opened >= 1
    assert backups.verify_content(backup.folder, service.settings.database_url, disaster.silent).log.size == backup.size
    assert databases_like(service.settings.database_url) == before


def test_content_whose_manifest_was_mended_is_refused_for_want_of_a_signature(service: Service, copied: Backup) -> None:
    manifest, signature = decode(Manifest, copied.manifest.read_bytes())
    copied.content.write_bytes(copied.content.read_bytes() + b"\0")
    mended = replace(manifest, content=backups.making.files.digest_of(copied.content))
    copied.manifest.write_bytes(encode(mended, signature))
    with pytest.raises(BackupRefused, match=f"{copied.manifest}: was not signed"):
        verify(copied, service.settings)


def test_a_generation_from_which_somebody_took_a_key_is_refused(service: Service, copied: Backup) -> None:
    generation, signature = decode(KeyGeneration, copied.keys.read_bytes())
    copied.keys.write_bytes(encode(replace(generation, data_keys=generation.data_keys[1:]), signature))
    with pytest.raises(BackupRefused, match=f"{copied.keys}: was not signed"):
        verify(copied, service.settings)


def test_a_log_that_was_edited_before_the_backup_is_not_restored(
    service: Service, tmp_path: Path, family: Family
) -> None:
    database = RawDatabase(service.settings.database_url)
    with database.altered("log_entries", {"position": 1}, lambda row: {"sealed_payload": row["leaf_hash"]}):
        edited = back_up(service, tmp_path)
    database.close()
    with pytest.raises(BackupRefused, match="its log does not verify: entry 1: edited"):
        verify(edited, service.settings)
    with pytest.raises(BackupRefused, match="its log does not verify: entry 1: edited"):
        backups.verify_content(edited.folder, service.settings.database_url, disaster.silent)


def test_a_log_that_an_anchor_contradicts_is_not_backed_up(service: Service, tmp_path: Path) -> None:
    """A backup is signed: there would be a second history in the log's own name."""
    anchor = service.folder / "anchors/log.anchor"
    away = anchor.rename(anchor.with_name("away"))
    try:
        service.runtime.anchoring.check()
        for make in (back_up, back_up_keys):
            with pytest.raises(LogDiverged):
                make(service, tmp_path)
    finally:
        away.rename(anchor)
        service.runtime.anchoring.check()
    assert list(tmp_path.iterdir()) == []
    assert back_up(service, tmp_path).folder.is_dir()


def test_a_signed_manifest_that_counts_other_rows_is_refused(service: Service, copied: Backup) -> None:
    _sign_anew(service, copied, lambda manifest: replace(manifest, rows={**manifest.rows, "consents": 7}))
    with pytest.raises(BackupRefused, match="other numbers of rows"):
        verify(copied, service.settings)


def test_content_that_goes_on_beyond_a_signed_manifests_checkpoint_is_refused(service: Service, tmp_path: Path) -> None:
    earlier, _ = decode(KeyGeneration, back_up_keys(service, tmp_path / "earlier").read_bytes())
    operating.note_alone(service.runtime, KEY_ADDED, "so that the log grows")
    backup = back_up(service, tmp_path)
    _sign_anew(service, backup, lambda manifest: replace(manifest, log=earlier.log))
    with pytest.raises(BackupRefused, match="goes on beyond the manifest's checkpoint"):
        verify(backup, service.settings)


def test_a_checkpoint_that_somebody_else_signed_is_refused_in_a_signed_manifest(
    service: Service, copied: Backup
) -> None:
    """It is what others hold the restored log against."""
    other = SigningKey.generate()

    def forged(manifest: Manifest) -> Manifest:
        body = Checkpoint(manifest.log.origin, manifest.log.size, manifest.log.root).body()
        note = sign_note(body, manifest.log.origin, other.public_bytes(), other.sign)
        return replace(manifest, log=replace(manifest.log, checkpoint=note))

    _sign_anew(service, copied, forged)
    with pytest.raises(BackupRefused, match=f"{copied.manifest}: was not signed"):
        verify(copied, service.settings)


def test_another_generation_under_the_name_of_the_backups_own_is_refused(
    service: Service, copied: Backup, tmp_path: Path
) -> None:
    """A newer one opens the content under a name of its own; under this one somebody has exchanged it."""
    newer = back_up_keys(service, tmp_path / "newer")
    assert verify(copied.opened_by(newer), service.settings).opened >= 1
    shutil.copy(newer, copied.keys)
    with pytest.raises(BackupRefused, match=f"{copied.keys}: is not the file that the manifest describes"):
        verify(copied, service.settings)


def test_a_schema_that_this_release_does_not_know_is_refused(service: Service, copied: Backup) -> None:
    _sign_anew(service, copied, lambda manifest: replace(manifest, schema_revision="9999"))
    with pytest.raises(BackupRefused, match="9999, which this release does not know"):
        verify(copied, service.settings)


def test_content_does_not_open_with_the_keys_of_another_place(service: Service, backup: Backup, tmp_path: Path) -> None:
    """Another key file; and the same key file with another database, whose keys open and whose log is another."""
    with running_service(service.backend, tmp_path) as other:
        foreign = back_up(other, tmp_path / "elsewhere")
    with pytest.raises(BackupRefused, match=f"{foreign.keys}: the key provider does not hold"):
        verify(backup.opened_by(foreign.keys), service.settings)
    (tmp_path / "second").mkdir()
    with fresh_database(service.backend, tmp_path / "second") as url:
        start = replace(service.settings, database_url=url, anchors=())
        with listening(start, service.clock, service.backend, tmp_path) as second:
            sibling = back_up(second, tmp_path / "second")
    with pytest.raises(BackupRefused, match=f"{backup.manifest}: was not signed by the log of these keys"):
        verify(backup.opened_by(sibling.keys), service.settings)
    with pytest.raises(BackupRefused, match="is of another log"):
        verify(backup, replace(service.settings, log_origin="elsewhere.example/access-log"))


def test_keys_of_other_passports_do_not_pass(service: Service, world: World, copied: Backup) -> None:
    """Even signed by the log itself: each key opens its own passport alone."""
    world.family()
    keys = back_up_keys(service, copied.keys.parent)
    generation, _ = decode(KeyGeneration, keys.read_bytes())
    first, second, *others = generation.data_keys
    swapped = (
        WrappedDataKey(first.passport_id, second.wrapping_key_id, second.wrapped_key),
        WrappedDataKey(second.passport_id, first.wrapping_key_id, first.wrapped_key),
    )
    _write_signed(service, keys, replace(generation, data_keys=(*swapped, *others)))
    with pytest.raises(BackupRefused, match=f"{keys}: the key of passport {first.passport_id} does not open"):
        verify(copied.opened_by(keys), service.settings)


def test_an_erased_passport_stays_erased_in_content_that_is_older(
    service: Service, world: World, tmp_path: Path, empty: str
) -> None:
    family = world.family(upn="B801200005001")
    older = back_up(service, tmp_path)
    world.statement(family, "regulation", "everyday", "after the backup")
    kept = _erase(service, family)
    newer = back_up_keys(service, tmp_path / "keys")
    try:
        done = restore(older.opened_by(newer), service.settings, empty)
        assert done.fitted.erased == 1
        _is_gone(empty, family.passport_id)
        with pytest.raises(BackupRefused, match="is older than the content"):
            verify(back_up(service, tmp_path).opened_by(older.keys), service.settings)
    finally:
        _put_back(service, kept)


def test_a_passport_made_after_the_content_leaves_its_key_out(
    service: Service, world: World, tmp_path: Path, empty: str
) -> None:
    older = back_up(service, tmp_path)
    family = world.family()
    newer = back_up_keys(service, tmp_path / "keys")
    done = restore(older.opened_by(newer), service.settings, empty)
    assert (done.fitted.left_out, done.fitted.erased) == (1, 0)
    assert family.passport_id not in {str(row["passport_id"]) for row in _rows(empty, "data_keys")}


def test_keys_of_another_history_take_no_passport_for_erased(
    service: Service, world: World, tmp_path: Path, empty: str
) -> None:
    """As where an older backup was restored, its service went on, and these are the keys that it has now."""
    family = world.family()
    backup = back_up(service, tmp_path)
    generation, _ = decode(KeyGeneration, backup.keys.read_bytes())
    theirs = tuple(key for key in generation.data_keys if str(key.passport_id) != family.passport_id)
    keys = backup.keys.with_name("theirs.keys")
    _write_signed(service, keys, replace(generation, data_keys=theirs))
    with pytest.raises(BackupRefused, match="knows nothing of 1 passports of the content"):
        restore(backup.opened_by(keys), service.settings, empty)
    assert restore(backup, service.settings, empty).fitted.erased == 0


def test_a_key_is_never_put_back_for_a_passport_that_the_content_has_as_erased(
    service: Service, world: World, tmp_path: Path, empty: str
) -> None:
    """As when keys were backed up between an erasure's two halves, or signed by somebody who may sign."""
    family = world.family()
    generation, _ = decode(KeyGeneration, back_up_keys(service, tmp_path).read_bytes())
    database = RawDatabase(service.settings.database_url)
    erased = {"sealed_child": None}
    kept = _erase(service, family)
    with database.altered("passports", {"id": _uuid(family.passport_id)}, lambda _: erased):
        backup = back_up(service, tmp_path)
    database.close()
    _put_back(service, kept)
    _write_signed(service, backup.keys.with_name("old.keys"), replace(generation, log=_log_of(backup)))
    done = restore(backup.opened_by(backup.keys.with_name("old.keys")), service.settings, empty)
    assert done.fitted.left_out == 1
    _is_gone(empty, family.passport_id)


def test_what_is_there_is_moved_aside_when_asked_and_never_deleted(
    service: Service, backup: Backup, tmp_path: Path, empty: str
) -> None:
    restore(backup, service.settings, empty)
    before = _rows(empty, "log_entries")
    with pytest.raises(BackupRefused, match="--replace"):
        restore(backup, service.settings, empty)
    later = back_up(service, tmp_path)
    done = restore(later, service.settings, empty, replace=True)
    assert done.aside is not None
    assert len(_rows(empty, "log_entries")) == later.size
    aside = done.aside.removeprefix("database ")
    url = f"sqlite:///{aside}" if service.backend == "sqlite" else sa.make_url(empty).set(database=aside)
    assert _rows(url, "log_entries") == before
    assert len(databases_like(empty)) == 2


def test_a_database_that_is_served_is_not_replaced(service: Service, backup: Backup) -> None:
    service.runtime.database.engine.connect().close()
    with pytest.raises(BackupRefused, match="in use"):
        restore(backup, service.settings, service.settings.database_url, replace=True)
    assert service.client().get("/readyz").status_code == 200


@pytest.mark.parametrize("moment", ["computing the log anew", "putting it in place"])
def test_a_restore_that_is_killed_leaves_a_whole_database_and_can_be_repeated(
    moment: str, service: Service, backup: Backup, tmp_path: Path, empty: str
) -> None:
    restore(backup, service.settings, empty)
    later = back_up(service, tmp_path)
    settings = replace(service.settings, database_url=empty)
    words = ("restore", "--from", str(later.folder), "--keys", str(later.keys), "--replace")
    with disaster.killed_when(settings, moment, *words):
        sizes = {backup.size, later.size} if moment == "putting it in place" else {backup.size}
        assert len(_rows(empty, "log_entries")) in sizes
    again = disaster.command(settings, *words)
    assert again.returncode == 0, again.stderr
    assert len(_rows(empty, "log_entries")) == later.size
    assert not [name for name in databases_like(empty) if "restoring" in name]


def test_a_backup_that_is_killed_never_looks_like_one(service: Service, tmp_path: Path, family: Family) -> None:
    words = ("backup", "--to", str(tmp_path / "backups"))
    with disaster.killed_when(service.settings, "keeping the keys", *words):
        shelf = backups.Shelf(tmp_path / "backups", tmp_path / "backups" / "keys")
        assert list(shelf.backups()) == []
    done = disaster.command(service.settings, *words)
    assert done.returncode == 0, done.stderr
    assert len(list(shelf.backups())) == 1


def test_an_operator_lists_verifies_and_destroys_keys(service: Service, tmp_path: Path, family: Family) -> None:
    first, second = back_up(service, tmp_path), back_up(service, tmp_path)
    (tmp_path / "unrelated").mkdir()
    listed = disaster.command(service.settings, "backups", "list", str(tmp_path)).stdout
    for each in (first, second):
        assert listed.count(f"backup {each.folder.name} ") == 1
        assert listed.count(f"keys   {each.folder.name} ") == 1
    said = disaster.command(service.settings, "backups", "verify", str(first.folder), "--keys", str(second.keys))
    assert "verified: it can be restored with these keys" in said.stdout
    destroyed = disaster.command(service.settings, "backups", "prune-keys", str(tmp_path), "--yes")
    assert destroyed.stdout == f"destroyed {first.keys}\n"
    assert (first.keys.exists(), second.keys.exists(), first.content.exists()) == (False, True, True)
    refused = disaster.command(service.settings, "backups", "verify", str(first.folder), "--keys", str(first.keys))
    assert refused.returncode == 1
    assert refused.stderr == f"Error: {first.keys}: cannot be read (No such file or directory).\n"


def test_keys_that_only_a_destroyed_key_opens_are_useless_wherever_they_are(
    service: Service, backup: Backup, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    shutil.copy(service.folder / "keys.json", keys)
    provider = LocalFileProvider(keys)
    old = provider.active_key_id
    provider.add_key(Clock()())
    provider.destroy_key(old)
    with pytest.raises(BackupRefused, match=f"does not hold the keys that it needs: {old}"):
        verify(backup, replace(service.settings, key_url=f"file:{keys}"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backup_whose_key_was_destroyed_while_it_ran_is_none(backend: str, tmp_path: Path) -> None:
    """Rewrapped and destroyed after its keys were read: nobody could ever open it."""
    with running_service(backend, tmp_path) as service:
        World(service).family()
        provider = LocalFileProvider(tmp_path / "keys.json")
        old = provider.active_key_id

        def destroy(line: str) -> None:
            if line.startswith("keeping the keys"):
                provider.add_key(service.clock())
                provider.destroy_key(old)

        with pytest.raises(BackupRefused, match="was destroyed while the backup ran: run it again"):
            back_up(service, tmp_path / "backups", destroy)
        assert list((tmp_path / "backups").iterdir()) == [tmp_path / "backups/keys"]
        assert list((tmp_path / "backups/keys").iterdir()) == []


def test_which_generation_is_the_newest_is_what_the_log_says_and_not_a_clock(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    older = back_up_keys(service, folder)
    operating.note_alone(service.runtime, KEY_ADDED, "so that the log grows")
    newer = back_up_keys(service, folder)
    content = newer.read_bytes()
    older = older.rename(newer.with_name(newer.name.replace("2026", "2027")))  # its clock was ahead
    left = folder / f".{newer.name}.unfinished"
    left.write_bytes(b"what a killed backup left")
    assert set(backups.Shelf(tmp_path, folder).destroy_keys(1)) == {older, left}
    assert [path.read_bytes() for path in folder.iterdir()] == [content]


def test_generations_are_destroyed_only_while_each_is_readable(service: Service, tmp_path: Path) -> None:
    back_up_keys(service, tmp_path / "keys")
    newest = back_up_keys(service, tmp_path / "keys")
    newest.write_bytes(b"{}")
    with pytest.raises(BackupRefused, match="Nothing was destroyed"):
        backups.Shelf(tmp_path, tmp_path / "keys").destroy_keys(1)
    assert len(list((tmp_path / "keys").iterdir())) == 2


@pytest.mark.parametrize("where", ["--to", "--keys-to"])
def test_a_place_that_cannot_be_written_is_named_in_one_line(where: str, service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    words = ["backup", "--to", str(tmp_path / "fine"), where, str(tmp_path / "file" / "inside")]
    done = disaster.command(service.settings, *words)
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert error.startswith(f"Error: {tmp_path}/file/inside/2")
    assert error.endswith(": cannot be written (Not a directory).")


def _laid_open(backend: str, content: Path) -> bytes:
    """All that a content file holds, uncompressed."""
    if backend == "sqlite":
        return content.read_bytes()
    return subprocess.run(["pg_restore", "--file=-", str(content)], check=True, capture_output=True).stdout


def _sign_anew(service: Service, backup: Backup, change: Callable[[Manifest], Manifest]) -> None:
    """Say something else in a manifest, signed by the service's own key."""
    manifest, _ = decode(Manifest, backup.manifest.read_bytes())
    _write_signed(service, backup.manifest, change(manifest))


def _write_signed(service: Service, path: Path, document: Manifest | KeyGeneration) -> None:
    key = service.runtime.keys.log
    text = backups.making.signed_text(document)
    path.write_bytes(encode(document, sign_note(text, document.log.origin, key.public_bytes(), key.sign)))


def _log_of(backup: Backup) -> backups.making.LogState:
    return decode(Manifest, backup.manifest.read_bytes())[0].log


def _erase(service: Service, family: Family) -> list[dict[str, object]]:
    """Destroy a passport's data key and identity, past the service; gives what they were, to be put back."""
    database = RawDatabase(service.settings.database_url)
    keys = sa.table("data_keys", sa.column("passport_id", sa.Uuid()))
    kept = [row for row in database.rows("data_keys") if str(row["passport_id"]) == family.passport_id]
    (child,) = [row for row in database.rows("passports") if str(row["id"]) == family.passport_id]
    assert database.run(sa.delete(keys).where(keys.c.passport_id == _uuid(family.passport_id))) == 1
    database.change("passports", {"id": _uuid(family.passport_id)}, sealed_child=None)
    database.close()
    return [*kept, {"sealed_child": child["sealed_child"], "id": child["id"]}]


def _put_back(service: Service, kept: list[dict[str, object]]) -> None:
    *keys, child = kept
    with closing(RawDatabase(service.settings.database_url)) as database:
        database.insert("data_keys", keys)
        database.change("passports", {"id": child["id"]}, sealed_child=child["sealed_child"])


def _is_gone(url: str, passport_id: str) -> None:
    """No key, no identity, and nothing by which it could be found."""
    (passport,) = [row for row in _rows(url, "passports") if str(row["id"]) == passport_id]
    assert passport["sealed_child"] is None
    for table in ("data_keys", "passport_identifiers"):
        assert passport_id not in {str(row["passport_id"]) for row in _rows(url, table)}


def _every_key(service: Service, table: str) -> list[dict[str, object]]:
    return _rows(service.settings.database_url, table)


def _rows(url: object, table: str) -> list[dict[str, object]]:
    with closing(RawDatabase(url)) as database:
        return database.rows(table)


def _size(url: str) -> int:
    with _database(url) as database, database.snapshot() as uow:
        return log.measured(uow)[0]


def _database(url: str) -> closing[Database]:
    return closing(Database(url, pool_size=1))


def _uuid(text: str) -> object:
    from uuid import UUID

    return UUID(text)
