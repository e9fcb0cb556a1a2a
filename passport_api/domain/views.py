"""What one consent lets one reader see: min(consent's level, role's ceiling), section by section."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.consents import Scope
from passport_api.domain.ids import StatementId
from passport_api.domain.levels import DetailLevel, lower_of
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section of a view, with the statements that its reader may see."""

    section: Section
    detail_level: DetailLevel
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different in a view from what the same reader was shown the last time.

    Attributes:
        since: when that was; None the first time, when there is nothing to compare with.
        new: statements that were not there.
        corrected: statements that say something else now.
        no_longer_shown: statements that were withdrawn, or that this reader may not see any more.
    """

    since: datetime | None
    new: tuple[StatementId, ...] = ()
    corrected: tuple[StatementId, ...] = ()
    no_longer_shown: tuple[StatementId, ...] = ()


def changes_since(
    since: datetime | None,
    sections: Iterable[SectionView],
    written: Container[StatementId],
    before: tuple[SectionView, ...],
    unseen: Container[StatementId] = (),
) -> Changes:
    """What has changed for a reader.

    Args:
        since: when they last opened the view; None for never.
        sections: what they are shown now.
        written: the statements whose version was written since.
        before: those versions laid out as this reader would have been shown them that have ended since.
        unseen: the statements of which this reader was shown no version: what is shown of them now is new.
    """
    if since is None:
        return Changes(None)
    shown = [statement for section in sections for statement in section.statements]
    now = {statement.statement_id for statement in shown}
    gone = [statement.statement_id for section in before for statement in section.statements]
    fresh = [statement for statement in shown if statement.statement_id in written]
    return Changes(
        since,
        tuple(each.statement_id for each in fresh if each.version == 1 or each.statement_id in unseen),
        tuple(each.statement_id for each in fresh if each.version > 1 and each.statement_id not in unseen),
        tuple(dict.fromkeys(each for each in gone if each not in now and each not in unseen)),
    )


def view_of(statements: Iterable[Statement], scope: Scope, ceiling: DetailLevel) -> tuple[SectionView, ...]:
    """Lay out a view: the scope's sections in their fixed order, each statement at or below the lower level."""
    by_section: dict[Section, list[Statement]] = {section: [] for section in Section if section in scope}
    for statement in statements:
        shown = by_section.get(statement.section)
        if (
            shown is not None
            and not statement.is_withdrawn
            and statement.detail_level.within(lower_of(scope[statement.section], ceiling))
        ):
            shown.append(statement)
    return tuple(
        SectionView(section, lower_of(scope[section], ceiling), tuple(shown)) for section, shown in by_section.items()
    )
