"""Fills the protected service's database as the service itself would: every row sealed in its place, the log a tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import update

from bench.databases import Row, load, settle
from bench.population import Kept, Population
from passport_api.app import new_id
from passport_api.domain.consents import Standing
from passport_api.domain.ids import AccountId, ConsentId
from passport_api.domain.merkle import Frontier, leaf_hash
from passport_api.domain.roles import OrganisationKind, Role
from passport_api.services.journal import Asked, decision_of
from passport_api.services.runtime import Runtime
from passport_api.services.vault import PassportSeals
from passport_api.store.database import UnitOfWork
from passport_api.store.migration import METADATA
from passport_keys.providers import WrappedKey

_NOBODY_SIGNS_IN = "!"
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """A passport with the means to seal things of it."""

    kept: Kept
    seals: PassportSeals
    wrapped: WrappedKey


def fill(runtime: Runtime, population: Population) -> dict[AccountId, list[ConsentId]]:
    """Fill an empty database; gives the views that each reader is to open."""
    opened: dict[AccountId, list[ConsentId]] = {reader.account_id: [] for reader in population.readers}
    means: list[tuple[PassportSeals, ConsentId]] = []
    with runtime.database.writing() as uow:
        _load(uow, "organisations", _organisations(population))
        _load(uow, "accounts", _staff(runtime, population))
        _load(uow, "memberships", _memberships(runtime, population))
        _load(uow, "sessions", _sessions(population))
        passports = population.passports()
        while chunk := [_sealed(runtime, kept) for kept in islice(passports, _CHUNK)]:
            _fill_passports(runtime, uow, population, chunk)
            means += [(each.seals, each.kept.consent_id) for each in chunk]
            for each in chunk:
                if each.kept.active:
                    opened[each.kept.reader.account_id].append(each.kept.consent_id)
    with runtime.database.writing() as uow:
        _fill_log(uow, population, means)
        settle(uow.connection)
    return opened


def _load(uow: UnitOfWork, table: str, rows: Iterable[Row]) -> None:
    load(uow.connection, METADATA.tables[table], rows)


def _organisations(population: Population) -> Iterator[Row]:
    blank = {"urn": None, "authority_code": None, "gss_code": None, "authority_id": None, "created_at": population.at}
    kind = OrganisationKind.LOCAL_AUTHORITY.value
    yield {**blank, "id": population.custodian_id, "kind": kind, "name": "Authority", "authority_code": "999"}
    for number, reader in enumerate(population.readers):
        kind, urn = OrganisationKind.SCHOOL.value, f"{900000 + number}"
        yield {**blank, "id": reader.school_id, "kind": kind, "name": reader.school, "urn": urn}


def _staff(runtime: Runtime, population: Population) -> Iterator[Row]:
    yield _account(runtime, population, population.worker_id, "Social worker", "worker@authority.example")
    for reader in population.readers:
        yield _account(runtime, population, reader.account_id, reader.name, reader.email)


def _account(runtime: Runtime, population: Population, account_id: AccountId, name: str, email: str) -> Row:
    return {
        "id": account_id,
        "email_index": runtime.vault.email_index(email),
        "sealed_identity": runtime.vault.seal_person("accounts", account_id, name, email),
        "password_hash": _NOBODY_SIGNS_IN,
        "created_at": population.at,
    }


def _memberships(runtime: Runtime, population: Population) -> Iterator[Row]:
    held = [(population.worker_id, population.custodian_id, Role.SOCIAL_WORKER.value)]
    held += [(reader.account_id, reader.school_id, reader.role) for reader in population.readers]
    for account_id, organisation_id, role in held:
        who = {"account_id": account_id, "organisation_id": organisation_id, "role": role}
        yield {"id": runtime.new_id(), **who, "started_at": population.at, "ended_at": None}


def _sessions(population: Population) -> Iterator[Row]:
    for reader in population.readers:
        who = {"id": reader.session_id, "account_id": reader.account_id}
        yield {**who, "started_at": population.at, "ended_at": None}


def _sealed(runtime: Runtime, kept: Kept) -> Sealed:
    return Sealed(kept, *runtime.vault.new_passport(kept.passport_id))


def _fill_passports(runtime: Runtime, uow: UnitOfWork, population: Population, chunk: list[Sealed]) -> None:
    parents = [each.kept for each in chunk]
    accounts = (
        _account(runtime, population, kept.parent_id, "Parent", f"{kept.parent_id}@people.example") for kept in parents
    )
    _load(uow, "accounts", accounts)
    _load(uow, "passports", (_passport(population, each) for each in chunk))
    _load(uow, "data_keys", (_data_key(each) for each in chunk))
    relations = ({"passport_id": kept.passport_id, "account_id": kept.parent_id} for kept in parents)
    _load(uow, "parents", ({**each, "started_at": population.at, "ended_at": None} for each in relations))
    _load(uow, "statements", (row for each in chunk for row in _statements(population, each)))
    _load(uow, "consents", (_consent(each) for each in chunk))
    approvals = ({"consent_id": kept.consent_id, "account_id": kept.parent_id} for kept in parents)
    _load(uow, "consent_approvals", ({**each, "given_at": population.at} for each in approvals))


def _passport(population: Population, each: Sealed) -> Row:
    return {
        "id": each.kept.passport_id,
        "custodian_id": population.custodian_id,
        "sealed_child": each.seals.seal_child(each.kept.child),
        "requires_both_parents": False,
        "created_at": population.at,
        "created_by": population.worker_id,
    }


def _data_key(each: Sealed) -> Row:
    return {
        "passport_id": each.kept.passport_id,
        "wrapping_key_id": each.wrapped.key_id,
        "wrapped_key": each.wrapped.ciphertext,
    }


def _statements(population: Population, each: Sealed) -> Iterator[Row]:
    for statement in each.kept.statements:
        yield {
            "id": statement.statement_id,
            "version": statement.version,
            "passport_id": each.kept.passport_id,
            "sealed_statement": each.seals.seal_statement(statement).sealed,
            "recorded_at": population.at,
            "recorded_by": population.worker_id,
            "version_id": new_id(),
            "ended_at": None,
        }


def _consent(each: Sealed) -> Row:
    kept, terms = each.kept, each.kept.terms
    return {
        "id": kept.consent_id,
        "passport_id": kept.passport_id,
        "recipient_id": terms.recipient_id,
        "transition_id": None,
        "purpose": terms.purpose.value,
        "sealed_terms": each.seals.seal_terms(kept.consent_id, terms),
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "approvals_needed": terms.approvals_needed,
        "proposed_by": kept.parent_id,
        "proposed_at": terms.valid_from,
        **dict.fromkeys(("revoked_at", "revoked_by", "superseded_at", "superseded_by")),
    }


def _fill_log(uow: UnitOfWork, population: Population, means: list[tuple[PassportSeals, ConsentId]]) -> None:
    frontier = Frontier()
    for start in range(0, population.scale.entries, _CHUNK):
        end = min(start + _CHUNK, population.scale.entries)
        frontier = _fill_chunk(uow, population, means, range(start, end), frontier)
    size_and_edge = {"size": frontier.size, "frontier": frontier.to_bytes()}
    uow.connection.execute(update(METADATA.tables["log_head"]).values(**size_and_edge))


def _fill_chunk(
    uow: UnitOfWork,
    population: Population,
    means: list[tuple[PassportSeals, ConsentId]],
    positions: range,
    frontier: Frontier,
) -> Frontier:
    entries: list[Row] = []
    registered: list[Row] = []
    subtrees: list[Row] = []
    asked = Asked(population.readers[0].school_id, Standing.IN_FORCE)
    for position in positions:
        seals, consent_id = means[position * 7919 % len(means)]  # a prime: neighbours in the log are not of one child
        entry = population.entry(position, seals.passport_id, consent_id)
        leaf = seals.seal_entry(entry)
        hashed = leaf_hash(leaf.data())
        sealed = {"sealed_payload": leaf.sealed_payload, "leaf_hash": hashed}
        entries.append({"position": position, "id": leaf.entry_id, "passport_id": leaf.passport_id, **sealed})
        registered.append(_decision(position, decision_of(entry, asked)))
        appended = frontier.append(hashed)
        frontier = appended.frontier
        subtrees += [{"height": height, "position": at, "hash": root} for height, at, root in appended.completed]
    _load(uow, "log_entries", entries)
    _load(uow, "decisions", registered)
    _load(uow, "log_subtrees", subtrees)
    return frontier


def _decision(position: int, decision: Any) -> Row:
    columns = METADATA.tables["decisions"].columns.keys()
    plain = {name: getattr(decision, name) for name in columns if name != "position"}
    return {"position": position, **{name: getattr(value, "value", value) for name, value in plain.items()}}
