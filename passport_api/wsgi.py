"""What a WSGI server loads: `passport_api.wsgi:create`, a factory that reads the environment."""

import os

from flask import Flask

from passport_api.api.edge import capture_library_logs, log_of
from passport_api.app import create_app
from passport_api.config import from_environment


def create() -> Flask:
    """Build the application from the environment's settings; whatever libraries log goes through its log."""
    app = create_app(from_environment(os.environ))
    capture_library_logs(log_of(app))
    return app
