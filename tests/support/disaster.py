"""Losing a machine and getting it back: backups, places to restore into, and the commands as an operator runs them."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from passport_api.config import Settings, to_environment
from passport_api.services import backups
from passport_keys.keyring import Keyring
from passport_keys.providers import open_provider
from support.databases import postgresql_url, require
from support.service import Clock, Service

COMMAND = Path(sys.executable).with_name("passport-api")


@dataclass(frozen=True)
class Backup:
    """A backup's folder, and the key-backup generation of the same instant."""

    folder: Path
    keys: Path
    size: int

    @property
    def content(self) -> Path:
        return self.folder / "content"

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"

    def opened_by(self, keys: Path) -> "Backup":
        """The same content with another generation."""
        return Backup(self.folder, keys, self.size)

    @property
    def wanted(self) -> backups.Wanted:
        return backups.Wanted(self.folder, self.keys)


def silent(_line: str) -> None:
    """Say nothing."""


def back_up(service: Service, to: Path, say: Callable[[str], None] = silent) -> Backup:
    """Back up a service that serves in this process."""
    made = backups.make(service.runtime, to, to / "keys", say)
    assert made.backup is not None
    return Backup(made.backup, made.keys, made.log.size)


def back_up_keys(service: Service, to: Path) -> Path:
    """Back up the keys alone; gives the generation."""
    return backups.make_keys(service.runtime, to).keys


def lock_of(settings: Settings) -> backups.Lock:
    """What opens a service's keys."""
    provider = open_provider(settings.key_url)
    return backups.Lock(provider, Keyring(provider, time.monotonic), settings.log_origin)


def verify(backup: Backup, settings: Settings, say: Callable[[str], None] = silent) -> backups.Restored:
    """Verify a backup, on the server of a service's database."""
    return backups.verify(backup.wanted, settings.database_url, lock_of(settings), Clock()(), say)


def restore(backup: Backup, settings: Settings, url: str, *, replace: bool = False) -> backups.Restored:
    """Restore a backup into the database of a URL."""
    return backups.restore(backup.wanted, url, lock_of(settings), Clock()(), silent, replace=replace)


@contextmanager
def target(backend: str, folder: Path) -> Iterator[str]:
    """The URL of a database that is not there yet; it and whatever is set aside for it are gone afterwards."""
    require(backend)
    name = f"passport_test_{uuid.uuid4().hex[:16]}"
    if backend == "sqlite":
        yield f"sqlite:///{folder / name / 'passport.db'}"
        return
    try:
        yield make_url(_server()).set(database=name).render_as_string(hide_password=False)
    finally:
        with _administering() as server:
            found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (name,))
            for (each,) in found.fetchall():
                server.execute(f'DROP DATABASE "{each}" WITH (FORCE)'.encode())


def make_empty(url: str) -> None:
    """Make the database of a URL, with nothing in it; SQLite's are made when they are first opened."""
    place = make_url(url)
    if place.get_backend_name() == "postgresql":
        with _administering() as server:
            server.execute(f'CREATE DATABASE "{place.database}"'.encode())
    else:
        Path(str(place.database)).parent.mkdir(mode=0o700, parents=True)


def databases_like(url: str) -> list[str]:
    """Every database, by its file or its name, whose name begins as a URL's does."""
    place = make_url(url)
    assert place.database is not None
    if place.get_backend_name() == "sqlite":
        path = Path(place.database)
        return sorted(each.name for each in path.parent.glob(f"{path.name}*"))
    with _administering() as server:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname"
        return [row[0] for row in server.execute(query, (place.database,)).fetchall()]


def lose(url: str) -> None:
    """Lose a database with all that is in it, as with the machine that it was on."""
    place = make_url(url)
    assert place.database is not None
    if place.get_backend_name() == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{place.database}{ending}").unlink(missing_ok=True)
    else:
        with _administering() as server:
            server.execute(f'DROP DATABASE "{place.database}" WITH (FORCE)'.encode())


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator does, in a process of its own."""
    return subprocess.run(
        [COMMAND, *words], check=False, env=environment(settings), capture_output=True, text=True, timeout=300
    )


@contextmanager
def killed_when(settings: Settings, says: str, *words: str) -> Iterator[None]:
    """Run a command and kill it, with the signal that none can catch, once it has said something."""
    process = subprocess.Popen(
        [COMMAND, *words],
        env=environment(settings),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )
    with process as running:
        assert running.stderr is not None
        lines = []
        for line in running.stderr:
            lines.append(line)
            if says in line:
                running.kill()
                break
        else:
            raise AssertionError(f"it never said {says!r}: {lines}")
    yield


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a command that is to find a service's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSPORT_")}
    return kept | to_environment(settings)


@contextmanager
def _administering() -> Iterator[psycopg.Connection]:
    url = make_url(_server()).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _server() -> str:
    url = postgresql_url()
    assert url is not None
    return url
