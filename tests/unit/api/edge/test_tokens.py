"""A bad token is 401, a problem document, and never a fault."""

import base64
import json

import pytest


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


HEADER = part({"alg": "HS256", "typ": "JWT"})
BAD = [
    "x",
    "x.y.z",
    "",
    "a.b",
    f"{HEADER}.{part({'sub': 'a'})}.{part(b'signature')}",
    f"{part({'alg': 'none'})}.{part({'sub': 'a'})}.",
    f"{part(b'[' * 2500)}.{part({})}.x",
    f"{HEADER}.{part(b'[' * 2500)}.x",
    f"{HEADER}.{part(b'9' * 2500)}.x",
    f"{part(b'{' + b'9' * 2500)}.{part({})}.x",
    f"{part(b'{}')}.{part(b'[]')}.x",
    f"{part(bytes([255, 254]))}.{part(b'null')}.x",
    f"{HEADER}.{part(b'{' + bytes([34]) + b'exp' + bytes([34]) + b':' + b'9' * 2500 + b'}')}.x",
    "y" * 100_000,
    "é.é.é",
]


def ask(client, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.get("/v1/private", headers=headers)


@pytest.mark.parametrize("token", BAD)
def test_a_bad_token_is_401(token, client, fields_of):
    response = ask(client, f"Bearer {token}")
    fields_of(response, "unauthenticated", 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", [None, "", "Basic eDp5", "Bearer", "bearer x", "Bearer a b c"])
def test_no_token_is_401(authorization, client, fields_of):
    response = ask(client, authorization)
    fields_of(response, "unauthenticated", 401)


def test_every_refused_token_is_answered_alike(client):
    old = client.get("/v1/token").json["old"]
    answers = [ask(client, f"Bearer {token}") for token in (old, BAD[4], BAD[6], BAD[13])]
    assert len({(answer.get_data(), answer.headers["WWW-Authenticate"]) for answer in answers}) == 1


def test_a_good_token_is_let_in(client):
    token = client.get("/v1/token").json["token"]
    assert ask(client, f"Bearer {token}").json == {"ok": True}
