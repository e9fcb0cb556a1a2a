"""Laying out what somebody may see of a passport: section by section, with the challenges beside the statements."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from passport_api.domain.challenges import Challenge
from passport_api.domain.consents import Scope
from passport_api.domain.ids import ChallengeId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.statements import Statement
from passport_api.domain.views import SectionView, view_of
from passport_api.services.screening import Screen
from passport_api.services.vault import PassportSeals
from passport_api.store.statements import SealedStatement, Standing, StandingChallenge


@dataclass(frozen=True, slots=True)
class Beside:
    """A challenge as a reader sees it, beside the statement."""

    challenge_id: ChallengeId
    challenge: Challenge
    is_open: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """What somebody sees.

    Attributes:
        challenges: what stands beside a statement that is shown.
        being_reviewed: whether a statement that they would see is left out: while a challenge of it is open, or
            because it says what is on the child's protected list. Which of the two no reader is told.
        stopped: what is left out for the second reason.
    """

    sections: tuple[SectionView, ...]
    challenges: dict[StatementId, tuple[Beside, ...]]
    being_reviewed: bool
    stopped: tuple[Statement, ...] = ()


def lay_out(screen: Screen, standing: Standing, scope: Scope, ceiling: DetailLevel) -> Layout:
    """What a scope shows of what stands, to somebody with a ceiling. Nothing gets by the screen."""
    seals, withheld = screen.seals, standing.withheld
    kept = [each for each in standing.statements if each.statement_id not in withheld] if withheld else None
    sections = sections_of(seals, standing.statements if kept is None else kept, scope, ceiling)
    left_out = [each for each in standing.statements if each.statement_id in withheld]
    challenges = _beside(seals, sections, standing.challenges)
    stopped = screen.stopped(sections, {of: [each.challenge for each in said] for of, said in challenges.items()})
    if stopped:
        sections, challenges = _without({each.statement_id for each in stopped}, sections, challenges)
    return Layout(
        sections,
        challenges,
        bool(stopped)
        or (any(section.statements for section in sections_of(seals, left_out, scope, ceiling)) if left_out else False),
        stopped,
    )


def sections_of(
    seals: PassportSeals, kept: Iterable[SealedStatement], scope: Scope, ceiling: DetailLevel
) -> tuple[SectionView, ...]:
    """Open statements, and keep what a scope shows of them to somebody with a ceiling."""
    return view_of(map(seals.open_statement, kept), scope, ceiling)


def _without(
    stopped: AbstractSet[StatementId],
    sections: tuple[SectionView, ...],
    challenges: dict[StatementId, tuple[Beside, ...]],
) -> tuple[tuple[SectionView, ...], dict[StatementId, tuple[Beside, ...]]]:
    """Sections, and what stands beside their statements, without some of them."""
    return (
        tuple(
            replace(each, statements=tuple(said for said in each.statements if said.statement_id not in stopped))
            for each in sections
        ),
        {statement_id: beside for statement_id, beside in challenges.items() if statement_id not in stopped},
    )


def _beside(
    seals: PassportSeals, sections: tuple[SectionView, ...], challenges: dict[StatementId, list[StandingChallenge]]
) -> dict[StatementId, tuple[Beside, ...]]:
    if not challenges:
        return {}
    shown = {statement.statement_id for section in sections for statement in section.statements}
    return {
        statement_id: tuple(
            Beside(each.challenge_id, seals.open_challenge(each.challenge_id, each.sealed), each.is_open)
            for each in standing
        )
        for statement_id, standing in challenges.items()
        if statement_id in shown
    }
