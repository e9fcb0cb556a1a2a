"""What the demonstration file holds, field by field, as it stands there: words and keys are plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Child:
    """Who the passport is about."""

    name: str
    known_as: str
    date_of_birth: date
    nhs_number: str
    upn: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An authority (with its two codes) or a school (with its URN and the key of its area's authority)."""

    kind: str
    name: str
    authority_code: str | None = None
    gss_code: str | None = None
    urn: str | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. A parent has neither organisation nor role."""

    name: str
    email: str
    organisation: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class Transition:
    """The move. `from_` and `to` are keys of `organisations`; in the file the first is written `from`."""

    kind: str
    from_: str
    to: str
    planned_date: date


@dataclass(frozen=True, slots=True)
class ChildView:
    """What the child said of one consent."""

    asked: bool
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What the parents agree to. `valid_days` counts from the day the demonstration is loaded."""

    recipient: str
    purpose: str
    valid_days: int
    scope: Mapping[str, str]
    child_view: ChildView


@dataclass(frozen=True, slots=True)
class ProtectedTerm:
    """One thing that no view says, or that the first family must not learn."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ProtectedList:
    """What is protected. `author` is the key of the person who made the list."""

    author: str
    terms: tuple[ProtectedTerm, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, as it was first written.

    Attributes:
        source: whose knowledge it is.
        author: the key of the person who wrote it down.
        key: what the rest of the file calls it; None where nothing refers to it.
        rests_on: the keys of the statements that an opinion rests on.
        wording_reason: why it stands although it says what is protected; None where it does not.
    """

    section: str
    detail_level: str
    kind: str
    source: str
    author: str
    text: str
    review_on: date | None = None
    key: str | None = None
    rests_on: tuple[str, ...] = ()
    wording_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands in place of a statement's text, and why. `statement` is its key, `author` who corrects it."""

    statement: str
    author: str
    reason: str
    text: str
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What somebody says against a statement, in their words. `statement` is its key, `author` who brings it."""

    statement: str
    author: str
    for_young_person: bool
    words: str


@dataclass(frozen=True, slots=True)
class Family:
    """The whole demonstration, in the order of the file."""

    format: int
    child: Child
    basis_for_holding: str
    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]
    transition: Transition
    consents: tuple[Consent, ...]
    protected_list: ProtectedList
    statements: tuple[Statement, ...]
    corrections: tuple[Correction, ...]
    challenges: tuple[Challenge, ...]
