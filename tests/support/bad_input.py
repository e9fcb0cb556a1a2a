"""Bad bodies and queries, derived from the contract: what no operation takes, whatever it is for."""

import gzip
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

CANARY = "zqcanary"
"""Stands in what is submitted, and in no answer."""

Path = tuple[str | int, ...]
Schema = dict[str, Any]
Json = dict[str, Any]

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Bad:
    """One bad body.

    Attributes:
        field: what the answer's `errors` must name, where there is something to name.
        secret: what was submitted, in no answer.
        media: what the body is said to be.
        coding: how it is said to be coded.
    """

    what: str
    body: bytes
    status: int = 422
    field: str | None = None
    secret: str = CANARY
    media: str | None = "application/json"
    coding: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What the request says of its body."""
        said = {"Content-Type": self.media, "Content-Encoding": self.coding}
        return {name: value for name, value in said.items() if value is not None}


def resolved(contract: Json, schema: Schema) -> Schema:
    """A schema with its reference followed."""
    while "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    alternatives = [each for each in schema.get("anyOf", ()) if "$ref" in each]
    if alternatives and {"type": "null"} in schema["anyOf"]:
        return {**resolved(contract, alternatives[0]), "type": ["object", "null"]}
    return schema


def broken_documents(valid: Json) -> Iterator[Bad]:
    """Bodies that are no JSON object with one meaning, or do not say that they are JSON."""
    good = json.dumps(valid).encode()
    first, rest = next(iter(valid)), good[1:]
    said = {name: value for name, value in valid.items() if name != first}

    def with_first(raw: str) -> bytes:
        others = json.dumps(said)[1:-1]
        return f'{{"{first}":{raw}{"," if others else ""}{others}}}'.encode()

    digits = "7" * 5000
    yield Bad("empty", b"", 400)
    yield Bad("white space", b" \n", 400)
    yield Bad("not JSON", f"{CANARY}=1".encode(), 400)
    yield Bad("half a document", good[:-1], 400)
    yield Bad("something after the document", good + f' "{CANARY}"'.encode(), 400)
    yield Bad("two documents", good + b"\n" + good, 400)
    yield Bad("an array", b"[" + good + b"]", 400)
    yield Bad("a text", f'"{CANARY}"'.encode(), 400)
    yield from (Bad(f"{word} alone", word.encode(), 400) for word in ("7", "null", "true"))
    yield from (Bad(f"{word} within", with_first(word), 400) for word in ("NaN", "Infinity", "-Infinity"))
    yield Bad("a comment", b"/* " + CANARY.encode() + b" */" + good, 400)
    yield Bad("a trailing comma", good[:-1] + b",}", 400)
    yield Bad("single quotes", good.replace(b'"', b"'"), 400)
    yield Bad("a byte order mark", b"\xef\xbb\xbf" + good, 400)
    yield Bad("UTF-16", json.dumps(valid).encode("utf-16"), 400)
    yield Bad("Latin-1", with_first(f'"{CANARY} \u00fc"').decode().encode("latin-1"), 400)
    yield Bad("a raw control character", with_first(f'"{CANARY}\0"'), 400)
    yield Bad("a name twice", f'{{"{first}":"{CANARY}",'.encode() + rest, 400, f"/{first}")
    yield Bad("5,000 digits", with_first(digits), 400, f"/{first}", digits[:40])
    yield Bad("5,000 digits below nothing", with_first(f"-{digits}"), 400, f"/{first}", digits[:40])
    yield Bad("an immense power", with_first("1e999999"), 400, f"/{first}", "1e999999")
    yield Bad("half a surrogate pair", with_first(f'"{CANARY}\\ud800"'), 400, f"/{first}")
    yield Bad("a surrogate pair the wrong way round", with_first(f'"{CANARY}\\udc00\\ud800"'), 400, f"/{first}")
    yield Bad("half a surrogate pair in a name", b'{"' + CANARY.encode() + b'\\udfff":1,' + rest, 400)
    yield Bad("nested and never closed", with_first("[" * 60_000), 400)
    yield Bad("nested 20,000 deep", with_first("[" * 20_000 + "]" * 20_000), 400)
    yield Bad("nested 10,000 objects deep", with_first('{"a":' * 10_000 + "1" + "}" * 10_000), 400)
    yield Bad("10 MB", with_first(f'"{CANARY}{"x" * 10_000_000}"'), 413)
    yield Bad("64 KiB and a byte", good + b" " * (64 * 1024 + 1 - len(good)), 413)
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"):
        yield Bad(f"said to be {media!r}", good, 415, media=media)
    yield Bad("said to be nothing", good, 415, media=None)
    yield Bad("said to be Latin-1", good, 415, media="application/json; charset=iso-8859-1")
    yield Bad("compressed", gzip.compress(good), 415, coding="gzip")


def broken_fields(contract: Json, schema: Schema, valid: Json) -> Iterator[Bad]:
    """The valid body with one thing wrong in it, for each field and each rule that the contract has for it."""
    for path, inner in _objects(contract, resolved(contract, schema), valid):
        yield from _broken_names(valid, path, inner)
        for name, each in inner.get("properties", {}).items():
            rule = resolved(contract, each)
            for what, value in _bad_values(rule, _at(valid, path).get(name)):
                yield _replaced(valid, (*path, name), value, what)
            for item in _bad_items(contract, rule):
                wrong = _replaced(valid, (*path, name), [item], "with a wrong item")
                yield replace(wrong, field=f"{wrong.field}/0")


def _bad_items(contract: Json, rule: Schema) -> list[Any]:
    """What is no item of an array: nothing where it is no array."""
    if "items" not in rule:
        return []
    item = resolved(contract, rule["items"])
    is_free_text = item.get("type") == "string" and not {"enum", "format"} & item.keys()
    is_object = "properties" in item  # an empty one is tried field by field
    return [5, None, [], *([] if is_free_text else [CANARY]), *([] if is_object else [{}])]


def _objects(contract: Json, schema: Schema, valid: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Every object with fields of its own, and where it stands."""
    yield path, schema
    for name, each in schema.get("properties", {}).items():
        inner = resolved(contract, each)
        if "properties" in inner:
            yield from _objects(contract, inner, valid, (*path, name))
        item = resolved(contract, inner.get("items", {}))
        if "properties" in item:
            yield from _objects(contract, item, valid, (*path, name, 0))


def _broken_names(valid: Json, path: Path, schema: Schema) -> Iterator[Bad]:
    here = _pointer(path)
    for name in schema.get("required", []):
        without = deepcopy(valid)
        del _at(without, path)[name]
        yield Bad(f"without {here}/{name}", json.dumps(without).encode(), 422, f"{here}/{name}")
    yield _replaced(valid, (*path, "no_such_field"), CANARY, "unknown")
    sentence = f"{CANARY} is a sentence"
    with_sentence = deepcopy(valid)
    _at(with_sentence, path)[sentence] = 1
    yield Bad(f"a sentence for a name in {here or '/'}", json.dumps(with_sentence).encode(), 422, here)


def _bad_values(rule: Schema, valid: Any) -> Iterator[tuple[str, Any]]:
    types = rule.get("type")
    allowed = set(types) if isinstance(types, list) else {types}
    wrong: dict[str, list[Any]] = {
        "string": [CANARY],
        "integer": [5],
        "number": [1.5, -0.0],
        "boolean": [True, False],
        "array": [[], [CANARY]],
        "object": [{}, {CANARY: CANARY}],
        "null": [None],
    }
    for kind, values in wrong.items():
        if kind not in allowed:
            yield from ((f"of type {kind}", value) for value in values)
    if "string" in allowed:
        yield from _bad_texts(rule, valid if isinstance(valid, str) else "")
    if "array" in allowed:
        yield "too long", _one_too_many(rule, valid)
    if "propertyNames" in rule:
        yield "empty", {}


def _one_too_many(rule: Schema, valid: Any) -> list[Any]:
    if "enum" in rule["items"]:
        return [*rule["items"]["enum"], rule["items"]["enum"][0]]
    return [valid[0]] * (rule["maxItems"] + 1)


def _bad_texts(rule: Schema, valid: str) -> Iterator[tuple[str, str]]:
    for name, mark in (("NUL", "\0"), ("escape", "\x1b[31m"), ("delete", "\x7f"), ("next line", "\x85"), ("CR", "\r")):
        yield f"with {name}", f"{CANARY}{mark}{CANARY}"
    if "enum" in rule:
        yield from (("of no such word", word) for word in ("", CANARY, valid.upper() + "X", f"{valid}\n", f" {valid}"))
    if "maxLength" in rule:
        yield "too long", "x" * (rule["maxLength"] + 1)
        yield "empty", ""
    if "\\u202a" in rule.get("pattern", ""):
        yield from (("of white space", space) for space in (" ", "\u00a0\u2003"))
        yield "that reads backwards", f"{CANARY}\u202e{CANARY}"
    formats = {rule.get("format"), *(each.get("format") for each in rule.get("anyOf", ()))}
    for name in sorted(formats - {None}):
        yield from ((f"of no such {name}", text) for text in _MALFORMED.get(name, ()))


_MALFORMED: dict[str, tuple[str, ...]] = {
    "uuid": (
        "",
        CANARY,
        "01a20ad5-12e9-74c2-8b76-2e330a2f11a",
        "01a20ad5-12e9-74c2-8b76-2e330a2f11a3\n",
        " 01a20ad5-12e9-74c2-8b76-2e330a2f11a3",
        "{01a20ad5-12e9-74c2-8b76-2e330a2f11a3}",
        "urn:uuid:01a20ad5-12e9-74c2-8b76-2e330a2f11a3",
        "01a20ad512e974c28b762e330a2f11a3",
    ),
    "date": (
        "",
        CANARY,
        "2027-02-30",
        "2027-9-1",
        "20270901",
        "2027-W35-3",
        "2027-09-01\n",
        " 2027-09-01",
        "01/09/2027",
        "0000-01-01",
        "\u0662\u0660\u0662\u0667-09-01",
    ),
    "date-time": (
        "2027-09-01T00:00:00",
        "2027-09-01T25:00:00Z",
        "2027-09-01T00:00:00Z\n",
        "2027-09-01 00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "now",
    ),
    "email": ("", CANARY, f"{CANARY}@", "@people.example", f"{CANARY} one@people.example", "one@people.example\n"),
    "nhs-number": (
        "",
        CANARY,
        "9990162744",
        "0000000000",
        "999016274",
        "99901627431",
        "9990162743\n",
        "\u0669990162743",
        "9990162743x",
    ),
    "upn": ("", CANARY, "A801200005001", "b801200005001", "B80120000500", "B8012000050011", "B801200005001\n"),
}


def _replaced(valid: Json, path: Path, value: Any, what: str) -> Bad:
    changed = deepcopy(valid)
    _at(changed, path[:-1])[path[-1]] = value
    return Bad(f"{_pointer(path)} {what}: {value!r:.60}", json.dumps(changed).encode(), 422, _pointer(path))


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _pointer(path: Path) -> str:
    return "".join(f"/{step}" for step in path)


def bad_parameters(rule: Schema) -> list[str]:
    """Values, as they stand in a query, that a parameter with this schema does not take."""
    if rule["type"] == "integer":
        spelled = ("", CANARY, "1_0", "+5", "%205", "5%20", "5%0a", "1.0", "1e1", "%D9%A3", "7" * 5000, "null", "0x10")
        bounds = (str(rule["minimum"] - 1), str(rule["maximum"] + 1), str(10**30))
        return [*spelled, *bounds]
    if "enum" in rule:
        return ["", CANARY, f"{rule['enum'][0]}%0a", rule["enum"][0].upper()]
    if "maxLength" in rule:
        return ["", CANARY, "A" * (rule["maxLength"] + 1), "%00", f"{CANARY}%0a"]
    return ["", CANARY, "1", "1234567", "%EF%BC%91" * 6, "12345%0a", "123%0a"]
