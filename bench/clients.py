"""Clients that keep their connection and ask again as soon as they are answered: lean, so that they are not measured.

Two processes hold four sockets each; a round is driven by whichever is ready. The server's machine is the clients' too.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context

PROCESSES = 2
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Unexpected(Exception):
    """An answer was not the 200 that the measurement is of."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load on one service: how long each release took, in seconds, and how long they took together."""

    latencies: tuple[float, ...]
    seconds: float

    def rate(self) -> float:
        """Releases a second."""
        return len(self.latencies) / self.seconds


@dataclass(slots=True)
class _Client:
    socket: socket.socket
    requests: Iterator[bytes]
    asked_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    wanted: int | None = None

    def ask(self) -> None:
        self.asked_at = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def is_answered(self) -> bool:
        """Take what has come; whether that makes the answer whole."""
        self.received += self.socket.recv(1 << 18)
        if self.wanted is None and (end := self.received.find(_END_OF_HEAD)) >= 0:
            head = bytes(self.received[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                raise Unexpected(head.split(b"\r\n")[0].decode())
            self.wanted = end + len(_END_OF_HEAD) + int(head.split(_LENGTH)[1].split(b"\r\n")[0])
        if self.wanted is None or len(self.received) < self.wanted:
            return False
        self.received.clear()
        self.wanted = None
        return True


def request(path: str, token: str) -> bytes:
    """A GET as it is sent."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


class Clients:
    """Eight clients in two processes."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def drive(self, port: int, requests: Sequence[Sequence[bytes]], seconds: float) -> Round:
        """Let each client go through its requests, over and over, for some seconds."""
        shares = [requests[start::PROCESSES] for start in range(PROCESSES)]
        begin = time.time() + 0.05
        futures = [self._pool.submit(_drive, port, share, begin, seconds) for share in shares]
        rounds = [future.result() for future in futures]
        return Round(tuple(each for latencies, _ in rounds for each in latencies), max(took for _, took in rounds))


@contextmanager
def clients() -> Iterator[Clients]:
    """Start the clients' processes, and end them."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield Clients(pool)


def _drive(port: int, requests: Sequence[Sequence[bytes]], begin: float, seconds: float) -> tuple[list[float], float]:
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        for share in requests:
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, _Client(connection, cycle(share)))
        time.sleep(max(0.0, begin - time.time()))
        started = time.perf_counter()
        for key in list(selector.get_map().values()):
            key.data.ask()
        while selector.get_map():
            for key, _ in selector.select(timeout=30):
                client: _Client = key.data
                if client.is_answered():
                    now = time.perf_counter()
                    latencies.append(now - client.asked_at)
                    if now - started < seconds:
                        client.ask()
                    else:
                        selector.unregister(client.socket)
                        client.socket.close()
        return latencies, time.perf_counter() - started
