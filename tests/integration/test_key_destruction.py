"""Destroying a key-encryption key while a passport is being made under it; and a key that was altered."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from passport_api.services import key_destruction, rewrapping
from passport_api.services.rewrapping import Kind, Tempo
from passport_api.store import wrapped_keys
from passport_api.store.database import UnitOfWork
from passport_keys.errors import KeyInUse
from passport_keys.providers import WrappedKey
from passport_keys.providers.local_file import LocalFileProvider
from support.broken_log import dsn
from support.raw_database import RawDatabase
from support.service import Service
from support.world import World


class Slow(LocalFileProvider):
    """The key file itself, which the first time hands out what it wrapped only when it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.wrapped = threading.Event()
        self.go_on = threading.Event()

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        done = super().wrap(key, context)
        if not self.wrapped.is_set():
            self.wrapped.set()
            assert self.go_on.wait(60)
        return done


def rotated(service: Service) -> None:
    """Rewrap everything, as an operator's process does."""
    assert rewrapping.rewrap(service.runtime, Tempo(pace=100_000), lambda _: None).left.total == 0


def test_a_passport_that_was_being_made_is_not_left_under_a_destroyed_key(service: Service, world: World) -> None:
    worker = world.member(world.authority(), "social_worker")
    keyring = service.runtime.vault.keyring
    path = service.folder / "keys.json"
    slow = Slow(path)
    keyring._provider = slow
    old = slow.active_key_id
    answers: list[httpx.Response] = []
    making = threading.Thread(
        target=lambda: answers.append(worker.http.post("/v1/passports", json={"child": world.child()}))
    )
    making.start()
    assert slow.wrapped.wait(60)
    LocalFileProvider.open(path).add_key(datetime.now(UTC))  # noqa: TID251 - another process's
    destroying = threading.Thread(target=lambda: (rotated(service), key_destruction.destroy(service.runtime, old, 0)))
    destroying.start()
    if service.backend == "postgresql":
        destroying.join(60)  # on SQLite it waits for the writer
        assert old not in LocalFileProvider.open(path).key_ids()
    slow.go_on.set()
    for thread in (making, destroying):
        thread.join(60)
    database = RawDatabase(service.settings.database_url)
    rows = database.rows("data_keys")
    database.close()
    keyring._by_use.clear()
    keyring._expiry_by_age.clear()
    assert old not in slow.key_ids()
    assert {row["wrapping_key_id"] for row in rows} == {slow.active_key_id}
    (answer,) = answers
    assert answer.status_code == 201
    assert worker.http.get(f"/v1/passports/{answer.json()['id']}").status_code == 200


def test_a_key_that_was_altered_is_named_and_keeps_its_key_encryption_key_from_being_destroyed(
    service: Service, world: World
) -> None:
    family = world.family()
    old = rewrapping.begin(service.runtime)
    rotated(service)
    rewrapping.begin(service.runtime)
    database = RawDatabase(service.settings.database_url)
    (row,) = [row for row in database.rows("data_keys") if str(row["passport_id"]) == family.passport_id]
    assert row["wrapping_key_id"] == old
    altered = bytes([row["wrapped_key"][0] ^ 1]) + row["wrapped_key"][1:]
    with database.altered(
        "data_keys", {"passport_id": row["passport_id"]}, lambda kept: {**kept, "wrapped_key": altered}
    ):
        done = rewrapping.rewrap(service.runtime, Tempo(batch=2, pace=100_000, at_once=4), lambda _: None)
        assert [(each.kind, each.row_id) for each in done.broken] == [(Kind.DATA, row["passport_id"])]
        assert done.left.total == 1
        with pytest.raises(KeyInUse):
            key_destruction.destroy(service.runtime, old, 0)
    rotated(service)
    key_destruction.destroy(service.runtime, old, 0)
    database.close()


def test_a_key_is_destroyed_only_once_nothing_is_left_to_rewrap_whichever_key_it_is_under(
    service: Service, world: World
) -> None:
    """Whoever rewraps is not in the log: a key that nothing is under today could wrap something yet."""
    world.family()
    rotated(service)
    provider = service.runtime.vault.keyring.provider
    unused = provider.active_key_id
    used = rewrapping.begin(service.runtime)
    rotated(service)
    rewrapping.begin(service.runtime)
    before, waited = service.runtime.anchoring.log.head(), list[float]()
    for key_id in (unused, used):
        with pytest.raises(KeyInUse, match="under keys other than the active one"):
            key_destruction.destroy(service.runtime, key_id, 0, waited.append)
    assert {unused, used} <= set(provider.key_ids())
    assert (waited, service.runtime.anchoring.log.head()) == ([], before), "it was refused before it had begun"
    rotated(service)
    for key_id in (unused, used):
        key_destruction.destroy(service.runtime, key_id, 0)


def test_nobody_keeps_a_key_between_the_count_and_the_entry_that_overtakes_them(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if service.backend == "sqlite":
        pytest.skip("SQLite lets in one writer at a time, whole")
    world.family()
    old = service.runtime.vault.keyring.provider.active_key_id
    rewrapping.begin(service.runtime)
    rotated(service)
    count, held = wrapped_keys.uses, list[bool]()

    def counted(uow: UnitOfWork) -> dict[str, wrapped_keys.Uses]:
        with psycopg.connect(dsn(service.settings)) as other:
            try:
                other.execute("SELECT size FROM log_head FOR UPDATE NOWAIT")
                held.append(False)
            except psycopg.errors.LockNotAvailable:
                held.append(True)
        return count(uow)

    monkeypatch.setattr(wrapped_keys, "uses", counted)
    key_destruction.destroy(service.runtime, old, 0)
    assert held == [True, False], "it is held at the first count, and no more when it is counted again"


def test_a_key_that_another_process_wrapped_under_during_the_grace_is_not_destroyed(
    service: Service, world: World
) -> None:
    """Where the provider is far away, a process may learn late which key is the active one."""
    world.family()
    rotated(service)
    provider, database = service.runtime.vault.keyring.provider, service.runtime.database
    old = provider.active_key_id
    with database.reading() as uow:
        before = wrapped_keys.under(uow, Kind.DATA, old, None, 1)[0]
    new = rewrapping.begin(service.runtime)
    rotated(service)

    def wrap_late(_seconds: float) -> None:
        with database.writing() as uow:
            (now,) = [row for row in wrapped_keys.under(uow, Kind.DATA, new, None, 1000) if row.row_id == before.row_id]
            wrapped_keys.replace(uow, Kind.DATA, [(now, old, before.wrapped_key)])

    with pytest.raises(KeyInUse, match="1 keys were wrapped"):
        key_destruction.destroy(service.runtime, old, 0, wrap_late)
    assert old in provider.key_ids()
    rotated(service)
    key_destruction.destroy(service.runtime, old, 0)


@pytest.mark.parametrize("kind", Kind)
def test_what_was_erased_or_rewrapped_meanwhile_stays_as_it_is(service: Service, world: World, kind: Kind) -> None:
    world.family()
    active = service.runtime.vault.keyring.provider.active_key_id
    with service.runtime.database.reading() as uow:
        row = wrapped_keys.under(uow, kind, active, None, 1)[0]
    stale = wrapped_keys.WrappedRow(row.row_id, row.belongs_to, row.wrapping_key_id, b"as it was before")
    with service.runtime.database.writing() as uow:
        wrapped_keys.replace(uow, kind, [(stale, "another", b"too late")])
    with service.runtime.database.reading() as uow:
        assert wrapped_keys.under(uow, kind, active, None, 1)[0] == row
