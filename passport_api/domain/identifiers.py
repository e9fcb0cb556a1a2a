"""Public identifiers of schools, authorities and children, checked where they enter.

Each is checked whenever it is made, so that one that exists is well formed. No message, `str` or `repr` here holds a
child's identifier: it is read from `.value`, where it is sealed or shown on purpose.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The check letters of a UPN by value, 0 to 22: the alphabet without I, O and S."""


class IdentifierKind(StrEnum):
    """What was being read."""

    URN = "school URN"
    AUTHORITY_CODE = "local authority code"
    GSS_CODE = "GSS code"
    NHS_NUMBER = "NHS number"
    UPN = "unique pupil number"


class IdentifierFault(StrEnum):
    """What is wrong with it, in words that can be shown to whoever typed it."""

    SIX_DIGITS = "must be 6 digits"
    THREE_DIGITS = "must be 3 digits"
    LETTER_AND_EIGHT_DIGITS = "must be a capital letter and 8 digits"
    TEN_DIGITS = "must be 10 digits"
    PUPIL_NUMBER = "must be a capital letter and 12 digits, or 11 digits and a capital letter if temporary"
    CHECK_DIGIT = "has a wrong check digit"
    CHECK_LETTER = "has a wrong check letter"
    REPEATED_DIGIT = "is one digit repeated"


class IdentifierInvalid(ValueError):
    """A text is not the identifier it should be. Never holds the text.

    Attributes:
        kind: what was being read.
        reason: what is wrong with it.
    """

    def __init__(self, kind: IdentifierKind, reason: IdentifierFault) -> None:
        super().__init__(f"{kind} {reason}")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Code:
    """An identifier that is checked by its form alone, and may be shown.

    Raises:
        IdentifierInvalid: the value has another form.
    """

    kind: ClassVar[IdentifierKind]
    form: ClassVar[re.Pattern[str]]
    fault: ClassVar[IdentifierFault]

    value: str

    def __post_init__(self) -> None:
        if not self.form.fullmatch(self.value):
            raise IdentifierInvalid(self.kind, self.fault)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the identifier as it is written, with nothing around it.

        Raises:
            IdentifierInvalid: the text has another form.
        """
        return cls(text)


class Urn(_Code):
    """A school's unique reference number (Department for Education, Get Information about Schools)."""

    __slots__ = ()
    kind = IdentifierKind.URN
    form = re.compile("[0-9]{6}")
    fault = IdentifierFault.SIX_DIGITS


class AuthorityCode(_Code):
    """A local authority's code in education records. Whether it is in use on a date is not decided here."""

    __slots__ = ()
    kind = IdentifierKind.AUTHORITY_CODE
    form = re.compile("[0-9]{3}")
    fault = IdentifierFault.THREE_DIGITS


class GssCode(_Code):
    """An area's code in the Government Statistical Service's register (Office for National Statistics)."""

    __slots__ = ()
    kind = IdentifierKind.GSS_CODE
    form = re.compile("[A-Z][0-9]{8}")
    fault = IdentifierFault.LETTER_AND_EIGHT_DIGITS


@dataclass(frozen=True, slots=True, repr=False)
class NhsNumber:
    """A person's NHS number: nine digits and a check digit (NHS Data Model and Dictionary, "NHS NUMBER").

    A number of one digit repeated passes the check and is refused: it stands for "unknown" in many records.

    Attributes:
        value: the ten digits, without spaces.

    Raises:
        IdentifierInvalid: the value has another form, is a repeat or has a wrong check digit.
    """

    value: str

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9]{10}", self.value):
            raise IdentifierInvalid(IdentifierKind.NHS_NUMBER, IdentifierFault.TEN_DIGITS)
        if len(set(self.value)) == 1:
            raise IdentifierInvalid(IdentifierKind.NHS_NUMBER, IdentifierFault.REPEATED_DIGIT)
        if _nhs_check(self.value[:9]) != int(self.value[9]):
            raise IdentifierInvalid(IdentifierKind.NHS_NUMBER, IdentifierFault.CHECK_DIGIT)

    def __repr__(self) -> str:
        return "NhsNumber(…)"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an NHS number, with or without spaces: it is commonly written in groups of 3, 3 and 4.

        Raises:
            IdentifierInvalid: the text is not a valid NHS number.
        """
        return cls(text.replace(" ", ""))


@dataclass(frozen=True, slots=True, repr=False)
class Upn:
    """A pupil's unique pupil number: a check letter, eleven digits, and a digit, or a letter if it is temporary.

    Source: UK Government Data Standards Catalogue, "Unique Pupil Number" version 2.0, and the Department for
    Education's guide to unique pupil numbers. The final letter of a temporary one counts by the same table as the check
    letter: A is 0, B is 1, up to Z, 22. The authority and school numbers inside are not looked up: they may be old.

    Attributes:
        value: the thirteen characters.

    Raises:
        IdentifierInvalid: the value has another form or a wrong check letter.
    """

    value: str

    def __post_init__(self) -> None:
        if not re.fullmatch(f"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]", self.value):
            raise IdentifierInvalid(IdentifierKind.UPN, IdentifierFault.PUPIL_NUMBER)
        if _upn_check(self.value[1:]) != self.value[0]:
            raise IdentifierInvalid(IdentifierKind.UPN, IdentifierFault.CHECK_LETTER)

    def __repr__(self) -> str:
        return "Upn(…)"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a UPN. Spaces around it are dropped, as spreadsheets add them; small letters are refused.

        Raises:
            IdentifierInvalid: the text is not a valid UPN.
        """
        return cls(text.strip(" "))


def _nhs_check(digits: str) -> int:
    """Return the check digit for nine digits; 10 when there is none, so that no number begins with them."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    return -total % 11


def _upn_check(rest: str) -> str:
    """Return the check letter for positions 2 to 13."""
    values = (UPN_LETTERS.find(character) if character.isalpha() else int(character) for character in rest)
    return UPN_LETTERS[sum(value * position for position, value in enumerate(values, 2)) % 23]
