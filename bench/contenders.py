"""One protected and one plain service over the same passports, filled and serving."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask

from bench import plain_filling, plain_service, sealed_filling
from bench.clients import request
from bench.databases import empty_database
from bench.population import Population, Reader, Scale
from bench.servers import Server, free_port, running
from passport_api import setup
from passport_api.api.tokens import access_token
from passport_api.app import build_runtime, create_app, utc_now
from passport_api.config import Settings, for_folder, to_environment
from passport_api.domain.ids import AccountId, ConsentId
from passport_api.services.runtime import Caller, Runtime
from passport_keys.signing import SigningKey

_SERVE = "from passport_api.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Contender:
    """A service that is filled and answers, with what is needed to ask it.

    Attributes:
        filled_in: how long filling took, in seconds.
    """

    server: Server
    readers: tuple[Reader, ...]
    opened: dict[AccountId, list[ConsentId]]
    sign: Callable[[Reader], str]
    filled_in: float

    def requests(self) -> list[list[bytes]]:
        """For each reader a request for each of their views, with fresh tokens."""
        tokens = {reader.account_id: self.sign(reader) for reader in self.readers}
        return [
            [request(f"/v1/views/{view}", token) for view in self.opened[account_id]]
            for account_id, token in tokens.items()
        ]

    def get(self, path: str, reader: Reader) -> dict[str, Any]:
        """One answer."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.sign(reader)}"})
        content: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return content

    def shown(self) -> list[tuple[str, str, str]]:
        """What a reader sees in their first view: section, level and text."""
        reader = self.readers[0]
        view = self.get(f"/v1/views/{self.opened[reader.account_id][0]}", reader)
        return [
            (section["section"], each["detail_level"], each["text"])
            for section in view["sections"]
            for each in section["statements"]
        ]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two that are compared, over as many passports and log entries."""

    scale: Scale
    protected: Contender
    plain: Contender
    runtime: Runtime


@contextmanager
def pair(backend: str, scale: Scale, folder: Path) -> Iterator[Pair]:
    """Fill and start both."""
    population = Population(scale)
    folder.mkdir(mode=0o700)
    with ExitStack() as stack:
        served, runtime, _ = protected(stack, backend, population, folder)
        plain = _plain(stack, backend, population, folder)
        if served.shown() != plain.shown() or not plain.shown():
            raise AssertionError("the two do not show the same")
        yield Pair(scale, served, plain, runtime)


def protected(
    stack: ExitStack, backend: str, population: Population, folder: Path, **changes: Any
) -> tuple[Contender, Runtime, Settings]:
    """Fill and start this service, its settings changed as asked; gives also what it keeps, opened here, and those."""
    port = free_port()
    setup.prepare_folder(folder / "protected", utc_now())
    url = stack.enter_context(empty_database(backend, folder, "protected"))
    start = for_folder(folder / "protected", f"http://127.0.0.1:{port}")
    settings = replace(start, database_url=url, **changes)
    setup.prepare_database(settings)
    runtime = build_runtime(settings)
    stack.callback(runtime.database.close)
    started = time.monotonic()
    opened = sealed_filling.fill(runtime, population)
    filled_in = time.monotonic() - started
    arguments = ["-c", _SERVE, "serve", "--port", str(port)]
    server = stack.enter_context(running(arguments, port, to_environment(settings), folder / "protected.log"))
    sign = _signer(create_app(settings, runtime))
    return Contender(server, population.readers, opened, sign, filled_in), runtime, settings


def _signer(app: Flask) -> Callable[[Reader], str]:
    def sign(reader: Reader) -> str:
        with app.app_context():
            return access_token(Caller(reader.account_id, reader.session_id))

    return sign


def _plain(stack: ExitStack, backend: str, population: Population, folder: Path) -> Contender:
    port = free_port()
    private_key = _write_key(folder)
    url = stack.enter_context(empty_database(backend, folder, "plain"))
    engine = plain_service.connect(url, Settings("", "").threads)
    stack.callback(engine.dispose)
    started = time.monotonic()
    opened = plain_filling.fill(engine, population)
    filled_in = time.monotonic() - started
    environment = {"BENCH_DATABASE_URL": url, "BENCH_KEY": str(private_key)}
    arguments = ["-m", "bench.plain_service", str(port)]
    server = stack.enter_context(running(arguments, port, environment, folder / "plain.log"))
    app = plain_service.create_app(engine, str(private_key))
    return Contender(
        server, population.readers, opened, lambda reader: plain_service.token(app, reader.account_id), filled_in
    )


def _write_key(folder: Path) -> Path:
    key, path = SigningKey.generate(), folder / "token.key"
    path.touch(mode=0o600)
    path.write_bytes(key.private_pem())
    path.with_suffix(".pub").write_bytes(key.public_pem())
    return path
