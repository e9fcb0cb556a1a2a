"""Nothing outside sealed content says that a child is adopted: no address, field, counter, log key, table or file.

A word in an address or a table's name tells whoever sees it what only the family may tell (promise 5). Three words of
DESIGN.md are in the code because they must be written somewhere, each in one enumeration:

- `adopted`, why a passport is held: sealed with the child's identity, read by those responsible for the child alone;
- `adoption_support`, what a consent is for: a purpose that the parents choose and the recipient is told;
- `adoption_agency`, what kind of organisation can be a custodian: said of an organisation, never of a child.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from passport_api import setup
from passport_api.app import create_app, utc_now
from passport_api.store.migration import METADATA

ROOT = Path(__file__).parents[2]
SOURCES = ("passport_api", "schemas", "keys", "migrations")
FILES = [
    path
    for source in SOURCES
    for path in sorted((ROOT / source).rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
]
CODE = [path for path in FILES if path.suffix == ".py"]
PAGES = [path for path in FILES if path.suffix in {".html", ".js", ".css", ".txt", ".j2"}]

SAYS_IT = re.compile("adopt", re.IGNORECASE)
WORDS = {"adopted", "adoption_support", "adoption_agency"}
NAMES = {word.upper() for word in WORDS}
PLACES = {
    "adopted": {"circumstances"},
    "adoption_support": {"purpose"},
    "adoption_agency": {"kind"},
}
"""The only fields of the contract whose values may be these words."""


def saying_it(texts: Any) -> set[str]:
    return {str(text) for text in texts if SAYS_IT.search(str(text))}


def test_no_address_says_it() -> None:
    with setup.throwaway(utc_now()) as settings:
        app = create_app(settings)
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 40
    assert saying_it(rule.rule for rule in rules) == set()
    assert saying_it(rule.endpoint for rule in rules) == set()
    assert saying_it(app.blueprints) == set()


def test_no_file_says_it() -> None:
    assert len(FILES) > 100
    assert saying_it(path.relative_to(ROOT) for path in FILES) == set()


def test_no_table_column_index_or_constraint_says_it() -> None:
    names = [name for table in METADATA.tables.values() for name in _names_of(table)]
    assert len(names) > 100
    assert saying_it(names) == set()


def test_no_migration_says_it() -> None:
    migrations = [path for path in CODE if "migrations" in path.parts]
    assert migrations
    assert saying_it(path.read_text(encoding="utf-8") for path in migrations) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_says_it(path: Path) -> None:
    assert not SAYS_IT.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_and_no_text_in_the_code_says_it(path: Path) -> None:
    """Log keys, counters, problems, field names and subjects of messages are names or texts in the code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert saying_it(_identifiers(tree)) <= NAMES
    assert saying_it(_texts(tree)) <= WORDS


def test_in_the_contract_the_words_are_values_of_their_own_fields_only() -> None:
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    found = {(field, text) for field, text in _said(contract) if SAYS_IT.search(text)}
    assert found == {(field, word) for word, fields in PLACES.items() for field in fields}


def _names_of(table: Any) -> Iterator[str]:
    yield table.name
    yield from (column.name for column in table.columns)
    yield from (str(part.name) for part in (*table.indexes, *table.constraints))


def _identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            if isinstance(value := getattr(node, field, None), str):
                yield value


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every text but docstrings, which are read by whoever reads the code."""
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            yield node.value


def _said(part: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every name and text in a document, each with the field that it is within: for a value of an enum, whose."""
    if isinstance(part, dict):
        for name, inner in part.items():
            yield field, str(name)
            keyword = name in {"enum", "items", "type", "properties", "anyOf", "oneOf"}
            yield from _said(inner, field if keyword else str(name))
    elif isinstance(part, list):
        for inner in part:
            yield from _said(inner, field)
    elif isinstance(part, str):
        yield field, part
