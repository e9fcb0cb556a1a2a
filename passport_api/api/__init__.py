"""The HTTP API: one module a resource; each parses, calls a service and renders."""

import importlib.metadata
from typing import TextIO

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from passport_api.api import (
    access_log,
    alerts,
    challenges,
    consents,
    correction_notices,
    corrections,
    erasures,
    errors,
    health,
    invitations,
    log,
    memberships,
    offers,
    organisations,
    passports,
    protected_lists,
    searches,
    sessions,
    statements,
    throttle,
    transitions,
    views,
    wording_checks,
)
from passport_api.api.calls import ApiState, attach
from passport_api.api.edge import Api, EdgeSettings, docs, install
from passport_api.api.tokens import sign_in_with
from passport_api.config import Settings
from passport_api.services.runtime import Runtime

DESCRIPTION = """\
Holds consented, sealed summaries of a child's history and needs, and releases scoped views of them to a new school or
local authority when the child moves. Every access is logged.

**Signing in.** `POST /v1/auth/login` gives an access token, good for ten minutes, and a refresh token, good for one
use. Send the first as `Authorization: Bearer`. After too many wrong guesses every further one is answered 429.

**Problems.** Every error is a problem document (RFC 9457) that names the field and repeats nothing that was sent. What
is not there, what is not yours and what has ended are answered alike, 404. Unknown fields and query parameters are
refused, 422. A body is one JSON object in UTF-8 of at most 64 KiB.

**Doing things once.** A POST that creates takes an `Idempotency-Key`. What can change has an `ETag`: send it back in
`If-Match`.

**Lists** have `items` and `next`, the reference of the next page, null at the end.

**Times** are RFC 3339 in UTC; where a request takes a date for an instant, it is a day in the UK.
"""
INFO = {
    "summary": "Consented summaries of a child's history and needs, for when the child moves.",
    "license": {"name": "MIT", "identifier": "MIT"},
}

_RESOURCES = (
    sessions,
    organisations,
    invitations,
    memberships,
    passports,
    statements,
    transitions,
    consents,
    views,
    access_log,
    erasures,
    corrections,
    correction_notices,
    challenges,
    searches,
    wording_checks,
    protected_lists,
    alerts,
    log,
)


def build_api(settings: Settings, runtime: Runtime, log_stream: TextIO | None = None) -> Flask:
    """The whole HTTP surface over the services."""
    app = Flask("passport_api", static_folder=None)
    edge = EdgeSettings(
        clock=runtime.clock,
        new_request_id=lambda: str(runtime.new_id()),
        https=settings.https,
        trusted_hosts=settings.trusted_hosts,
        log_stream=log_stream,
    )
    install(app, edge)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies)  # type: ignore[method-assign]  # Flask's own way
    errors.register(app)
    sign_in_with(app, runtime, settings)
    offers.install(app)
    throttle.install(app, settings.limits_url)
    attach(app, ApiState(runtime, settings))
    api = Api(app, title="Transition passport", version=_version(), description=DESCRIPTION, more=INFO)
    for resource in _RESOURCES:
        api.register_blueprint(resource.blueprint)
    api.register_blueprint(health.blueprint)
    docs.register(app, api)
    app.extensions["passport_contract"] = api
    return app


def _version() -> str:
    return importlib.metadata.version("passport-api")
