"""A service's database as its administrator sees it: every row, past every rule of the service."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, create_engine, delete, insert, select
from sqlalchemy.sql import Executable

from passport_api.store._models import Base

Row = dict[str, Any]

TABLES: dict[str, Table] = dict(Base.metadata.tables)


class RawDatabase:
    """Reads and writes tables with the database's own tools."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)

    def run(self, statement: Executable) -> int:
        """Carry out one statement and commit; gives how many rows it touched."""
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount

    def sql(self, statement: str) -> None:
        """Carry out one statement as it is written and commit."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, in the order of its primary key."""
        named = TABLES[table]
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(named).order_by(*named.primary_key)).mappings()]

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        """Put rows into a table."""
        listed = list(rows)
        if listed:
            with self._engine.begin() as connection:
                connection.execute(insert(TABLES[table]), listed)

    def change(self, table: str, key: Row, **values: Any) -> None:
        """Change columns of one row, for good."""
        named = TABLES[table]
        here = [named.c[name] == value for name, value in key.items()]
        assert self.run(named.update().where(*here).values(**values)) == 1

    def replace(self, table: str, rows: Iterable[Row]) -> None:
        """Put other rows in the place of all that a table has, whatever refers to them."""
        listed = list(rows)
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(delete(TABLES[table]))
            if listed:
                connection.execute(insert(TABLES[table]), listed)

    def state(self) -> dict[str, str]:
        """A digest of each table's whole content: two states are equal when nothing was stored between them.

        But for the numbers that a request uses, good or bad: they are kept, blind, for the seconds until they are
        compared with the former ones.
        """
        kept = [name for name in TABLES if name != "offered_numbers"]
        return {name: hashlib.sha256(repr(self.rows(name)).encode()).hexdigest() for name in kept}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Fail when any table differs at the end of the block, naming it."""
        before = self.state()
        yield
        after = self.state()
        changed = [name for name in before if before[name] != after[name]]
        assert not changed, f"something was stored in {', '.join(changed)}"

    @contextmanager
    def altered(self, table: str, key: Row, change: Callable[[Row], Row]) -> Iterator[None]:
        """Change one row's columns for as long as the block lasts."""
        named = TABLES[table]
        here = [named.c[name] == value for name, value in key.items()]
        with self._engine.connect() as connection:
            kept = dict(connection.execute(select(named).where(*here)).mappings().one())
        new = change(kept)
        there = [named.c[name] == new.get(name, value) for name, value in key.items()]
        assert self.run(named.update().where(*here).values(**new)) == 1
        try:
            yield
        finally:
            assert self.run(named.update().where(*there).values(**kept)) == 1

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
