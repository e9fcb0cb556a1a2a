"""An older copy of a service's database, taken and put back while nobody serves on it: what a restored backup is."""

import shutil
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from passport_api.config import Settings


class OlderCopy:
    """One copy of a database, as it was when this was made."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._url = make_url(settings.database_url)
        self._kept = folder / "older.db"
        self._name = f"{self._url.database}_older"
        if self._is_sqlite:
            shutil.copy(self._path, self._kept)
        else:
            self._administer(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._url.database}"')

    def put_back(self) -> None:
        """Put it in the place of what is there; it can be put back once."""
        if self._is_sqlite:
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            shutil.copy(self._kept, self._path)
            return
        self._administer(f'DROP DATABASE "{self._url.database}" WITH (FORCE)')
        self._administer(f'ALTER DATABASE "{self._name}" RENAME TO "{self._url.database}"')

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def _path(self) -> Path:
        return Path(str(self._url.database))

    def _administer(self, statement: str) -> None:
        server = self._url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)
