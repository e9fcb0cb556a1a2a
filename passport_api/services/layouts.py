"""Laying out what somebody may see of a passport: section by section, with the challenges beside the statements."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from passport_api.domain.challenges import Challenge, one_month_after
from passport_api.domain.consents import Scope
from passport_api.domain.ids import AccountId, ChallengeId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.statements import Statement
from passport_api.domain.views import SectionView, view_of
from passport_api.services.screening import NOTHING, Screen, Verdict
from passport_api.services.vault import PassportSeals
from passport_api.store.statements import SealedStatement, Standing, StandingChallenge


@dataclass(frozen=True, slots=True)
class Beside:
    """A challenge as a reader sees it, beside the statement.

    Attributes:
        due_on: the last day on which the custodian is to resolve it.
        hushed: whether its words are left out, because they say what is on the child's protected list.
    """

    challenge_id: ChallengeId
    challenge: Challenge
    is_open: bool
    due_on: date
    made_by: AccountId
    hushed: bool = False


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


def lay_out(
    screen: Screen, standing: Standing, scope: Scope, ceiling: DetailLevel, reader: AccountId | None = None
) -> Layout:
    """What a scope shows of what stands, to somebody with a ceiling. Nothing gets by the screen.

    Args:
        screen: what stands between the statements and the reader.
        standing: what stands of the passport's statements.
        scope: what is shared.
        ceiling: how far the reader sees.
        reader: who reads: shown their own words in a challenge, which tells them nothing; None for anybody.
    """
    seals, withheld = screen.seals, standing.withheld
    kept = [each for each in standing.statements if each.statement_id not in withheld] if withheld else None
    sections = sections_of(seals, standing.statements if kept is None else kept, scope, ceiling)
    left_out = [each for each in standing.statements if each.statement_id in withheld]
    challenges = _beside(seals, sections, standing.challenges)
    verdict = screen.verdict(
        sections, {of: [(each.challenge_id, each.challenge) for each in said] for of, said in challenges.items()}
    )
    stopped: list[Statement] = []
    if verdict is not NOTHING:
        stopped = [said for each in sections for said in each.statements if said.statement_id in verdict.stopped]
        sections = tuple(replace(each, statements=_left_of(each, verdict)) for each in sections)
        challenges = {
            statement_id: tuple(
                replace(each, hushed=each.challenge_id in verdict.hushed and each.made_by != reader) for each in said
            )
            for statement_id, said in challenges.items()
            if statement_id not in verdict.stopped
        }
    return Layout(
        sections,
        challenges,
        bool(stopped)
        or (any(section.statements for section in sections_of(seals, left_out, scope, ceiling)) if left_out else False),
        tuple(stopped),
    )


def sections_of(
    seals: PassportSeals, kept: Iterable[SealedStatement], scope: Scope, ceiling: DetailLevel
) -> tuple[SectionView, ...]:
    """Open statements, and keep what a scope shows of them to somebody with a ceiling."""
    return view_of(map(seals.open_statement, kept), scope, ceiling)


def _left_of(section: SectionView, verdict: Verdict) -> tuple[Statement, ...]:
    """What a verdict leaves of a section: without what is stopped, and without names that may not be said."""
    return tuple(
        replace(said, author=_unnamed(said.author, verdict.unnamed))
        for said in section.statements
        if said.statement_id not in verdict.stopped
    )


def _unnamed(author: Capacity, names: AbstractSet[str]) -> Capacity:
    """An author by their role alone, where their name or their organisation's may not be said."""
    hit = author.name in names or author.organisation in names
    return Capacity("", author.role) if hit else author


def _beside(
    seals: PassportSeals, sections: tuple[SectionView, ...], challenges: dict[StatementId, list[StandingChallenge]]
) -> dict[StatementId, tuple[Beside, ...]]:
    if not challenges:
        return {}
    shown = {statement.statement_id for section in sections for statement in section.statements}
    return {
        statement_id: tuple(
            Beside(
                each.challenge_id,
                seals.open_challenge(each.challenge_id, each.sealed),
                each.is_open,
                one_month_after(each.made_at.date()),
                each.made_by,
            )
            for each in standing
        )
        for statement_id, standing in challenges.items()
        if statement_id in shown
    }
