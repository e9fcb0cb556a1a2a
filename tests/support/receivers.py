"""Those who receive notices: a real mail server, and a real web server for webhooks."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from standardwebhooks import Webhook


@dataclass
class Post:
    """One request that a web server was sent."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The event, once its signature is seen to be right, by the specification's own verifier."""
        return Webhook(secret).verify(self.body, dict(self.headers))


Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Hook:
    """A web server: what it was sent, and what it answers."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answer: Callable[[Post], Answer] = lambda _: (204, {}, b"")

    @property
    def ids(self) -> list[str]:
        return [post.id for post in self.posts]

    def say(self, status: int, **headers: str) -> None:
        """Answer so from now on."""
        self.answer = lambda _: (status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@contextmanager
def hook(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Hook]:
    """A web server on a free port of this machine, known by a name."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post = Post(self.path, dict(self.headers.items()), body)
            made.posts.append(post)
            status, headers, content = made.answer(post)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever was killed hangs up
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.url = f"{'http' if tls is None else 'https'}://{host}:{server.server_port}/notices"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Letter:
    """One email that a mail server took."""

    to: str
    message: EmailMessage
    was_encrypted: bool

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """Its text, or its HTML."""
        (found,) = [part for part in self.message.walk() if part.get_content_type() == f"text/{kind}"]
        return str(found.get_content())


@dataclass
class Mailbox:
    """A mail server: what it took, and what it answers."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Letter], str] = lambda _: "250 Taken"

    async def handle_RCPT(  # noqa: N802 - its name is the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        message = BytesParser(policy=default).parsebytes(envelope.content or b"")
        assert isinstance(message, EmailMessage)
        letter = Letter(envelope.rcpt_tos[0], message, session.ssl is not None)
        self.letters.append(letter)
        return self.answer(letter)


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[Mailbox]:
    """A mail server on a free port of this machine; with a certificate it takes nothing unless it is encrypted."""
    made = Mailbox()
    secured = {} if tls is None else {"tls_context": tls, "require_starttls": True}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        made.port = probe.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=made.port, **secured, **options)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """Lets one person sign in to a mail server."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, said: Any) -> AuthResult:
        return AuthResult(success=(said.login, said.password) == (user.encode(), password.encode()), handled=False)

    return check


@contextmanager
def notify_api(status: int = 201) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """GOV.UK Notify, as far as it is used: what was sent, by its reference."""
    sent: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reference = self.path.partition("reference=")[2].partition("&")[0]
            self._answer(200, {"notifications": [one for one in sent if one["reference"] == reference], "links": {}})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["Authorization"].startswith("Bearer ")
            if status == 201:
                sent.append(body)
            self._answer(status, {"id": "1", "errors": [{"message": f"{body['email_address']} is wrong"}]})

        def _answer(self, code: int, content: Any) -> None:
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
