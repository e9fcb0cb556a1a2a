"""Promise 1: nothing that a person wrote stands in plain in the database, its write-ahead log, a backup, a log, an
error, a URL or a metric.

A canary is planted in every field that a person can write, the whole path is gone, and every place is searched.
"""

import base64
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from passport_api.config import to_environment
from passport_api.services import encoding
from support.astray import Astray
from support.canaries import Canary, found, legible, word
from support.places import Kept, watch
from support.raw_database import RawDatabase
from support.served import Served, serve
from support.service import Service
from support.whole_path import WholePath
from support.world import World

CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))

PLAIN_ON_PURPOSE = {
    "NewTransition.planned_date": "what a move is due by",
    "TransitionChange.planned_date": "what a move is due by",
    "NewConsent.valid_from": "what an inbox is found by",
    "NewConsent.valid_until": "what an inbox is found by",
}
"""Fields that take more than a word of a closed set and are no secret: each with what it is kept in plain for."""

QUERIES = {"limit", "cursor", "role", "urn", "authority_code", "size", "from", "to", "status"}
"""What an address may carry: figures, words of closed sets, codes of organisations, positions in a list."""

GUESSABLE = ("NewChild.date_of_birth", "NewChild.circumstances", "NewStatement.review_on")
"""Written in words that others write too: not searched for where the data of others stand."""

SHOWN = ("NewStatement.text", "NewStatement.source", "NewStatement.review_on")
"""What a view shows of a statement."""

READ_BACK = (
    "NewProtectedTerm.text",
    "NewProtectedList.names_in_use",
    "NewStatement.wording_reason",
    "NewSettlement.note",
)
"""What those responsible for the child read back, and no view shows."""

Json = dict[str, Any]


@pytest.fixture(scope="module")
def gone(service: Service, world: World) -> Iterator[tuple[WholePath, Kept]]:
    """The whole path, gone once on each kind of database, and what the running database then keeps."""
    watched = watch(service)
    path = WholePath(service, world)
    path.begin()
    Astray(path).go()
    path.end()
    yield path, watched.read()
    watched.close()


@pytest.fixture
def path(gone: tuple[WholePath, Kept]) -> WholePath:
    return gone[0]


@pytest.fixture
def kept(gone: tuple[WholePath, Kept]) -> Kept:
    return gone[1]


def test_every_field_that_a_person_can_write_has_a_canary(path: WholePath) -> None:
    written = {canary.where for canary in path.canaries}
    fields = {field for schema in bodies() for field in fields_of(schema)}
    assert fields - PLAIN_ON_PURPOSE.keys() - written == set()
    assert PLAIN_ON_PURPOSE.keys() <= fields


def test_every_canary_was_sent_or_handed_out(path: WholePath) -> None:
    passed = b"\n".join([*path.bodies, *(answer.content for answer in path.exchanges)])
    fields = {field for schema in bodies() for field in fields_of(schema)}
    assert [canary for canary in path.canaries if canary.where in fields and not found([canary], passed)] == []


def test_what_was_written_comes_back_to_those_who_may_read_it(path: WholePath) -> None:
    view = json.dumps(path.view).encode()
    written = [canary for canary in path.canaries if canary.where in SHOWN]
    assert len(written) == 3 * 12
    assert [canary for canary in written if not found([canary], view)] == []


def test_what_no_view_shows_comes_back_to_those_responsible_and_to_no_reader(path: WholePath) -> None:
    written = [canary for canary in path.canaries if canary.where in READ_BACK]
    assert found(written, b"\n".join(path.kept.values())) == sorted(READ_BACK)
    assert found(written, json.dumps(path.view).encode()) == []


def test_notices_went_to_people_and_to_a_webhook_and_name_nobody(path: WholePath) -> None:
    others = {email.to for email in path.told.emails} - {path.reader.email, path.worker.email}
    assert len(others) == 1  # the parent who did not edit the protected list
    assert len(path.told.events) == 2
    letters = [email.letter for email in path.told.emails]
    said = [part for letter in letters for part in (letter.subject, letter.text, letter.html)]
    sent = "\n".join([*said, *(event.body for event in path.told.events)])
    assert found(path.canaries, sent.encode()) == []


def test_no_canary_is_in_a_row_of_the_database_in_any_form(path: WholePath, kept: Kept) -> None:
    assert found(path.canaries, kept.rows) == []


def test_no_canary_can_be_read_in_the_database_file_its_write_ahead_log_or_a_backup(
    path: WholePath, kept: Kept
) -> None:
    searched = {place: legible(path.canaries, content) for place, content in {**kept.own, **kept.bare}.items()}
    assert searched
    assert {place: fields for place, fields in searched.items() if fields} == {}


def test_no_canary_can_be_read_in_the_write_ahead_log_of_a_server(path: WholePath, kept: Kept) -> None:
    rare = [canary for canary in path.canaries if canary.where not in GUESSABLE]
    searched = {place: legible(rare, content) for place, content in kept.shared.items()}
    assert {place: fields for place, fields in searched.items() if fields} == {}


def test_the_search_finds_what_is_kept_in_plain(path: WholePath, kept: Kept) -> None:
    assert found([path.control], kept.rows)
    files = {**kept.own, **kept.shared}
    assert [place for place, content in files.items() if not legible([path.control], content)] == []


def test_no_key_is_kept_unwrapped(service: Service, kept: Kept) -> None:
    keys = service.runtime.keys
    secrets = [keys.data.private_bytes(), keys.index.private_bytes()]
    secrets += [key.private_bytes() for key in (*keys.tokens, keys.log)]
    for secret in secrets:
        assert secret not in kept.rows
        assert secret.hex().encode() not in kept.rows
        assert base64.b64encode(secret)[:-2] not in kept.rows


def test_no_canary_is_in_the_log_of_the_service(service: Service, path: WholePath) -> None:
    said = service.log_lines.getvalue()
    assert f'"account_id":"{path.reader.id}"' in said
    assert found(path.canaries, said.encode()) == []


def test_no_problem_document_repeats_what_was_sent(path: WholePath) -> None:
    problems = [answer for answer in path.exchanges if answer.status_code >= 400]
    assert {answer.headers["Content-Type"] for answer in problems} == {"application/problem+json"}
    assert {answer.status_code for answer in problems} >= {400, 401, 404, 405, 409, 412, 413, 415, 422}
    written = [canary for canary in path.canaries if canary.where != "NewChild.circumstances"]  # named as a closed set
    assert [told(answer) for answer in problems if found(written, answer.content)] == []


def test_no_header_of_an_answer_repeats_what_was_sent(path: WholePath) -> None:
    def headers(answer: httpx.Response) -> bytes:
        return b"\n".join(b": ".join(header) for header in answer.headers.raw)

    assert [told(answer) for answer in path.exchanges if found(path.canaries, headers(answer))] == []


def test_no_url_that_is_handed_out_holds_what_a_person_wrote(path: WholePath) -> None:
    tokens = {canary.value for canary in path.canaries if canary.where == "Acceptance.token"}
    urls = {url for answer in path.exchanges for url in urls_in(answer)}
    links = {urlsplit(url) for url in urls if "/invitation#" in url}
    assert {link.fragment for link in links} <= tokens
    assert len(links) == 4
    sent_to_servers = [url.partition("#")[0] for url in urls]
    assert any("cursor=" in url for url in sent_to_servers)
    decoded = [base64.urlsafe_b64decode(cursor + "===") for url in urls for cursor in re.findall("cursor=([^&]+)", url)]
    assert found(path.canaries, b"\n".join([*(url.encode() for url in sent_to_servers), *decoded])) == []


def test_no_access_token_says_more_than_who_and_which_session(path: WholePath) -> None:
    tokens = [canary.value for canary in path.canaries if canary.where == "an access token"]
    for token in tokens:
        header, payload, _ = (base64.urlsafe_b64decode(part + "===") for part in token.split("."))
        others = [canary for canary in path.canaries if canary.where != "an access token"]
        assert found(others, header + payload) == []


def test_no_address_asks_for_what_a_person_writes() -> None:
    for name, operations in CONTRACT["paths"].items():
        shared = operations.get("parameters", [])
        for operation in (value for key, value in operations.items() if key != "parameters"):
            parameters = [*shared, *operation.get("parameters", [])]
            in_path = [each["schema"] for each in parameters if each["in"] == "path"]
            assert all(each.get("format") == "uuid" or each["type"] == "integer" for each in in_path), name
            assert {each["name"] for each in parameters if each["in"] == "query"} <= QUERIES, name


def test_a_fault_that_speaks_of_content_is_logged_without_its_words(
    service: Service, path: WholePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = Canary("a statement", word())

    def fail(statement: Any) -> bytes:
        raise ValueError(f"cannot keep {statement.text!r}")

    monkeypatch.setattr(encoding, "encode_statement", fail)
    body = {"section": "safety", "detail_level": "everyday", "text": canary.value, "source": canary.value}
    before = len(service.log_lines.getvalue())
    answer = path.parents[0].post(f"/v1/passports/{path.passport['id']}/statements", body)
    said = service.log_lines.getvalue()[before:]
    assert answer.status_code == 500
    assert '"exception":"builtins.ValueError"' in said
    assert found([canary], answer.content + said.encode()) == []


def test_what_libraries_log_in_a_server_goes_without_its_words(service: Service, tmp_path: Path) -> None:
    program = "import logging; from passport_api.wsgi import create; create(); logging.getLogger('pool').error('{}')"
    canary = Canary("a library's message", word())
    ran = subprocess.run(
        [sys.executable, "-c", program.format(canary.value)],
        env={**os.environ, **to_environment(service.settings)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b'"logger":"pool"' in ran.stderr
    assert found([canary], ran.stdout + ran.stderr) == []


def test_the_output_of_a_real_process_holds_nothing_that_a_person_wrote(
    service: Service, path: WholePath, tmp_path: Path
) -> None:
    served = serve(service.settings, tmp_path / "output")
    try:
        canaries = [*path.canaries, *go_astray(served, path), *lose_a_table(service, served, path)]
    finally:
        served.stop()
    said = served.said()
    statuses = {json.loads(line)["status"] for line in said.splitlines() if b'"event":"request"' in line}
    assert statuses >= {200, 201, 400, 401, 404, 422}
    assert statuses & {500, 503}
    assert found(canaries, said) == []


def go_astray(served: Served, path: WholePath) -> list[Canary]:
    """Right and wrong requests to a server; gives what was written in them."""
    mark, parent = word(), path.parents[0]
    http = served.signed_in(parent.email, path.passwords[parent.email])
    statements = f"/v1/passports/{path.passport['id']}/statements"
    body = {"section": "safety", "detail_level": "everyday", "text": f"See {mark}.", "source": mark}
    http.post(statements, json=body)
    http.post(statements, json={**body, mark: mark})
    http.post(statements, content=mark, headers={"Content-Type": "application/json"})
    http.get(f"/v1/passports/{mark}", params={mark: mark})
    http.get(f"/{mark}?{mark}", headers={"X-Request-Id": mark, "Cookie": mark})
    http.post("/v1/auth/login", json={"email": f"{mark}@people.example", "password": mark})
    url = urlsplit(served.base_url)
    for lines in (f"GET /{mark} HTTP/1.1\r\n{mark} {mark}\r\n\r\n", f"{mark}\r\n\r\n", f"GET /{mark} {mark}/1\r\n\r\n"):
        with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
            connection.sendall(lines.encode())
            connection.recv(1)
    return [Canary("a request to a real process", mark)]


def lose_a_table(service: Service, served: Served, path: WholePath) -> list[Canary]:
    """Write while the database is broken; gives what was written."""
    mark, parent = word(), path.parents[0]
    http = served.signed_in(parent.email, path.passwords[parent.email])
    database = RawDatabase(service.settings.database_url)
    database.sql("ALTER TABLE statements RENAME TO elsewhere")
    try:
        body = {"section": "safety", "detail_level": "everyday", "text": mark, "source": mark}
        answer = http.post(f"/v1/passports/{path.passport['id']}/statements", json=body)
    finally:
        database.sql("ALTER TABLE elsewhere RENAME TO statements")
        database.close()
    canary = Canary("a request that failed", mark)
    assert answer.status_code in {500, 503}
    assert found([canary], answer.content) == []
    return [canary]


def bodies() -> set[str]:
    """The schemas of every body that the contract takes."""
    found_in = re.findall(r"'requestBody': .*?'#/components/schemas/(\w+)'", str(CONTRACT["paths"]))
    assert len(found_in) == str(CONTRACT["paths"]).count("'requestBody'")
    return set(found_in)


def fields_of(name: str) -> set[str]:
    """The fields of a schema, and of those within it, that take more than an id, a figure or a word of a closed set."""
    return {
        field
        for key, schema in CONTRACT["components"]["schemas"][name]["properties"].items()
        for field in free(f"{name}.{key}", schema)
    }


def free(where: str, schema: Json) -> set[str]:
    if "$ref" in schema:
        inner = schema["$ref"].rpartition("/")[2]
        properties = CONTRACT["components"]["schemas"][inner].get("properties")
        return fields_of(inner) if properties else free(where, CONTRACT["components"]["schemas"][inner])
    nested = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    nested += [
        each for key in ("anyOf", "oneOf", "allOf") for each in schema.get(key, ()) if "type" in each or "$ref" in each
    ]
    is_text = "string" in schema.get("type", "") and "enum" not in schema and schema.get("format") != "uuid"
    return {*({where} if is_text else ()), *(field for each in nested for field in free(where, each))}


def urls_in(answer: httpx.Response) -> set[str]:
    """Whatever in an answer leads somewhere."""
    if answer.headers.get("Content-Type") != "application/json":
        return set()
    texts = set(re.findall(r'"((?:https?:/)?/[^"\\]*)"', answer.text))
    return texts | {answer.headers[name] for name in ("Location", "Link") if name in answer.headers}


def told(answer: httpx.Response) -> str:
    """An exchange, to say which one it was."""
    return f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:200]}"
