"""A PostgreSQL server of a test's own, to be killed, stopped and started again: never the one that everybody shares."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_OWNER = "postgres"
_PROGRAMS = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Cluster:
    """A server's data and where it listens."""

    programs: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        """Its database, as the service names it."""
        return f"postgresql+psycopg://{_OWNER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data}"
        log = str(self.data / "server.log")
        arguments = ("start", "-w", "-t", "60", "-D", str(self.data), "-l", log, "-o", settings)
        # What a killed postmaster left behind, an orphan that has yet to notice, may hold its memory for a moment.
        deadline, pause = time.monotonic() + 30, threading.Event()
        while True:
            try:
                return self._run("pg_ctl", *arguments)
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
                pause.wait(0.2)

    def kill(self) -> None:
        """End every process of it with the signal that none can catch, as when a machine loses its power."""
        self.signal(signal.SIGKILL)
        with suppress(FileNotFoundError):
            (self.data / "postmaster.pid").unlink()

    def signal(self, which: signal.Signals) -> None:
        """Send every process of it a signal, the postmaster first: it starts no others then."""
        for each in self._processes():
            with suppress(ProcessLookupError):
                os.kill(each, which)

    def stop(self) -> None:
        """End it in good order, if it still runs."""
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self.data))

    def _processes(self) -> list[int]:
        written = (self.data / "postmaster.pid").read_text(encoding="utf-8")
        postmaster = int(written.split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii")
        return [postmaster, *(int(each) for each in children.split())]

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        as_owner = ["runuser", "-u", _OWNER, "--", *command] if os.geteuid() == 0 else command
        # Into a file: a server that was started keeps a pipe open, and whoever reads it would wait for its end.
        with (self.data.parent / "commands").open("ab") as said:
            subprocess.run(as_owner, check=True, stdout=said, stderr=said, cwd=self.data.parent)


@contextmanager
def cluster(parent: Path | None = None) -> Iterator[Cluster]:
    """A new server, running, gone afterwards; skip loudly where PostgreSQL's programs are not installed.

    Args:
        parent: where to keep its data; a temporary folder by default.
    """
    versions = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    if not versions:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL's programs are not installed and CI=true.")
        pytest.skip("THE FAULTS OF POSTGRESQL WERE SKIPPED: its programs (initdb, pg_ctl) are not installed.")
    folder = Path(tempfile.mkdtemp(prefix="passport-cluster-", dir=parent))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(_OWNER).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made = Cluster(versions[-1].parent, folder / "data", probe.getsockname()[1])
    made._run("initdb", "--auth=trust", "--no-sync", "-U", _OWNER, "-D", str(made.data))
    made.start()
    try:
        yield made
    finally:
        with suppress(FileNotFoundError):
            made.signal(signal.SIGCONT)
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
