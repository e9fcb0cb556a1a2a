"""The witness over HTTP: `add-checkpoint`, the latest checkpoint of a log, and whether it is up. Plain text."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from passport_api.domain.witnessing import SubmissionMalformed, Turned, TurnedAway
from passport_api.witness.cosigning import StateDamaged, Witness
from passport_keys.errors import KeyStoreError

MAX_BODY_BYTES = 128 * 1024
"""Room for a proof of 63 hashes and a checkpoint with the 16 signatures of up to 5 kB that a note may carry."""
SIZE_TYPE = "text/x.tlog.size"

STATUS_OF: Mapping[Turned, HTTPStatus] = MappingProxyType(
    {
        Turned.UNKNOWN_LOG: HTTPStatus.NOT_FOUND,
        Turned.NOT_SIGNED: HTTPStatus.FORBIDDEN,
        Turned.OLD_TOO_LARGE: HTTPStatus.BAD_REQUEST,
        Turned.OTHER_SIZE: HTTPStatus.CONFLICT,
        Turned.NOT_EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
        Turned.INCONSISTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


def build(witness: Witness) -> Flask:
    """Make the WSGI application of a witness."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # a body without a length is cut there: the one byte tells

    @app.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        data = request.get_data()
        if len(data) > MAX_BODY_BYTES:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
        answer = witness.add_checkpoint(data)
        return _turned_away(answer) if isinstance(answer, TurnedAway) else _text(HTTPStatus.OK, answer)

    @app.get("/<hashed_origin>/checkpoint")
    def read_checkpoint(hashed_origin: str) -> Response:
        note = witness.newest(hashed_origin)
        return _said(HTTPStatus.NOT_FOUND, "nothing cosigned") if note is None else _text(HTTPStatus.OK, note)

    @app.get("/healthz")
    def is_up() -> Response:
        return _said(HTTPStatus.OK, "up")

    app.register_error_handler(SubmissionMalformed, lambda error: _said(HTTPStatus.BAD_REQUEST, str(error)))
    app.register_error_handler(HTTPException, _plainly)
    for fault in (StateDamaged, KeyStoreError, OSError):
        app.register_error_handler(fault, _cannot_keep)
    return app


def _turned_away(turned: TurnedAway) -> Response:
    if turned.why is Turned.OTHER_SIZE:
        return _text(HTTPStatus.CONFLICT, f"{turned.kept_size}\n", SIZE_TYPE)
    return _said(STATUS_OF[turned.why], turned.why)


def _cannot_keep(_error: Exception) -> Response:
    return _said(HTTPStatus.SERVICE_UNAVAILABLE, "what this witness keeps cannot be read or written")


def _plainly(error: HTTPException) -> Response:
    return _said(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR), error.name.lower())


def _said(status: HTTPStatus, words: str) -> Response:
    return _text(status, f"{words}\n")


def _text(status: HTTPStatus, text: str, content_type: str = "text/plain; charset=utf-8") -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers, content_type=content_type)
