"""Another process holds the SQLite file: writers wait a while, are told, and go on when it lets go."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from passport_api.store.database import Fault
from support.aftermath import Place, prepared
from support.endurance import WAIT_SECONDS, Endurance
from support.served import serve

pytestmark = pytest.mark.faults


@contextmanager
def locked(place: Place, how: str) -> Iterator[None]:
    """Hold the file as another program may."""
    holder = sqlite3.connect(str(make_url(place.settings.database_url).database), isolation_level=None, timeout=60)
    holder.execute(f"BEGIN {how}")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_a_locked_file_is_borne(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with prepared("sqlite", tmp_path, 1) as place:
        served = serve(replace(place.settings, wait_seconds=WAIT_SECONDS), tmp_path / "output")
        try:
            hows = itertools.cycle(("EXCLUSIVE", "IMMEDIATE"))
            endurance = Endurance(served, place, lambda: locked(place, next(hows)), frozenset({Fault.LOCKED}))
            endurance.prove(request.config.getoption("--fault-rounds"))
        finally:
            served.stop()
