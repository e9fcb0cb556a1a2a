"""The outermost layer: request ids, security headers on every answer, one log line a request.

It wraps the WSGI application, so that no error, redirect or extension inside it can answer without them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request

from passport_api.api.edge.problems import MEDIA_TYPE, Problem, problem_body
from passport_api.api.edge.service_log import describe, log_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

# A UUID, or the 32 digits of a trace: whatever is kept is logged, and a name, a date or a number must not be.
_REQUEST_ID: Final = re.compile("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_LINE: Final = "passport.edge.line"
_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_WITHOUT_BODY: Final = ("204", "304")

# A view may set its own value for any of these; it cannot leave one out.
_DEFAULTS: Final[Headers] = [
    ("Server", "passport"),  # left out, some servers would put their own name
    ("Content-Security-Policy", API_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
]
_TRANSPORT: Final = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")

# What says which software answers, or counts aloud.
_REMOVED: Final = ("server", "x-powered-by", "x-ratelimit-")


@dataclass(slots=True)
class _Line:
    """What the log line of a request will say."""

    request_id: str
    route: str = "unmatched"
    account_id: str | None = None
    status: int = 500


class OuterLayer:
    """WSGI middleware: see the module."""

    def __init__(
        self, app: Flask, *, new_request_id: Callable[[], str], timer: Callable[[], float], https: bool
    ) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        self._app = app
        self._new_request_id = new_request_id
        self._timer = timer
        self._defaults = [*_DEFAULTS, _TRANSPORT] if https else _DEFAULTS

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        started = self._timer()
        line = _Line(self._request_id(environ))
        environ[_LINE] = line

        def start(
            status: str,
            headers: Headers,
            exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
        ) -> Callable[[bytes], object]:
            line.status = int(status[:3])
            finished = self._finished(headers, status, line.request_id)
            return start_response(status, finished, exc_info) if exc_info else start_response(status, finished)

        try:
            return self._inner(environ, start)
        except Exception as error:  # noqa: BLE001  the server's own answer would have none of our headers
            log_of(self._app).error("fault", request_id=line.request_id, **describe(error))
            start("500 INTERNAL SERVER ERROR", [("Content-Type", MEDIA_TYPE)])
            return [problem_body(Problem("internal"))]
        finally:
            method = environ.get("REQUEST_METHOD", "")
            log_of(self._app).info(
                "request",
                request_id=line.request_id,
                method=method if method in _METHODS else "OTHER",
                route=line.route,
                status=line.status,
                duration_ms=round((self._timer() - started) * 1000, 1),
                account_id=line.account_id,
            )

    def _request_id(self, environ: "WSGIEnvironment") -> str:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        return sent if _REQUEST_ID.fullmatch(sent) else self._new_request_id()

    def _finished(self, headers: Headers, status: str, request_id: str) -> Headers:
        kept = [(name, value) for name, value in headers if not name.lower().startswith(_REMOVED)]
        if status.startswith(_WITHOUT_BODY):
            kept = [(name, value) for name, value in kept if name.lower() != "content-type"]
        present = {name.lower() for name, _ in kept}
        missing = [(name, value) for name, value in self._defaults if name.lower() not in present]
        return [*kept, *missing, ("X-Request-Id", request_id)]


def wrap(app: Flask, *, new_request_id: Callable[[], str], timer: Callable[[], float], https: bool) -> None:
    """Put the outer layer around an application.

    Args:
        app: the application; it must have its log already.
        new_request_id: makes the id of a request that brought none, or none that fits.
        timer: seconds that never run backwards.
        https: whether callers come by https, and are to be told to stay there.
    """
    app.teardown_request(_remember)
    layer = OuterLayer(app, new_request_id=new_request_id, timer=timer, https=https)
    app.wsgi_app = layer  # type: ignore[method-assign]  # Flask's documented way to add middleware


def request_id() -> str:
    """The id of the present request."""
    line: _Line = request.environ[_LINE]
    return line.request_id


def allow_caching(response: Response, seconds: int) -> Response:
    """Let anyone keep a public answer, such as a script of the docs, for some seconds."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _remember(_error: BaseException | None) -> None:
    """Note for the log line what only Flask knows: the route's template and who is signed in."""
    line: _Line = request.environ[_LINE]
    if request.url_rule is not None:
        line.route = request.url_rule.rule
    account = g.get("account_id")
    line.account_id = None if account is None else str(account)
