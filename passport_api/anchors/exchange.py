"""One HTTP request to a server that is not trusted: bounded in time and in size, and led nowhere else.

No redirect is followed, no proxy of the environment is used, certificates are verified.
"""

import io
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import socket
from typing import Any

from passport_api.anchors.contract import AnchorUnavailable

SECONDS = 3.0
"""How long a request may take, from its connection to the last byte of its answer."""
MAX_ANSWER_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: its status, and its body as text."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go.

    Attributes:
        tls: verifies the certificate of an https server; None for http.
        prefix: what every path begins with.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    prefix: str

    def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """Make one request, with a connection of its own.

        Raises:
            AnchorUnavailable: no whole answer came in time, or one that is too long or is no text.
        """
        deadline = time.monotonic() + SECONDS
        connection = self._connection(deadline)
        try:
            connection.request(method, f"{self.prefix}{path}", body, {"Connection": "close"})
            with connection.getresponse() as response:
                status, content = response.status, response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, HTTPException, UnicodeError) as error:  # the last for a name that no host can have
            raise AnchorUnavailable(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()
        if len(content) > MAX_ANSWER_BYTES:
            raise AnchorUnavailable(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        try:
            return Answer(status, content.decode())
        except UnicodeDecodeError as error:
            raise AnchorUnavailable("an answer that is no text") from error

    def _connection(self, deadline: float) -> HTTPConnection:
        if self.tls is None:
            return _Timed(self.host, self.port, deadline)
        return _TimedTls(self.host, self.port, deadline, self.tls)


class _Timed(HTTPConnection):
    def __init__(self, host: str, port: int, deadline: float) -> None:
        super().__init__(host, port, timeout=_left(deadline))
        self._deadline = deadline

    def connect(self) -> None:
        super().connect()
        self.sock = _Bounded(self.sock, self._deadline)


class _TimedTls(HTTPSConnection):
    def __init__(self, host: str, port: int, deadline: float, tls: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=_left(deadline), context=tls)
        self._deadline = deadline

    def connect(self) -> None:
        super().connect()
        self.sock = _Bounded(self.sock, self._deadline)


class _Bounded:
    """What http.client uses of a socket. A socket's own timeout begins anew with each byte; this one does not."""

    def __init__(self, inner: socket, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        self._inner.settimeout(_left(self._deadline))
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._inner, self._deadline))

    def close(self) -> None:
        self._inner.close()


class _Incoming(io.RawIOBase):
    def __init__(self, inner: socket, deadline: float) -> None:
        super().__init__()
        self._inner = inner
        self._file = inner.makefile("rb", buffering=0)  # keeps the socket open when the connection lets go of it first
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._inner.settimeout(_left(self._deadline))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


def _left(deadline: float) -> float:
    """The seconds until then.

    Raises:
        TimeoutError: there are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
