"""The drill, played small: what it states is so, on both kinds of database, with real processes."""

import pytest

from support import drill
from support.databases import BACKENDS
from support.drill import Report

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module", params=BACKENDS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The whole disaster, played once."""
    return drill.play(request.param, tmp_path_factory.mktemp("drill"), 0, lambda _line: None)


def test_what_is_lost_is_what_came_after_the_backup_and_nothing_before(report: Report) -> None:
    assert report.back == report.acknowledged[: len(report.back)]
    assert report.back
    assert report.lost[-3:] == ["After the backup: 1.", "After the backup: 2.", "After the backup: 3."]
    assert report.backed_up < report.size_at_loss


def test_nothing_is_served_before_the_recovery(report: Report) -> None:
    assert report.shut == {"ready": 503, "sign in": 503, "the used invitation": 503}


def test_what_had_ended_does_not_come_back(report: Report) -> None:
    assert report.after == {
        "ready": 200,
        "sign in": 200,
        "the used invitation": 401,
        "the revoked view": 404,
        "the erased passport": 404,
    }
    assert "1 passports were erased after the content was backed up, and stay so" in report.said["restore"]


def test_the_operator_is_told_what_to_do_next_and_what_was_done(report: Report) -> None:
    assert "Next: passport-api recover" in report.said["restore"]
    assert "it was rolled back" in report.said["doctor"]
    for kind in ("consent_revoked", "invitation_used"):
        assert kind in report.said["doctor"].split("has not ended here:")[1]
    assert "Recovered: " in report.said["recover"]


def test_the_log_goes_on_from_the_one_that_was_backed_up(report: Report) -> None:
    assert report.said["log verify"].startswith("verified: ")
    assert "1 checkpoints" in report.said["log verify"]
