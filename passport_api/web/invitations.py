"""The page behind an invitation's link. The token stands after the #, so it reaches this page and no server."""

import importlib.resources
from typing import Final

from flask import Flask, Response

from passport_api.api.edge import Problem, access, allow_caching

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HOUR: Final = 3600
_FILES: Final = {
    "invitation.css": "text/css; charset=utf-8",
    "invitation.js": "text/javascript; charset=utf-8",
}


def register(app: Flask) -> None:
    """Serve the page and its two files."""
    app.add_url_rule("/invitation", "invitation_page", _page, methods=["GET"])
    app.add_url_rule("/invitation/assets/<name>", "invitation_asset", _asset, methods=["GET"])


@access(callers=("anyone",), logs="nothing")
def _page() -> Response:
    response = Response(_content("invitation.html"), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@access(callers=("anyone",), logs="nothing")
def _asset(name: str) -> Response:
    if name not in _FILES:
        raise Problem("not_found")
    return allow_caching(Response(_content(name), content_type=_FILES[name]), _HOUR)


def _content(name: str) -> bytes:
    return (importlib.resources.files(__package__) / "static" / name).read_bytes()
