"""Small builders for the rules' tests, and the tables of DESIGN section 2 written out once more as literals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from passport_api.domain.access import PassportFacts
from passport_api.domain.consents import ChildView, ConsentFacts, Purpose, Terms
from passport_api.domain.erasures import ErasureFacts, Ground
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import (
    AccountId,
    ConsentId,
    ErasureId,
    OrganisationId,
    PassportId,
    SessionId,
    StatementId,
    TransitionId,
)
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Actor, Capacity, Membership
from passport_api.domain.roles import Role
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.domain.transitions import Move, TransitionKind

SECTIONS = [
    "about_me",
    "strengths_and_interests",
    "story_so_far",
    "relationships_and_trust",
    "regulation",
    "learning_and_communication",
    "health_and_wellbeing",
    "safety",
    "identity_and_culture",
    "family_and_contact",
    "support_and_entitlements",
    "transition_plan",
]
LEVELS = ["everyday", "need_to_know", "restricted"]
CEILINGS = {
    "class_teacher": "everyday",
    "designated_teacher": "need_to_know",
    "senco": "need_to_know",
    "virtual_school": "need_to_know",
    "designated_safeguarding_lead": "restricted",
    "social_worker": "restricted",
}
NEVER_SEE_CONTENT = ["manager", "org_admin", "operator", "auditor"]

FROM = datetime(2026, 9, 1, 8, tzinfo=UTC)
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
UNTIL = datetime(2026, 12, 18, 16, tzinfo=UTC)
TODAY = date(2026, 9, 1)
SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)

CUSTODIAN = OrganisationId(UUID(int=1))
OLD_SCHOOL = OrganisationId(UUID(int=2))
SCHOOL = OrganisationId(UUID(int=3))
OTHER_SCHOOL = OrganisationId(UUID(int=4))
AUTHORITY = OrganisationId(UUID(int=5))
NAMES = {
    CUSTODIAN: "Northmere Council",
    OLD_SCHOOL: "Larch Primary",
    SCHOOL: "Saltway Academy",
    OTHER_SCHOOL: "Hollin High",
    AUTHORITY: "Eastfold Council",
}

PARENT = AccountId(UUID(int=11))
SECOND_PARENT = AccountId(UUID(int=12))
FORMER_PARENT = AccountId(UUID(int=13))
SOMEBODY = AccountId(UUID(int=14))
SOMEBODY_ELSE = AccountId(UUID(int=15))

PASSPORT = PassportId(UUID(int=21))
CONSENT = ConsentId(UUID(int=22))
TRANSITION = TransitionId(UUID(int=23))
ERASURE = ErasureId(UUID(int=24))


def held(role: Role | str, organisation_id: OrganisationId = SCHOOL, *, ended: bool = False) -> Membership:
    return Membership(organisation_id, NAMES[organisation_id], Role(role), ended)


def person(*memberships: Membership, account_id: AccountId = SOMEBODY, name: str = "Robin Ashdown") -> Actor:
    return Actor(account_id, SessionId(UUID(int=31)), name, memberships)


def parent(*memberships: Membership) -> Actor:
    return person(*memberships, account_id=PARENT, name="Sam Marlowe")


def worker(role: Role | str = Role.SOCIAL_WORKER, *, ended: bool = False) -> Actor:
    return person(held(role, CUSTODIAN, ended=ended))


def passport(**changes: Any) -> PassportFacts:
    facts = PassportFacts(PASSPORT, CUSTODIAN, frozenset({PARENT, SECOND_PARENT}), frozenset({FORMER_PARENT}))
    return replace(facts, **changes)


def consent(**changes: Any) -> ConsentFacts:
    """A consent to SCHOOL, agreed and in force at NOON."""
    return replace(ConsentFacts(CONSENT, PASSPORT, SCHOOL, FROM, UNTIL, approvals=1, approvals_needed=1), **changes)


def terms(**changes: Any) -> Terms:
    """Terms that break no rule for a move that leads to SCHOOL."""
    proposed = Terms(
        recipient_id=SCHOOL,
        transition_id=TRANSITION,
        purpose=Purpose.PHASE_TRANSFER,
        scope={Section.ABOUT_ME: DetailLevel.EVERYDAY},
        valid_from=FROM,
        valid_until=UNTIL,
        child_view=ChildView(asked=False),
    )
    return replace(proposed, **changes)


def move(**changes: Any) -> Move:
    return replace(Move(TransitionKind.PHASE_TRANSFER, OLD_SCHOOL, SCHOOL, AUTHORITY, TODAY), **changes)


def erasure(**changes: Any) -> ErasureFacts:
    """A proposal that SOMEBODY_ELSE made at NOON to erase PASSPORT."""
    return replace(ErasureFacts(ERASURE, PASSPORT, CUSTODIAN, Ground.COURT_ORDER, SOMEBODY_ELSE, NOON), **changes)


def statement(section: Section | str, level: DetailLevel | str, number: int = 1, **changes: Any) -> Statement:
    written = Statement(
        statement_id=StatementId(UUID(int=1000 + number)),
        version=1,
        section=Section(section),
        detail_level=DetailLevel(level),
        kind=StatementKind.OBSERVATION,
        text="Settles quickest beside a window.",
        source="class teacher",
        author=Capacity("Robin Ashdown", "social_worker", "Northmere Council"),
        recorded_on=TODAY,
    )
    return replace(written, **changes)


def field_refused(check: Callable[..., object], *args: Any, **named: Any) -> str:
    """The field that a check names when it raises InvalidField."""
    with pytest.raises(InvalidField) as caught:
        check(*args, **named)
    return caught.value.field
