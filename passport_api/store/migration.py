"""The database's schema, brought up and down by Alembic's numbered migrations."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from passport_api.store._models import Base
from passport_api.store.database import Database, UnitOfWork

METADATA = Base.metadata


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction."""
    with database.writing() as uow:
        command.upgrade(_config(uow), revision)


def downgrade(database: Database, revision: str) -> None:
    """Bring the schema down to a revision ("base" for nothing), in one transaction."""
    with database.writing() as uow:
        command.downgrade(_config(uow), revision)


def current(database: Database) -> str | None:
    """The newest migration carried out; None before the first."""
    with database.reading() as uow:
        return MigrationContext.configure(uow.connection).get_current_revision()


def is_current(database: Database) -> bool:
    """Whether the schema is the newest."""
    with database.reading() as uow:
        context = MigrationContext.configure(uow.connection)
        return context.get_current_revision() == ScriptDirectory.from_config(_config(uow)).get_current_head()


def knows(revision: str) -> bool:
    """Whether a revision is one of this release's: a newer one is not."""
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    return any(script.revision == revision for script in ScriptDirectory.from_config(config).walk_revisions())


def revision_of(database: Database) -> str | None:
    """The revision that the schema is at; None where there is none yet."""
    with database.reading() as uow:
        return MigrationContext.configure(uow.connection).get_current_revision()


def differences(database: Database) -> list[Any]:
    """How the schema differs from the models: nothing, when the migrations are true."""
    with database.reading() as uow:
        context = MigrationContext.configure(uow.connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def _config(uow: UnitOfWork) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    config.attributes["connection"] = uow.connection
    return config


def _folder() -> Path:
    """Beside this package in an installed wheel, at the root of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"
