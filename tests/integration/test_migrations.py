"""The schema comes up, goes down and comes up again on both databases, and is what the models say."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from passport_api import setup
from passport_api.config import for_folder
from passport_api.store import migration
from passport_api.store.database import Database
from support.databases import BACKENDS, empty_database


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a schema."""
    with empty_database(request.param, tmp_path) as url:
        made = Database(url, pool_size=1)
        yield made
        made.close()


def tables(database: Database) -> set[str]:
    with database.reading() as uow:
        return set(sa.inspect(uow.connection).get_table_names()) - {"alembic_version"}


def test_an_empty_database_comes_up_to_what_the_models_say(database: Database) -> None:
    assert not migration.is_current(database)
    migration.upgrade(database)
    assert migration.is_current(database)
    assert tables(database) == set(migration.METADATA.tables)
    assert migration.differences(database) == []


def test_the_schema_is_the_one_that_the_models_make(database: Database) -> None:
    """Alembic compares neither checks nor the conditions of partial indexes: compare the databases themselves."""
    migration.METADATA.create_all(database.engine)
    made = _description(database)
    migration.METADATA.drop_all(database.engine)
    migration.upgrade(database)
    migrated = _description(database)
    del migrated["alembic_version"]
    assert migrated == made
    assert "uq_memberships_current" in str(migrated)
    assert "ck_log_head_single_row" in str(migrated)


def test_it_goes_down_to_nothing_and_comes_up_the_same(database: Database) -> None:
    migration.upgrade(database)
    once = _description(database)
    migration.downgrade(database, "base")
    assert tables(database) == set()
    assert not migration.is_current(database)
    migration.upgrade(database)
    assert migration.differences(database) == []
    assert _description(database) == once


def test_what_the_models_know_and_the_schema_does_not_is_a_difference(database: Database) -> None:
    migration.upgrade(database)
    with database.writing() as uow:
        uow.connection.execute(sa.text("DROP INDEX ix_consents_of_passport"))
        uow.connection.execute(sa.text("ALTER TABLE accounts ADD COLUMN nickname VARCHAR(10)"))
    found = migration.differences(database)
    assert {change[0] for change in found} == {"add_index", "remove_column"}


def test_the_service_refuses_a_schema_that_is_not_its_own(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = replace(for_folder(tmp_path), database_url=url)
    with pytest.raises(setup.NotSetUp, match="passport-api init"):
        setup.check(settings)
    migration.upgrade(database)
    setup.check(settings)
    with database.writing() as uow:
        uow.connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(setup.NotSetUp, match="passport-api init"):
        setup.check(settings)


def test_setting_up_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = replace(for_folder(tmp_path), database_url=url)
    setup.prepare_database(settings)
    once = _description(database)
    setup.prepare_database(settings)
    assert _description(database) == once


def _description(database: Database) -> dict[str, object]:
    """Every table with its columns, indexes and constraints, as the database tells them."""
    with database.reading() as uow:
        inspector = sa.inspect(uow.connection)
        return {
            name: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(name)],
                sorted(map(_index, inspector.get_indexes(name))),
                sorted(str(key["name"]) for key in inspector.get_foreign_keys(name)),
                sorted(str(rule["name"]) for rule in inspector.get_unique_constraints(name)),
                sorted((str(rule["name"]), rule["sqltext"]) for rule in inspector.get_check_constraints(name)),
                inspector.get_pk_constraint(name)["name"],
            )
            for name in inspector.get_table_names()
        }


def _index(index: Any) -> tuple[str, list[str | None], bool, str]:
    conditions = [str(value) for name, value in index["dialect_options"].items() if name.endswith("_where")]
    return index["name"], index["column_names"], bool(index["unique"]), "".join(conditions)
