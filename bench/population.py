"""The rows that both services are filled with: passports, their statements, consents and readers, all invented.

Both get the same objects; one keeps them sealed, the other in plaintext.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from passport_api import demonstration
from passport_api.app import new_id, utc_now
from passport_api.domain.access_log import VIEW_OPENED, Entry, Outcome
from passport_api.domain.children import Child, Circumstance
from passport_api.domain.consents import ChildView, Purpose, Terms
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId, SessionId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind

READERS = 8
ACTIVE = 1000
SHOWN = 30
OTHERWISE = 3
"""Statements of a passport that is never opened here: they make the tables large, not the views."""

_SCOPE = dict.fromkeys(Section, DetailLevel.RESTRICTED)
_ROLE = "designated_safeguarding_lead"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is in the database before anything is measured."""

    passports: int
    entries: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody at a school, signed in."""

    account_id: AccountId
    session_id: SessionId
    school_id: OrganisationId
    name: str
    email: str
    school: str
    role: str = _ROLE


@dataclass(frozen=True, slots=True)
class Kept:
    """A passport with all that hangs on it."""

    passport_id: PassportId
    parent_id: AccountId
    child: Child
    statements: tuple[Statement, ...]
    consent_id: ConsentId
    terms: Terms
    active: bool
    reader: Reader


@dataclass(frozen=True, slots=True)
class Population:
    """Who and what there is, and how much."""

    scale: Scale
    custodian_id: OrganisationId = field(default_factory=lambda: OrganisationId(new_id()))
    worker_id: AccountId = field(default_factory=lambda: AccountId(new_id()))
    at: datetime = field(default_factory=lambda: utc_now() - timedelta(days=1))
    readers: tuple[Reader, ...] = field(default_factory=lambda: tuple(_reader(number) for number in range(READERS)))

    def passports(self) -> Iterator[Kept]:
        """Every passport. Those that are opened stand evenly among the others."""
        stride = max(1, self.scale.passports // ACTIVE)
        for number in range(self.scale.passports):
            active = number % stride == 0 and number < stride * ACTIVE
            yield self._passport(number, number // stride if active else number, active=active)

    def entry(self, number: int, passport_id: PassportId, consent_id: ConsentId) -> Entry:
        """What the log holds already: an earlier opening of a view."""
        reader = self.readers[number % READERS]
        return Entry(
            entry_id=EntryId(new_id()),
            at=self.at,
            action=VIEW_OPENED,
            outcome=Outcome.ALLOWED,
            actor=Capacity(reader.name, reader.role, reader.school),
            account_id=reader.account_id,
            passport_id=passport_id,
            purpose=Purpose.SCHOOL_MOVE.value,
            consent_id=consent_id,
            sections=tuple(Section),
        )

    def _passport(self, number: int, turn: int, *, active: bool) -> Kept:
        """One passport. Readers come by turns: every one of them has as many that are opened."""
        reader = self.readers[turn % READERS]
        return Kept(
            passport_id=PassportId(new_id()),
            parent_id=AccountId(new_id()),
            child=Child(f"Child {number}", None, date(2015, 10, 9), None, None, (Circumstance.ADOPTED,)),
            statements=tuple(_statements(SHOWN if active else OTHERWISE, self.at.date())),
            consent_id=ConsentId(new_id()),
            terms=Terms(
                recipient_id=reader.school_id,
                transition_id=None,
                purpose=Purpose.ADOPTION_SUPPORT,
                scope=_SCOPE,
                valid_from=self.at,
                valid_until=self.at + timedelta(days=365),
                child_view=ChildView(asked=True, words="Tell them I like drawing."),
            ),
            active=active,
            reader=reader,
        )


def _reader(number: int) -> Reader:
    return Reader(
        account_id=AccountId(new_id()),
        session_id=SessionId(new_id()),
        school_id=OrganisationId(new_id()),
        name=f"Reader {number}",
        email=f"reader{number}@schools.example",
        school=f"School {number}",
    )


@cache
def _texts() -> tuple[demonstration.Statement, ...]:
    told = demonstration.load().statements
    return told[:: len(told) // SHOWN][:SHOWN]


def _statements(count: int, today: date) -> Iterator[Statement]:
    """Some of the demonstration family's statements: real lengths, every section, level and kind."""
    for told in _texts()[:count]:
        yield Statement(
            statement_id=StatementId(new_id()),
            version=1,
            section=Section(told.section),
            detail_level=DetailLevel(told.detail_level),
            kind=StatementKind(told.kind),
            text=told.text,
            source=told.source,
            author=Capacity("Social worker", "social_worker", "Authority"),
            recorded_on=today,
            review_on=told.review_on,
        )
