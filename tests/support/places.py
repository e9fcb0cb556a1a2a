"""Every place in which a running database keeps what it was given."""

import sqlite3
import subprocess
from dataclasses import dataclass, field
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from support.service import Service


@dataclass
class Kept:
    """What a database keeps, by the name of the place.

    Attributes:
        rows: every value of every row, whole.
        own: the files in which these rows lie.
        shared: where the data of other databases stand as well.
        bare: what holds no data of anybody's, if all is well.
    """

    rows: bytes = b""
    own: dict[str, bytes] = field(default_factory=dict)
    shared: dict[str, bytes] = field(default_factory=dict)
    bare: dict[str, bytes] = field(default_factory=dict)


class Watch(Protocol):
    """Watches a database from before something is stored in it."""

    def read(self) -> Kept:
        """What it keeps now."""
        ...

    def close(self) -> None:
        """Stop watching."""
        ...


def watch(service: Service) -> Watch:
    """Watch a service's database."""
    return _Sqlite(service) if service.backend == "sqlite" else _Postgresql(service)


class _Sqlite:
    """An open transaction that reads keeps SQLite from beginning its write-ahead log anew: all that comes stays."""

    def __init__(self, service: Service) -> None:
        self._path = service.folder / "passport.db"
        self._folder = service.folder
        self._reader = sqlite3.connect(self._path, isolation_level=None)
        self._reader.execute("BEGIN")
        self._reader.execute("SELECT count(*) FROM log_entries").fetchone()

    def read(self) -> Kept:
        kept = Kept()
        kept.own["the write-ahead log"] = self._file("-wal")
        kept.bare["the shared memory"] = self._file("-shm")
        kept.bare["the key file"] = (self._folder / "keys.json").read_bytes()
        kept.own["a backup"] = self._backup()
        self._reader.execute("COMMIT")
        kept.rows = self._rows()
        assert self._reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        kept.own["the database file"] = self._file("")
        return kept

    def close(self) -> None:
        self._reader.close()

    def _file(self, ending: str) -> bytes:
        # Read by a process of its own: closing the file in this one would drop the locks that SQLite holds on it here.
        return subprocess.run(["cat", f"{self._path}{ending}"], capture_output=True, check=True).stdout

    def _backup(self) -> bytes:
        copy = self._folder / "backup.db"
        source, target = sqlite3.connect(self._path), sqlite3.connect(copy)
        source.backup(target)
        source.close()
        target.close()
        return copy.read_bytes()

    def _rows(self) -> bytes:
        """Every value, whole: on the pages of the file a long one is cut into pieces."""
        tables = [row[0] for row in self._reader.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        rows = (row for table in tables for row in self._reader.execute(f'SELECT * FROM "{table}"'))
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


_TABLES = (
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)


class _Postgresql:
    """Notes where the server's write-ahead log is, so that what is written from now on can be read there."""

    def __init__(self, service: Service) -> None:
        url = make_url(service.settings.database_url).set(drivername="postgresql")
        self._connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
        self._from = self._one("SELECT pg_current_wal_insert_lsn()")

    def read(self) -> Kept:
        kept = Kept()
        tables = [row[0] for row in self._connection.execute(_TABLES)]
        kept.rows = b"".join(self._copy(table, form) for table in tables for form in ("text", "binary"))
        queries = self._connection.execute("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        kept.bare["the queries last run"] = "\n".join(row[0] for row in queries).encode()
        if self._one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "true":
            kept.shared["the write-ahead log"] = self._write_ahead_log()
        return kept

    def close(self) -> None:
        self._connection.close()

    def _copy(self, table: str, form: str) -> bytes:
        with self._connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT {form})".encode()) as rows:
            return b"".join(rows)

    def _write_ahead_log(self) -> bytes:
        """The segments written since the start; whatever else the server did meanwhile stands in them too."""
        segments = self._connection.execute(
            "SELECT pg_read_binary_file('pg_wal/' || name, 0, size, true) FROM pg_ls_waldir() "
            "WHERE name BETWEEN pg_walfile_name(%s) AND pg_walfile_name(pg_current_wal_flush_lsn()) ORDER BY name",
            (self._from,),
        )
        return b"".join(row[0] or b"" for row in segments)

    def _one(self, query: str) -> str:
        row = self._connection.execute(f"SELECT ({query})::text".encode()).fetchone()
        assert row is not None
        return str(row[0])


_RELATIONS = (
    "SELECT oid::regclass::text, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class "
    "WHERE relkind IN ('r', 'i', 't') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace) "
    "AND oid >= 16384 AND pg_relation_filepath(oid) IS NOT NULL"
)


def on_disk(service: Service) -> dict[str, bytes]:
    """Every byte of the files in which a service's database keeps its rows, deleted ones too, by the file's name."""
    if service.backend == "sqlite":
        path = service.folder / "passport.db"
        # Read by a process of its own: see above.
        return {
            name: subprocess.run(["cat", f"{path}{name}"], capture_output=True, check=True).stdout
            for name in ("", "-wal")
        }
    url = make_url(service.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as administrator:
        administrator.execute("CHECKPOINT")
        return {row[0]: bytes(row[1]) for row in administrator.execute(_RELATIONS)}
