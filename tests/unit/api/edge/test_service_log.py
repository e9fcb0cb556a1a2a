"""The service log has one line a request, of ids and templates; nothing a person wrote reaches it."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest

from passport_api.api.edge import capture_library_logs, log_of, make_log
from passport_api.api.edge.service_log import LibraryHandler, describe

THING = "0190b5e2-0000-7000-8000-000000000001"


def test_a_request_is_one_line_with_its_template_and_account(client, lines):
    client.get(f"/v1/things/{THING}", headers={"X-Request-Id": THING})
    (line,) = lines()
    assert line.pop("duration_ms") >= 0
    assert line == {
        "at": "2026-11-20T09:00:00+00:00",
        "event": "request",
        "level": "info",
        "request_id": THING,
        "method": "GET",
        "route": "/v1/things/<uuid:thing_id>",
        "status": 200,
        "account_id": "account-1",
    }


def test_the_duration_comes_from_the_timer_given():
    from unit.api.edge.toy import make_toy

    log, ticks = io.StringIO(), iter([10.0, 10.25])
    make_toy(log, timer=lambda: next(ticks)).test_client().get("/nowhere")
    assert json.loads(log.getvalue())["duration_ms"] == 250.0


def test_paths_queries_bodies_headers_and_methods_are_not_logged(client, log):
    canary = "Thornfield"
    client.get(f"/{canary}?name={canary}", headers={"X-Name": canary, "Authorization": f"Bearer {canary}"})
    client.get(f"/v1/things?{canary}={canary}", headers={"X-Request-Id": f"{canary} 1"})
    client.post("/v1/things", data=canary, headers={"Content-Type": "application/json"})
    client.post("/v1/things", json={"name": canary, canary: canary})
    client.open("/v1/things", method=canary.upper())
    assert len(log.getvalue().splitlines()) == 5
    assert canary.lower() not in log.getvalue().lower()


def test_a_fault_is_logged_as_its_type_and_place(client, lines, log):
    client.get("/v1/fault")
    fault, request = lines()
    assert (fault["event"], fault["level"], fault["exception"]) == ("fault", "error", "builtins.ValueError")
    assert fault["location"].startswith("api/edge/toy.py:fault:")
    assert fault["caused_by"] == "builtins.KeyError"
    assert request["status"] == 500
    assert "Rosie" not in log.getvalue()


def test_a_fault_after_the_view_is_logged_without_its_message(client, log, capfd):
    client.get("/v1/things", headers={"X-Break": "after"})
    assert "builtins.ValueError" in log.getvalue()
    assert "Rosie" not in log.getvalue()
    assert "Rosie" not in "".join(capfd.readouterr())


def test_a_value_that_is_not_plain_is_withheld(app, lines):
    log_of(app).info("passport.opened", passport_id=THING, name="Rosie Thornfield", mail="a@family.example", n=3)
    (line,) = lines()
    assert (line["passport_id"], line["n"]) == (THING, 3)
    assert (line["name"], line["mail"]) == ("[withheld]", "[withheld]")


@pytest.mark.parametrize("value", [["Rosie"], {"name": "Rosie"}, b"Rosie", "Rosie\n", ValueError("Rosie")])
def test_a_value_of_any_other_kind_is_withheld(value, app, log):
    log_of(app).info("event", value=value)
    assert "Rosie" not in log.getvalue()


def test_what_a_library_says_is_logged_as_its_place():
    stream = io.StringIO()
    logger = logging.getLogger("some.library")
    logger.propagate = False
    logger.handlers[:] = [LibraryHandler(make_log(lambda: datetime(2026, 1, 1, tzinfo=UTC), stream))]
    logger.info("not at all")
    logger.warning("could not find %s", "Rosie Thornfield")
    try:
        int("Rosie Thornfield")
    except ValueError:
        logger.exception("Rosie Thornfield")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["logger"], first["level"]) == ("library", "some.library", "warning")
    assert first["said_at"].startswith("test_service_log:test_what_a_library")
    assert second["exception"] == "builtins.ValueError"
    assert "Rosie" not in stream.getvalue()


@pytest.fixture
def root():
    logger = logging.getLogger()
    kept, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = kept
    logger.setLevel(level)


def test_every_library_is_captured_once(root, app, lines, log):
    capture_library_logs(log_of(app))
    logging.getLogger("a.library").error("Rosie Thornfield")
    logging.getLogger("a.library").info("Rosie Thornfield")
    app.logger.error("Rosie Thornfield")
    assert [(line["event"], line["logger"]) for line in lines()] == [("library", "a.library"), ("library", "toy")]
    assert "Rosie" not in log.getvalue()


def test_flasks_own_messages_go_to_the_service_log(app, log, capfd):
    app.logger.error("Rosie Thornfield")
    assert "library" in log.getvalue()
    assert "Rosie" not in log.getvalue() + "".join(capfd.readouterr())


def test_an_exception_that_was_never_raised_has_no_place():
    assert describe(ValueError("Rosie")) == {"exception": "builtins.ValueError", "location": "unknown"}
