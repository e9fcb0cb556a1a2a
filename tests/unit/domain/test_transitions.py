"""Transitions: which state may follow which, how far ahead a move may lie, who may receive it."""

from datetime import date
from itertools import product

import pytest

from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.transitions import (
    BY_HAND,
    NEXT,
    OPEN,
    TransitionKind,
    TransitionState,
    check_move,
    check_planned_date,
    step,
)
from unit.domain.builders import AUTHORITY, OLD_SCHOOL, SCHOOL, TODAY, field_refused, move

FOLLOWS = {
    "planned": {"released", "cancelled"},
    "released": {"acknowledged", "cancelled"},
    "acknowledged": {"completed", "cancelled"},
    "completed": set(),
    "cancelled": set(),
}
PAIRS = list(product(TransitionState, repeat=2))


def test_the_kinds_and_states_are_those_of_the_design():
    assert {kind.value for kind in TransitionKind} == {"phase_transfer", "school_move", "area_move", "managed_move"}
    assert {state.value for state in TransitionState} == set(FOLLOWS)


def test_every_state_says_what_may_follow():
    assert {state.value: {after.value for after in NEXT[state]} for state in NEXT} == FOLLOWS


@pytest.mark.parametrize(("state", "towards"), [pair for pair in PAIRS if pair[1].value in FOLLOWS[pair[0].value]])
def test_a_move_steps_on(state, towards):
    assert step(state, towards) is towards


@pytest.mark.parametrize(("state", "towards"), [pair for pair in PAIRS if pair[1].value not in FOLLOWS[pair[0].value]])
def test_a_move_neither_goes_back_nor_skips_nor_repeats(state, towards):
    with pytest.raises(Conflict) as caught:
        step(state, towards)
    assert caught.value.clash is Clash.STATE


def test_people_choose_only_completion_and_cancellation():
    assert {"completed", "cancelled"} == BY_HAND


def test_a_move_is_open_until_it_is_completed_or_cancelled():
    assert {"planned", "released", "acknowledged"} == OPEN


@pytest.mark.parametrize("planned", [date(2016, 9, 1), date(2026, 8, 31), TODAY, date(2027, 9, 6), date(2036, 9, 1)])
def test_a_move_within_ten_years_either_way_is_accepted(planned):
    check_planned_date(planned, TODAY)
    check_move(move(planned_date=planned), TODAY)


@pytest.mark.parametrize("planned", [date.min, date(2016, 8, 30), date(2036, 9, 2), date.max])
def test_a_move_further_away_is_refused(planned):
    assert field_refused(check_planned_date, planned, TODAY) == "/planned_date"
    assert field_refused(check_move, move(planned_date=planned), TODAY) == "/planned_date"


def test_a_move_leads_somewhere_else():
    assert field_refused(check_move, move(from_id=OLD_SCHOOL, to_id=OLD_SCHOOL), TODAY) == "/to_id"


@pytest.mark.parametrize(
    ("authority_id", "recipients"), [(None, {SCHOOL}), (AUTHORITY, {SCHOOL, AUTHORITY}), (SCHOOL, {SCHOOL})]
)
def test_a_move_is_received_by_where_it_leads_and_by_its_authority(authority_id, recipients):
    assert move(to_authority_id=authority_id).recipients() == recipients


def test_the_school_that_the_child_leaves_is_not_a_recipient():
    assert OLD_SCHOOL not in move().recipients()
