"""The operator's command line: set up, serve, found organisations, verify the log, show a demonstration."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click
from granian import Granian
from granian.constants import Interfaces

from passport_api import demonstration, setup
from passport_api.api.edge import openapi_document, to_yaml
from passport_api.app import build_runtime, create_app, new_secret, utc_now
from passport_api.config import SettingInvalid, Settings, for_folder, from_environment, to_environment
from passport_api.demonstration import staging
from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    KeyMalformed,
    NoteRejected,
    open_note,
    parse_verifier_key,
    verifier_key,
)
from passport_api.domain.errors import DomainError
from passport_api.domain.identifiers import AuthorityCode, GssCode, IdentifierInvalid, Urn
from passport_api.domain.ids import OrganisationId
from passport_api.domain.roles import OrganisationKind
from passport_api.services import invitations, log, organisations
from passport_api.services.execution import perform_unattended
from passport_api.services.invitations import Invitee
from passport_api.services.runtime import Runtime, Step
from passport_api.store.database import Database, StoreUnavailable
from passport_api.store.organisations import OrganisationRecord
from passport_keys.errors import KeyStoreError
from passport_keys.signing import verify as verify_signature

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that holds everything; else PASSPORT_DATABASE_URL and PASSPORT_KEY_URL are read.",
)
_SHUTDOWN_SECONDS = 10


class Complaint(click.ClickException):
    """Something the operator can mend: said in one line, without a traceback."""


class _Main(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        """Turn the errors an operator can mend into one line each."""
        try:
            return super().invoke(ctx)
        except StoreUnavailable as error:
            raise Complaint("The database does not answer.") from error
        except (KeyStoreError, SettingInvalid, DomainError, IdentifierInvalid, setup.NotSetUp) as error:
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
    settings = _settings(data)
    if data is not None:
        setup.prepare_folder(data, utc_now())
    setup.prepare_database(settings)
    build_runtime(settings).database.close()
    click.echo("Ready. Next: passport-api organisations create, then passport-api admins invite.")


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(data: Path | None, host: str, port: int) -> None:
    """Serve under a production WSGI server."""
    settings = _settings(data)
    setup.check(settings)
    _serve(settings, host, port)


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
    settings = replace(for_folder(data, base_url), trusted_hosts=("127.0.0.1", "localhost"))
    setup.prepare_database(settings)
    _show_card(card, data)
    _serve(settings, "127.0.0.1", port)


@main.group("organisations")
def organisations_group() -> None:
    """Schools, authorities and agencies."""


@organisations_group.command("create")
@data_option
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in OrganisationKind]))
@click.option("--name", required=True)
@click.option("--urn", help="A school's unique reference number: 6 digits.")
@click.option("--authority", type=click.UUID, help="The id of the authority whose area a school is in.")
@click.option("--authority-code", help="A local authority's code: 3 digits.")
@click.option("--gss-code", help="A local authority's GSS code: a letter and 8 digits.")
def create_organisation(
    data: Path | None,
    kind: str,
    name: str,
    urn: str | None,
    authority: UUID | None,
    authority_code: str | None,
    gss_code: str | None,
) -> None:
    """Found an organisation and print its id."""
    area = None if authority is None else OrganisationId(authority)

    def found_it(step: Step) -> OrganisationRecord:
        match OrganisationKind(kind):
            case OrganisationKind.SCHOOL:
                return organisations.found_school(step, name, Urn.parse(_needed("urn", urn)), area)
            case OrganisationKind.LOCAL_AUTHORITY:
                code = AuthorityCode.parse(_needed("authority-code", authority_code))
                gss = None if gss_code is None else GssCode.parse(gss_code)
                return organisations.found_authority(step, name, code, gss)
            case OrganisationKind.ADOPTION_AGENCY:
                return organisations.found_agency(step, name)

    found = perform_unattended(_runtime(data), found_it)
    click.echo(str(found.organisation_id))


@organisations_group.command("list")
@data_option
def list_organisations(data: Path | None) -> None:
    """List every organisation."""
    for each in perform_unattended(_runtime(data), organisations.every):
        code = each.urn or each.authority_code or "-"
        click.echo(f"{each.organisation_id}  {each.kind.value:<16}  {code:<6}  {each.name}")


@main.group("admins")
def admins_group() -> None:
    """Organisations' administrators."""


@admins_group.command("invite")
@data_option
@click.option("--organisation", required=True, type=click.UUID)
@click.option("--name", required=True)
@click.option("--email", required=True)
def invite_admin(data: Path | None, organisation: UUID, name: str, email: str) -> None:
    """Invite an organisation's administrator and print the one-time link."""
    settings = _settings(data)
    runtime = _runtime(data)
    invitee = Invitee(name, email)
    invited = perform_unattended(
        runtime, lambda step: invitations.invite_first_admin(step, OrganisationId(organisation), invitee)
    )
    click.echo(f"link:    {invitations.link_of(settings.base_url, invited)}")
    click.echo(f"token:   {invited.token}")
    click.echo(f"expires: {invited.expires_at.isoformat()}")


@main.group("log")
def log_group() -> None:
    """The access log."""


@log_group.command("checkpoint")
@data_option
def print_checkpoint(data: Path | None) -> None:
    """Print a signed checkpoint. Keep it elsewhere: with it, nothing before it can be edited unnoticed."""
    settings = _settings(data)
    click.echo(perform_unattended(_runtime(data), lambda step: log.checkpoint(step, settings.log_origin)), nl=False)


@log_group.command("key")
@data_option
def print_log_key(data: Path | None) -> None:
    """Print the public key of checkpoints."""
    settings = _settings(data)
    click.echo(verifier_key(settings.log_origin, _runtime(data).keys.log.public_bytes()))


@log_group.command("verify")
@data_option
@click.option("--checkpoint", "notes", multiple=True, type=click.File(), help="A checkpoint kept elsewhere.")
@click.option("--public-key", help="The key that signed it, from `log key`, kept elsewhere too.")
def verify_log(data: Path | None, notes: tuple[TextIO, ...], public_key: str | None) -> None:
    """Compute the whole log anew and name every place where it was edited, cut short or reordered."""
    settings = _settings(data)
    checkpoints = _checkpoints(notes, public_key)
    database = Database(settings.database_url)
    with database.snapshot() as uow:
        findings = list(log.verify(uow, checkpoints))
        size, root = (0, b"") if findings else log.measured(uow)
    database.close()
    for finding in findings:
        place = "log" if finding.position is None else f"entry {finding.position}"
        click.echo(f"{place}: {finding.what}")
    if findings:
        sys.exit(1)
    click.echo(f"verified: {size} entries, root {root.hex()}, {len(checkpoints)} checkpoints")


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


def _settings(data: Path | None) -> Settings:
    environment = dict(os.environ)
    if data is not None:
        environment["PASSPORT_DATA"] = str(data)
    return from_environment(environment)


def _runtime(data: Path | None) -> Runtime:
    settings = _settings(data)
    setup.check(settings)
    return build_runtime(settings)


def _staged_runtime(settings: Settings) -> Runtime:
    setup.prepare_database(settings)
    return build_runtime(settings)


def _serve(settings: Settings, host: str, port: int) -> None:
    os.environ.update(to_environment(settings))
    Granian(
        "passport_api.wsgi:create",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SHUTDOWN_SECONDS,
    ).serve()


def _needed(option: str, value: str | None) -> str:
    if value is None:
        raise click.UsageError(f"--{option} is needed for this kind.")
    return value


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


def _show_card(card: staging.Card, data: Path) -> None:
    click.echo(f"\nA demonstration at {card['base_url']}: nobody in it is real.\n")
    for name, account in card["accounts"].items():
        click.echo(f"  {name:<32}{account['email']:<40}{account['password']}")
    click.echo(f"\nSign in with POST {card['base_url']}/v1/auth/login; read on at {card['base_url']}/docs")
    click.echo(f"Accounts and ids are in {data / staging.CARD}. Stop with Ctrl-C; everything is kept.\n")
