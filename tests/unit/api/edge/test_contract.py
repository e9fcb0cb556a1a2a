"""The contract says who may call what, documents every problem, and is the same bytes every time."""

import jsonschema
import pytest

from passport_api.api.edge import (
    PROBLEM_TYPES,
    Api,
    Blueprint,
    Problem,
    access,
    access_of,
    openapi_document,
    routes_without_access,
    to_yaml,
)
from passport_api.api.edge.access import Access
from passport_api.api.edge.problems import problem_body
from unit.api.edge.toy import make_toy


@pytest.fixture
def document(app):
    return openapi_document(app.extensions["toy-api"])


def operations(document):
    return [operation for path in document["paths"].values() for key, operation in path.items() if key != "parameters"]


def resolved(document, response):
    return document["components"]["responses"][response["$ref"].split("/")[-1]] if "$ref" in response else response


def test_every_route_declares_its_access(app):
    assert routes_without_access(app) == []


def test_a_route_that_declares_nothing_is_found(app):
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert routes_without_access(app) == ["/forgotten"]


def test_a_blueprint_refuses_a_view_that_declares_nothing():
    blueprint = Blueprint("b", __name__)
    with pytest.raises(TypeError, match="declares no access"):

        @blueprint.route("/forgotten")
        def forgotten():
            """Declare nothing."""


@pytest.mark.parametrize(
    ("callers", "logs"),
    [((), "nothing"), (("anyone", "parent"), "nothing"), (("parents",), "nothing"), (("parent",), "")],
)
def test_a_declaration_that_says_nothing_or_too_much_is_refused(callers, logs):
    with pytest.raises(ValueError, match=r"."):
        access(callers=callers, logs=logs)


def test_a_declaration_survives_other_decorators(app):
    declared = access_of(app.view_functions["things.create_thing"])
    assert declared == Access(("parent", "custodian"), "thing.create")


def test_an_operation_says_who_may_call_and_what_it_logs(document):
    create = document["paths"]["/v1/things"]["post"]
    assert create["operationId"] == "create_thing"
    assert create["security"] == [{"bearer": []}]
    assert create["x-access"] == {"callers": ["parent", "custodian"], "logs": "thing.create"}
    assert create["summary"] == "Create a thing."
    assert create["description"] == "It is created once.\n\nCallers: parent, custodian. Access log: thing.create."
    assert document["paths"]["/v1/missing"]["get"]["security"] == []


def test_the_document_is_openapi_3_1_with_a_bearer_scheme(document):
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_error_is_documented_as_a_problem(document):
    for operation in operations(document):
        responses = operation["responses"]
        assert {"422", "500", "default"} <= set(responses)
        assert operation["security"] == [] or {"401", "503"} <= set(responses)
        assert "requestBody" not in operation or {"400", "413", "415"} <= set(responses)
        for status, response in responses.items():
            if status == "default" or int(status) >= 400:
                content = resolved(document, response)["content"]
                assert list(content) == ["application/problem+json"]
                assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_two_problems_of_one_status_are_both_documented(document):
    response = document["paths"]["/v1/things"]["post"]["responses"]["422"]
    examples = response["content"]["application/problem+json"]["examples"]
    assert list(examples) == ["invalid_fields", "idempotency_mismatch"]


def test_every_reference_leads_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            for inner in node.values():
                yield from references(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from references(inner)

    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_examples_and_real_problems_fit_the_documented_schema(slug, document):
    import json

    schema = document["components"]["schemas"]["Problem"]
    jsonschema.validate(document["components"]["examples"][slug]["value"], schema)
    jsonschema.validate(json.loads(problem_body(Problem(slug))), schema)


def test_an_unknown_field_is_refused_in_the_document_too(document):
    assert document["components"]["schemas"]["Thing"]["additionalProperties"] is False


def test_the_page_header_and_the_library_errors_are_not_in_the_contract(document):
    text = to_yaml(document)
    assert Blueprint.PAGINATION_HEADER_NAME is None
    assert "X-Pagination" not in text
    assert "DEFAULT_ERROR" not in text
    assert "UNPROCESSABLE" not in text


def test_the_same_routes_give_the_same_bytes():
    one, two = (to_yaml(openapi_document(make_toy().extensions["toy-api"])) for _ in range(2))
    assert one == two
    assert "&id" not in one


def test_operations_read_in_one_order(document):
    assert list(document) == ["openapi", "info", "servers", "tags", "paths", "components"]
    for operation in operations(document):
        assert list(operation)[:2] == ["operationId", "summary"]
        assert list(operation)[-1] == "responses"


def test_two_views_of_one_name_are_refused(app):
    api: Api = app.extensions["toy-api"]
    other = Blueprint("other", __name__, url_prefix="/other")

    @other.route("/things")
    @access(callers=("anyone",), logs="nothing")
    def list_things():
        """Share a name."""

    api.register_blueprint(other)
    with pytest.raises(ValueError, match="list_things"):
        openapi_document(api)
