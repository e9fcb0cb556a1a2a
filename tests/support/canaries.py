"""Canaries: strings that stand nowhere else in the world, in every form in which a careless program might keep them."""

import base64
import hashlib
import html
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import quote

_LETTERS = "bcdfghjklmnpqrstvwxz"
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SHORTEST = 7
_DIGESTS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")


def word(capital: bool = False) -> str:
    """Twelve random letters: a name, or a word in a sentence, that nobody else uses."""
    made = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return made.capitalize() if capital else made


def nhs_number() -> str:
    """A valid NHS number of the range that is never issued (999…)."""
    while True:
        digits = f"999{secrets.randbelow(10**6):06}"
        check = -sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"


def upn() -> str:
    """A valid UPN of an authority that does not exist (999)."""
    digits = f"999{secrets.randbelow(10**9):09}"
    return _UPN_LETTERS[sum(int(digit) * place for place, digit in enumerate(digits, 2)) % 23] + digits


@dataclass(frozen=True)
class Canary:
    """Something a person wrote.

    Attributes:
        where: what it was written into.
        value: all of it, as it was sent.
        marks: the parts that stand nowhere else; by default the whole.
    """

    where: str
    value: str
    marks: tuple[str, ...] = ()

    @cached_property
    def plain(self) -> set[bytes]:
        """Its forms that can be read in either case."""
        forms: set[bytes] = set()
        for mark in self._written():
            assert len(mark) >= _SHORTEST, mark
            raw = mark.encode()
            forms |= {raw, raw.hex().encode(), mark.encode("utf-16-le"), mark.encode("utf-16-be")}
            forms |= {quote(mark, safe="").encode(), json.dumps(mark)[1:-1].encode(), html.escape(mark).encode()}
        return {form.lower() for form in forms}

    @cached_property
    def encoded(self) -> set[bytes]:
        """Its forms in which case counts: encodings, numbers, and digests without a key, which are guessed back."""
        forms: set[bytes] = set()
        for mark in self._written():
            for raw in {mark.encode(), mark.lower().encode()}:
                forms |= _in_base64(raw) | {raw[::-1]}
            if mark.isdecimal():
                forms |= {int(mark).to_bytes(5, order) for order in ("big", "little")}
        for text in {self.value, self.value.lower(), *self.marks}:
            for name in _DIGESTS:
                digest = hashlib.new(name, text.encode()).digest()
                forms |= {digest, digest.hex().encode(), base64.b64encode(digest).rstrip(b"=")}
        return forms

    def _written(self) -> set[str]:
        """Its marks, and other ways in which a date is written."""
        marks = set(self.marks or (self.value,))
        for mark in self.marks or (self.value,):
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", mark):
                marks |= {f"{date.fromisoformat(mark):{form}}" for form in ("%d/%m/%Y", "%d.%m.%Y", "%d %B %Y")}
        return marks


def found(canaries: Collection[Canary], place: bytes) -> list[str]:
    """Which canaries are in some bytes, in whatever form: where each had been written."""
    encoded = {canary.where for canary in canaries if any(form in place for form in canary.encoded)}
    return sorted(encoded.union(legible(canaries, place)))


def legible(canaries: Collection[Canary], place: bytes) -> list[str]:
    """Which canaries can simply be read in some bytes: for places too large for every form."""
    lowered = place.lower()
    return sorted({canary.where for canary in canaries if any(form in lowered for form in canary.plain)})


def _in_base64(raw: bytes) -> set[bytes]:
    """What base64 makes of bytes that stand anywhere in a longer text: one form for each of three beginnings."""
    forms = set()
    for skipped in range(3):
        whole = base64.b64encode(bytes(skipped) + raw + bytes(3))
        first = -(-skipped * 8 // 6)
        last = (skipped + len(raw)) * 8 // 6
        forms |= {whole[first:last], whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))}
    return forms
