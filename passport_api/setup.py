"""Making a place ready: a data folder, its keys, the database's schema; and refusing to start where it is not."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from passport_api.config import Settings, for_folder
from passport_api.store import migration
from passport_api.store.database import Database
from passport_api.store.patience import PATIENT_SECONDS
from passport_keys.providers import open_provider
from passport_keys.providers.local_file import LocalFileProvider

"""How long one step of a migration may take: nobody waits for an answer meanwhile."""


_WITHOUT_ANCHORS = "0001"


class NotSetUp(Exception):
    """The service cannot start here yet; the message says what to run."""


def prepare_folder(folder: Path, now: datetime) -> None:
    """Make a folder that only its owner can enter, with a key file, unless they are there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = folder / "keys.json"
    if not keys.exists():
        LocalFileProvider.create(keys, now)


def prepare_keys(settings: Settings, now: datetime) -> None:
    """Make the first key-encryption key, where the key provider has none yet."""
    provider = open_provider(settings.key_url)
    if not provider.key_ids():
        provider.add_key(now)


def prepare_database(settings: Settings) -> bool:
    """Bring the database's schema up to date; gives whether it is from before there were anchors."""
    database = Database(settings.database_url, pool_size=1, wait_seconds=PATIENT_SECONDS)
    before = migration.revision_of(database)
    if not migration.is_current(database):
        migration.upgrade(database)
    database.close()
    return before == _WITHOUT_ANCHORS


def check(settings: Settings) -> None:
    """Refuse a database that is not at this version's schema.

    Raises:
        NotSetUp: it is not.
    """
    database = Database(settings.database_url, pool_size=1)
    current = migration.is_current(database)
    database.close()
    if not current:
        raise NotSetUp("The database is not set up for this version: run `passport-api init`.")


@contextmanager
def throwaway(now: datetime) -> Iterator[Settings]:
    """A service's settings over a folder that is gone afterwards: to make the contract from the code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        prepare_folder(folder, now)
        settings = for_folder(folder)
        prepare_database(settings)
        yield settings
