"""Every answer carries the security headers and a request id, and none says which software answers."""

import pytest

from unit.api.edge.toy import make_toy

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    ["/v1/things", "/v1/missing", "/nowhere", "/v1/fault", "/v1/private", "/problems/not_found", "/openapi.json"],
)
def test_every_answer_carries_the_security_headers(path, client):
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_a_service_reached_by_https_asks_callers_to_stay_there():
    headers = make_toy(https=True).test_client().get("/nowhere").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_software_and_counters_are_not_named(client):
    headers = client.get("/v1/noisy").headers
    assert not {"X-Powered-By", "X-RateLimit-Remaining"} & set(headers.keys())
    assert headers.getlist("Server") == ["passport"]


def test_an_empty_answer_has_no_content_type(client, app):
    response = client.post("/v1/bodiless")
    assert response.status_code == 204
    assert response.get_data() == b""
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("sent", ["0190b5e2-0000-7000-8000-00000000000a", "4bf92f3577b34da6a3ce929d0e0e4736"])
def test_a_request_id_that_fits_is_kept(sent, client):
    assert client.get("/nowhere", headers={"X-Request-Id": sent}).headers.getlist("X-Request-Id") == [sent]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "has space",
        "Thornfield",
        "Rosie-Thornfield",
        "2015-10-09",
        "9990162743",
        "B801200005001",
        "A" * 32,
        "0" * 31,
    ],
)
def test_a_request_id_that_does_not_fit_is_replaced(sent, client):
    assert client.get("/nowhere", headers={"X-Request-Id": sent}).headers.getlist("X-Request-Id") == ["made-000000"]


def test_a_request_id_with_a_trailing_newline_is_replaced(client):
    response = client.get("/nowhere", environ_overrides={"HTTP_X_REQUEST_ID": "0" * 32 + "\n"})
    assert response.headers["X-Request-Id"] == "made-000000"
