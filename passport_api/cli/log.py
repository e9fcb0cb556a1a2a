"""Commands that read the access log: its checkpoint, its key, its verification."""

import sys
from pathlib import Path
from typing import TextIO

import click

from passport_api.cli.place import Complaint, data_option, runtime_of, settings_of
from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    KeyMalformed,
    NoteRejected,
    open_note,
    parse_verifier_key,
    verifier_key,
)
from passport_api.services import log
from passport_api.store.database import Database
from passport_keys.signing import verify as verify_signature


@click.group("log")
def log_group() -> None:
    """The access log."""


@log_group.command("checkpoint")
@data_option
def print_checkpoint(data: Path | None) -> None:
    """Print a signed checkpoint. Keep it elsewhere: with it, nothing before it can be edited unnoticed."""
    click.echo(runtime_of(data).anchoring.checkpoint().note, nl=False)


@log_group.command("key")
@data_option
def print_log_key(data: Path | None) -> None:
    """Print the public keys of checkpoints, one a line: every one that ever signed, the newest first."""
    settings = settings_of(data)
    for public_key in runtime_of(data).keys.log_verifiers:
        click.echo(verifier_key(settings.log_origin, public_key))


@log_group.command("verify")
@data_option
@click.option("--checkpoint", "notes", multiple=True, type=click.File(), help="A checkpoint kept elsewhere.")
@click.option("--public-key", help="The key that signed it, from `log key`, kept elsewhere too.")
def verify_log(data: Path | None, notes: tuple[TextIO, ...], public_key: str | None) -> None:
    """Compute the whole log anew and name every place where it was edited, cut short or reordered."""
    settings = settings_of(data)
    checkpoints = _checkpoints(notes, public_key)
    database = Database(settings.database_url)
    with database.snapshot() as uow:
        findings = list(log.verify(uow, checkpoints))
        size, root = (0, b"") if findings else log.measured(uow)
        erased = 0 if findings else log.sealed_for_good(uow)
    database.close()
    for finding in findings:
        place = "log" if finding.position is None else f"entry {finding.position}"
        click.echo(f"{place}: {finding.what}")
    if findings:
        sys.exit(1)
    click.echo(f"verified: {size} entries, root {root.hex()}, {len(checkpoints)} checkpoints")
    if erased:
        click.echo(f"{erased} entries are sealed for good: the passports that they are about were erased.")
    if not checkpoints:
        click.echo("Without a checkpoint kept elsewhere, a log that was rewritten whole or rolled back looks the same.")


@log_group.command("entries")
@data_option
@click.option("--from", "start", default=0, show_default=True, type=click.IntRange(0), help="The first to list.")
@click.option("--to", "end", type=click.IntRange(0), help="The last to list; by default the newest.")
def list_entries(data: Path | None, start: int, end: int | None) -> None:
    """List entries: place, id, and whether it is sealed or, its passport having been erased, sealed for good."""
    database = Database(settings_of(data).database_url)
    with database.snapshot() as uow:
        for entry in log.listed(uow, start, None if end is None else end + 1):
            state = "sealed for good" if entry.sealed_for_good else "sealed"
            click.echo(f"{entry.position}  {entry.entry_id}  {state}")
    database.close()


def _checkpoints(notes: tuple[TextIO, ...], public_key: str | None) -> list[Checkpoint]:
    if notes and public_key is None:
        raise click.UsageError("A checkpoint needs --public-key: the key in the database could be an intruder's.")
    if public_key is None:
        return []
    try:
        key = parse_verifier_key(public_key.strip())
        bodies = [open_note(note.read(), key.name, key.public_key, verify_signature) for note in notes]
        checkpoints = [Checkpoint.parse(body) for body in bodies]
    except (NoteRejected, CheckpointMalformed, KeyMalformed) as error:
        raise Complaint(f"A checkpoint is not to be trusted: {error}") from error
    if any(checkpoint.origin != key.name for checkpoint in checkpoints):
        raise Complaint("A checkpoint is of another log than the key.")
    return checkpoints
