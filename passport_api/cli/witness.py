"""Commands that run a witness of access logs: somewhere else than the service, by somebody else."""

import os
import time
from pathlib import Path

import click

from passport_api.cli.place import Complaint
from passport_api.cli.serving import run
from passport_api.domain.checkpoints import KeyMalformed, VerifierKey, parse_verifier_key
from passport_api.domain.cosignatures import CosignerKey, cosigner_key
from passport_api.witness.cosigning import StateDamaged, Witness
from passport_api.witness.key import open_or_make_key
from passport_api.witness.wsgi import to_environment

_THREADS = 4

state_option = click.option(
    "--state",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of its key and of what it has cosigned. Never restore an older copy of it.",
)
name_option = click.option("--name", required=True, help="The witness's name, such as witness.example/w1.")


@click.command("witness")
@state_option
@name_option
@click.option("--log", "logs", required=True, multiple=True, help="A log's key, from `log key`. Repeat for each key.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
def witness_command(state: Path, name: str, logs: tuple[str, ...], host: str, port: int) -> None:
    """Cosign the checkpoints of logs that only grew (C2SP tlog-witness)."""
    try:
        witness = Witness.opened(state, name, [_log_key(each) for each in logs], time.time)
    except StateDamaged as error:
        raise Complaint(str(error)) from error
    click.echo(f"witness: {_published(witness.cosigner)}")
    for origin in witness.logs:
        kept = witness.kept(origin)
        click.echo(f"watches: {origin}, {'nothing cosigned yet' if kept is None else f'at {kept.size} entries'}")
    os.environ.update(to_environment(state, name, [each.strip() for each in logs]))
    run("passport_api.witness.wsgi:create", host, port, workers=1, threads=_THREADS)


@click.command("witness-key")
@state_option
@name_option
def witness_key_command(state: Path, name: str) -> None:
    """Print a witness's public key; make it, the first time."""
    click.echo(_published(CosignerKey(name, open_or_make_key(state).public_bytes())))


def _log_key(text: str) -> VerifierKey:
    try:
        return parse_verifier_key(text.strip())
    except KeyMalformed as error:
        raise Complaint(f"--log takes what `log key` prints: {error}.") from error


def _published(key: CosignerKey) -> str:
    try:
        return cosigner_key(key.name, key.public_key)
    except KeyMalformed as error:
        raise Complaint(f"--name: {error}.") from error
