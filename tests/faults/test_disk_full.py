"""The disk under the SQLite database is full: nothing is written, so nothing is shown; with room again, all goes on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from passport_api.anchors.file import FileAnchor
from passport_api.store.database import Fault
from support.aftermath import prepared
from support.databases import BACKENDS
from support.endurance import WAIT_SECONDS, Endurance
from support.load import expect_unavailable
from support.served import serve
from support.service import running_service
from support.world import World

pytestmark = pytest.mark.faults
_INSIDE = "PASSPORT_TEST_INSIDE_A_NAMESPACE"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 24 MB."""
    if os.geteuid() != 0:
        pytest.skip("run again below, where mounting is allowed")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        _cannot("mounting a small disk was refused")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _cannot(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, and {why}.")
    pytest.skip(f"THE FULL DISK WAS SKIPPED: {why}.")


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is free for as long as the block lasts."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    assert os.statvfs(disk).f_bavail == 0
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_is_borne(small_disk: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with prepared("sqlite", small_disk, 1) as place:
        served = serve(replace(place.settings, wait_seconds=WAIT_SECONDS), tmp_path / "output")
        try:
            names = frozenset({Fault.DISK_FULL, Fault.DISK_BROKEN, Fault.LOCKED})
            endurance = Endurance(served, place, lambda: filled(small_disk), names)
            endurance.prove(request.config.getoption("--fault-rounds"))
        finally:
            served.stop()


def test_a_view_is_not_shown_when_its_entry_has_no_room(small_disk: Path) -> None:
    with running_service("sqlite", small_disk) as service:
        world = World(service)
        family = world.family()
        world.statement(family, "regulation", "everyday")
        reader, view = world.member(family.school_id, "senco"), world.consent(family)["id"]
        with filled(small_disk):
            while (refused := reader.get(f"/v1/views/{view}")).status_code == 200:
                pass  # the write-ahead log has some room left in itself
            expect_unavailable(refused)
            expect_unavailable(httpx.get(f"{service.settings.base_url}/readyz"))
            assert '"fault":"disk-full"' in service.log_lines.getvalue()
        assert httpx.get(f"{service.settings.base_url}/readyz").status_code == 200
        assert reader.get(f"/v1/views/{view}").status_code == 200


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_ends_while_the_anchors_disk_is_full_is_not_answered_and_has_ended(
    backend: str, small_disk: Path, tmp_path: Path
) -> None:
    """Nothing is answered that is not kept outside the database; with room again it is, and the service opens."""
    anchor = small_disk / "log.anchor"
    with running_service(backend, tmp_path, anchors=(f"file:{anchor}",)) as service:
        world = World(service)
        family = world.family()
        world.statement(family, "regulation", "everyday")
        reader = world.member(family.school_id, "senco")
        with filled(small_disk):
            for _ in range(50):  # the file's last page has some room left
                view = world.consent(family)["id"]
                refused = family.parent.post(f"/v1/consents/{view}/revocation")
                if refused.status_code != 200:
                    break
            expect_unavailable(refused)
            expect_unavailable(reader.get(f"/v1/views/{view}"))
            expect_unavailable(httpx.get(f"{service.settings.base_url}/readyz"))
        assert httpx.get(f"{service.settings.base_url}/readyz").status_code == 200
        assert reader.get(f"/v1/views/{view}").status_code == 404
        stream = FileAnchor(anchor).read(service.runtime.anchoring.log)
        assert stream.faults == []
        assert UUID(view) in {each.ending.subject_id for each in stream.endings()}


@pytest.mark.skipif(os.geteuid() == 0 or _INSIDE in os.environ, reason="the tests above were allowed to mount")
def test_the_same_where_only_a_namespace_may_mount() -> None:
    pytest_here = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__]
    inside = ["unshare", "--mount", "--map-root-user", *pytest_here]
    ran = subprocess.run(inside, env={**os.environ, _INSIDE: "1"}, check=False, capture_output=True, text=True)
    if "unshare" in ran.stderr:
        _cannot("neither mounting nor a namespace to mount in is allowed")
    assert ran.returncode == 0, ran.stdout
