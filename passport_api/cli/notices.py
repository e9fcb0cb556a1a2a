"""Commands about notices that did not arrive."""

from pathlib import Path
from uuid import UUID

import click

from passport_api.cli.place import data_option, runtime_of
from passport_api.domain.ids import NoticeId
from passport_api.services import outbox
from passport_api.services.execution import perform_unattended


@click.group("notices")
def notices_group() -> None:
    """Notices that did not arrive: each was tried for two days, or was refused for good."""


@notices_group.command("dead")
@data_option
def list_dead(data: Path | None) -> None:
    """List dead letters: when they died and why, which kind, and to whom, by id."""
    for letter in perform_unattended(runtime_of(data), outbox.dead_letters):
        notice, died = letter.notice, letter.died_at.isoformat(timespec="seconds")
        click.echo(
            f"{notice.notice_id}  {died}  {letter.fault.value:<17}  {notice.kind.value:<16}  "
            f"{notice.channel.value:<12}  {notice.target_id}"
        )


@notices_group.command("redeliver")
@data_option
@click.argument("notice", required=False, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
def redeliver(data: Path | None, notice: UUID | None, every: bool) -> None:  # noqa: FBT001 - click's flag
    """Have a dead letter, or every one, tried anew, under the id that it had."""
    if (notice is None) is not every:
        raise click.UsageError("Name one dead letter, or say --all.")
    notice_id = None if notice is None else NoticeId(notice)
    revived = perform_unattended(runtime_of(data), lambda step: outbox.redeliver(step, notice_id))
    click.echo(f"{revived} to be delivered again.")
