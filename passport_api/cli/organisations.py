"""Commands that found organisations and invite their administrators."""

from pathlib import Path
from uuid import UUID

import click

from passport_api.cli.place import data_option, runtime_of, settings_of
from passport_api.domain.identifiers import AuthorityCode, GssCode, Urn
from passport_api.domain.ids import OrganisationId
from passport_api.domain.roles import OrganisationKind
from passport_api.services import invitations, organisations
from passport_api.services.execution import perform_unattended
from passport_api.services.invitations import Invitee
from passport_api.services.runtime import Step
from passport_api.store.organisations import OrganisationRecord


@click.group("organisations")
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

    found = perform_unattended(runtime_of(data), found_it)
    click.echo(str(found.organisation_id))


@organisations_group.command("list")
@data_option
def list_organisations(data: Path | None) -> None:
    """List every organisation."""
    for each in perform_unattended(runtime_of(data), organisations.every):
        code = each.urn or each.authority_code or "-"
        click.echo(f"{each.organisation_id}  {each.kind.value:<16}  {code:<6}  {each.name}")


@click.group("admins")
def admins_group() -> None:
    """Organisations' administrators."""


@admins_group.command("invite")
@data_option
@click.option("--organisation", required=True, type=click.UUID)
@click.option("--name", required=True)
@click.option("--email", required=True)
def invite_admin(data: Path | None, organisation: UUID, name: str, email: str) -> None:
    """Invite an organisation's administrator and print the one-time link."""
    settings = settings_of(data)
    runtime = runtime_of(data)
    invitee = Invitee(name, email)
    invited = perform_unattended(
        runtime, lambda step: invitations.invite_first_admin(step, OrganisationId(organisation), invitee)
    )
    click.echo(f"link:    {invitations.link_of(settings.base_url, invited)}")
    click.echo(f"token:   {invited.token}")
    click.echo(f"expires: {invited.expires_at.isoformat()}")


def _needed(option: str, value: str | None) -> str:
    if value is None:
        raise click.UsageError(f"--{option} is needed for this kind.")
    return value
