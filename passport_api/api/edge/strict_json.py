"""A strict reader of JSON bodies (RFC 8259, with RFC 7493's I-JSON rules): what it accepts has one meaning.

The standard library's reader keeps the last of two equal names, accepts lone surrogates and NaN, and raises
RecursionError or ValueError on deep nesting and very long integers.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from passport_api.api.edge.problems import FieldError, Problem

MAX_DEPTH: Final = 32
MAX_INTEGER_DIGITS: Final = 18
MAX_ERRORS: Final = 20

_BOM: Final = b"\xef\xbb\xbf"
_TOKENS: Final = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# At most four digits: a date of birth, an NHS number and a UPN have more.
_PLAIN_NAME: Final = re.compile(r"(?=.{1,64}\Z)[A-Za-z_.\-]*([0-9][A-Za-z_.\-]*){0,4}")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands in the tree for a value that the reader refuses, until the walk knows where it is."""

    detail: str
    name: str | None = None


def read_object(body: bytes) -> dict[str, Any]:
    """Read a body that must be one JSON object.

    Args:
        body: the bytes as they came.

    Returns:
        The object; its strings hold no control characters but line feed and tab.

    Raises:
        Problem: `invalid_body` when it is not JSON with one meaning, `invalid_fields` when a string
            holds control characters; with a pointer wherever there is a place to point at.
    """
    tree = _parse(_decode(body))
    if not isinstance(tree, dict | _Unreadable):
        raise Problem("invalid_body", "The body must be a JSON object.")
    unreadable: list[FieldError] = []
    invalid: list[FieldError] = []
    _walk(tree, (), unreadable, invalid)
    if unreadable:
        raise Problem("invalid_body", errors=tuple(unreadable[:MAX_ERRORS]))
    if invalid:
        raise Problem("invalid_fields", errors=tuple(invalid[:MAX_ERRORS]))
    if isinstance(tree, _Unreadable):  # the walk has reported it; this tells the type checker so
        raise Problem("invalid_body")
    return tree


def pointer(path: Path) -> str:
    """A JSON pointer (RFC 6901) to a place in the body.

    It ends at the container where a name is not a plain word: names are submitted too, and no answer carries
    a sentence, a date of birth or somebody's number back.
    """
    parts = []
    for step in path:
        if isinstance(step, str) and not _PLAIN_NAME.fullmatch(step):
            break
        parts.append(f"/{step}")
    return "".join(parts)


def has_control_characters(text: str) -> bool:
    """Whether text holds C0 or C1 control characters other than line feed and tab, or lone surrogates."""
    return bool(_CONTROL.search(text) or _SURROGATE.search(text))


def _decode(body: bytes) -> str:
    if body.startswith(_BOM):
        raise Problem("invalid_body", "The body must not start with a byte order mark.")
    if _too_deep(body):
        raise Problem("invalid_body", f"The body is nested more than {MAX_DEPTH} levels deep.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("invalid_body", "The body is not UTF-8.") from None


def _too_deep(body: bytes) -> bool:
    """Whether brackets outside strings open more than MAX_DEPTH levels; linear, and free for most bodies."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    in_string = False
    for token in _TOKENS.findall(body):
        if token == b'"':
            in_string = not in_string
        elif in_string or token[0:1] == b"\\":
            continue
        elif token in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        else:
            depth -= 1
    return False


def _parse(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise Problem("invalid_body", "The body is not JSON.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Unreadable:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return _Unreadable("This name appears twice in one object.", twice)


def _integer(digits: str) -> int | _Unreadable:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        return _Unreadable(f"A whole number has at most {MAX_INTEGER_DIGITS} digits.")
    return int(digits)


def _number(digits: str) -> float | _Unreadable:
    number = float(digits)
    return number if math.isfinite(number) else _Unreadable("This number is too large.")


def _constant(_name: str) -> None:
    raise Problem("invalid_body", "NaN and Infinity are not JSON.")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _walk(value: object, path: Path, unreadable: list[FieldError], invalid: list[FieldError]) -> None:
    """Look at every string and name; depth is bounded, so recursion is too."""
    if isinstance(value, str):
        _check_text(value, path, unreadable, invalid)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, path, unreadable, invalid)
            _walk(inner, (*path, name), unreadable, invalid)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _walk(inner, (*path, index), unreadable, invalid)
    elif isinstance(value, _Unreadable):
        place = path if value.name is None else (*path, value.name)
        unreadable.append(FieldError(pointer(place), value.detail))


def _check_text(text: str, path: Path, unreadable: list[FieldError], invalid: list[FieldError]) -> None:
    if _SURROGATE.search(text):
        unreadable.append(FieldError(pointer(path), "Text holds an unpaired surrogate."))
    elif _CONTROL.search(text):
        detail = "Text may hold no control characters other than line feed and tab."
        invalid.append(FieldError(pointer(path), detail))
