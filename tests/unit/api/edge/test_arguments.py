"""Fields, queries and media types: each refusal names the field and repeats nothing that was sent."""

import json

import pytest


def body_of(**fields):
    return json.dumps({"name": "Bear", **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"nickname": "x"}, ["/nickname"]),
        ({"name": 5}, ["/name"]),
        ({"name": ""}, ["/name"]),
        ({"name": "x" * 4001}, ["/name"]),
        ({"urn": "123456\n"}, ["/urn"]),
        ({"urn": "12345٣"}, ["/urn"]),
        ({"count": "5"}, ["/count"]),
        ({"count": 5.5}, ["/count"]),
        ({"scope": {"safety": "all"}}, ["/scope/safety"]),
        ({"scope": {"everything": "everyday"}}, ["/scope/everything"]),
        ({"scope": []}, ["/scope"]),
        ({"parts": [{"name": "a"}, {"name": "b", "extra": 1}]}, ["/parts/1/extra"]),
        ({"parts": [{}]}, ["/parts/0/name"]),
        ({"parts": [5]}, ["/parts/0"]),
        ({"name": "contradiction"}, [""]),
        ({"name": 5, "urn": "x", "nickname": 1}, ["/name", "/nickname", "/urn"]),
    ],
)
def test_a_wrong_field_is_named_by_a_pointer(fields, expected, send, fields_of):
    assert fields_of(send(body_of(**fields)), "invalid_fields", 422) == expected


def test_a_right_body_reaches_the_view(send):
    response = send(body_of(urn="123456", count=3, scope={"safety": "everyday"}, parts=[{"name": "a"}]))
    assert (response.status_code, response.json) == (201, {"echo": "Bear"})


def test_what_was_submitted_is_never_sent_back(send):
    canary = "Rosie Thornfield"
    response = send(body_of(urn=canary, count=canary, scope={canary: canary}, parts=canary, **{canary: canary}))
    assert response.status_code == 422
    assert "Rosie" not in response.text
    assert "Thornfield" not in response.text


def test_a_thousand_unknown_fields_make_a_short_answer(send):
    response = send(body_of(**{f"f{n}": 1 for n in range(1000)}))
    assert len(response.json["errors"]) == 20


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json; charset=utf-16",
        "text/plain; application/json",
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"name": "Bear"}'])
def test_a_body_that_does_not_say_it_is_json_is_415(content_type, body, client, fields_of):
    headers = {} if content_type is None else {"Content-Type": content_type}
    fields_of(client.post("/v1/things", data=body, headers=headers), "unsupported_media_type", 415)


def test_a_compressed_body_is_415(send, fields_of):
    fields_of(send(body_of(), **{"Content-Encoding": "gzip"}), "unsupported_media_type", 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "application/merge-patch+json"])
def test_a_json_media_type_with_a_parameter_or_suffix_is_json(content_type, client):
    response = client.post("/v1/things", data=body_of(), headers={"Content-Type": content_type})
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "query:colour"),
        ("limit=1&limit=2", "query:limit"),
        ("limit=0", "query:limit"),
        ("limit=101", "query:limit"),
        ("limit=1_0", "query:limit"),
        ("limit=%205", "query:limit"),
        ("limit=%D9%A3", "query:limit"),
        ("limit=5%0A", "query:limit"),
        ("limit=" + "9" * 5000, "query:limit"),
        ("limit=", "query:limit"),
        ("kind=a%00b", "query:kind"),
        ("kind=%ff", "query:"),
        ("kind=%ED%A0%80", "query:"),
        ("=x", "query:"),
        ("Rosie%20Thornfield=1", "query:"),
        ("cursor=" + "a" * 513, "query:cursor"),
    ],
)
def test_a_wrong_query_is_named(query, field, client, fields_of):
    response = client.get(f"/v1/things?{query}")
    assert fields_of(response, "invalid_fields", 422) == [field]
    assert "Rosie" not in response.text


def test_a_list_parameter_may_be_repeated(client):
    assert client.get("/v1/things?tags=a&tags=b").status_code == 200


@pytest.mark.parametrize("path", ["/v1/missing", "/v1/fault", "/problems/not_found", "/docs", "/openapi.json"])
def test_a_route_without_a_query_refuses_any(path, client, fields_of):
    assert fields_of(client.get(f"{path}?debug=1"), "invalid_fields", 422) == ["query:debug"]


def test_a_creating_route_refuses_a_query_too(client, fields_of):
    response = client.post("/v1/things?force=1", json={"name": "Bear"})
    assert fields_of(response, "invalid_fields", 422) == ["query:force"]
