"""Commands that put a key file under a passphrase, under another one, or under none. No secret is ever an argument."""

from pathlib import Path

import click

from passport_keys.providers.local_file import protect, unprotect

_FILE = click.argument("key_file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("keys-file")
def keys_file_group() -> None:
    """A local key file's passphrase."""


@keys_file_group.command("protect")
@_FILE
@click.option("--passphrase-file", required=True, help="Holds the passphrase to be; only its owner may read it.")
@click.option("--current-passphrase-file", help="Holds the passphrase that the file has, to change it.")
def protect_file(key_file: Path, passphrase_file: str, current_passphrase_file: str | None) -> None:
    """Seal a key file under a passphrase, or change the one it has."""
    protect(key_file, passphrase_file, current_passphrase_file)
    click.echo(f"Protected. PASSPORT_KEY_URL is now file:{key_file.absolute()}?passphrase-file={passphrase_file}")
    click.echo("Copies made before open without this passphrase: rotate the keys, then destroy the old ones.")


@keys_file_group.command("unprotect")
@_FILE
@click.option("--passphrase-file", required=True, help="Holds the passphrase that the file has.")
def unprotect_file(key_file: Path, passphrase_file: str) -> None:
    """Write a key file without its passphrase: whoever can read it then has the keys."""
    unprotect(key_file, passphrase_file)
    click.echo(f"Unprotected. PASSPORT_KEY_URL is now file:{key_file.absolute()}")
