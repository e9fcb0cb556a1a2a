"""Fills the protected service's database as the service itself would: every row sealed in its place, the log a tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bench import databases
from bench.databases import Row
from bench.population import Kept, Population
from passport_api.domain.ids import ConsentId
from passport_api.domain.merkle import Frontier, leaf_hash
from passport_api.domain.roles import OrganisationKind, Role
from passport_api.services.journal import decision_of
from passport_api.services.runtime import Runtime
from passport_api.services.vault import PassportSeals
from passport_api.store import decisions, log
from passport_api.store.database import UnitOfWork
from passport_api.store.migration import METADATA

_NO_PASSWORD = "!"  # noqa: S105 - the opposite of one: nobody signs in with it
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A passport that is in the database, with the means to seal entries about it."""

    seals: PassportSeals
    consent_id: ConsentId


def fill(runtime: Runtime, population: Population) -> dict[int, list[ConsentId]]:
    """Fill an empty database; gives the views that each reader, by number, can open."""
    opened: dict[int, list[ConsentId]] = {number: [] for number in range(len(population.readers))}
    filled: list[Filled] = []
    with runtime.database.writing() as uow:
        _load(uow, "organisations", _organisations(population))
        _load(uow, "accounts", _people(runtime, population))
        _load(uow, "memberships", _memberships(runtime, population))
        _load(uow, "sessions", _sessions(population))
        passports = population.passports()
        while chunk := list(islice(passports, _CHUNK)):
            filled += _passports(runtime, uow, population, chunk)
            for kept in chunk:
                if kept.active:
                    opened[population.readers.index(kept.reader)].append(kept.consent_id)
    _fill_log(runtime, population, filled)
    with runtime.database.writing() as uow:
        databases.settle(uow.connection)
    return opened


def _organisations(population: Population) -> Iterator[Row]:
    founded = {"created_at": population.at}
    kind = OrganisationKind.LOCAL_AUTHORITY.value
    yield {"id": population.custodian_id, "kind": kind, "name": "Authority", "authority_code": "999", **founded}
    for number, reader in enumerate(population.readers):
        urn = f"{900000 + number}"
        kind = OrganisationKind.SCHOOL.value
        yield {"id": reader.school_id, "kind": kind, "name": reader.school, "urn": urn, **founded}


def _people(runtime: Runtime, population: Population) -> Iterator[Row]:
    yield _account(runtime, population, population.worker_id, "Social worker", "worker@authority.example")
    for reader in population.readers:
        yield _account(runtime, population, reader.account_id, reader.name, reader.email)


def _account(runtime: Runtime, population: Population, account_id: object, name: str, email: str) -> Row:
    raise NotImplementedError
