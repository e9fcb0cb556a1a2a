"""Serving under granian, a production WSGI server."""

import os
import socket

from granian import Granian
from granian.constants import Interfaces

from passport_api.app import build_runtime
from passport_api.cli.place import Complaint
from passport_api.config import Settings, to_environment

_SHUTDOWN_SECONDS = 10


def serve_on(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop.

    Raises:
        Complaint: the port is taken.
        KeyStoreError: the keys do not open.
    """
    _refuse_occupied(host, port)
    build_runtime(settings).database.close()  # what would stop every worker stops here first, said in one line
    os.environ.update(to_environment(settings))
    run("passport_api.wsgi:create", host, port, workers=settings.workers, threads=settings.threads)


def run(factory: str, host: str, port: int, *, workers: int, threads: int) -> None:
    """Serve a WSGI application in processes of its own, until told to stop.

    Args:
        factory: what makes the application, as module:function; it reads the environment.
        host: the address to listen on.
        port: the port.
        workers: processes.
        threads: threads in each.

    Raises:
        Complaint: the port is taken.
    """
    _refuse_occupied(host, port)
    Granian(
        factory,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SHUTDOWN_SECONDS,
    ).serve()


def _refuse_occupied(host: str, port: int) -> None:
    """The server shares its port with whoever asks; two services on one would answer by turns.

    Raises:
        Complaint: somebody listens there.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Complaint(f"Port {port} is taken: stop what listens there, or choose another with --port.") from error
