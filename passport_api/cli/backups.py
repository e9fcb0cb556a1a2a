"""Commands that back up, verify what was backed up, put it back, and destroy what is to open nothing any more."""

import time
from pathlib import Path

import click

from passport_api.app import utc_now
from passport_api.cli.place import data_option, runtime_of, settings_of
from passport_api.config import Settings
from passport_api.domain.backups import KEYS_FOLDER, KEYS_SUFFIX, KeyGeneration, Manifest
from passport_api.services import backups
from passport_keys.keyring import Keyring
from passport_keys.providers import open_provider

_MEGABYTE = 1_000_000

folder_argument = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
keys_option = click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key-backup generation that opens it: the one made with it, or a newer one.",
)


@click.command()
@data_option
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Where the backup's own folder goes.")
@click.option(
    "--keys-to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the wrapped keys go; else a folder beside the backups, to be moved elsewhere.",
)
@click.option("--keys-only", is_flag=True, help="Back up the wrapped keys alone, as after an erasure.")
def backup(data: Path | None, to: Path | None, keys_to: Path | None, keys_only: bool) -> None:  # noqa: FBT001 - a flag
    """Back up while the service serves: content and wrapped keys of one instant, each in a place of its own."""
    if to is None and (keys_to is None or not keys_only):
        raise click.UsageError("--to is needed: a folder for backups.")
    keys_folder = keys_to or (to or Path()) / KEYS_FOLDER
    runtime = runtime_of(data)
    if keys_only or to is None:
        made = backups.make_keys(runtime, keys_folder)
    else:
        made = backups.make(runtime, to, keys_folder, _say)
        click.echo(f"content: {made.backup}")
    click.echo(f"keys:    {made.keys}")
    click.echo(f"log:     {made.log.size} entries, root {made.log.root.hex()}; {made.passports} passports have a key")
    click.echo("Keep the two apart: keys without content are nothing, content without keys opens for nobody.")


@click.command()
@data_option
@click.option("--from", "source", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The newest key-backup generation.",
)
@click.option("--replace", is_flag=True, help="Move a database that holds something aside.")
def restore(data: Path | None, source: Path, keys: Path, replace: bool) -> None:  # noqa: FBT001 - a flag
    """Put a backup back, once all of it is believed. What was there is moved aside, never deleted."""
    settings = settings_of(data)
    wanted = backups.Wanted(source, keys)
    done = backups.restore(wanted, settings.database_url, _lock(settings), utc_now(), _say, replace=replace)
    _tell(done)
    if done.aside is not None:
        click.echo(f"aside:   what was there is {done.aside} now: destroy it when all is well, for it holds keys")
    click.echo("Restored. What came after the backup is not in it. Next: passport-api recover.")


@click.group("backups")
def backups_group() -> None:
    """Backups that there are."""


@backups_group.command("verify")
@data_option
@click.argument("source", metavar="BACKUP", type=click.Path(exists=True, file_okay=False, path_type=Path))
@keys_option
def verify(data: Path | None, source: Path, keys: Path | None) -> None:
    """Do all that restoring does, in a place of its own that is gone afterwards. Nothing is replaced."""
    settings = settings_of(data)
    if keys is None:
        manifest = backups.verify_content(source, settings.database_url, _say)
        click.echo(f"content: {_of(manifest)}")
        click.echo("The content is whole. Who signed it, and whether it opens, is seen with --keys alone.")
        return
    done = backups.verify(backups.Wanted(source, keys), settings.database_url, _lock(settings), utc_now(), _say)
    _tell(done)
    click.echo("verified: it can be restored with these keys")


@backups_group.command("list")
@folder_argument
@click.option("--keys-folder", type=click.Path(file_okay=False, path_type=Path))
def list_backups(folder: Path, keys_folder: Path | None) -> None:
    """List backups and key-backup generations, oldest first, as they describe themselves."""
    shelf = backups.Shelf(folder, keys_folder or folder / KEYS_FOLDER)
    generations = {path.name.removesuffix(KEYS_SUFFIX): said for path, said in shelf.generations()}
    for path, manifest in shelf.backups():
        click.echo(f"backup {path.name}  {_of(manifest) if manifest else 'NOT READABLE'}")
    for name, generation in generations.items():
        click.echo(f"keys   {name}  {_of_keys(generation) if generation else 'NOT READABLE'}")


@backups_group.command("prune-keys")
@folder_argument
@click.option("--keys-folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", default=1, show_default=True, type=click.IntRange(1), help="How many of the newest stay.")
@click.confirmation_option(prompt="What only an older key-backup generation opens is lost for good. Go on?")
def prune_keys(folder: Path, keys_folder: Path | None, keep: int) -> None:
    """Destroy key-backup generations but for the newest: what was erased since then opens nowhere any more."""
    for path in backups.Shelf(folder, keys_folder or folder / KEYS_FOLDER).destroy_keys(keep):
        click.echo(f"destroyed {path}")


def _lock(settings: Settings) -> backups.Lock:
    provider = open_provider(settings.key_url)
    return backups.Lock(provider, Keyring(provider, time.monotonic), settings.log_origin)


def _tell(done: backups.Restored) -> None:
    fitted = done.fitted
    click.echo(f"content: {_of(done.manifest)}")
    click.echo(f"keys:    {fitted.opened} passports have their key; {done.opened} keys were tried and open")
    if fitted.left_out:
        click.echo(f"         {fitted.left_out} keys left out: of passports made after the content, or erased in it")
    if fitted.erased:
        click.echo(f"         {fitted.erased} passports were erased after the content was backed up, and stay so")


def _of(manifest: Manifest) -> str:
    return (
        f"{manifest.created:%Y-%m-%d %H:%M:%S} UTC, {manifest.backend}, {manifest.content.size / _MEGABYTE:.1f} MB, "
        f"log of {manifest.log.size}, keys {manifest.keys_name}"
    )


def _of_keys(generation: KeyGeneration) -> str:
    needs = ", ".join(generation.key_ids)
    return (
        f"{generation.created:%Y-%m-%d %H:%M:%S} UTC, log of {generation.log.size}, "
        f"{len(generation.data_keys)} passports, opened by {needs}"
    )


def _say(line: str) -> None:
    click.echo(line, err=True)
