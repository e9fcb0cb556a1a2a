"""The two services as processes of their own, each under the same server; and what they cost in memory and time."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

_START_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A service that answers on a port."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Processor time that its processes have used so far. A PostgreSQL server's is not in it."""
        return sum(_cpu(pid) for pid in (self.pid, *_children(self.pid)))

    def largest_worker(self) -> tuple[float, float]:
        """The resident and the proportional set size of its largest worker, in MiB."""
        return max(_memory(pid) for pid in _children(self.pid))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def running(arguments: list[str], port: int, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Start a service with this interpreter, wait until it answers, and stop it in the end."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **environment}, stdout=lines, stderr=lines
        )
    try:
        _wait(process, port, log)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no service came up: {log.read_text(encoding='utf-8')[-2000:]}")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> tuple[float, float]:
    rows = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines())
    kib = {row[0]: int(row[1]) for row in rows if row[0] in {"Rss:", "Pss:"}}
    return kib["Rss:"] / 1024, kib["Pss:"] / 1024
