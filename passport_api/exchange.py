"""One HTTP request to a server that is not trusted: bounded in time and in size, and led nowhere else.

No redirect is followed, no proxy of the environment is used, certificates are verified.
"""

import io
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import create_connection, socket
from typing import Any

SECONDS = 3.0
"""How long a request may take, from its connection to the last byte of its answer."""
MAX_ANSWER_BYTES = 128 * 1024


class NoAnswer(Exception):
    """No whole answer came in time, or one that cannot be taken. Its cause is what went wrong, where something did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        content: its body, of which no more is read than shows that it is too long.
        retry_after: the Retry-After header, where there is one (RFC 9110 section 10.2.3).
    """

    status: int
    content: bytes
    retry_after: str | None = None

    def text(self) -> str:
        """The body as text.

        Raises:
            NoAnswer: it is too long, or no text.
        """
        if len(self.content) > MAX_ANSWER_BYTES:
            raise NoAnswer(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        try:
            return self.content.decode()
        except UnicodeDecodeError as error:
            raise NoAnswer("an answer that is no text") from error


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go.

    Attributes:
        tls: verifies the certificate of an https server; None for http.
        prefix: what every path begins with.
        address: the address to connect to, where the host's name has been looked up already; it is not looked up again.
        seconds: how long a request may take; None for SECONDS.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    prefix: str = ""
    address: str | None = None
    seconds: float | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one request, with a connection of its own.

        Raises:
            NoAnswer: no whole answer came in time.
        """
        deadline = time.monotonic() + (SECONDS if self.seconds is None else self.seconds)
        connection = self._connection(deadline)
        try:
            connection.request(method, f"{self.prefix}{path}", body, {**(headers or {}), "Connection": "close"})
            with connection.getresponse() as response:
                content = response.read(MAX_ANSWER_BYTES + 1)
                return Answer(response.status, content, response.headers.get("Retry-After"))
        except (OSError, HTTPException, UnicodeError) as error:  # the last for a name that no host can have
            raise NoAnswer(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()

    def _connection(self, deadline: float) -> HTTPConnection:
        if self.tls is None:
            return _Timed(self, deadline)
        return _TimedTls(self, deadline, self.tls)


class _Timed(HTTPConnection):
    def __init__(self, server: Server, deadline: float) -> None:
        super().__init__(server.host, server.port)
        self._where = (server.address or server.host, server.port)
        self._deadline = deadline

    def connect(self) -> None:
        self.sock = _Bounded(create_connection(self._where, _left(self._deadline)), self._deadline)


class _TimedTls(HTTPSConnection):
    def __init__(self, server: Server, deadline: float, tls: ssl.SSLContext) -> None:
        super().__init__(server.host, server.port, context=tls)
        self._where = (server.address or server.host, server.port)
        self._deadline = deadline
        self._tls = tls

    def connect(self) -> None:
        plain = create_connection(self._where, _left(self._deadline))
        try:
            plain.settimeout(_left(self._deadline))
            secured = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.sock = _Bounded(secured, self._deadline)


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
