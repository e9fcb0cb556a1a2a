"""Views: min(consent's level, role's ceiling), section by section, held against a model of five lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.levels import DetailLevel, lower_of
from passport_api.domain.roles import Role, ceiling_of
from passport_api.domain.sections import Section
from passport_api.domain.views import SectionView, view_of
from unit.domain.builders import CEILINGS, LEVELS, SECTIONS, statement

every_level = pytest.mark.parametrize("level", LEVELS)


def scope_of(**levels):
    return {Section(section): DetailLevel(level) for section, level in levels.items()}


def numbers(section_view):
    return [shown.statement_id.int - 1000 for shown in section_view.statements]


def test_the_sections_are_those_of_the_design_in_its_order():
    assert [section.value for section in Section] == SECTIONS


def test_the_levels_are_those_of_the_design_least_first():
    assert [level.value for level in DetailLevel] == LEVELS
    assert [DetailLevel(level).rank for level in LEVELS] == [0, 1, 2]


@pytest.mark.parametrize(
    ("level", "ceiling", "within"),
    [
        ("everyday", "everyday", True),
        ("everyday", "need_to_know", True),
        ("everyday", "restricted", True),
        ("need_to_know", "everyday", False),
        ("need_to_know", "need_to_know", True),
        ("need_to_know", "restricted", True),
        ("restricted", "everyday", False),
        ("restricted", "need_to_know", False),
        ("restricted", "restricted", True),
    ],
)
def test_a_level_is_within_its_own_and_every_higher_one(level, ceiling, within):
    assert DetailLevel(level).within(DetailLevel(ceiling)) is within


@every_level
@pytest.mark.parametrize("other", LEVELS)
def test_the_lower_of_two_levels_is_the_one_that_comes_first(level, other):
    first = min(LEVELS.index(level), LEVELS.index(other))
    assert lower_of(DetailLevel(level), DetailLevel(other)) == LEVELS[first]


@pytest.mark.parametrize(
    ("consented", "role", "shown"),
    [
        ("restricted", "class_teacher", [1]),
        ("restricted", "designated_teacher", [1, 2]),
        ("restricted", "senco", [1, 2]),
        ("restricted", "virtual_school", [1, 2]),
        ("restricted", "designated_safeguarding_lead", [1, 2, 3]),
        ("restricted", "social_worker", [1, 2, 3]),
        ("need_to_know", "class_teacher", [1]),
        ("need_to_know", "senco", [1, 2]),
        ("need_to_know", "social_worker", [1, 2]),
        ("everyday", "class_teacher", [1]),
        ("everyday", "virtual_school", [1]),
        ("everyday", "designated_safeguarding_lead", [1]),
    ],
)
def test_a_reader_sees_the_lower_of_the_consent_and_the_ceiling(consented, role, shown):
    written = [statement("safety", level, number) for number, level in enumerate(LEVELS, start=1)]
    (section,) = view_of(written, scope_of(safety=consented), ceiling_of(Role(role)))
    assert numbers(section) == shown


def test_each_section_has_its_own_level():
    written = [
        statement(section, level, number)
        for section, first in [("about_me", 1), ("safety", 11)]
        for number, level in enumerate(LEVELS, start=first)
    ]
    view = view_of(written, scope_of(about_me="restricted", safety="everyday"), DetailLevel.RESTRICTED)
    assert [numbers(section) for section in view] == [[1, 2, 3], [11]]


@every_level
def test_a_section_outside_the_scope_is_not_in_the_view(level):
    written = [statement(section, "everyday") for section in SECTIONS]
    view = view_of(written, scope_of(regulation=level), DetailLevel.RESTRICTED)
    assert [shown.section.value for shown in view] == ["regulation"]


@every_level
def test_every_section_of_the_scope_is_in_the_view_even_when_it_is_empty(level):
    scope = dict.fromkeys(Section, DetailLevel(level))
    view = view_of([statement("safety", "restricted")], scope, DetailLevel.EVERYDAY)
    assert [(shown.section.value, shown.statements) for shown in view] == [(section, ()) for section in SECTIONS]


def test_a_section_says_the_level_that_its_reader_sees():
    scope = scope_of(about_me="everyday", safety="restricted")
    view = view_of([], scope, DetailLevel.NEED_TO_KNOW)
    assert view == (
        SectionView(Section.ABOUT_ME, DetailLevel.EVERYDAY, ()),
        SectionView(Section.SAFETY, DetailLevel.NEED_TO_KNOW, ()),
    )


def test_sections_come_in_the_fixed_order_however_the_scope_was_written():
    scope = dict.fromkeys(reversed(Section), DetailLevel.EVERYDAY)
    assert [shown.section.value for shown in view_of([], scope, DetailLevel.EVERYDAY)] == SECTIONS


def test_statements_keep_the_order_they_were_given_in():
    written = [statement("regulation", "everyday", number) for number in (3, 1, 2)]
    (section,) = view_of(written, scope_of(regulation="everyday"), DetailLevel.EVERYDAY)
    assert numbers(section) == [3, 1, 2]


def test_statements_are_shown_whole():
    written = statement("regulation", "everyday", version=3, text="Counts to ten aloud.")
    (section,) = view_of([written], scope_of(regulation="everyday"), DetailLevel.EVERYDAY)
    assert section.statements == (written,)


def model(statements, scope, role):
    for section in SECTIONS:
        if section in scope:
            level = min(LEVELS.index(scope[section]), LEVELS.index(CEILINGS[role]))
            inside = [s for s in statements if s.section == section and LEVELS.index(s.detail_level) <= level]
            yield section, LEVELS[level], inside


scopes = st.dictionaries(st.sampled_from(Section), st.sampled_from(DetailLevel))
places = st.lists(st.tuples(st.sampled_from(Section), st.sampled_from(DetailLevel)), max_size=40)


@given(scopes, places, st.sampled_from(list(CEILINGS)))
def test_a_view_is_what_the_model_says(scope, levels_written, role):
    written = [statement(section, level, number) for number, (section, level) in enumerate(levels_written)]
    view = view_of(written, scope, ceiling_of(Role(role)))
    shown = [(part.section.value, part.detail_level.value, list(part.statements)) for part in view]
    assert shown == list(model(written, scope, role))
