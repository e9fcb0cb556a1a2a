"""What a WSGI server loads: `passport_api.wsgi:create`, a factory that reads the environment."""

import atexit
import os

from flask import Flask

from passport_api.api.edge import capture_library_logs, log_of
from passport_api.app import build_runtime, create_app
from passport_api.config import from_environment
from passport_api.services.publishing import Publisher


def create() -> Flask:
    """Build the application from the environment's settings, with a thread that keeps its log's anchors up to date.

    Whatever libraries log goes through the application's log.
    """
    settings = from_environment(os.environ)
    runtime = build_runtime(settings)
    app = create_app(settings, runtime)
    service_log = log_of(app)
    capture_library_logs(service_log)
    publisher = Publisher(
        runtime.anchoring,
        settings.anchor_seconds,
        lambda what: service_log.error("anchors_not_up_to_date", exception=what),
    )
    publisher.start()
    atexit.register(publisher.stop)
    return app
