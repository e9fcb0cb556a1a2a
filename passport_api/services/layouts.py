"""Laying out what somebody may see of a passport: section by section, with the challenges beside the statements."""

from collections.abc import Iterable
from dataclasses import dataclass

from passport_api.domain.challenges import Challenge
from passport_api.domain.consents import Scope
from passport_api.domain.ids import ChallengeId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.views import SectionView, view_of
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
        being_reviewed: whether a statement that they would see is left out while a challenge of it is open.
    """

    sections: tuple[SectionView, ...]
    challenges: dict[StatementId, tuple[Beside, ...]]
    being_reviewed: bool


def lay_out(seals: PassportSeals, standing: Standing, scope: Scope, ceiling: DetailLevel) -> Layout:
    """What a scope shows of what stands, to somebody with a ceiling."""
    withheld = standing.withheld
    kept = [each for each in standing.statements if each.statement_id not in withheld] if withheld else None
    sections = sections_of(seals, standing.statements if kept is None else kept, scope, ceiling)
    left_out = [each for each in standing.statements if each.statement_id in withheld]
    return Layout(
        sections,
        _beside(seals, sections, standing.challenges),
        any(section.statements for section in sections_of(seals, left_out, scope, ceiling)) if left_out else False,
    )


def sections_of(
    seals: PassportSeals, kept: Iterable[SealedStatement], scope: Scope, ceiling: DetailLevel
) -> tuple[SectionView, ...]:
    """Open statements, and keep what a scope shows of them to somebody with a ceiling."""
    return view_of(map(seals.open_statement, kept), scope, ceiling)


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
