"""The service's own log (not the access log): JSON lines that hold ids, routes and figures, never content.

An exception's message, a library's formatted message and a real path may each hold what a person wrote, so that
none of them is logged: an exception is its type and where it was raised.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

import structlog
from flask import Flask, current_app
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_EXTENSION = "passport-service-log"

# Ids, routes, type names and places have no spaces and no @: a sentence, a full name or an email does not fit.
_PLAIN = re.compile(r"[A-Za-z0-9_.:/<>+\-]{1,200}")
_WITHHELD = "[withheld]"

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))  # made once: one line a request


def make_log(clock: Callable[[], datetime], stream: TextIO | None = None) -> FilteringBoundLogger:
    """A logger of JSON lines at INFO and above.

    Args:
        clock: the time, aware.
        stream: where lines go; standard error by default.
    """

    def timestamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["at"] = clock().isoformat()
        return event

    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            timestamp,
            _only_plain_values,
            _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    return logger


def attach_log(app: Flask, log: FilteringBoundLogger) -> None:
    """Give an application its log, and make Flask's own messages go through it."""
    app.extensions[_EXTENSION] = log
    app.logger.handlers[:] = [LibraryHandler(log)]
    app.logger.propagate = False


def log_of(app: Flask) -> FilteringBoundLogger:
    """The log of an application."""
    log: FilteringBoundLogger = app.extensions[_EXTENSION]
    return log


def log_fault(error: BaseException) -> None:
    """Log an exception that nobody expected: its type and place, never its message or its variables."""
    log_of(current_app).error("fault", **describe(error))


def describe(error: BaseException) -> dict[str, str]:
    """An exception without its words: its type, where it was raised, and the types that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:  # noqa: PLR2004  enough to see a library beneath our error
        causes.append(_type_name(cause))
        cause = cause.__cause__ or cause.__context__
    described = {"exception": _type_name(error), "location": _location(frames[-1]) if frames else "unknown"}
    ours = [frame for frame in frames if "/passport_" in frame.filename]
    if ours and ours[-1] is not frames[-1]:
        described["called_from"] = _location(ours[-1])
    if causes:
        described["caused_by"] = "<".join(causes)
    return described


class LibraryHandler(logging.Handler):
    """Passes on what libraries say at WARNING and above, as where they said it, without their words.

    A constant template with its arguments left out would do, but a library may format first: only the place is safe.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line for a record of the standard library's logging."""
        fields = {"logger": record.name, "said_at": f"{record.module}:{record.funcName}:{record.lineno}"}
        if record.exc_info and record.exc_info[1]:
            fields |= describe(record.exc_info[1])
        self._log.log(record.levelno, "library", **fields)


def capture_library_logs(log: FilteringBoundLogger) -> None:
    """Send everything that libraries log through the service log. For the whole process: call it once, at the start."""
    root = logging.getLogger()
    root.handlers[:] = [LibraryHandler(log)]
    root.setLevel(logging.WARNING)


def _only_plain_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Withhold any value that is not a figure or a plain word: the last guard against content in a log."""
    for key, value in event.items():
        if value is None or isinstance(value, bool | int | float):
            continue
        if not isinstance(value, str) or not _PLAIN.fullmatch(value):
            event[key] = _WITHHELD
    return event


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _ENCODER.encode(event)


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".replace("<locals>.", "")


def _location(frame: traceback.FrameSummary) -> str:
    """A place in the code, from the package's folder on: `store/passports.py:find:42`."""
    short = "/".join(frame.filename.split("/")[-3:])
    return f"{short}:{frame.name}:{frame.lineno}"
