"""The service in this process, over real sockets, with a clock that a test can move."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from passport_api.app import build_runtime, create_app
from passport_api.config import Settings, for_folder
from passport_api.services.clock import accept
from passport_api.services.passwords import Passwords
from passport_api.services.runtime import Runtime
from passport_keys.providers.local_file import LocalFileProvider
from support.databases import fresh_database

FAST_PASSWORDS = Passwords(memory_kib=64, passes=1)


@dataclass
class Clock:
    """The real time, moved by a test."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - a test's own composition root

    def advance(self, **by: float) -> None:
        """Move on: `advance(days=3)`."""
        self.ahead += timedelta(**by)


@dataclass(frozen=True)
class Service:
    """A running service and its insides."""

    backend: str
    folder: Path
    settings: Settings
    runtime: Runtime
    app: Flask
    clock: Clock
    log_lines: io.StringIO
    clients: list[httpx.Client] = field(default_factory=list)

    @contextmanager
    def later(self, **by: float) -> Iterator[None]:
        """Live some time ahead for as long as the block lasts, then have an operator accept the time before."""
        now = self.clock.ahead
        self.clock.advance(**by)
        try:
            yield
        finally:
            self.clock.ahead = now
            accept(self.runtime)

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client, signed in when it is given an access token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=self.settings.base_url, headers=headers, timeout=60)
        self.clients.append(client)
        return client


class _Quiet(WSGIRequestHandler):
    """Writes no line of its own: the service has its log."""

    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running_service(
    backend: str, folder: Path, monotonic: Callable[[], float] = time.monotonic, **changes: Any
) -> Iterator[Service]:
    """Serve on a free port until the block ends; with a key file of its own, unless a change names another store."""
    with fresh_database(backend, folder) as url:
        keys = folder / "keys.json"
        clock = Clock()
        LocalFileProvider.create(keys, clock())
        start = replace(
            for_folder(folder), **{"database_url": url, "key_url": f"file:{keys}", "threads": 16, **changes}
        )
        with listening(start, clock, backend, folder, monotonic) as service:
            yield service


@contextmanager
def listening(
    start: Settings, clock: Clock, backend: str, folder: Path, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Service]:
    """Serve settings that exist already: for a second process's view of the same database."""
    server = make_server("127.0.0.1", 0, Flask("placeholder"), threaded=True, request_handler=_Quiet)
    settings = replace(start, base_url=f"http://127.0.0.1:{server.port}")
    try:
        runtime = build_runtime(settings, clock, FAST_PASSWORDS, monotonic)
    except BaseException:
        server.server_close()
        raise
    log_lines = io.StringIO()
    server.app = app = create_app(settings, runtime, log_lines)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service = Service(backend, folder, settings, runtime, app, clock, log_lines)
    try:
        yield service
    finally:
        for client in service.clients:
            client.close()
        server.shutdown()
        server.server_close()
        thread.join()
        runtime.database.close()
