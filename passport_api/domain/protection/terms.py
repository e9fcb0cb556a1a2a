"""What is protected: a term of a stated kind, checked when it is made, and whom each kind is kept from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from passport_api.domain.identifiers import IdentifierInvalid, NhsNumber, Upn
from passport_api.domain.protection.dates import read_date
from passport_api.domain.protection.folding import fold
from passport_api.domain.protection.numbers import national_number
from passport_api.domain.protection.patterns import words_in
from passport_api.domain.protection.places import can_find_address, core_of_school
from passport_api.domain.protection.words import REFUSED, SCHOOL_WORDS

MAX_TERM = 200
"""The longest term, in characters."""


class ProtectedKind(StrEnum):
    """What a term is. The last three are the new family's, kept from the first one."""

    FORMER_NAME = "former_name"
    RELATIVE_NAME = "relative_name"
    CARER_NAME = "carer_name"
    SIBLING_NAME = "sibling_name"
    ADDRESS = "address"
    SCHOOL = "school"
    PLACE = "place"
    PHONE = "phone"
    UPN = "upn"
    NHS_NUMBER = "nhs_number"
    DATE = "date"
    FAMILY_SURNAME = "family_surname"
    FAMILY_ADDRESS = "family_address"
    FAMILY_SCHOOL = "family_school"

    @property
    def kept_from(self) -> "KeptFrom":
        """Whom a term of this kind must never reach."""
        return KeptFrom.BIRTH_FAMILY if self in _FAMILYS_OWN else KeptFrom.READERS


class KeptFrom(StrEnum):
    """It works both ways: what the first family must not learn, and what a view must not say of the first family."""

    READERS = "readers"
    BIRTH_FAMILY = "birth_family"


_FAMILYS_OWN = {ProtectedKind.FAMILY_SURNAME, ProtectedKind.FAMILY_ADDRESS, ProtectedKind.FAMILY_SCHOOL}


class TermFault(StrEnum):
    """Why a term cannot be looked for, in words that can be shown to whoever typed it."""

    EMPTY = "must not be empty"
    TOO_LONG = "must have at most 200 characters"
    TOO_SHORT = "must have a word of at least two letters"
    TOO_COMMON = "is a word that nearly every text has: give the full name"
    NOT_AN_ADDRESS = "must have a street with its kind, such as 14 Kiln Street, or a postcode"
    NOT_A_PHONE = "must be a UK phone number of 10 or 11 digits, with its area code"
    NOT_A_UPN = "must be a valid unique pupil number"
    NOT_AN_NHS_NUMBER = "must be a valid NHS number"
    NOT_A_DATE = "must be a date with its day, month and year"


class TermInvalid(ValueError):
    """A text cannot be a protected term of its kind. Never holds the text.

    Attributes:
        kind: what it was to be.
        reason: what is wrong with it.
    """

    def __init__(self, kind: ProtectedKind, reason: TermFault) -> None:
        super().__init__(f"{kind} {reason}")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class ProtectedTerm:
    """One thing that is protected, as whoever added it wrote it.

    Attributes:
        kind: what it is.
        text: a full name or one name; an address, its parts between commas; a school's name; and so on.

    Raises:
        TermInvalid: nothing could be found by it, or far too much.
    """

    kind: ProtectedKind
    text: str

    def __post_init__(self) -> None:
        if (fault := _fault_of(self.kind, self.text)) is not None:
            raise TermInvalid(self.kind, fault)

    def __repr__(self) -> str:
        return f"ProtectedTerm({self.kind}, …)"


def terms_kept_from(readers: KeptFrom, terms: Iterable[ProtectedTerm]) -> tuple[ProtectedTerm, ...]:
    """Return the terms that must not reach these readers."""
    return tuple(term for term in terms if term.kind.kept_from is readers)


def _fault_of(kind: ProtectedKind, text: str) -> TermFault | None:
    if not text.strip():
        return TermFault.EMPTY
    if len(text) > MAX_TERM:
        return TermFault.TOO_LONG
    if kind in _CHECKS:
        can_be_found, fault = _CHECKS[kind]
        return None if can_be_found(text) else fault
    if kind in _SCHOOLS:
        return _fault_of_words(words_in(" ".join(core_of_school(text))), SCHOOL_WORDS)
    return _fault_of_words(words_in(fold(text)), REFUSED)


def _fault_of_words(words: list[str], too_common: frozenset[str]) -> TermFault | None:
    """Why a name of these words cannot be looked for."""
    if not any(len(word) > 1 and not word.isdigit() for word in words):
        return TermFault.TOO_SHORT
    return TermFault.TOO_COMMON if all(word in too_common or len(word) == 1 for word in words) else None


def _valid(kind: type[NhsNumber | Upn], text: str) -> bool:
    try:
        kind.parse(fold(text).upper().replace(" ", "").replace("-", ""))
    except IdentifierInvalid:
        return False
    return True


_SCHOOLS = {ProtectedKind.SCHOOL, ProtectedKind.FAMILY_SCHOOL}
_CHECKS: dict[ProtectedKind, tuple[Callable[[str], bool], TermFault]] = {
    ProtectedKind.ADDRESS: (can_find_address, TermFault.NOT_AN_ADDRESS),
    ProtectedKind.FAMILY_ADDRESS: (can_find_address, TermFault.NOT_AN_ADDRESS),
    ProtectedKind.PHONE: (lambda text: national_number(text) is not None, TermFault.NOT_A_PHONE),
    ProtectedKind.DATE: (lambda text: read_date(text) is not None, TermFault.NOT_A_DATE),
    ProtectedKind.UPN: (lambda text: _valid(Upn, text), TermFault.NOT_A_UPN),
    ProtectedKind.NHS_NUMBER: (lambda text: _valid(NhsNumber, text), TermFault.NOT_AN_NHS_NUMBER),
}
