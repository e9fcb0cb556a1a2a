"""Consents: where one stands at an instant, and which terms may be proposed."""

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.access import _STANDING_REFUSALS
from passport_api.domain.consents import (
    MOVES,
    STATUS_OF,
    ChildView,
    ConsentStatus,
    Destination,
    Purpose,
    Standing,
    approvals_needed,
    can_still_end,
    check_terms,
    standing_of,
    status_of,
)
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_api.domain.transitions import TransitionKind
from unit.domain.builders import (
    AUTHORITY,
    FROM,
    INSTANT,
    NOON,
    OTHER_SCHOOL,
    SCHOOL,
    SECOND,
    TRANSITION,
    UNTIL,
    consent,
    field_refused,
    terms,
)

LEADS_TO_SCHOOL = Destination(TRANSITION, frozenset({SCHOOL, AUTHORITY}), open=True)
NOT_A_MOVE = [Purpose.EHC_NEEDS_ASSESSMENT, Purpose.ADOPTION_SUPPORT, Purpose.SAFEGUARDING]


def test_the_purposes_are_those_of_the_design():
    assert [purpose.value for purpose in Purpose] == [
        "phase_transfer",
        "school_move",
        "area_move",
        "managed_move",
        "ehc_needs_assessment",
        "adoption_support",
        "safeguarding",
    ]


def test_the_purposes_that_are_moves_are_the_kinds_of_move():
    assert {"phase_transfer", "school_move", "area_move", "managed_move"} == MOVES
    assert {kind.value for kind in TransitionKind} == MOVES


def test_the_statuses_are_those_of_the_design():
    assert [status.value for status in ConsentStatus] == ["pending", "active", "revoked", "expired", "superseded"]


@pytest.mark.parametrize(
    ("standing", "status"),
    [
        ("in_force", "active"),
        ("awaiting_parent", "pending"),
        ("not_started", "pending"),
        ("revoked", "revoked"),
        ("superseded", "superseded"),
        ("expired", "expired"),
        ("transition_cancelled", "revoked"),
    ],
)
def test_every_standing_shows_as_a_status(standing, status):
    assert STATUS_OF[Standing(standing)] is ConsentStatus(status)


@pytest.mark.parametrize("table", [STATUS_OF, _STANDING_REFUSALS])
def test_the_tables_over_standings_are_total(table):
    assert set(table) == set(Standing)


def test_only_a_consent_in_force_gives_no_reason_to_refuse():
    assert [standing for standing, reason in _STANDING_REFUSALS.items() if reason is None] == [Standing.IN_FORCE]


def test_only_a_consent_in_force_is_active():
    assert [standing for standing, status in STATUS_OF.items() if status == "active"] == [Standing.IN_FORCE]


@pytest.mark.parametrize(
    ("at", "standing", "status"),
    [
        (FROM - SECOND, Standing.NOT_STARTED, "pending"),
        (FROM - INSTANT, Standing.NOT_STARTED, "pending"),
        (FROM, Standing.IN_FORCE, "active"),
        (UNTIL - SECOND, Standing.IN_FORCE, "active"),
        (UNTIL - INSTANT, Standing.IN_FORCE, "active"),
        (UNTIL, Standing.EXPIRED, "expired"),
        (UNTIL + SECOND, Standing.EXPIRED, "expired"),
    ],
)
def test_a_consent_is_in_force_from_its_first_instant_and_until_before_its_last(at, standing, status):
    assert standing_of(consent(), at) is standing
    assert status_of(consent(), at) is ConsentStatus(status)


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_a_consent_is_in_force_in_its_period_and_never_outside(offset):
    at = NOON + offset
    in_force = standing_of(consent(), at) is Standing.IN_FORCE
    assert in_force == (FROM <= at < UNTIL)


@pytest.mark.parametrize(
    ("approvals", "needed", "standing"),
    [
        (0, 1, Standing.AWAITING_PARENT),
        (1, 1, Standing.IN_FORCE),
        (2, 1, Standing.IN_FORCE),
        (0, 2, Standing.AWAITING_PARENT),
        (1, 2, Standing.AWAITING_PARENT),
        (2, 2, Standing.IN_FORCE),
    ],
)
def test_a_consent_waits_until_every_parent_who_must_agree_has(approvals, needed, standing):
    assert standing_of(consent(approvals=approvals, approvals_needed=needed), NOON) is standing


@pytest.mark.parametrize(("requires_both", "needed"), [(False, 1), (True, 2)])
def test_a_passport_that_requires_both_parents_needs_two_agreements(requires_both, needed):
    assert approvals_needed(requires_both_parents=requires_both) == needed


def test_a_consent_that_nobody_agreed_to_in_time_expires():
    assert standing_of(consent(approvals=0), UNTIL) is Standing.EXPIRED


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (NOON - INSTANT, Standing.IN_FORCE),
        (NOON, Standing.SUPERSEDED),
        (UNTIL - INSTANT, Standing.SUPERSEDED),
    ],
)
def test_a_consent_gives_way_at_the_instant_a_newer_one_starts(at, standing):
    assert standing_of(consent(superseded_at=NOON), at) is standing


@pytest.mark.parametrize("at", [FROM - SECOND, FROM, NOON, UNTIL - INSTANT])
def test_cancelling_the_move_ends_its_consents(at):
    assert standing_of(consent(transition_cancelled=True), at) is Standing.TRANSITION_CANCELLED


@pytest.mark.parametrize("at", [FROM - SECOND, FROM, NOON, UNTIL, UNTIL + timedelta(days=365)])
@pytest.mark.parametrize(
    "also", [{}, {"approvals": 0}, {"superseded_at": FROM}, {"transition_cancelled": True}, {"revoked_at": FROM}]
)
def test_a_revoked_consent_stays_revoked_whatever_else_happens(at, also):
    assert standing_of(consent(**({"revoked_at": NOON} | also)), at) is Standing.REVOKED


def test_a_revocation_holds_even_before_the_instant_it_bears():
    """Two machines' clocks may differ: what was answered as revoked opens for nobody."""
    assert standing_of(consent(revoked_at=NOON), NOON - SECOND) is Standing.REVOKED


ENDINGS = [{"revoked_at": FROM}, {"superseded_at": FROM}, {"transition_cancelled": True}, {"valid_until": NOON}]


@given(st.lists(st.sampled_from(ENDINGS)), st.integers(0, 2))
def test_no_ending_undoes_another(endings, approvals):
    facts = {"approvals": approvals, "approvals_needed": 2}
    for ending in endings:
        facts |= ending
    in_force = standing_of(consent(**facts), NOON) is Standing.IN_FORCE
    assert in_force == (approvals == 2 and not endings)


@pytest.mark.parametrize(
    ("facts", "at", "can_end"),
    [
        ({}, NOON, True),
        ({}, FROM - SECOND, True),
        ({"approvals": 0}, NOON, True),
        ({"superseded_at": UNTIL - SECOND}, NOON, True),
        ({"superseded_at": NOON}, NOON, False),
        ({"revoked_at": FROM}, NOON, False),
        ({"transition_cancelled": True}, NOON, False),
        ({}, UNTIL, False),
    ],
)
def test_a_consent_can_be_revoked_while_it_gives_or_could_still_give_access(facts, at, can_end):
    assert can_still_end(consent(**facts), at) is can_end


def test_a_consent_is_never_edited():
    with pytest.raises(FrozenInstanceError):
        consent().valid_until = UNTIL + SECOND


@pytest.mark.parametrize(
    "proposed",
    [
        terms(),
        terms(recipient_id=AUTHORITY),
        terms(child_view=ChildView(asked=True)),
        terms(child_view=ChildView(asked=True, words="Tell them I like maps.")),
        terms(scope=dict.fromkeys(Section, DetailLevel.RESTRICTED)),
        terms(valid_from=NOON + SECOND),
        *[terms(purpose=purpose) for purpose in NOT_A_MOVE],
    ],
)
def test_terms_that_keep_every_rule_are_accepted(proposed):
    check_terms(proposed, LEADS_TO_SCHOOL, NOON)


@pytest.mark.parametrize("purpose", NOT_A_MOVE)
def test_a_purpose_that_is_no_move_needs_no_transition_and_may_name_anyone(purpose):
    check_terms(terms(purpose=purpose, transition_id=None, recipient_id=OTHER_SCHOOL), None, NOON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": {}}, "/scope"),
        ({"child_view": ChildView(asked=False, words="I was not asked.")}, "/child_view/words"),
        ({"valid_from": UNTIL}, "/valid_until"),
        ({"valid_from": UNTIL + SECOND}, "/valid_until"),
        ({"valid_from": FROM - timedelta(days=9), "valid_until": NOON}, "/valid_until"),
        ({"valid_from": FROM - timedelta(days=9), "valid_until": FROM}, "/valid_until"),
        ({"recipient_id": OTHER_SCHOOL}, "/recipient_id"),
        ({"recipient_id": OTHER_SCHOOL, "purpose": Purpose.SAFEGUARDING}, "/recipient_id"),
    ],
)
def test_terms_that_break_a_rule_are_refused_by_field(changes, field):
    assert field_refused(check_terms, terms(**changes), LEADS_TO_SCHOOL, NOON) == field


@pytest.mark.parametrize("purpose", ["phase_transfer", "school_move", "area_move", "managed_move"])
def test_a_purpose_that_is_a_move_must_name_its_transition(purpose):
    proposed = terms(purpose=Purpose(purpose), transition_id=None)
    assert field_refused(check_terms, proposed, None, NOON) == "/transition_id"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_transition_that_is_not_this_passports_is_refused(purpose):
    assert field_refused(check_terms, terms(purpose=purpose), None, NOON) == "/transition_id"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_transition_that_is_over_is_refused(purpose):
    over = Destination(TRANSITION, frozenset({SCHOOL}), open=False)
    assert field_refused(check_terms, terms(purpose=purpose), over, NOON) == "/transition_id"


def test_a_period_that_ends_an_instant_from_now_is_accepted():
    check_terms(terms(valid_until=NOON + INSTANT), LEADS_TO_SCHOOL, NOON)
