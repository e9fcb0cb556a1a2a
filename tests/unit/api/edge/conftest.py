import io
import json

import pytest

from unit.api.edge.toy import make_toy


@pytest.fixture
def log():
    return io.StringIO()


@pytest.fixture
def app(log):
    return make_toy(log)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def lines(log):
    return lambda: [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def send(client):
    """Posts raw bytes as JSON to the toy's one creating route."""

    def post(body, **headers):
        return client.post("/v1/things", data=body, headers={"Content-Type": "application/json", **headers})

    return post


@pytest.fixture
def fields_of():
    """The fields that a problem names; it must be one, of the expected type."""

    def read(response, slug, status):
        assert response.status_code == status, response.text
        assert response.content_type == "application/problem+json"
        assert response.json["type"] == f"/problems/{slug}"
        return [each["field"] for each in response.json.get("errors", [])]

    return read
