"""The documentation pages come from installed packages and need nothing inline and nobody else's server."""

import re

import pytest


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere(client):
    response = client.get("/docs")
    page = response.text
    assert response.content_type == "text/html; charset=utf-8"
    assert "<title>Toy &amp; Co</title>" in page
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<style| style=| on[a-z]+=", page) == []
    assert re.findall(r"https?://|//[a-z]", page) == []


def test_its_policy_allows_own_files_only(client):
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_everything_the_page_asks_for_is_served(client):
    for name in re.findall(r'(?:href|src)="([^"]+)"', client.get("/docs").text):
        response = client.get(f"/{name}")
        assert response.status_code == 200
        assert response.get_data()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("start.js", "text/javascript"), ("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css")],
)
def test_an_asset_has_its_type_and_may_be_kept(name, kind, client):
    response = client.get(f"/docs/assets/{name}")
    assert response.mimetype == kind
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["index.css", "../start.js", "..%2Fstart.js", "oauth2-redirect.html", "VERSION", ""])
def test_no_other_file_is_served(name, client):
    assert client.get(f"/docs/assets/{name}").status_code == 404


def test_the_contract_is_served_as_json(client, app):
    from passport_api.api.edge import openapi_document

    assert client.get("/openapi.json").json == openapi_document(app.extensions["toy-api"])


def test_the_start_script_sends_the_contract_to_nobody(client):
    script = client.get("/docs/assets/start.js").text
    assert "validatorUrl: null" in script
    assert "http" not in script
