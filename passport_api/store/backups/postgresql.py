"""A copy of a PostgreSQL database while it serves: pg_dump of one exported snapshot, and the keys read in the same."""

from collections.abc import Callable
from pathlib import Path

from passport_api.store.backups.pg_tools import tool
from passport_api.store.backups.rows import KEY_TABLES, Contents, contents
from passport_api.store.database import Database


def copy(database: Database, into: Path, say: Callable[[str], None]) -> Contents:
    """Dump everything but the wrapped keys into a file; gives what there was, keys too.

    Raises:
        BackupRefused: pg_dump is missing, too old, or fails.
        StoreUnavailable: the database does not answer.
    """
    with database.long_snapshot() as uow:
        server = uow.connection.exec_driver_sql("SELECT current_setting('server_version_num')::integer").scalar_one()
        dump = tool("pg_dump", database.engine.url.render_as_string(hide_password=False), server)
        snapshot = uow.connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        there = contents(uow)
        without = [f"--exclude-table-data=*.{table}" for table in KEY_TABLES]
        form = ["--format=custom", "--no-owner", "--no-privileges"]
        dump.run([*form, *without, f"--snapshot={snapshot}", f"--file={into}"], say)  # while the snapshot is held
        return there
