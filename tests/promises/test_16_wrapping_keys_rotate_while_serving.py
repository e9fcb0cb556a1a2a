"""Promise 16: wrapping keys rotate while the service runs; no statement is re-encrypted and no request fails.

`passport-api serve` runs as an operator runs it, people read and write in threads, and `passport-api keys` runs in a
process of its own; either of them is killed with -9.
"""

import re
from pathlib import Path

import pytest

from support.databases import BACKENDS
from support.rotating import AtWork, Place, prepared
from support.served import Served, serve
from support.world import PASSWORD

SLOWLY = ("--batch", "2", "--pace", "15")

backends = pytest.mark.parametrize("backend", BACKENDS)


def opens_everything(served: Served, place: Place) -> None:
    """Every passport is read, and the view is opened, by a service that had no key in memory."""
    worker = served.signed_in(place.family.social_worker.email, PASSWORD)
    assert [worker.get(f"/v1/passports/{each}").status_code for each in place.passports] == [200] * len(place.passports)
    view = served.signed_in(place.teacher.email, PASSWORD).get(f"/v1/views/{place.consent_id}").json()
    texts = [each["text"] for section in view["sections"] for each in section["statements"]]
    assert "Counting to ten helps." in texts


@backends
def test_keys_rotate_under_readers_and_writers_and_nothing_is_sealed_anew(backend: str, tmp_path: Path) -> None:
    with prepared(backend, tmp_path, 12) as place:
        old, sealed = place.active(), place.ciphertexts()
        served = serve(place.settings, tmp_path / "output")
        try:
            at_work = AtWork(served, place)
            at_work.begin()
            try:
                said = place.said_apart("rotate", *SLOWLY)
                destroyed = place.said_apart("destroy", old, "--grace", "3")
            finally:
                at_work.end()
            assert at_work.wrong == []
            assert (at_work.gone, at_work.answered > 10) == (0, True)
            assert said.endswith("left: 0\n")
            assert destroyed == f"destroyed: {old}\n"
            assert place.wrapped_under().keys() == {place.active()}
            now = place.ciphertexts()
            assert {key: now[key] for key in sealed} == sealed
            served.stop()
            served = serve(place.settings, tmp_path / "output")
            opens_everything(served, place)
        finally:
            served.stop()


@backends
def test_a_rotation_killed_half_way_goes_on_when_it_is_run_again(backend: str, tmp_path: Path) -> None:
    with prepared(backend, tmp_path, 30) as place:
        old = place.active()
        rotation = place.begin("rotate", *SLOWLY)
        assert rotation.stdout is not None
        lines = [rotation.stdout.readline() for _ in range(3)]  # the key, what is left, and what is left a second later
        rotation.kill()
        rotation.stdout.close()
        rotation.wait()
        begun, left = (int(re.findall(r"(\d+) data keys", line)[0]) for line in lines[1:])
        assert 0 < left < begun
        halfway = place.wrapped_under()
        assert halfway.keys() == {old, place.active()}
        refused = place.keys("destroy", old, "--grace", "0")
        assert refused.exit_code == 1
        assert "passport-api keys rewrap" in refused.stderr
        data, service = re.findall(r"left to rewrap: (\d+) data keys, (\d+) service keys", place.said("status"))[0]
        assert int(data) + int(service) == halfway[old]
        assert place.said("rewrap").endswith(f"rewrapped: {halfway[old]}; left: 0\n")
        assert "left to rewrap: 0 data keys, 0 service keys" in place.said("status")
        place.said("destroy", old, "--grace", "0")
        assert old not in place.said("status")
        served = serve(place.settings, tmp_path / "output")
        try:
            opens_everything(served, place)
        finally:
            served.stop()


@pytest.mark.at_length
@backends
def test_a_server_killed_during_a_rotation_loses_nothing_and_the_rotation_goes_on(backend: str, tmp_path: Path) -> None:
    with prepared(backend, tmp_path, 30) as place:
        sealed = place.ciphertexts()
        served = serve(place.settings, tmp_path / "output")
        rotation = None
        try:
            at_work = AtWork(served, place)
            at_work.begin()
            rotation = place.begin("rotate", *SLOWLY)
            assert rotation.stdout is not None
            assert "left to rewrap" in [rotation.stdout.readline() for _ in range(2)][1]
            served.kill()
            at_work.end()
            served.let_go()
            assert at_work.wrong == []
            assert rotation.stdout.read().endswith("left: 0\n")
            assert rotation.wait() == 0
            now = place.ciphertexts()
            assert {key: now[key] for key in sealed} == sealed
            served = serve(place.settings, tmp_path / "output")
            opens_everything(served, place)
        finally:
            served.stop()
            if rotation is not None and rotation.stdout is not None:
                rotation.stdout.close()
                rotation.kill()
                rotation.wait()


@backends
def test_the_active_key_and_one_that_is_not_there_are_not_destroyed(backend: str, tmp_path: Path) -> None:
    with prepared(backend, tmp_path, 0) as place:
        active = place.keys("destroy", place.active())
        assert (active.exit_code, "is the active one" in active.stderr) == (1, True)
        unknown = place.keys("destroy", "no-such-key")
        assert (unknown.exit_code, "holds no key" in unknown.stderr) == (1, True)
