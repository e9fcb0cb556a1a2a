"""Organisations: founded by the operator, found by everybody who is signed in. Nothing about them is private."""

from passport_api.domain.decisions import Reason, Refused
from passport_api.domain.errors import Clash, Conflict, InvalidField
from passport_api.domain.identifiers import AuthorityCode, GssCode, Urn
from passport_api.domain.ids import OrganisationId
from passport_api.domain.roles import OrganisationKind
from passport_api.services.runtime import Step, Work
from passport_api.store import organisations
from passport_api.store.organisations import OrganisationRecord, UrnTaken


def found_school(step: Step, name: str, urn: Urn, authority_id: OrganisationId | None) -> OrganisationRecord:
    """Keep a school, in the area of an authority.

    Raises:
        InvalidField: there is no such authority.
        Conflict: there is a school with this URN already.
    """
    if authority_id is not None:
        authority = organisations.find(step.uow, authority_id)
        if authority is None or authority.kind is not OrganisationKind.LOCAL_AUTHORITY:
            raise InvalidField("/authority_id", "Must be a local authority.")
    return _keep(step, OrganisationRecord(_id(step), OrganisationKind.SCHOOL, name, authority_id, urn=urn.value))


def found_authority(step: Step, name: str, code: AuthorityCode, gss_code: GssCode | None) -> OrganisationRecord:
    """Keep a local authority."""
    gss = None if gss_code is None else gss_code.value
    record = OrganisationRecord(
        _id(step), OrganisationKind.LOCAL_AUTHORITY, name, authority_code=code.value, gss_code=gss
    )
    return _keep(step, record)


def found_agency(step: Step, name: str) -> OrganisationRecord:
    """Keep an adoption agency."""
    return _keep(step, OrganisationRecord(_id(step), OrganisationKind.ADOPTION_AGENCY, name))


def find(work: Work, organisation_id: OrganisationId) -> OrganisationRecord | Refused:
    """One organisation."""
    return organisations.find(work.uow, organisation_id) or Refused(Reason.NO_SUCH_THING)


def page(
    work: Work, urn: Urn | None, code: AuthorityCode | None, after: OrganisationId | None, limit: int
) -> list[OrganisationRecord]:
    """Organisations, by URN or authority code where one is given: how a move's ends are found."""
    return organisations.page(
        work.uow, None if urn is None else urn.value, None if code is None else code.value, after, limit
    )


def every(step: Step) -> list[OrganisationRecord]:
    """All organisations, for the operator."""
    return organisations.every(step.uow)


def _id(step: Step) -> OrganisationId:
    return OrganisationId(step.runtime.new_id())


def _keep(step: Step, record: OrganisationRecord) -> OrganisationRecord:
    try:
        organisations.add(step.uow, record, step.at)
    except UrnTaken as error:
        raise Conflict(Clash.URN_TAKEN) from error
    return record
