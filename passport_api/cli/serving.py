"""Serving under granian, a production WSGI server."""

import os
import socket
from contextlib import suppress

from granian import Granian
from granian.constants import Interfaces

from passport_api.anchors.contract import AnchorUnavailable
from passport_api.app import build_runtime
from passport_api.cli.place import Complaint
from passport_api.config import Settings, to_environment
from passport_api.services.anchoring import LogDiverged
from passport_api.store.database import StoreUnavailable
from passport_keys.errors import KeyStoreError

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
    _publish_what_is_left(settings)


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


def _publish_what_is_left(settings: Settings) -> None:
    """A last checkpoint, once nobody serves any more; what cannot be anchored now is when the service starts again."""
    with suppress(AnchorUnavailable, KeyStoreError, LogDiverged, StoreUnavailable):
        runtime = build_runtime(settings)
        runtime.anchoring.publish()
        runtime.database.close()


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
