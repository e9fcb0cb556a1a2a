"""Entity tags and the preconditions that use them (RFC 9110 sections 8.8.3 and 13.1)."""

import base64
import hashlib

from flask import request

from passport_api.api.edge.problems import Problem


def etag_of(*parts: str | int) -> str:
    """A strong entity tag, in its quotes, of what identifies one state of one thing.

    Args:
        parts: ids and version numbers, never content: a tag of few possible texts could be guessed back.
    """
    # Lengths first, so that ("a", "bc") and ("ab", "c") differ.
    encoded = [f"{type(part).__name__}:{part}".encode() for part in parts]
    digest = hashlib.sha256(b"".join(len(each).to_bytes(8, "big") + each for each in encoded)).digest()
    return '"' + base64.urlsafe_b64encode(digest[:18]).decode() + '"'


def require_if_match(current: str) -> None:
    """Let a change through only from someone who has seen the present state.

    Args:
        current: the present state's tag, from `etag_of`.

    Raises:
        Problem: `precondition_required` without If-Match, `precondition_failed` when it names other states
            only. Comparison is strong: a weak tag never matches.
    """
    wanted = request.if_match
    if not wanted:
        raise Problem("precondition_required")
    if not wanted.contains(_opaque(current)):
        raise Problem("precondition_failed")


def not_modified(current: str) -> bool:
    """Whether If-None-Match names the present state, so that 304 is the answer. Comparison is weak.

    A route that logs what it releases still logs before it answers 304.
    """
    return request.if_none_match.contains_weak(_opaque(current)) if request.if_none_match else False


def _opaque(etag: str) -> str:
    return etag.strip('"')
