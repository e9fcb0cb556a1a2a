"""The operator's command line: set up, serve, found organisations, verify the log, show a demonstration."""

import os
from dataclasses import replace
from pathlib import Path

import click

from passport_api import demonstration, setup
from passport_api.anchors.contract import AnchorDiverged, AnchorUnavailable
from passport_api.api.edge import openapi_document, to_yaml
from passport_api.app import build_runtime, create_app, new_secret, utc_now
from passport_api.cli.backups import backup, backups_group, restore
from passport_api.cli.clock import recover_clock
from passport_api.cli.erasures import erasures_group
from passport_api.cli.key_files import keys_file_group
from passport_api.cli.keys import keys_group
from passport_api.cli.log import log_group
from passport_api.cli.notices import notices_group
from passport_api.cli.organisations import admins_group, organisations_group
from passport_api.cli.place import Complaint, data_option, settings_of
from passport_api.cli.recovery import anchors_group, doctor, recover
from passport_api.cli.serving import serve_on
from passport_api.cli.webhooks import webhooks_group
from passport_api.cli.witness import witness_command, witness_key_command
from passport_api.cli.worker import beside, worker_command
from passport_api.config import SettingInvalid, Settings, for_folder
from passport_api.demonstration import staging
from passport_api.domain.backups import BackupRefused
from passport_api.domain.clock import ClockBehind
from passport_api.domain.errors import DomainError
from passport_api.domain.identifiers import IdentifierInvalid
from passport_api.domain.merkle import FrontierCorrupt
from passport_api.services.anchoring import AnchorsAway, LogDiverged
from passport_api.services.runtime import Runtime
from passport_api.store.database import StoreUnavailable
from passport_keys.errors import KeyStoreError


class _Main(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        """Turn the errors an operator can mend into one line each."""
        try:
            return super().invoke(ctx)
        except StoreUnavailable as error:
            raise Complaint(f"The database does not answer. The fault: {error}.") from error
        except ClockBehind as error:
            raise Complaint("The clock is behind the log: set it right, or see passport-api recover-clock.") from error
        except LogDiverged as error:
            raise Complaint("The log is not the one that its anchors know: run `passport-api doctor`.") from error
        except FrontierCorrupt as error:
            raise Complaint("The log's head makes no sense, it was edited: see `passport-api log verify`.") from error
        except AnchorDiverged as error:
            raise Complaint(f"An anchor does not know this log: {error}.") from error
        except (AnchorsAway, AnchorUnavailable) as error:
            raise Complaint(f"An anchor of the log cannot be written. {error}".strip()) from error
        except (
            BackupRefused,
            DomainError,
            IdentifierInvalid,
            KeyStoreError,
            SettingInvalid,
            setup.NotSetUp,
        ) as error:
            raise Complaint(str(error) or type(error).__name__) from error


@click.group(cls=_Main)
@click.version_option(package_name="passport-api")
def main() -> None:
    """The adoption transition passport."""
    os.umask(0o077)  # whatever this makes is for its owner alone


@main.command()
@data_option
def init(data: Path | None) -> None:
    """Make the keys and the database, or bring the database up to date. Run again, it changes nothing."""
    settings = settings_of(data)
    if data is not None:
        setup.prepare_folder(data, utc_now())
    setup.prepare_keys(settings, utc_now())
    _prepare_log(settings)
    click.echo("Ready. Next: passport-api organisations create, then passport-api admins invite.")


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(data: Path | None, host: str, port: int) -> None:
    """Serve under a production WSGI server."""
    settings = settings_of(data)
    setup.check(settings)
    serve_on(settings, host, port)


@main.command()
@click.option("--data", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to keep it.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(data: Path, port: int) -> None:
    """Serve with a demonstration family. Stopping and starting again keeps everything."""
    base_url = f"http://127.0.0.1:{port}"
    if not staging.is_staged(data):
        click.echo("Making keys, a database and a family …")
        staging.stage(data, demonstration.load(), _staged_runtime, new_secret)
    card = staging.write_card(data, base_url)
    mail = str(data.resolve() / "mail")
    settings = replace(for_folder(data, base_url), trusted_hosts=("127.0.0.1", "localhost"), mail_folder=mail)
    _prepare_log(settings)
    _show_card(card, data)
    with beside(settings):
        serve_on(settings, "127.0.0.1", port)


@main.command()
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--check", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def openapi(write: Path | None, check: Path | None) -> None:
    """Print the contract, write it, or fail when a file is not the contract that the code makes."""
    with setup.throwaway(utc_now()) as settings:
        app = create_app(settings)
        text = to_yaml(openapi_document(app.extensions["passport_contract"]))
    if check is not None and check.read_text(encoding="utf-8") != text:
        raise Complaint(f"{check} is not what the code makes: run `make openapi`.")
    if write is not None:
        write.write_text(text, encoding="utf-8")
    if check is None and write is None:
        click.echo(text, nl=False)


def _prepare_log(settings: Settings) -> None:
    """Bring the database up to date. A log that is older than anchors are is kept in them from now on.

    Of any other log with entries an anchor that is not there may have been taken away: only an operator's word helps.
    """
    older = setup.prepare_database(settings)
    runtime = build_runtime(settings)
    missing = runtime.anchoring.missing()
    if missing and older:
        runtime.anchoring.enrol()
    for label in missing:
        kept = "From now on the log is kept in" if older else "The log has entries, and there is no"
        how = "" if older else ": if it is new, run `passport-api anchors enrol`"
        click.echo(f"{kept} {label}{how}.")
    runtime.database.close()


def _staged_runtime(settings: Settings) -> Runtime:
    setup.prepare_database(settings)
    return build_runtime(settings)


def _show_card(card: staging.Card, data: Path) -> None:
    click.echo(f"\nA demonstration at {card['base_url']}: nobody in it is real.\n")
    for name, account in card["accounts"].items():
        click.echo(f"  {name:<32}{account['email']:<40}{account['password']}")
    click.echo(f"\nSign in with POST {card['base_url']}/v1/auth/login; read on at {card['base_url']}/docs")
    click.echo(f"Emails are written to {data / 'mail'}, to be opened with any mail program.")
    click.echo(f"Accounts and ids are in {data / staging.CARD}. Stop with Ctrl-C; everything is kept.\n")


_COMMANDS = (
    organisations_group,
    admins_group,
    erasures_group,
    log_group,
    anchors_group,
    doctor,
    recover,
    recover_clock,
    witness_command,
    witness_key_command,
    backup,
    restore,
    backups_group,
    keys_file_group,
    keys_group,
    worker_command,
    notices_group,
    webhooks_group,
)
for command in _COMMANDS:
    main.add_command(command)
