"""What one consent lets one reader see: min(consent's level, role's ceiling), section by section."""

from collections.abc import Iterable
from dataclasses import dataclass

from passport_api.domain.consents import Scope
from passport_api.domain.levels import DetailLevel, lower_of
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section of a view, with the statements that its reader may see."""

    section: Section
    detail_level: DetailLevel
    statements: tuple[Statement, ...]


def view_of(statements: Iterable[Statement], scope: Scope, ceiling: DetailLevel) -> tuple[SectionView, ...]:
    """Lay out a view: the scope's sections in their fixed order, each statement at or below the lower level."""
    by_section: dict[Section, list[Statement]] = {section: [] for section in Section if section in scope}
    for statement in statements:
        shown = by_section.get(statement.section)
        if shown is not None and statement.detail_level.within(lower_of(scope[statement.section], ceiling)):
            shown.append(statement)
    return tuple(
        SectionView(section, lower_of(scope[section], ceiling), tuple(shown)) for section, shown in by_section.items()
    )
