"""What a WSGI server loads: `passport_api.wsgi:create`, a factory that reads the environment."""

import os

from flask import Flask

from passport_api.app import create_app
from passport_api.config import from_environment


def create() -> Flask:
    """Build the application from the environment's settings."""
    return create_app(from_environment(os.environ))
