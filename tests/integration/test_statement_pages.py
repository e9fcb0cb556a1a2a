"""Statements come page by page, and the log names those that each page shows."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from passport_api.domain.ids import AccountId, PassportId, StatementId
from passport_api.store import statements
from passport_api.store.statements import SealedStatement, VersionRecord
from support.lists import every
from support.service import Service
from support.world import Family, World


@pytest.fixture(scope="module")
def family(world: World) -> Family:
    return world.family()


@pytest.fixture(scope="module")
def written(world: World, family: Family) -> list[Any]:
    return [
        world.statement(family, section, "everyday") for section in ("regulation", "about_me", "safety", "regulation")
    ]


def _ids(items: list[Any]) -> list[str]:
    return [item["id"] for item in items]


@pytest.mark.parametrize("limit", [1, 3, 4, 5])
def test_pages_of_any_size_give_every_statement_once(family: Family, written: list[Any], limit: int) -> None:
    listed = every(family.parent, f"/v1/passports/{family.passport_id}/statements?limit={limit}")
    assert _ids(listed) == _ids(written)


def test_the_log_names_what_a_page_shows_and_no_more(family: Family, written: list[Any]) -> None:
    page = family.parent.get(f"/v1/passports/{family.passport_id}/statements?limit=2").json()
    assert _ids(page["items"]) == _ids(written[:2])
    newest = family.parent.get(f"/v1/passports/{family.passport_id}/access-log?limit=1").json()["items"][0]
    assert newest["action"] == "passport.read"
    assert newest["sections"] == ["regulation", "about_me"]
    assert _ids(newest["statements"]) == _ids(written[:2])


def test_a_page_ends_between_statements_not_between_versions(
    family: Family, written: list[Any], service: Service
) -> None:
    ids = sorted(UUID(each) for each in _ids(written))
    with service.runtime.database.snapshot() as uow:  # rolled back: no route writes a second version of these yet
        passport_id, author = PassportId(UUID(family.passport_id)), _account(family)
        for version in (2, 3):
            newer = SealedStatement(StatementId(ids[0]), version, b"sealed")
            statements.add(uow, passport_id, newer, uuid4(), author, service.clock())
        first = statements.page_of(uow, passport_id, None, 2)
        second = statements.page_of(uow, passport_id, first[-1].statement.statement_id, 10)
    assert [_version(each) for each in first] == [(ids[0], 3), (ids[1], 1)]
    assert [_version(each) for each in second] == [(ids[2], 1), (ids[3], 1)]


def _account(family: Family) -> AccountId:
    return AccountId(UUID(family.parent.get("/v1/me").json()["id"]))


def _version(kept: VersionRecord) -> tuple[UUID, int]:
    return kept.statement.statement_id, kept.statement.version
