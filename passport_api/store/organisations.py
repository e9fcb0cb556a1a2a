"""Organisations: schools, authorities, agencies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from passport_api.domain.ids import OrganisationId
from passport_api.domain.roles import OrganisationKind
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """An organisation as kept. `authority_id` is the local authority whose area a school is in."""

    organisation_id: OrganisationId
    kind: OrganisationKind
    name: str
    authority_id: OrganisationId | None = None
    urn: str | None = None
    authority_code: str | None = None
    gss_code: str | None = None


_ORGANISATION = select(
    m.Organisation.id,
    m.Organisation.kind,
    m.Organisation.name,
    m.Organisation.authority_id,
    m.Organisation.urn,
    m.Organisation.authority_code,
    m.Organisation.gss_code,
)


def find(uow: UnitOfWork, organisation_id: OrganisationId, *, lock: bool = False) -> OrganisationRecord | None:
    """The organisation with this id, if there is one; locked, two changes to its people take turns."""
    query = _ORGANISATION.where(m.Organisation.id == organisation_id)
    if lock:
        query = query.with_for_update(key_share=True)
    row = uow.connection.execute(query).one_or_none()
    return None if row is None else _record(row)


def names(uow: UnitOfWork, organisations: Collection[OrganisationId]) -> dict[OrganisationId, str]:
    """What some organisations are called."""
    query = select(m.Organisation.id, m.Organisation.name).where(m.Organisation.id.in_(list(organisations)))
    return {OrganisationId(row[0]): row[1] for row in uow.connection.execute(query)}


def page(
    uow: UnitOfWork, urn: str | None, authority_code: str | None, after: OrganisationId | None, limit: int
) -> list[OrganisationRecord]:
    """Organisations, oldest first; those with a URN or an authority code only, where one is given."""
    query = _ORGANISATION.order_by(m.Organisation.id).limit(limit)
    if urn is not None:
        query = query.where(m.Organisation.urn == urn)
    if authority_code is not None:
        query = query.where(m.Organisation.authority_code == authority_code)
    if after is not None:
        query = query.where(m.Organisation.id > after)
    return [_record(row) for row in uow.connection.execute(query)]


def every(uow: UnitOfWork) -> list[OrganisationRecord]:
    """All organisations, oldest first: for the operator's command line."""
    return [_record(row) for row in uow.connection.execute(_ORGANISATION.order_by(m.Organisation.id))]


class UrnTaken(Exception):
    """There is a school with this URN already."""


def add(uow: UnitOfWork, organisation: OrganisationRecord, at: datetime) -> None:
    """Keep a new organisation.

    Raises:
        UrnTaken: there is a school with its URN already.
    """
    if organisation.urn is not None and page(uow, organisation.urn, None, None, 1):
        raise UrnTaken
    uow.connection.execute(
        insert(m.Organisation).values(
            id=organisation.organisation_id,
            kind=organisation.kind.value,
            name=organisation.name,
            authority_id=organisation.authority_id,
            urn=organisation.urn,
            authority_code=organisation.authority_code,
            gss_code=organisation.gss_code,
            created_at=at,
        )
    )


def _record(row: AnyRow) -> OrganisationRecord:
    return OrganisationRecord(
        OrganisationId(row[0]),
        OrganisationKind(row[1]),
        row[2],
        None if row[3] is None else OrganisationId(row[3]),
        row[4],
        row[5],
        row[6],
    )
