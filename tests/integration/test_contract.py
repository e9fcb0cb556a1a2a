"""openapi.yaml is the contract that the code makes: valid, whole, with examples that are true."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from flask import Flask
from schemathesis.specs.openapi.definitions import OPENAPI_31

from passport_api import setup
from passport_api.api.edge import PROBLEM_TYPES, access_of, openapi_document, to_yaml
from passport_api.app import create_app, utc_now
from support.conformance import METHODS, operations_of

ROOT = Path(__file__).parents[2]
WRITTEN: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {**operation, "path": path, "shared": item.get("parameters", [])}
    for path, item in WRITTEN["paths"].items()
    for operation in operations_of(item)
}
MODELS: dict[str, dict[str, Any]] = WRITTEN["components"]["schemas"]

every_operation = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    with setup.throwaway(utc_now()) as settings:
        yield create_app(settings)


def test_the_committed_contract_is_what_the_code_makes(app: Flask) -> None:
    made = to_yaml(openapi_document(app.extensions["passport_contract"]))
    assert made == (ROOT / "openapi.yaml").read_text(encoding="utf-8"), "run `make openapi`"


def test_the_service_serves_the_committed_contract(app: Flask) -> None:
    assert app.test_client().get("/openapi.json").json == WRITTEN


def test_it_is_valid_openapi_3_1() -> None:
    assert WRITTEN["openapi"].startswith("3.1.")
    jsonschema.Draft202012Validator(OPENAPI_31).validate(WRITTEN)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_json_schema_and_says_what_it_is(model: str) -> None:
    jsonschema.Draft202012Validator.check_schema(MODELS[model])
    assert MODELS[model]["description"]


def test_it_says_who_made_it_under_which_licence_and_where_it_is() -> None:
    info = WRITTEN["info"]
    assert info["license"] == {"name": "MIT", "identifier": "MIT"}
    assert {"title", "summary", "description", "version"} <= info.keys()
    assert "contact" not in info
    assert [server["url"] for server in WRITTEN["servers"]] == ["/"]


def test_every_route_of_the_api_is_in_it_and_nothing_else(app: Flask) -> None:
    routed = {
        (re.sub("<(?:[^:>]*:)?([^>]*)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/v1/") and method.lower() in METHODS
    }
    written = {
        (path, method)
        for path, item in WRITTEN["paths"].items()
        for method in item
        if method in METHODS and path.startswith("/v1/")
    }
    assert written == routed
    assert written


@every_operation
def test_an_operation_says_what_it_does_and_who_may_call_it(name: str, app: Flask) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"].endswith(".")
    assert len(operation["summary"]) <= 120
    assert operation["description"]
    assert {"name", "description"} <= next(tag for tag in WRITTEN["tags"] if tag["name"] == operation["tags"][0]).keys()
    declared = access_of(app.view_functions[f"{operation['tags'][0]}.{name}"])
    assert declared is not None
    assert operation["security"] == ([] if declared.is_open else [{"bearer": []}])
    assert operation["x-access"] == {"callers": list(declared.callers), "logs": declared.logs}


@every_operation
def test_a_parameter_is_described_and_its_example_fits(name: str) -> None:
    operation = OPERATIONS[name]
    for parameter in [*operation["shared"], *operation.get("parameters", [])]:
        assert parameter["description"], parameter["name"]
        if parameter["in"] != "query":
            _fits(parameter["example"], parameter["schema"])
        for example in parameter["schema"].get("examples", []):
            _fits(example, parameter["schema"])


@every_operation
def test_a_request_has_examples_that_fit_its_schema(name: str) -> None:
    if "requestBody" not in OPERATIONS[name]:
        return
    body = OPERATIONS[name]["requestBody"]
    assert body["required"] is True
    assert list(body["content"]) == ["application/json"]
    for example in _examples(body["content"]["application/json"]):
        _fits(example, body["content"]["application/json"]["schema"])


@every_operation
def test_an_answer_has_examples_that_fit_its_schema_and_holds_every_field(name: str) -> None:
    good = {status: each for status, each in OPERATIONS[name]["responses"].items() if status[0] in "23"}
    assert good
    for status, response in good.items():
        assert response["description"]
        assert "X-Request-Id" in response["headers"]
        assert ("content" in response) == (status not in {"204", "304"})
        for content in response.get("content", {}).values():
            for example in _examples(content):
                _fits(example, _closed(content["schema"]))


@every_operation
def test_every_error_that_it_can_answer_is_written_with_an_example(name: str) -> None:
    operation = OPERATIONS[name]
    responses = operation["responses"]
    errors = {status for status in responses if status[0] in "45"}
    assert errors == _expected_errors(operation), "a status that it cannot answer, or one that it can is missing"
    for status in errors:
        response = _resolved(responses[status])
        (media, content), *others = response["content"].items()
        assert (media, others) == ("application/problem+json", [])
        for example in _examples(content):
            _fits(example, content["schema"])
            assert example["status"] == int(status)
    assert _resolved(responses["default"])["content"].keys() == {"application/problem+json"}


def test_every_problem_type_is_an_example() -> None:
    assert WRITTEN["components"]["examples"].keys() == PROBLEM_TYPES.keys()


def test_a_request_model_refuses_unknown_fields_and_an_answer_may_gain_some() -> None:
    asked = {name for name in MODELS if name in _requests()}
    assert {"NewConsent", "ChildView", "NewChild"} <= asked
    for name, model in MODELS.items():
        if name in asked:
            assert model["additionalProperties"] is False, name
        elif name != "Problem":
            assert "additionalProperties" not in model, name


def test_a_field_of_a_request_is_described_and_bounded() -> None:
    for name in _requests():
        for field, schema in MODELS[name]["properties"].items():
            place = f"{name}.{field}"
            assert "$ref" in schema or "description" in schema or schema.get("format") == "password", place
            if schema.get("type") in ("string", ["string", "null"]):
                assert {"maxLength", "pattern", "format", "enum", "anyOf"} & schema.keys(), place


def _expected_errors(operation: dict[str, Any]) -> set[str]:
    """What an operation can answer, from what is known of it besides the contract's own list."""
    is_open = operation["security"] == []
    expected = {"422", "500"}  # any route refuses a query that it does not know
    if not is_open:
        expected |= {"401", "503"}
    if "requestBody" in operation:
        expected |= {"400", "413", "415"}
    if operation["shared"]:
        expected |= {"404"}
    return expected | BESIDES.get(operation["operationId"], set())


GUESSABLE = {"401", "429", "503"}
BESIDES = {
    "read_readiness": {"503"},
    "sign_in": GUESSABLE,
    "refresh": {"401", "503"},
    "accept_invitation": GUESSABLE,
    "create_passport": {"404", "409"},
    "create_invitation": {"404", "409"},
    "write_statement": {"409"},
    "record_transition": {"409"},
    "give_consent": {"409"},
    "approve_consent": {"409"},
    "revoke_consent": {"409"},
    "acknowledge_view": {"409"},
    "challenge_statement": {"409"},
    "withhold_statement": {"409"},
    "list_hits": {"409"},
    "correct_hits": {"409"},
    "show_statement_again": {"409"},
    "resolve_challenge": {"409"},
    "replace_protected_list": {"412", "428"},
    "settle_alert": {"409"},
    "correct_statement": {"409", "412", "428"},
    "change_transition": {"409", "412", "428"},
    "propose_erasure": {"409"},
    "confirm_erasure": {"409"},
    "withdraw_erasure": {"409"},
    "change_role": {"409"},
    "end_membership": {"409"},
}


def _fits(example: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": WRITTEN["components"]}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(whole, format_checker=checker).validate(example)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer, with nothing allowed besides what is written."""
    return {**schema, "unevaluatedProperties": False}


def _examples(content: dict[str, Any]) -> list[Any]:
    found = [content["example"]] if "example" in content else []
    found += [_resolved(each)["value"] for each in content.get("examples", {}).values()]
    assert found
    return found


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = WRITTEN["components"][kind][name]
    return found


def _requests() -> set[str]:
    """The models that requests are made of."""
    waiting = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for operation in OPERATIONS.values()
        if "requestBody" in operation
    ]
    names: set[str] = set()
    while waiting:
        name = waiting.pop().split("/")[-1]
        names.add(name)
        fields = MODELS[name]["properties"].values()
        waiting += [each["$ref"] for each in (*fields, *(each.get("items", {}) for each in fields)) if "$ref" in each]
    return names
