"""What the file's words mean to the service: each part of it as the use cases take it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from passport_api.demonstration import shapes
from passport_api.demonstration.shapes import Family
from passport_api.domain.children import Child, Circumstance
from passport_api.domain.consents import ChildView, Purpose, Terms
from passport_api.domain.identifiers import NhsNumber, Upn
from passport_api.domain.ids import OrganisationId, StatementId, TransitionId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.sections import Section
from passport_api.domain.statements import StatementKind
from passport_api.domain.transitions import Move, TransitionKind
from passport_api.services.challenges import NewChallenge
from passport_api.services.corrections import NewCorrection
from passport_api.services.writing import NewStatement

Organisations = Mapping[str, OrganisationId]
"""The organisations that were founded, by their keys in the file."""

Written = Mapping[str, StatementId]
"""The statements that were written and that others refer to, by their keys in the file."""


def child_of(family: Family) -> Child:
    """Who the passport is about, and why it is held."""
    said = family.child
    return Child(
        name=said.name,
        known_as=said.known_as,
        date_of_birth=said.date_of_birth,
        nhs_number=NhsNumber.parse(said.nhs_number),
        upn=Upn.parse(said.upn),
        circumstances=(Circumstance(family.basis_for_holding),),
    )


def list_of(said: shapes.ProtectedList) -> ProtectedList:
    """What is protected, as it is kept."""
    return ProtectedList(tuple(ProtectedTerm(ProtectedKind(term.kind), term.text) for term in said.terms))


def statement_of(said: shapes.Statement, written: Written, today: date) -> NewStatement:
    """A statement as somebody writes it today, after those that it rests on."""
    return NewStatement(
        section=Section(said.section),
        detail_level=DetailLevel(said.detail_level),
        kind=StatementKind(said.kind),
        text=said.text,
        source=said.source,
        review_on=_ahead(said.review_on, today),
        wording_reason=said.wording_reason,
        rests_on=tuple(written[key] for key in said.rests_on),
    )


def correction_of(said: shapes.Correction, before: NewStatement, today: date) -> NewCorrection:
    """A correction that has another text and review date stand, and the rest as it was."""
    return NewCorrection(said.reason, replace(before, text=said.text, review_on=_ahead(said.review_on, today)))


def challenge_of(said: shapes.Challenge) -> NewChallenge:
    """A challenge by somebody responsible for the child, who reads no view."""
    return NewChallenge(said.words, said.for_young_person, view_id=None)


def move_of(said: shapes.Transition, founded: Organisations) -> Move:
    """The move, between organisations that were founded."""
    return Move(
        kind=TransitionKind(said.kind),
        from_id=founded[said.from_],
        to_id=founded[said.to],
        to_authority_id=None,
        planned_date=said.planned_date,
    )


def terms_of(said: shapes.Consent, founded: Organisations, transition_id: TransitionId, now: datetime) -> Terms:
    """What the parents agree to, from now on."""
    return Terms(
        recipient_id=founded[said.recipient],
        transition_id=transition_id,
        purpose=Purpose(said.purpose),
        scope={Section(section): DetailLevel(level) for section, level in said.scope.items()},
        valid_from=now,
        valid_until=now + timedelta(days=said.valid_days),
        child_view=ChildView(said.child_view.asked, said.child_view.words),
    )


def _ahead(review_on: date | None, today: date) -> date | None:
    """A review date that is still to come: the family's year passes, and nobody can set one in the past."""
    return None if review_on is None or review_on < today else review_on
