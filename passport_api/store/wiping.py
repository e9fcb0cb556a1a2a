"""Getting what was deleted out of the database's files, once that is committed.

SQLite overwrites what it deletes (`secure_delete`), but the old pages stand in the write-ahead log until that is
carried over whole and cut to nothing. PostgreSQL leaves what was deleted where it stood until VACUUM, and parts of it
in the unused space of a page until that is used again; rewriting the table leaves nothing. A server's own write-ahead
log, its archives and backups are beyond both: there, only destroying the keys helps (see the runbook).
"""

import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from passport_api.store._postgresql import unhurried
from passport_api.store.database import Database

_TABLES = (
    "data_keys, passports, passport_identifiers, parents, invitations, statements, challenges, protected_lists, "
    "former_numbers, offered_numbers, alerts, consents, idempotency_keys, searches, search_hits, search_corrections, "
    "search_correction_items"
)
_VACUUM = "VACUUM (INDEX_CLEANUP ON)"  # indexes too, however little there is to clean: an index holds the very values
_TRIES = 8
_PATIENCE_MS = 250
_PAUSE_SECONDS = 0.1


def wipe(database: Database, *, hurried: bool = True) -> bool:
    """Wipe what was deleted, as far as that holds up nobody for long.

    Readers are waited for politely: a quarter of a second at a time, in which on SQLite nobody can write, with pauses
    in which everybody can, for two to three seconds in all.

    Args:
        database: where.
        hurried: whether somebody waits for it: then PostgreSQL's VACUUM of large tables may not come to its end.

    Returns:
        Whether it was done. If it was not, the old bytes stay where they are until the next time: after the next
        erasure, or when an operator runs `passport-api erasures wipe`.
    """
    attempt = _cut_write_ahead_log if database.is_sqlite else (_vacuum if hurried else _vacuum_at_leisure)
    for turn in range(_TRIES):
        if turn:
            time.sleep(_PAUSE_SECONDS)
        with suppress(OperationalError):
            if attempt(database):
                return True
    return False


def rewrite(database: Database) -> bool:
    """Wipe what was deleted to the last byte. On PostgreSQL each table is locked while it is written anew.

    Returns:
        Whether it was done; not, when somebody held a table or the write-ahead log all the while.
    """
    if database.is_sqlite:
        return wipe(database)  # nothing is left where secure_delete has been
    with suppress(OperationalError):
        return _in_no_transaction(database, lambda connection: _run_at_leisure(connection, "VACUUM (FULL)"))
    return False


def _cut_write_ahead_log(database: Database) -> bool:
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={usual}")
    finally:
        raw.close()
    return bool(busy == 0)


def _vacuum(database: Database) -> bool:
    return _in_no_transaction(database, lambda connection: _run(connection, _VACUUM))


def _vacuum_at_leisure(database: Database) -> bool:
    return _in_no_transaction(database, lambda connection: _run_at_leisure(connection, _VACUUM))


def _in_no_transaction(database: Database, run: Callable[[Connection], None]) -> bool:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {_PATIENCE_MS}")
        try:
            run(connection)
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def _run_at_leisure(connection: Connection, command: str) -> None:
    with unhurried(connection):
        _run(connection, command)


def _run(connection: Connection, command: str) -> None:
    connection.exec_driver_sql(f"{command} {_TABLES}")
