"""Commands that read the access log: its checkpoint, its key, its verification."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from passport_api.cli.place import Complaint, data_option, runtime_of, settings_of
from passport_api.cli.trust import Trust, read_text
from passport_api.domain.checkpoints import Checkpoint
from passport_api.domain.proofs import TLOG_PROOF
from passport_api.services import log, proofs
from passport_api.store.database import Database

_TWO = 2


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
    for key in runtime_of(data).anchoring.log.verifier_keys():
        click.echo(key)


@log_group.command("prove")
@data_option
@click.option("--entry", required=True, type=click.IntRange(0), help="The entry's number, from 0.")
def prove_entry(data: Path | None, entry: int) -> None:
    """Print a proof that an entry is in the log, with a checkpoint: one file, that `log verify --proof` takes."""
    proof = proofs.prove(runtime_of(data), entry)
    if proof is None:
        raise Complaint(f"The log has no entry {entry}.")
    click.echo(proof.written(), nl=False)


@log_group.command("verify")
@data_option
@click.option("--checkpoint", "notes", multiple=True, type=click.File("rb"), help="A checkpoint kept elsewhere.")
@click.option("--public-key", "keys", multiple=True, help="The key that signed it, from `log key`, kept elsewhere too.")
@click.option("--witness-key", "witnesses", multiple=True, help="A witness that must have cosigned. Repeat for each.")
@click.option("--proof", type=click.File("rb"), help="Check this proof that an entry is in the log, and nothing else.")
@click.option(
    "--consistency", type=click.File("rb"), help="Check this proof that the log grew from one checkpoint to another."
)
def verify_log(
    data: Path | None,
    notes: tuple[BinaryIO, ...],
    keys: tuple[str, ...],
    witnesses: tuple[str, ...],
    proof: BinaryIO | None,
    consistency: BinaryIO | None,
) -> None:
    """Verify the log: the whole of it in the database, or with --proof or --consistency what a file shows, offline."""
    if (notes or proof or witnesses) and not keys:
        raise click.UsageError("A checkpoint needs --public-key: the key in the database could be an intruder's.")
    trust = Trust.given(keys, witnesses)
    texts = [read_text(note) for note in notes]
    if proof is not None:
        text = read_text(proof)
        if len(texts) != 1 and not (text.startswith(TLOG_PROOF) and not texts):
            raise click.UsageError("A proof needs one --checkpoint, unless one stands in it.")
        click.echo(trust.prove_inclusion(texts, text))
    if consistency is not None:
        if len(texts) != _TWO:
            raise click.UsageError("A proof of consistency needs two --checkpoint.")
        click.echo(trust.prove_consistency(texts, read_text(consistency)))
    if proof is None and consistency is None:
        _verify_database(data, [trust.opened(text) for text in texts])


def _verify_database(data: Path | None, checkpoints: list[Checkpoint]) -> None:
    """Compute the whole log anew and name every place where it was edited, cut short or reordered."""
    settings = settings_of(data)
    database = Database(settings.database_url)
    with database.long_snapshot() as uow:
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
    with database.long_snapshot() as uow:
        for entry in log.listed(uow, start, None if end is None else end + 1):
            state = "sealed for good" if entry.sealed_for_good else "sealed"
            click.echo(f"{entry.position}  {entry.entry_id}  {state}")
    database.close()
