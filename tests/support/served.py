"""The service as an operator runs it: `passport-api serve` in processes of its own, to be watched and to be killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from passport_api.config import Settings, to_environment

_COMMAND = Path(sys.executable).with_name("passport-api")
_DEADLINE = 60
_WORKERS = {"PASSPORT_WORKERS": "2", "PASSPORT_THREADS": "4"}


@dataclass
class Served:
    """A running service: one process that starts others, all in one group."""

    base_url: str
    process: subprocess.Popen[bytes]
    output: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client, signed in when it is given an access token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=self.base_url, headers=headers, timeout=60)
        self.clients.append(client)
        return client

    def signed_in(self, email: str, password: str) -> httpx.Client:
        """An HTTP client for somebody, signed in here."""
        answer = self.client().post("/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return self.client(answer.json()["access_token"])

    def kill(self) -> None:
        """End every process of it at once, with the signal that none can catch."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def let_go(self) -> None:
        """Close every client."""
        for client in self.clients:
            client.close()

    def stop(self) -> None:
        """End it in good order, if it still runs."""
        self.let_go()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def workers(self) -> set[int]:
        """The processes that serve, by their ids."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        children = {int(each) for each in listed.split()}
        return {each for each in children if b"resource_tracker" not in Path(f"/proc/{each}/cmdline").read_bytes()}

    def said(self) -> bytes:
        """All that it wrote to its standard output and error so far."""
        return self.output.read_bytes()


def serve(settings: Settings, output: Path, ready: int = 200) -> Served:
    """Start `passport-api serve` on a free port and wait until it is ready, or says in another way that it is up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with output.open("ab") as sink:
        process = subprocess.Popen(
            [str(_COMMAND), "serve", "--port", str(port)],
            env={**os.environ, **to_environment(settings), **_WORKERS},
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(f"http://127.0.0.1:{port}", process, output)
    deadline = time.monotonic() + _DEADLINE
    pause = threading.Event()
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended by itself: {served.said()!r}"
        try:
            if httpx.get(f"{served.base_url}/readyz", timeout=1).status_code == ready:
                return served
        except httpx.TransportError:
            pause.wait(0.02)
    served.kill()
    pytest.fail(f"it did not come up: {served.said()!r}")
