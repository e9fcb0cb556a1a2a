"""Where a command works: the data folder or the environment's settings, and how it complains."""

import os
from pathlib import Path

import click

from passport_api import setup
from passport_api.app import build_runtime
from passport_api.config import Settings, from_environment
from passport_api.services.runtime import Runtime

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that holds everything; else PASSPORT_DATABASE_URL and PASSPORT_KEY_URL are read.",
)


class Complaint(click.ClickException):
    """Something the operator can mend: said in one line, without a traceback."""


def settings_of(data: Path | None) -> Settings:
    """The settings of a data folder, or of the environment.

    Raises:
        SettingInvalid: one is missing or makes no sense.
    """
    environment = dict(os.environ)
    if data is not None:
        environment["PASSPORT_DATA"] = str(data)
    return from_environment(environment)


def runtime_of(data: Path | None) -> Runtime:
    """The service's parts, closed when the command ends.

    Raises:
        NotSetUp: the database is not set up for this version.
    """
    settings = settings_of(data)
    setup.check(settings)
    runtime = build_runtime(settings)
    click.get_current_context().call_on_close(runtime.database.close)
    return runtime
