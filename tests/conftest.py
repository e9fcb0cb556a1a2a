"""Fixtures that every test can ask for."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.databases import BACKENDS, drop_templates, postgresql_url
from support.service import Service, running_service
from support.tokens import softhsm_module
from support.world import World

# Processes that tests start keep what they compiled: it takes each longer to compile the code than to run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture-rounds", type=int, default=3, help="how often the server is killed under load")
    parser.addoption("--fault-rounds", type=int, default=1, help="how often each fault comes and goes under load")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if postgresql_url() is None:
        terminalreporter.write_line("")
        terminalreporter.write_line("THE POSTGRESQL HALF WAS SKIPPED: no server answers.", red=True, bold=True)
        terminalreporter.write_line(
            "Start one on 127.0.0.1:5432 (user postgres, no password), or set PASSPORT_TEST_DATABASE_URL.", red=True
        )
    if softhsm_module() is None:
        terminalreporter.write_line("")
        terminalreporter.write_line("THE PKCS #11 PART WAS SKIPPED: SoftHSM is not installed.", red=True, bold=True)
        terminalreporter.write_line("Install it: apt-get install softhsm2.", red=True)


@pytest.fixture(scope="session", autouse=True)
def _templates() -> Iterator[None]:
    yield
    drop_templates()


@pytest.fixture(scope="module", params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a database of this module's own, once on each kind of database."""
    folder: Path = tmp_path_factory.mktemp("service")
    with running_service(request.param, folder) as running:
        yield running


@pytest.fixture(scope="module")
def world(service: Service) -> World:
    """Builders over the service."""
    return World(service)
