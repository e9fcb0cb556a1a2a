"""Every error is a problem document, whoever raises it, and says nothing it should not."""

import json
import uuid

import pytest

from passport_api.api.edge import PROBLEM_TYPES, FieldError, Problem, problem_response
from passport_api.api.edge.problems import problem_body
from unit.api.edge.toy import make_toy


def assert_problem(response, slug, status):
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    document = json.loads(response.get_data())
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert document["title"] == PROBLEM_TYPES[slug].title
    assert set(document) <= {"type", "title", "status", "detail", "errors"}


@pytest.mark.parametrize("path", ["/nowhere", "/v1/things/7", "/v1//things", "/v1/things/", "/%ff", "/v1/%00", "/a\nb"])
def test_an_unknown_url_is_not_found(path, client):
    assert_problem(client.get(path), "not_found", 404)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "OPTIONS", "TRACE", "SECRETS"])
def test_a_wrong_method_is_405_and_lists_the_right_ones(method, client):
    response = client.open("/v1/things", method=method)
    assert_problem(response, "method_not_allowed", 405)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_host_that_is_not_trusted_is_a_bad_request():
    client = make_toy(trusted_hosts=("passport.example",)).test_client()
    refused = client.get("/v1/missing", headers={"Host": "elsewhere.example"})
    assert_problem(refused, "bad_request", 400)
    assert "elsewhere" not in refused.text
    assert_problem(client.get("/v1/missing", headers={"Host": "passport.example"}), "not_found", 404)


@pytest.mark.parametrize("host", ["", "a b", "::::", "x" * 5000, "elsewhere.example\x00"])
def test_a_malformed_host_is_never_a_fault(host):
    for app in (make_toy(), make_toy(trusted_hosts=("passport.example",))):
        assert app.test_client().get("/v1/missing", headers={"Host": host}).status_code in {400, 404}


def test_not_there_not_yours_and_no_such_route_are_the_same_bytes(client):
    answers = [client.get(path) for path in ("/v1/missing", "/nowhere", f"/v2/{uuid.UUID(int=1)}")]
    assert len({answer.get_data() for answer in answers}) == 1
    headers = [{k: v for k, v in answer.headers if k != "X-Request-Id"} for answer in answers]
    assert headers[0] == headers[1] == headers[2]


def test_a_fault_is_an_internal_problem_without_a_word_of_its_message(client):
    response = client.get("/v1/fault")
    assert_problem(response, "internal", 500)
    assert "Rosie" not in response.text


def test_a_fault_after_the_view_is_still_an_internal_problem(client):
    response = client.get("/v1/missing", headers={"X-Break": "after"})
    assert_problem(response, "internal", 500)
    assert "Rosie" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_fault_outside_flask_is_an_internal_problem_with_every_header(app):
    def broken(environ, start_response):
        raise ValueError("Rosie Thornfield")

    app.wsgi_app._inner = broken
    response = app.test_client().get("/v1/missing")
    assert_problem(response, "internal", 500)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Request-Id"]


def test_a_named_error_of_an_inner_layer_is_its_problem(client):
    response = client.get("/v1/named")
    assert_problem(response, "conflict", 409)
    assert "Rosie" not in response.text


def test_a_throttled_request_says_how_long_to_wait(client):
    response = client.get("/v1/limited")
    assert_problem(response, "too_many_requests", 429)
    assert response.headers["Retry-After"] == "60"


def test_an_http_error_without_a_type_of_ours_is_about_blank(app):
    from werkzeug.exceptions import RequestURITooLarge

    app.view_functions["things.missing"] = lambda: (_ for _ in ()).throw(RequestURITooLarge("Rosie"))
    response = app.test_client().get("/v1/missing")
    assert response.status_code == 414
    assert json.loads(response.get_data())["type"] == "about:blank"
    assert "Rosie" not in response.text


def test_detail_and_errors_are_in_the_document_and_nothing_else():
    problem = Problem("conflict", "Another one waits.", errors=(FieldError("/a", "No."),), headers={"X-A": "b"})
    assert json.loads(problem_body(problem)) == {
        "type": "/problems/conflict",
        "title": PROBLEM_TYPES["conflict"].title,
        "status": 409,
        "detail": "Another one waits.",
        "errors": [{"field": "/a", "detail": "No."}],
    }
    assert problem_response(problem).headers["X-A"] == "b"


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_each_type_is_explained_where_it_points(slug, client):
    response = client.get(PROBLEM_TYPES[slug].uri)
    assert response.json == {
        "type": f"/problems/{slug}",
        "title": PROBLEM_TYPES[slug].title,
        "status": PROBLEM_TYPES[slug].status,
        "meaning": PROBLEM_TYPES[slug].meaning,
    }


def test_an_unknown_type_is_not_found(client):
    assert_problem(client.get("/problems/unknown"), "not_found", 404)
