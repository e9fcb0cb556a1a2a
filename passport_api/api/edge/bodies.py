"""Bounds the body of every request, whether it says how long it is or not."""

from typing import Final

from flask import Flask, request

from passport_api.api.edge.problems import Problem

MAX_BODY_BYTES: Final = 64 * 1024

_MOST_DISCARDED: Final = 16 * 1024 * 1024
_PIECE: Final = 64 * 1024

_WITHOUT_BODY: Final = {"GET", "HEAD"}


def limit_bodies(app: Flask, max_bytes: int = MAX_BODY_BYTES) -> None:
    """Answer `payload_too_large` to every longer body, on every route, before anything reads it.

    Args:
        app: the application.
        max_bytes: how long a body may be.
    """
    app.config["MAX_CONTENT_LENGTH"] = max_bytes

    def refuse_long_body() -> None:
        length = request.content_length
        if length is None:
            _read_unmeasured_body(max_bytes)
        elif length > max_bytes:
            _discard(length)
            raise Problem("payload_too_large")

    app.before_request(refuse_long_body)


def _read_unmeasured_body(max_bytes: int) -> None:
    """Read a body that did not say its length, and keep it for the view.

    werkzeug cuts such a body off at its limit and says nothing, so that a view would take its first part for the
    whole: the limit is set one byte higher here, and that byte tells.
    """
    chunked = "Transfer-Encoding" in request.headers
    if not request.environ.get("wsgi.input_terminated"):
        if chunked:
            # Such a server cannot tell where a chunked body ends, and werkzeug would read it as empty.
            raise Problem("bad_request", "Send a Content-Length.")
        return
    if chunked or request.method not in _WITHOUT_BODY:
        request.max_content_length = max_bytes + 1
        if len(request.get_data(cache=True)) > max_bytes:
            raise Problem("payload_too_large")


def _discard(length: int) -> None:
    """Read what is still coming and forget it; what is longer than can be meant in good faith is cut off.

    Many a client reads no answer before it has sent everything, and would see a broken connection instead of why.
    """
    left = min(length, _MOST_DISCARDED)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, _PIECE))):
        left -= len(piece)
