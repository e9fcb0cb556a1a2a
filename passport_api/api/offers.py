"""Former numbers, wherever in a request somebody uses one: looked for before the request is dealt with."""

from flask import Flask, g, request

from passport_api.api.calls import runtime
from passport_api.services import offers

_WHERE_THEY_BELONG = {"protected_lists.replace_protected_list", "protected_lists.check_protection"}
"""Those who may see a child's list write its former numbers here, and ask for them."""

_WITHOUT_BODY = {"GET", "HEAD"}


def install(app: Flask) -> None:
    """Look at every request of somebody who is signed in. Comes after the token is asked for."""
    app.before_request(_keep_numbers)


def _keep_numbers() -> None:
    caller = g.get("caller")
    if caller is not None and request.endpoint not in _WHERE_THEY_BELONG:
        body = b"" if request.method in _WITHOUT_BODY else request.get_data(cache=True)
        if body or request.query_string:
            offers.keep(runtime(), caller, body, request.query_string)
