"""Guessing passwords is bounded, also when several nodes serve and count together in Redis."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from support.service import Clock, Service, listening, running_service

REDIS = "redis://127.0.0.1:6379/15"


@pytest.fixture
def two_nodes(tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    try:
        counters = redis.Redis.from_url(REDIS)
        counters.ping()
    except redis.ConnectionError:
        if os.environ.get("CI") == "true":
            pytest.fail("No Redis answers on 127.0.0.1:6379 and CI=true.")
        pytest.skip("No Redis answers on 127.0.0.1:6379: start one to test counting across nodes.")
    with (
        running_service("sqlite", tmp_path, limits_url=REDIS) as one,
        listening(one.settings, Clock(), "sqlite", tmp_path) as other,
    ):
        yield one, other
    for key in counters.scan_iter("LIMITS*"):
        counters.delete(key)
    counters.close()


def test_wrong_passwords_on_two_nodes_count_together(two_nodes: tuple[Service, Service]) -> None:
    one, other = (node.client() for node in two_nodes)
    guess = {"email": f"{uuid.uuid4().hex}@people.example", "password": "a wrong password"}
    answers = [node.post("/v1/auth/login", json=guess).status_code for node in [one, other] * 5]
    assert answers == [401] * 10
    refused = one.post("/v1/auth/login", json=guess)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert other.post("/v1/auth/login", json=guess).status_code == 429
