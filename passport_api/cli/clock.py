"""The command for a clock that had been ahead."""

from pathlib import Path

import click

from passport_api.cli.place import data_option, runtime_of
from passport_api.services import clock


@click.command("recover-clock")
@data_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def recover_clock(data: Path | None, yes: bool) -> None:  # noqa: FBT001 - click names it
    """Take this machine's clock for right though the log has a later entry: a clock had been ahead. Logged.

    When the clock is slow instead, set it; by a slow clock what has expired would open again.
    """
    runtime = runtime_of(data)
    wrong, now = clock.ahead(runtime), runtime.clock()
    if wrong is None:
        click.echo("The clock is not behind the log: nothing to do.")
        return
    click.echo(f"The newest entry in the log says {wrong:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"This machine's clock says         {now:%Y-%m-%d %H:%M:%S} UTC.")
    if not yes:
        click.confirm("Compare it with a clock you trust. Is this machine's clock right?", abort=True)
    accepted = clock.accept(runtime)
    if accepted is None:
        click.echo("The clock has caught up meanwhile: nothing was done.")
        return
    click.echo(f"Accepted, as log entry {accepted.log_entry}; {accepted.sessions_ended} sessions ended.")
