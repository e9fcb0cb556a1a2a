"""Puts the whole edge on an application, in the one order that works."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TextIO

from flask import Flask, current_app, request

from passport_api.api.edge import bodies, headers, problems, service_log
from passport_api.api.edge.access import access_of
from passport_api.api.edge.arguments import refuse_query
from passport_api.api.edge.blueprints import takes_query
from passport_api.api.edge.problem_types import Slug


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """What the edge needs from outside.

    Attributes:
        clock: the time, aware.
        new_request_id: makes an id for a request that brought none.
        timer: seconds that never run backwards.
        https: whether callers come by https.
        trusted_hosts: the Host names answered; empty answers any.
        max_body_bytes: how long a body may be.
        log_stream: where the service log goes; standard error by default.
        exceptions: the named errors of the inner layers, each with its problem.
    """

    clock: Callable[[], datetime]
    new_request_id: Callable[[], str]
    timer: Callable[[], float] = time.perf_counter
    https: bool = False
    trusted_hosts: tuple[str, ...] = ()
    max_body_bytes: int = bodies.MAX_BODY_BYTES
    log_stream: TextIO | None = None
    exceptions: Mapping[type[Exception], Slug] = field(default_factory=dict)


def install(app: Flask, settings: EdgeSettings) -> None:
    """Put the edge on an application. Call it first, before any route or extension is added.

    Args:
        app: a new application, best made with `static_folder=None`.
        settings: what comes from outside.
    """
    # OPTIONS serves nobody here, and redirects to a tidied path would echo it: both are plain 405 and 404.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts) or None
    service_log.attach_log(app, service_log.make_log(settings.clock, settings.log_stream))
    problems.register(app, settings.exceptions)
    bodies.limit_bodies(app, settings.max_body_bytes)
    app.before_request(_refuse_undeclared_query)
    headers.wrap(app, new_request_id=settings.new_request_id, timer=settings.timer, https=settings.https)


def _refuse_undeclared_query() -> None:
    """Refuse a query on a route that declares none; a schema sees to the others."""
    if request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if access_of(view) is not None and not takes_query(view):
        refuse_query(request)
