"""Fills the plain service's database with the same passports, readable."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, Engine, Table, text

from bench import plain_service as plain
from bench.databases import Row, load, settle
from bench.population import Kept, Population
from passport_api.domain.ids import AccountId, ConsentId

_CHUNK = 10_000


def fill(engine: Engine, population: Population) -> dict[AccountId, list[ConsentId]]:
    """Fill an empty database; gives the views that each reader is to open."""
    opened: dict[AccountId, list[ConsentId]] = {reader.account_id: [] for reader in population.readers}
    means: list[Kept] = []
    plain.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        _load(connection, plain.Account, (_account(r.account_id, r.name, r.email) for r in population.readers))
        _load(connection, plain.Membership, _memberships(population))
        passports = population.passports()
        while chunk := list(islice(passports, _CHUNK)):
            _fill_passports(connection, chunk)
            means += chunk
            for kept in chunk:
                if kept.active:
                    opened[kept.reader.account_id].append(kept.consent_id)
        _load(connection, plain.AccessLog, _log(population, means))
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('access_log_id_seq', max(id)) FROM access_log"))
    with engine.begin() as connection:
        settle(connection)
    return opened


def _load(connection: Connection, model: type[plain.Base], rows: Iterable[Row]) -> None:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError("a mapped class has one table")
    load(connection, table, rows)


def _account(account_id: AccountId, name: str, email: str) -> Row:
    return {"id": account_id, "name": name, "email": email}


def _memberships(population: Population) -> Iterator[Row]:
    for reader in population.readers:
        who = {"account_id": reader.account_id, "organisation_id": reader.school_id, "role": reader.role}
        yield {"id": reader.session_id, **who, "ended_at": None}


def _fill_passports(connection: Connection, chunk: list[Kept]) -> None:
    parents = (_account(kept.parent_id, "Parent", f"{kept.parent_id}@people.example") for kept in chunk)
    _load(connection, plain.Account, parents)
    _load(connection, plain.Passport, (_passport(kept) for kept in chunk))
    _load(connection, plain.Statement, (row for kept in chunk for row in _statements(kept)))
    _load(connection, plain.Consent, (_consent(kept) for kept in chunk))


def _passport(kept: Kept) -> Row:
    child = kept.child
    named = {"child_name": child.name, "known_as": child.known_as, "date_of_birth": child.date_of_birth}
    return {"id": kept.passport_id, **named}


def _statements(kept: Kept) -> Iterator[Row]:
    for statement in kept.statements:
        yield {
            "id": statement.statement_id,
            "passport_id": kept.passport_id,
            "version": statement.version,
            "section": statement.section.value,
            "detail_level": statement.detail_level.value,
            "kind": statement.kind.value,
            "text": statement.text,
            "source": statement.source,
            "author_name": statement.author.name,
            "author_role": statement.author.role,
            "author_organisation": statement.author.organisation,
            "recorded_on": statement.recorded_on,
            "review_on": statement.review_on,
        }


def _consent(kept: Kept) -> Row:
    terms = kept.terms
    return {
        "id": kept.consent_id,
        "passport_id": kept.passport_id,
        "recipient_id": terms.recipient_id,
        "purpose": terms.purpose.value,
        "scope": {section.value: level.value for section, level in terms.scope.items()},
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "revoked_at": None,
    }


def _log(population: Population, means: list[Kept]) -> Iterator[Row]:
    for position in range(population.scale.entries):
        kept = means[position * 7919 % len(means)]
        entry = population.entry(position, kept.passport_id, kept.consent_id)
        yield {
            "id": position + 1,
            "at": entry.at,
            "action": entry.action,
            "outcome": entry.outcome.value,
            "account_id": entry.account_id,
            "passport_id": entry.passport_id,
            "consent_id": entry.consent_id,
            "sections": [section.value for section in entry.sections],
            "statements": [],
        }
