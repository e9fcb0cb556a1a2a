"""Commands about what erasures leave behind."""

import sys
from pathlib import Path

import click

from passport_api.cli.place import data_option, runtime_of
from passport_api.services import erasures


@click.group("erasures")
def erasures_group() -> None:
    """Erased passports."""


@erasures_group.command("wipe")
@data_option
@click.option("--rewrite", is_flag=True, help="Leave no byte: on PostgreSQL tables are written anew, and locked while.")
def wipe(data: Path | None, *, rewrite: bool) -> None:
    """Get what erasures deleted out of the database's files: run it when the service's log says erasure_not_wiped."""
    runtime = runtime_of(data)
    if not (erasures.rewrite(runtime) if rewrite else erasures.wipe(runtime, hurried=False)):
        click.echo("Not done: somebody held the database all the while. Run it again in a quiet hour.", err=True)
        sys.exit(1)
    click.echo("Wiped.")
