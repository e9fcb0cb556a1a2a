"""What a WSGI server loads: `passport_api.wsgi:create`, a factory that reads the environment."""

import atexit
import os
import time

from flask import Flask

from passport_api.api.edge import capture_library_logs, log_of
from passport_api.app import build_runtime, create_app
from passport_api.config import Settings, from_environment
from passport_api.services.publishing import Publisher
from passport_api.services.runtime import Runtime
from passport_api.store.database import StoreUnavailable

_PAUSE_SECONDS = 1


def create() -> Flask:
    """Build the application from the environment's settings, with a thread that keeps its log's anchors up to date.

    Whatever libraries log goes through the application's log.
    """
    settings = from_environment(os.environ)
    runtime = _opened(settings)
    app = create_app(settings, runtime)
    service_log = log_of(app)
    capture_library_logs(service_log)
    publisher = Publisher(
        runtime.anchoring,
        settings.anchor_seconds,
        lambda what: service_log.error("anchors_not_up_to_date", exception=what),
        lambda said: service_log.warning("anchor", anchor=said.anchor, standing=said.standing.value, what=said.what),
    )
    publisher.start()
    atexit.register(publisher.stop)
    return app


def _opened(settings: Settings) -> Runtime:
    """The service's parts, as soon as the database answers.

    `passport-api serve` has seen it answer. Where it went away since, a worker that takes another's place waits for
    it: one that ended instead would be started again and again, until the server took that for its own fault.
    """
    while True:
        try:
            return build_runtime(settings)
        except StoreUnavailable:
            time.sleep(_PAUSE_SECONDS)
