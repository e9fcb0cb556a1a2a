"""Interactive documentation at /docs, from files of installed packages only, and the contract at /openapi.json.

Swagger UI sets its styles through the CSSOM and its own style sheet, so that the page's policy needs neither
'unsafe-inline' nor 'unsafe-eval'; its icons are data: images within the style sheet.
"""

import functools
import html
import importlib.resources
import json
from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Final

from flask import Flask, Response

from passport_api.api.edge.access import access
from passport_api.api.edge.blueprints import Api
from passport_api.api.edge.contract import openapi_document
from passport_api.api.edge.headers import allow_caching
from passport_api.api.edge.problems import Problem

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DAY: Final = 86_400

# Relative references, so that the page also works under a path prefix.
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<script src="docs/assets/swagger-ui-bundle.js" defer></script>
<script src="docs/assets/start.js" defer></script>
</head>
<body>
<div id="docs"></div>
<noscript>The contract is also at <a href="openapi.json">openapi.json</a>.</noscript>
</body>
</html>
"""


def _swagger(name: str) -> Traversable:
    return importlib.resources.files("flask_swagger_ui") / "dist" / name


def _own(name: str) -> Traversable:
    return importlib.resources.files(__package__) / "static" / name


# Every file that is served, and nothing else.
_ASSETS: Final[dict[str, tuple[Callable[[str], Traversable], str]]] = {
    "swagger-ui-bundle.js": (_swagger, "text/javascript; charset=utf-8"),
    "swagger-ui.css": (_swagger, "text/css; charset=utf-8"),
    "favicon-32x32.png": (_swagger, "image/png"),
    "start.js": (_own, "text/javascript; charset=utf-8"),
}


def register(app: Flask, api: Api) -> None:
    """Serve the documentation of an API.

    Args:
        app: the application.
        api: whose contract it is; its routes may still be added until the first request.
    """

    @functools.cache
    def document() -> bytes:
        return json.dumps(openapi_document(api), ensure_ascii=False, separators=(",", ":")).encode()

    @access(callers=("anyone",), logs="nothing")
    def openapi_json() -> Response:
        return Response(document(), content_type="application/json")

    @access(callers=("anyone",), logs="nothing")
    def docs_page() -> Response:
        page = _PAGE.format(title=html.escape(str(api.spec.title)))
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    app.add_url_rule("/openapi.json", "openapi_json", openapi_json, methods=["GET"])
    app.add_url_rule("/docs", "docs_page", docs_page, methods=["GET"])
    app.add_url_rule("/docs/assets/<name>", "docs_asset", _docs_asset, methods=["GET"])


@access(callers=("anyone",), logs="nothing")
def _docs_asset(name: str) -> Response:
    found = _ASSETS.get(name)
    if found is None:
        raise Problem("not_found")
    locate, content_type = found
    return allow_caching(Response(_content(locate, name), content_type=content_type), _DAY)


@functools.cache
def _content(locate: Callable[[str], Traversable], name: str) -> bytes:
    return locate(name).read_bytes()
