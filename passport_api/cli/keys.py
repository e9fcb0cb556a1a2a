"""Commands about keys: rotating them while the service runs, seeing what is left, destroying what nobody uses."""

import sys
import time
from datetime import timedelta
from pathlib import Path

import click

from passport_api.cli.place import data_option, runtime_of
from passport_api.domain.key_validity import LEAD, LOG_OVERLAP, Succession
from passport_api.services import key_destruction, rewrapping, signing_rotation
from passport_api.services.rewrapping import Tempo
from passport_api.services.runtime import Runtime
from passport_api.store.wrapped_keys import Uses

_TOLD_EVERY_SECONDS = 1.0

batch_option = click.option(
    "--batch", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Keys in one transaction."
)
pace_option = click.option(
    "--pace", default=1000, show_default=True, type=click.IntRange(1), help="Keys a second, at most."
)
at_once_option = click.option(
    "--at-once",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Keys that the provider is asked about at the same time: more where it is a network away.",
)
lead_option = click.option(
    "--lead",
    default=int(LEAD.total_seconds() // 60),
    show_default=True,
    type=click.IntRange(2),
    help="Minutes for which the new key is published before it signs.",
)
now_option = click.option("--now", is_flag=True, help="The old key leaked: it is worth nothing from now on.")


@click.group("keys")
def keys_group() -> None:
    """Key-encryption keys and signing keys."""


@keys_group.command("status")
@data_option
def show_status(data: Path | None) -> None:
    """Show what is wrapped under which key-encryption key, and what each signing key does."""
    runtime = runtime_of(data)
    for key in key_destruction.wrapping_keys(runtime):
        state = "active" if key.is_active else "old" if key.is_held else "NOT IN THE KEY STORE"
        click.echo(f"{key.key_id}  {state}  {_counted(key.uses)}")
    click.echo(f"left to rewrap: {_counted(rewrapping.left_to_rewrap(runtime))}")
    for signer in key_destruction.signing_keys(runtime):
        since = "" if signer.active_from is None else f"  signs from {signer.active_from:%Y-%m-%dT%H:%M:%SZ}"
        until = "" if signer.retired_at is None else f"  ends {signer.retired_at:%Y-%m-%dT%H:%M:%SZ}"
        click.echo(f"{signer.purpose}  {signer.key_id}  {signer.state}{since}{until}")


@keys_group.command("rotate")
@data_option
@batch_option
@pace_option
@at_once_option
def rotate(data: Path | None, batch: int, pace: int, at_once: int) -> None:
    """Add a key-encryption key and wrap every key anew under it, while the service runs."""
    runtime = runtime_of(data)
    click.echo(f"added: {rewrapping.begin(runtime)}")
    _rewrap(runtime, Tempo(batch, pace, at_once))


@keys_group.command("rewrap")
@data_option
@batch_option
@pace_option
@at_once_option
def rewrap(data: Path | None, batch: int, pace: int, at_once: int) -> None:
    """Go on where a rotation was cut short: wrap anew whatever is not under the active key-encryption key."""
    _rewrap(runtime_of(data), Tempo(batch, pace, at_once))


@keys_group.command("destroy")
@data_option
@click.argument("key_id")
@click.option(
    "--grace",
    default=key_destruction.GRACE_SECONDS,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds to wait for requests that have read a key under it already.",
)
def destroy(data: Path | None, key_id: str, grace: float) -> None:
    """Destroy a key-encryption key that nothing uses. Backups from before the rotation cannot be opened afterwards."""
    key_destruction.destroy(runtime_of(data), key_id, grace)
    click.echo(f"destroyed: {key_id}")


@keys_group.command("rotate-tokens")
@data_option
@lead_option
@now_option
def rotate_tokens(data: Path | None, lead: int, *, now: bool) -> None:
    """Add a key that signs access tokens."""
    runtime = runtime_of(data)
    ahead = timedelta(minutes=lead)
    _tell(signing_rotation.replace_tokens(runtime) if now else signing_rotation.rotate_tokens(runtime, ahead))


@keys_group.command("rotate-log")
@data_option
@lead_option
@click.option(
    "--overlap",
    default=LOG_OVERLAP.days,
    show_default=True,
    type=click.IntRange(1),
    help="Days for which checkpoints carry both signatures.",
)
@now_option
def rotate_log(data: Path | None, lead: int, overlap: int, *, now: bool) -> None:
    """Add a key that signs the log's checkpoints. Old public keys stay published: see `log key`."""
    runtime = runtime_of(data)
    ahead, both = timedelta(minutes=lead), timedelta(days=overlap)
    _tell(signing_rotation.replace_log(runtime) if now else signing_rotation.rotate_log(runtime, ahead, both))


def _rewrap(runtime: Runtime, tempo: Tempo) -> None:
    told_at = float("-inf")

    def tell(left: Uses) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _TOLD_EVERY_SECONDS:
            click.echo(f"left to rewrap: {_counted(left)}")
            told_at = time.monotonic()

    done = rewrapping.rewrap(runtime, tempo, tell)
    for broken in done.broken:
        click.echo(f"{broken.kind.value} {broken.row_id} does not unwrap: altered, or its key is gone.", err=True)
    click.echo(f"rewrapped: {done.done}; left: {done.left.total}")
    if done.broken:
        sys.exit(1)


def _tell(succession: Succession) -> None:
    click.echo(f"signs from:   {succession.active_from.isoformat(timespec='seconds')}")
    click.echo(f"old one ends: {succession.others_retire_at.isoformat(timespec='seconds')}")


def _counted(uses: Uses) -> str:
    return f"{uses.data_keys} data keys, {uses.service_keys} service keys"
