"""Who may do what with a passport, who may open a view, and the reason kept for every refusal."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.access import (
    ALLOWED,
    Grounds,
    Reading,
    Relation,
    Use,
    capacity_of,
    decide_confirmation,
    decide_in_organisation,
    decide_release,
    decide_use,
)
from passport_api.domain.decisions import Granted, Reason, Refused
from passport_api.domain.levels import DetailLevel
from passport_api.domain.organisation_uses import NEEDED_ROLES, OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from unit.domain.builders import (
    AUTHORITY,
    CEILINGS,
    CUSTODIAN,
    FORMER_PARENT,
    FROM,
    INSTANT,
    LEVELS,
    NEVER_SEE_CONTENT,
    NOON,
    OTHER_SCHOOL,
    PARENT,
    SCHOOL,
    SECOND_PARENT,
    SOMEBODY,
    consent,
    erasure,
    held,
    parent,
    passport,
    person,
    worker,
)

PARENTS_AND_CUSTODIAN = {
    "passport.read",
    "statement.written",
    "statement.corrected",
    "statement.recipients_read",
    "statement.challenged",
    "challenges.read",
    "statement.withheld",
    "statement.shown_again",
    "transition.recorded",
    "transition.changed",
    "transitions.read",
    "consents.read",
    "access_log.read",
    "decisions.read",
    "protected_list.read",
    "protected_list.changed",
    "protected_list.asked",
}
PARENTS_ONLY = {"consent.previewed", "consent.given", "consent.approved", "consent.revoked"}
CUSTODIAN_ONLY = {
    "parent.invited",
    "erasure.proposed",
    "challenge.resolved",
    "statement.corrected_together",
    "alert.read",
    "alert.settled",
}
CUSTODIAN_AND_MANAGER = {"erasure.withdrawn", "erasure.read"}
MANAGER_ONLY = {"passport.erased"}
EVERY_USE = PARENTS_AND_CUSTODIAN | PARENTS_ONLY | CUSTODIAN_ONLY | CUSTODIAN_AND_MANAGER | MANAGER_ONLY

every_use = pytest.mark.parametrize("use", list(Use))
every_role = pytest.mark.parametrize("role", list(Role))


def reason_for(use, actor):
    decision = decide_use(use, actor, passport())
    return decision.reason if isinstance(decision, Refused) else None


def release_reason(actor, **consent_facts):
    decision = decide_release(actor, consent(**consent_facts), NOON)
    return decision.reason if isinstance(decision, Refused) else None


def reading_of(*memberships):
    decision = decide_release(person(*memberships), consent(), NOON)
    assert isinstance(decision, Granted)
    return decision.value


# What may be done with a passport.


def test_every_use_is_in_the_table_and_in_these_tests():
    assert set(ALLOWED) == set(Use)
    assert {use.value for use in Use} == EVERY_USE
    assert all(ALLOWED.values())


@every_use
@pytest.mark.parametrize("account_id", [PARENT, SECOND_PARENT])
def test_either_parent_may_do_exactly_what_is_theirs(use, account_id):
    expected = use.value in PARENTS_AND_CUSTODIAN | PARENTS_ONLY
    decision = decide_use(use, person(account_id=account_id), passport())
    assert isinstance(decision, Granted) is expected


@every_use
def test_the_custodians_social_worker_may_do_exactly_what_is_theirs(use):
    expected = use.value in PARENTS_AND_CUSTODIAN | CUSTODIAN_ONLY | CUSTODIAN_AND_MANAGER
    assert isinstance(decide_use(use, worker(), passport()), Granted) is expected


@every_use
def test_the_custodians_manager_may_do_exactly_what_is_theirs(use):
    expected = use.value in CUSTODIAN_AND_MANAGER | MANAGER_ONLY
    assert isinstance(decide_use(use, worker("manager"), passport()), Granted) is expected


def test_a_parent_is_granted_as_a_parent():
    granted = decide_use(Use.READ_PASSPORT, parent(), passport())
    assert granted == Granted(Grounds(Relation.PARENT, Capacity("Sam Marlowe", "parent", None)))


def test_a_social_worker_is_granted_by_role_and_organisation():
    capacity = Capacity("Robin Ashdown", "social_worker", "Northmere Council")
    granted = Granted(Grounds(Relation.CUSTODIAN, capacity))
    assert decide_use(Use.INVITE_PARENT, worker(), passport()) == granted


@every_use
@pytest.mark.parametrize("role", [role for role in Role if role not in {"social_worker", "manager"}])
def test_no_other_role_at_the_custodian_may_do_anything(use, role):
    assert reason_for(use, worker(role)) is Reason.ROLE_MAY_NOT


@every_use
@every_role
@pytest.mark.parametrize("organisation_id", [SCHOOL, AUTHORITY, OTHER_SCHOOL])
def test_nobody_at_another_organisation_may_do_anything(use, role, organisation_id):
    assert reason_for(use, person(held(role, organisation_id))) is Reason.NO_RELATION


@every_use
def test_a_stranger_may_do_nothing(use):
    assert reason_for(use, person()) is Reason.NO_RELATION


@every_use
def test_the_parent_of_another_child_may_do_nothing(use):
    assert decide_use(use, parent(), passport(parents=frozenset({SOMEBODY}))) == Refused(Reason.NO_RELATION)


@every_use
def test_a_former_parent_may_do_nothing(use):
    assert reason_for(use, person(account_id=FORMER_PARENT)) is Reason.NO_LONGER_A_PARENT


def test_somebody_who_is_a_parent_again_is_a_parent():
    again = passport(parents=frozenset({FORMER_PARENT}))
    assert isinstance(decide_use(Use.GIVE_CONSENT, person(account_id=FORMER_PARENT), again), Granted)


@every_use
def test_a_passport_that_is_not_there_is_refused_to_all(use):
    assert decide_use(use, parent(held("social_worker", CUSTODIAN)), None) == Refused(Reason.NO_SUCH_THING)


@every_use
def test_a_social_worker_who_left_the_custodian_may_do_nothing(use):
    assert reason_for(use, worker(ended=True)) is Reason.LEFT_THE_ORGANISATION


@every_use
def test_a_social_worker_who_is_now_something_else_there_may_do_nothing(use):
    actor = person(held("social_worker", CUSTODIAN, ended=True), held("virtual_school", CUSTODIAN))
    assert reason_for(use, actor) is Reason.ROLE_LOST


@every_use
def test_a_manager_who_is_now_something_else_there_may_do_nothing(use):
    actor = person(held("manager", CUSTODIAN, ended=True), held("virtual_school", CUSTODIAN))
    assert reason_for(use, actor) is Reason.ROLE_LOST


def test_a_manager_who_is_a_social_worker_now_confirms_no_longer():
    actor = person(held("manager", CUSTODIAN, ended=True), held("social_worker", CUSTODIAN))
    assert reason_for(Use.CONFIRM_ERASURE, actor) is Reason.ROLE_LOST


def test_a_social_worker_who_left_for_another_authority_has_left():
    actor = person(held("social_worker", CUSTODIAN, ended=True), held("social_worker", AUTHORITY))
    assert reason_for(Use.READ_PASSPORT, actor) is Reason.LEFT_THE_ORGANISATION


def test_a_social_worker_who_came_back_may_work_again():
    actor = person(held("social_worker", CUSTODIAN, ended=True), held("social_worker", CUSTODIAN))
    assert isinstance(decide_use(Use.READ_PASSPORT, actor, passport()), Granted)


@pytest.mark.parametrize(
    ("use", "relation"),
    [(Use.READ_PASSPORT, Relation.PARENT), (Use.INVITE_PARENT, Relation.CUSTODIAN)],
)
def test_a_parent_who_is_also_the_custodians_social_worker_acts_in_one_capacity_at_a_time(use, relation):
    granted = decide_use(use, parent(held("social_worker", CUSTODIAN)), passport())
    assert isinstance(granted, Granted)
    assert granted.value.relation is relation


@every_use
@pytest.mark.parametrize("actor", [parent(), worker()])
def test_a_use_that_the_table_forgot_is_refused(monkeypatch, use, actor):
    monkeypatch.delitem(ALLOWED, use)
    assert reason_for(use, actor) is Reason.ROLE_MAY_NOT


# Who may confirm an erasure.

BOTH_ROLES = person(held("social_worker", CUSTODIAN), held("manager", CUSTODIAN))


def test_a_manager_confirms_what_another_proposed_and_is_named_as_a_manager():
    capacity = Capacity("Robin Ashdown", "manager", "Northmere Council")
    granted = Granted(Grounds(Relation.MANAGER, capacity))
    assert decide_confirmation(worker("manager"), passport(), erasure()) == granted
    assert decide_confirmation(BOTH_ROLES, passport(), erasure()) == granted


@pytest.mark.parametrize("actor", [BOTH_ROLES, worker("manager")])
def test_nobody_confirms_what_they_proposed_whatever_roles_they_hold(actor):
    refused = Refused(Reason.SAME_PERSON)
    assert decide_confirmation(actor, passport(), erasure(proposed_by=SOMEBODY)) == refused


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        (worker(), Reason.ROLE_MAY_NOT),
        (worker("org_admin"), Reason.ROLE_MAY_NOT),
        (parent(), Reason.ROLE_MAY_NOT),
        (worker("manager", ended=True), Reason.LEFT_THE_ORGANISATION),
        (person(held("manager", AUTHORITY)), Reason.NO_RELATION),
    ],
)
def test_nobody_but_the_custodians_manager_confirms(actor, reason):
    assert decide_confirmation(actor, passport(), erasure()) == Refused(reason)


def test_there_is_nothing_to_confirm_where_there_is_no_proposal():
    assert decide_confirmation(worker("manager"), None, None) == Refused(Reason.NO_SUCH_THING)


def test_every_use_of_an_organisation_takes_a_role():
    assert set(NEEDED_ROLES) == set(OrganisationUse)
    assert all(NEEDED_ROLES.values())


@every_role
def test_erasures_are_listed_by_those_who_propose_and_confirm_them(role):
    decision = decide_in_organisation(OrganisationUse.LIST_ERASURES, worker(role), CUSTODIAN)
    assert isinstance(decision, Granted) is (role in {"social_worker", "manager"})


@every_role
def test_alerts_are_listed_by_those_who_review_them(role):
    decision = decide_in_organisation(OrganisationUse.LIST_ALERTS, worker(role), CUSTODIAN)
    assert isinstance(decision, Granted) is (role == "social_worker")


# Who may open a view.


@pytest.mark.parametrize(("role", "ceiling"), CEILINGS.items())
def test_a_reader_reads_up_to_their_roles_ceiling(role, ceiling):
    assert reading_of(held(role)) == Reading(DetailLevel(ceiling), Capacity("Robin Ashdown", role, "Saltway Academy"))


@pytest.mark.parametrize("role", NEVER_SEE_CONTENT)
def test_some_roles_never_open_a_view(role):
    assert release_reason(person(held(role))) is Reason.ROLE_SEES_NO_CONTENT


def test_a_consent_that_is_not_there_is_refused():
    assert decide_release(person(held("senco")), None, NOON) == Refused(Reason.NO_SUCH_THING)


@pytest.mark.parametrize(
    "actor",
    [parent(), worker(), person(), *[person(held(role, OTHER_SCHOOL)) for role in Role]],
)
def test_nobody_outside_the_recipient_opens_its_view(actor):
    assert release_reason(actor) is Reason.NOT_THE_RECIPIENT


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"valid_from": NOON}, None),
        ({"valid_until": NOON + INSTANT}, None),
        ({}, None),
        ({"approvals": 0}, Reason.CONSENT_PENDING),
        ({"approvals": 1, "approvals_needed": 2}, Reason.CONSENT_PENDING),
        ({"approvals": 2, "approvals_needed": 2}, None),
        ({"valid_from": NOON + INSTANT}, Reason.CONSENT_NOT_STARTED),
        ({"revoked_at": NOON}, Reason.CONSENT_REVOKED),
        ({"superseded_at": NOON}, Reason.CONSENT_SUPERSEDED),
        ({"superseded_at": NOON + INSTANT}, None),
        ({"valid_until": NOON}, Reason.CONSENT_EXPIRED),
        ({"transition_cancelled": True}, Reason.TRANSITION_CANCELLED),
    ],
)
def test_a_consent_opens_its_view_only_while_it_is_in_force(facts, reason):
    assert release_reason(person(held("designated_teacher")), **facts) is reason


@pytest.mark.parametrize("role", [*CEILINGS, *NEVER_SEE_CONTENT])
def test_somebody_who_left_the_recipient_opens_nothing(role):
    assert release_reason(person(held(role, ended=True))) is Reason.LEFT_THE_ORGANISATION


@pytest.mark.parametrize("kept", NEVER_SEE_CONTENT)
def test_somebody_who_lost_the_role_that_sees_content_opens_nothing(kept):
    assert release_reason(person(held("senco", ended=True), held(kept))) is Reason.ROLE_LOST


def test_a_former_readers_new_role_elsewhere_opens_nothing():
    actor = person(held("senco", ended=True), held("senco", OTHER_SCHOOL))
    assert release_reason(actor) is Reason.LEFT_THE_ORGANISATION


@pytest.mark.parametrize("roles", list(permutations(["class_teacher", "senco", "designated_safeguarding_lead"])))
def test_somebody_with_several_roles_reads_with_the_highest(roles):
    reading = reading_of(*[held(role) for role in roles])
    assert reading.ceiling is DetailLevel.RESTRICTED
    assert reading.capacity.role == "designated_safeguarding_lead"


@pytest.mark.parametrize("other", [held("social_worker", ended=True), held("social_worker", OTHER_SCHOOL)])
def test_a_role_that_ended_or_is_elsewhere_does_not_count(other):
    reading = reading_of(other, held("class_teacher"))
    assert reading == Reading(DetailLevel.EVERYDAY, Capacity("Robin Ashdown", "class_teacher", "Saltway Academy"))


def test_running_the_organisation_adds_nothing_to_what_a_teacher_reads():
    assert reading_of(*map(held, NEVER_SEE_CONTENT), held("class_teacher")).ceiling is DetailLevel.EVERYDAY


memberships = st.lists(
    st.builds(held, st.sampled_from(Role), st.sampled_from([SCHOOL, OTHER_SCHOOL]), ended=st.booleans()), max_size=5
)


@given(memberships, st.booleans())
def test_a_release_needs_a_current_role_here_that_sees_content_and_a_consent_in_force(all_held, revoked):
    here = [one.role for one in all_held if one.organisation_id == SCHOOL and not one.ended]
    levels = [LEVELS.index(CEILINGS[role]) for role in here if role in CEILINGS]
    decision = decide_release(person(*all_held), consent(revoked_at=FROM if revoked else None), NOON)
    if levels and not revoked:
        assert isinstance(decision, Granted)
        assert decision.value.ceiling == LEVELS[max(levels)]
    else:
        assert isinstance(decision, Refused)


# How the log names somebody who was refused.


def test_somebody_refused_is_named_by_their_role_in_the_organisation_concerned():
    actor = person(held("senco", OTHER_SCHOOL), held("class_teacher", ended=True))
    assert capacity_of(actor, SCHOOL, None) == Capacity("Robin Ashdown", "class_teacher", "Saltway Academy")


@pytest.mark.parametrize("organisation_id", [None, SCHOOL, CUSTODIAN])
def test_somebody_refused_is_named_by_a_role_they_still_hold(organisation_id):
    actor = person(held("class_teacher", ended=True), held("senco"))
    assert capacity_of(actor, organisation_id, None) == Capacity("Robin Ashdown", "senco", "Saltway Academy")


def test_somebody_refused_who_belongs_to_no_organisation_is_named_as_a_parent():
    assert capacity_of(parent(), SCHOOL, None) == Capacity("Sam Marlowe", "parent", None)


@pytest.mark.parametrize(("account_id", "role"), [(PARENT, "parent"), (FORMER_PARENT, "former_parent")])
def test_somebody_refused_with_a_relation_to_the_child_is_not_named_by_their_employer(account_id, role):
    actor = person(held("class_teacher", OTHER_SCHOOL), account_id=account_id)
    assert capacity_of(actor, CUSTODIAN, passport()).role == role
