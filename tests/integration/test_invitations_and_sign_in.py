"""One-time links, passwords, refresh tokens and access tokens, held against whoever tries them."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from werkzeug.middleware.proxy_fix import ProxyFix

from passport_api.api.throttle import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from passport_api.domain.invitations import MAX_ATTEMPTS
from passport_api.services.passwords import Passwords
from passport_keys.signing import SigningKey
from support.at_once import at_once
from support.raw_database import RawDatabase, Row
from support.service import Service
from support.world import PASSWORD, Family, Person, World

THREADS = 16
WRONG = "a wrong password"
_serial = count(1)


@pytest.fixture(autouse=True)
def _no_guess_counted(service: Service) -> None:
    """Every test comes from the same address: let none start with the guesses of another."""
    service.app.extensions["passport_throttle"].storage.reset()


@pytest.fixture(scope="module")
def database(service: Service) -> Iterator[RawDatabase]:
    opened = RawDatabase(service.settings.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def family(world: World) -> Family:
    return world.family()


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def later(service: Service) -> Iterator[Callable[..., None]]:
    """Moves the clock, and puts it back."""
    with service.later():
        yield service.clock.advance


def seen(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that a caller can tell an answer by."""
    varying = {"date", "x-request-id"}
    headers = {name: value for name, value in answer.headers.items() if name not in varying}
    return answer.status_code, answer.content, headers


def somebody() -> dict[str, str]:
    number = next(_serial)
    return {"name": f"Somebody {number}", "email": f"somebody{number}@invited.example"}


def invited(family: Family, whom: dict[str, str] | None = None) -> str:
    """Invite a parent; gives the token of the link."""
    body = {**(whom or somebody()), "passport_id": family.passport_id}
    made: dict[str, str] = family.social_worker.made("/v1/invitations", body)
    assert made["link"].endswith(f"/invitation#{made['token']}")
    return made["token"]


def accept(http: httpx.Client, token: str, password: str = PASSWORD) -> httpx.Response:
    return http.post("/v1/invitations/acceptance", json={"token": token, "password": password})


def log_in(http: httpx.Client, person: Person, password: str = PASSWORD) -> httpx.Response:
    return http.post("/v1/auth/login", json={"email": person.email, "password": password})


def refresh(http: httpx.Client, token: str) -> httpx.Response:
    return http.post("/v1/auth/refresh", json={"refresh_token": token})


def me(http: httpx.Client, access_token: str) -> httpx.Response:
    return http.get("/v1/me", headers={"Authorization": f"Bearer {access_token}"})


def account_of(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email}


# One-time links.


def test_one_link_accepted_at_once_by_many_makes_one_account(
    family: Family, http: httpx.Client, database: RawDatabase
) -> None:
    token = invited(family)
    before = {table: len(database.rows(table)) for table in ("accounts", "parents", "sessions")}
    answers = at_once([lambda: accept(http, token)] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * (THREADS - 1)
    assert {table: len(database.rows(table)) - many for table, many in before.items()} == dict.fromkeys(before, 1)


def test_one_link_accepted_at_once_by_somebody_with_an_account_works_once(
    world: World, family: Family, http: httpx.Client, database: RawDatabase
) -> None:
    other = world.family()
    token = invited(family, account_of(other.parent))
    before = {table: len(database.rows(table)) for table in ("accounts", "parents", "sessions")}
    answers = at_once([lambda: accept(http, token)] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * (THREADS - 1)
    made = {table: len(database.rows(table)) - many for table, many in before.items()}
    assert made == {"accounts": 0, "parents": 1, "sessions": 1}


def test_two_links_to_one_new_person_accepted_at_once_make_one_account(
    family: Family, http: httpx.Client, database: RawDatabase
) -> None:
    for _ in range(4):
        whom, before = somebody(), len(database.rows("accounts"))
        tokens = [invited(family, whom) for _ in range(8)]
        answers = at_once([lambda token=token: accept(http, token) for token in tokens])  # type: ignore[misc]
        assert {answer.status_code for answer in answers} <= {200, 401}
        assert len(database.rows("accounts")) == before + 1
        unused = [token for token, answer in zip(tokens, answers, strict=True) if answer.status_code == 401]
        assert len(unused) < len(tokens)
        assert {accept(http, token).status_code for token in unused} <= {200}, "a link that lost still works"


def test_links_to_one_role_accepted_at_once_give_it_once(
    world: World, http: httpx.Client, database: RawDatabase
) -> None:
    school = world.school()
    admin, teacher = world.admin(school), world.member(school, "senco")
    body = {**account_of(teacher), "organisation_id": school, "role": "class_teacher"}
    for _ in range(4):
        tokens = [admin.made("/v1/invitations", body)["token"] for _ in range(8)]
        answers = at_once([lambda token=token: accept(http, token) for token in tokens])  # type: ignore[misc]
        assert {answer.status_code for answer in answers} <= {200, 401}
        held = [
            row
            for row in database.rows("memberships")
            if (str(row["account_id"]), row["role"], row["ended_at"]) == (teacher.id, "class_teacher", None)
        ]
        assert len(held) == 1
        assert admin.http.delete(f"/v1/memberships/{held[0]['id']}").status_code == 200


def test_links_to_one_passport_accepted_at_once_make_one_parent(
    world: World, family: Family, http: httpx.Client, database: RawDatabase
) -> None:
    for _ in range(4):
        person = world.member(family.school_id, "senco")
        tokens = [invited(family, account_of(person)) for _ in range(8)]
        answers = at_once([lambda token=token: accept(http, token) for token in tokens])  # type: ignore[misc]
        assert {answer.status_code for answer in answers} <= {200, 401}
        assert len([row for row in database.rows("parents") if str(row["account_id"]) == person.id]) == 1


def test_used_expired_spent_and_guessed_links_answer_alike(
    family: Family, world: World, http: httpx.Client, later: Callable[..., None]
) -> None:
    used, expired = invited(family), invited(family)
    assert accept(http, used).status_code == 200
    spent = invited(family, account_of(world.family().parent))
    for _ in range(MAX_ATTEMPTS):
        assert accept(http, spent, WRONG).status_code == 401
    guessed = seen(accept(http, "A" * len(used)))
    assert guessed[0] == 401
    assert seen(accept(http, used)) == guessed
    assert seen(accept(http, used, WRONG)) == guessed
    assert seen(accept(http, spent)) == guessed
    for near in (used[:-1], used + "A", used.swapcase(), "x", "\u00fc" * 40, "' OR 1=1 --"):
        assert seen(accept(http, near)) == guessed
    later(days=7)
    assert seen(accept(http, expired)) == guessed


def test_a_link_works_for_seven_days_to_the_second(
    family: Family, http: httpx.Client, later: Callable[..., None]
) -> None:
    on_time, too_late = invited(family), invited(family)
    later(days=7, seconds=-30)
    assert accept(http, on_time).status_code == 200
    later(seconds=30)
    assert accept(http, too_late).status_code == 401


def test_a_password_that_breaks_the_rule_is_named_and_does_not_use_the_link_up(
    family: Family, http: httpx.Client, database: RawDatabase
) -> None:
    token = invited(family)
    with database.unchanged():
        for password in ("short", "aaaaaaaaaaaaaaaaaa", "a" * 257):
            answer = accept(http, token, password)
            assert answer.status_code == 422
            assert [error["field"] for error in answer.json()["errors"]] == ["/password"]
            assert password not in answer.text
    assert accept(http, token).status_code == 200


def test_wrong_passwords_for_the_account_one_has_spend_the_link(
    world: World, family: Family, http: httpx.Client
) -> None:
    person = world.member(family.school_id, "class_teacher")
    token = invited(family, account_of(person))
    assert [accept(http, token, WRONG).status_code for _ in range(MAX_ATTEMPTS - 1)] == [401] * (MAX_ATTEMPTS - 1)
    assert accept(http, token).status_code == 200

    token = invited(family, account_of(world.member(family.school_id, "senco")))
    assert [accept(http, token, WRONG).status_code for _ in range(MAX_ATTEMPTS)] == [401] * MAX_ATTEMPTS
    assert accept(http, token).status_code == 401, "the right password comes too late"


def test_wrong_passwords_at_once_are_not_tried_more_often(
    world: World, family: Family, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = invited(family, account_of(world.member(family.school_id, "class_teacher")))
    tried: list[str] = []
    matches = Passwords.matches

    def counted(passwords: Passwords, password: str, hashed: str | None) -> bool:
        tried.append(password)
        return matches(passwords, password, hashed)

    monkeypatch.setattr(Passwords, "matches", counted)
    answers = at_once([lambda: accept(http, token, WRONG)] * THREADS)
    assert {answer.status_code for answer in answers} == {401}
    assert len(tried) <= MAX_ATTEMPTS


# Signing in.


def test_a_wrong_password_and_an_unknown_address_answer_alike(family: Family, http: httpx.Client) -> None:
    unknown = Person("Nobody", "nobody@invited.example", http, "", "")
    assert seen(log_in(http, family.parent, WRONG)) == seen(log_in(http, unknown))
    assert log_in(http, family.parent, WRONG).status_code == 401


def test_wrong_passwords_for_one_account_from_one_address_are_bounded_and_then_the_right_one_waits_too(
    family: Family, http: httpx.Client
) -> None:
    spellings = [family.parent.email, family.parent.email.upper()] * (PER_ACCOUNT_AND_ADDRESS.amount // 2)
    for email in spellings:
        assert http.post("/v1/auth/login", json={"email": email, "password": WRONG}).status_code == 401
    for password in (WRONG, PASSWORD):
        refused = log_in(http, family.parent, password)
        assert refused.status_code == 429
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(refused.headers["Retry-After"]) <= PER_ACCOUNT_AND_ADDRESS.get_expiry()
    assert log_in(http, family.social_worker).status_code == 200, "another account is not kept waiting"
    assert family.parent.get("/v1/me").status_code == 200, "whoever is signed in already works on"


@pytest.fixture
def behind_a_proxy(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One trusted proxy in front, as PASSPORT_PROXIES=1 has it."""
    monkeypatch.setattr(service.app, "wsgi_app", ProxyFix(service.app.wsgi_app, x_for=1))


def guess_from(http: httpx.Client, address: str, whom: Person, password: str = WRONG) -> int:
    body = {"email": whom.email, "password": password}
    return http.post("/v1/auth/login", json=body, headers={"X-Forwarded-For": address}).status_code


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_stranger_who_guesses_elsewhere_does_not_keep_the_owner_out(family: Family, http: httpx.Client) -> None:
    for _ in range(PER_ACCOUNT_AND_ADDRESS.amount + 1):
        guess_from(http, "192.0.2.1", family.parent)
    assert guess_from(http, "192.0.2.1", family.parent) == 429
    assert guess_from(http, "192.0.2.2", family.parent, PASSWORD) == 200


@pytest.mark.usefixtures("behind_a_proxy")
def test_guesses_at_one_account_from_many_addresses_are_bounded(family: Family, http: httpx.Client) -> None:
    statuses = [guess_from(http, f"192.0.2.{turn}", family.parent) for turn in range(PER_ACCOUNT.amount)]
    assert set(statuses) == {401}
    assert guess_from(http, "198.51.100.1", family.parent) == 429


def test_an_address_that_a_caller_makes_up_counts_for_nothing(family: Family, http: httpx.Client) -> None:
    for turn in range(PER_ACCOUNT_AND_ADDRESS.amount):
        guess_from(http, f"192.0.2.{turn}", family.parent)
    assert guess_from(http, "198.51.100.1", family.parent) == 429


def test_right_passwords_are_never_counted(family: Family, http: httpx.Client) -> None:
    answers = [log_in(http, family.parent).status_code for _ in range(PER_ACCOUNT_AND_ADDRESS.amount + 2)]
    assert set(answers) == {200}


@pytest.mark.parametrize("guess", ["login", "acceptance"])
def test_guesses_from_one_address_are_bounded_whatever_they_are_at(
    http: httpx.Client, family: Family, guess: str
) -> None:
    guesses: dict[str, Callable[[], httpx.Response]] = {
        "login": lambda: log_in(http, Person("", f"somebody{next(_serial)}@guess.example", http, "", ""), WRONG),
        "acceptance": lambda: accept(http, f"guess-{next(_serial)}"),
    }
    statuses = [guesses[guess]().status_code for _ in range(PER_ADDRESS.amount)]
    assert set(statuses) == {401}
    for refused in (guesses[guess](), accept(http, invited(family)), log_in(http, family.parent)):
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0


def test_nobodys_guesses_at_refresh_tokens_keep_others_from_refreshing(family: Family, http: httpx.Client) -> None:
    mine = log_in(http, family.parent).json()["refresh_token"]
    for _ in range(PER_ADDRESS.amount + 1):
        assert refresh(http, f"guess-{next(_serial)}").status_code == 401
    assert refresh(http, mine).status_code == 200


# Refresh tokens.


@pytest.fixture
def tokens(family: Family, http: httpx.Client) -> dict[str, Any]:
    """The tokens of a new session."""
    found: dict[str, Any] = log_in(http, family.parent).json()
    return found


def test_a_refresh_token_is_traded_for_new_tokens(tokens: dict[str, Any], http: httpx.Client) -> None:
    traded = refresh(http, tokens["refresh_token"]).json()
    assert traded["refresh_token"] != tokens["refresh_token"]
    assert me(http, traded["access_token"]).status_code == 200
    assert refresh(http, traded["refresh_token"]).status_code == 200


def test_an_old_refresh_token_ends_its_whole_session_at_once(
    family: Family, tokens: dict[str, Any], http: httpx.Client
) -> None:
    elsewhere = log_in(http, family.parent).json()
    newer = refresh(http, tokens["refresh_token"]).json()
    newest = refresh(http, newer["refresh_token"]).json()
    assert me(http, newest["access_token"]).status_code == 200
    assert refresh(http, tokens["refresh_token"]).status_code == 401
    for each in (tokens, newer, newest):
        assert me(http, each["access_token"]).status_code == 401
        assert refresh(http, each["refresh_token"]).status_code == 401
    assert me(http, elsewhere["access_token"]).status_code == 200, "another session goes on"


def test_one_refresh_token_at_once_is_traded_at_most_once_and_ends_its_session(
    family: Family, http: httpx.Client
) -> None:
    for _ in range(4):
        tokens = log_in(http, family.parent).json()
        answers = at_once([lambda: refresh(http, tokens["refresh_token"])] * 8)  # noqa: B023 - called before the next
        assert sorted(answer.status_code for answer in answers) in ([200] + [401] * 7, [401] * 8)
        for answer in answers:
            if answer.status_code == 200:
                assert me(http, answer.json()["access_token"]).status_code == 401
                assert refresh(http, answer.json()["refresh_token"]).status_code == 401


def test_signing_out_ends_the_session_and_no_other(family: Family, tokens: dict[str, Any], http: httpx.Client) -> None:
    elsewhere = log_in(http, family.parent).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.post("/v1/auth/logout", headers=bearer).status_code == 204
    assert me(http, tokens["access_token"]).status_code == 401
    assert refresh(http, tokens["refresh_token"]).status_code == 401
    assert http.post("/v1/auth/logout", headers=bearer).status_code == 204, "it changes nothing"
    assert me(http, elsewhere["access_token"]).status_code == 200


def test_a_session_that_lies_still_for_twelve_hours_is_over(
    family: Family, http: httpx.Client, later: Callable[..., None]
) -> None:
    used, idle = log_in(http, family.parent).json(), log_in(http, family.parent).json()
    later(hours=11, minutes=59)
    used = refresh(http, used["refresh_token"]).json()
    later(minutes=1)
    assert refresh(http, idle["refresh_token"]).status_code == 401
    assert refresh(http, used["refresh_token"]).status_code == 200


def test_a_session_is_over_after_seven_days_however_busy(
    tokens: dict[str, Any], http: httpx.Client, later: Callable[..., None]
) -> None:
    for _ in range(14 - 1):
        later(hours=12, seconds=-10)
        tokens = refresh(http, tokens["refresh_token"]).json()
    later(hours=11)
    tokens = refresh(http, tokens["refresh_token"]).json()
    later(hours=2)
    assert refresh(http, tokens["refresh_token"]).status_code == 401


def test_refresh_tokens_that_are_none_answer_alike(tokens: dict[str, Any], http: httpx.Client) -> None:
    token = tokens["refresh_token"]
    guessed = seen(refresh(http, "A" * len(token)))
    assert guessed[0] == 401
    for other in (token[:-1], token + "A", token.swapcase(), "x"):
        assert seen(refresh(http, other)) == guessed
    refresh(http, token)
    assert seen(refresh(http, token)) == guessed, "used before"
    assert seen(refresh(http, token)) == guessed, "ended"


# Access tokens.


def test_an_access_token_lasts_ten_minutes_is_signed_with_a_published_key_and_says_only_who(
    family: Family, tokens: dict[str, Any], http: httpx.Client, service: Service
) -> None:
    head, body, signature = tokens["access_token"].split(".")
    header, claims = json.loads(_unbase64(head)), json.loads(_unbase64(body))
    assert (tokens["expires_in"], tokens["token_type"]) == (600, "Bearer")
    assert claims["exp"] - claims["iat"] == 600
    assert abs(claims["iat"] - time.time()) < 60
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": header["kid"]}
    (key,) = (key for key in http.get("/.well-known/jwks.json").json()["keys"] if key["kid"] == header["kid"])
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert "d" not in key
    Ed25519PublicKey.from_public_bytes(_unbase64(key["x"])).verify(_unbase64(signature), f"{head}.{body}".encode())
    assert set(claims) == {"sub", "sid", "iss", "aud", "iat", "nbf", "exp", "jti", "type", "fresh", "csrf"}
    assert (claims["sub"], claims["iss"], claims["aud"]) == (family.parent.id, *[service.settings.base_url] * 2)


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _base64(blob: bytes) -> str:
    return base64.urlsafe_b64encode(blob).rstrip(b"=").decode()


def _compact(header: Any, claims: Any, sign: Callable[[bytes], bytes]) -> str:
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims))
    message = ".".join(_base64(part) for part in parts)
    return f"{message}.{_base64(sign(message.encode()))}"


def _forged(service: Service, good: str) -> dict[str, str]:
    """Tokens that somebody without the key could make, and some with it that are not for this service or now."""
    key, intruder = service.runtime.keys.tokens[-1], SigningKey.generate()
    header = {"alg": "EdDSA", "typ": "JWT", "kid": key.key_id}
    claims = json.loads(_unbase64(good.split(".")[1]))
    now = int(time.time())
    none = {**header, "alg": "none"}
    by_secret = {**header, "alg": "HS256"}

    def hs256(secret: bytes) -> str:
        return _compact(by_secret, claims, lambda message: hmac.digest(secret, message, "sha256"))

    def own(**changes: Any) -> str:
        return _compact(header, {**claims, **changes}, key.sign)

    def without(name: str) -> str:
        return _compact(header, {each: value for each, value in claims.items() if each != name}, key.sign)

    unsigned = good.rsplit(".", 1)[0]
    return {
        "another key under the same name": _compact(header, claims, intruder.sign),
        "another key under its own name": _compact({**header, "kid": intruder.key_id}, claims, intruder.sign),
        "another key in the header": _compact({**header, "jwk": intruder.jwk()}, claims, intruder.sign),
        "no key named": _compact({"alg": "EdDSA", "typ": "JWT"}, claims, key.sign),
        "a key named by a list": _compact({**header, "kid": [key.key_id]}, claims, key.sign),
        "not signed": _compact(none, claims, lambda _: b""),
        "not signed, in other letters": _compact({**none, "alg": "nOnE"}, claims, lambda _: b""),
        "not signed, signed": _compact(none, claims, key.sign),
        "signature left out": f"{unsigned}.",
        "signature of another": f"{unsigned}.{own(jti=str(uuid4())).rsplit('.', 1)[1]}",
        "the public key as a secret": hs256(key.public_pem()),
        "the public key's bytes as a secret": hs256(key.public_bytes()),
        "the published key as a secret": hs256(json.dumps(key.jwk()).encode()),
        "an empty secret": hs256(b""),
        "another issuer": own(iss="https://intruder.example"),
        "no issuer": without("iss"),
        "another audience": own(aud="https://intruder.example"),
        "no audience": without("aud"),
        "expired": own(iat=now - 700, nbf=now - 700, exp=now - 100),
        "not valid yet": own(nbf=now + 500),
        "another session": own(sid=str(uuid4())),
        "another account": own(sub=str(uuid4())),
        "another sort of token": own(type="refresh"),
        "a header nested deeply": _compact(b"[" * 20_000, claims, key.sign),
        "a header that is a list": _compact([header], claims, key.sign),
        "no token": "nonsense",
        "dots": "..",
        "three words": "a.b.c",
        "long": "A" * 20_000,
    }


def test_no_forged_token_is_taken(family: Family, tokens: dict[str, Any], http: httpx.Client, service: Service) -> None:
    good = tokens["access_token"]
    assert me(http, good).status_code == 200
    for why, token in _forged(service, good).items():
        answer = me(http, token)
        assert answer.status_code == 401, why
        assert answer.headers["Content-Type"] == "application/problem+json", why
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), why
        assert set(answer.json()) == {"type", "title", "status"}, why
    assert me(http, _changed(service, good)).status_code == 200, "the table's own way to sign is not what fails"


def _changed(service: Service, good: str) -> str:
    """A token made as those of the table are, with nothing wrong in it."""
    key = service.runtime.keys.tokens[-1]
    claims = {**json.loads(_unbase64(good.split(".")[1])), "jti": str(uuid4())}
    return _compact({"alg": "EdDSA", "typ": "JWT", "kid": key.key_id}, claims, key.sign)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Authorization": "Bearer {token} {token}"},
        {"Cookie": "access_token_cookie={token}; access_token={token}"},
        {"X-Access-Token": "{token}"},
    ],
)
def test_a_token_is_taken_from_nowhere_but_its_header(
    tokens: dict[str, Any], http: httpx.Client, headers: dict[str, str]
) -> None:
    token = tokens["access_token"]
    sent = {name: value.format(token=token).strip() for name, value in headers.items()}
    assert http.get("/v1/me", headers=sent).status_code == 401
    assert http.get(f"/v1/me?access_token={token}&jwt={token}").status_code in {401, 422}
    assert http.post("/v1/me", json={"access_token": token}).status_code in {401, 405}


def test_a_refresh_token_opens_nothing_by_itself(tokens: dict[str, Any], http: httpx.Client) -> None:
    assert me(http, tokens["refresh_token"]).status_code == 401
    assert refresh(http, tokens["access_token"]).status_code in {401, 422}


def test_no_token_or_password_is_kept_as_it_is(
    family: Family, tokens: dict[str, Any], database: RawDatabase, service: Service
) -> None:
    link = invited(family)
    secrets = [link, *(tokens[name] for name in ("access_token", "refresh_token")), PASSWORD]
    tables = ("invitations", "refresh_tokens", "sessions", "accounts", "idempotency_keys")
    kept = b"\n".join(_bytes(row) for table in tables for row in database.rows(table))
    assert not [secret for secret in secrets if secret.encode() in kept]
    assert not [secret for secret in secrets if secret in service.log_lines.getvalue()]


def _bytes(row: Row) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
