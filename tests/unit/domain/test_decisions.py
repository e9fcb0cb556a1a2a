"""The decision register: basis apart from agreement, and an agreement stated for every release and refusal."""

import pytest

from passport_api.domain.access import Use, decide_confirmation, decide_release, decide_use
from passport_api.domain.consents import Standing
from passport_api.domain.decisions import Agreement, Basis, Consensus, Reason, Refused, consensus_on
from unit.domain.builders import (
    FORMER_PARENT,
    NOON,
    SECOND,
    SOMEBODY,
    consent,
    erasure,
    held,
    parent,
    passport,
    person,
    worker,
)


def test_the_bases_are_those_of_the_design():
    assert {basis.value for basis in Basis} == {
        "consent",
        "safeguarding",
        "information_sharing_duty",
        "subject_access",
    }


def test_the_agreements_are_those_of_the_design():
    assert {agreement.value for agreement in Agreement} == {"given", "not_sought", "refused"}


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("reason", [None, *Reason])
def test_the_register_has_an_answer_for_every_reason_and_standing(reason, standing):
    assert isinstance(consensus_on(reason, standing), Consensus)


def test_a_release_was_agreed_to():
    assert consensus_on(None, Standing.IN_FORCE) == Consensus(Agreement.GIVEN)


@pytest.mark.parametrize(
    ("standing", "agreement"),
    [
        ("in_force", "given"),
        ("awaiting_parent", "not_sought"),
        ("not_started", "not_sought"),
        ("revoked", "refused"),
        ("superseded", "not_sought"),
        ("expired", "not_sought"),
        ("transition_cancelled", "not_sought"),
    ],
)
@pytest.mark.parametrize("reason", [Reason.LEFT_THE_ORGANISATION, Reason.ROLE_LOST, Reason.ROLE_SEES_NO_CONTENT])
def test_agreement_is_as_the_consent_stands_whatever_else_was_in_the_readers_way(reason, standing, agreement):
    assert consensus_on(reason, Standing(standing)).agreement is Agreement(agreement)


@pytest.mark.parametrize("reason", list(Reason))
def test_where_no_consent_is_involved_agreement_was_not_sought_and_the_register_says_why(reason):
    consensus = consensus_on(reason, None)
    assert consensus.agreement is Agreement.NOT_SOUGHT
    assert consensus.note


@pytest.mark.parametrize("standing", list(Standing))
def test_a_consent_for_others_says_nothing_of_this_reader(standing):
    assert consensus_on(Reason.NOT_THE_RECIPIENT, standing).agreement is Agreement.NOT_SOUGHT


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.IN_FORCE])
def test_where_agreement_was_not_given_the_register_says_why(standing):
    assert consensus_on(Reason.ROLE_LOST, standing).note


def test_every_reason_is_given_by_some_refusal():
    teacher = person(held("senco"))
    refusals = [
        decide_use(Use.READ_PASSPORT, parent(), None),
        decide_use(Use.READ_PASSPORT, person(), passport()),
        decide_use(Use.READ_PASSPORT, person(account_id=FORMER_PARENT), passport()),
        decide_use(Use.READ_PASSPORT, worker("auditor"), passport()),
        decide_confirmation(worker("manager"), passport(), erasure(proposed_by=SOMEBODY)),
        decide_release(parent(), consent(), NOON),
        decide_release(person(held("senco", ended=True)), consent(), NOON),
        decide_release(person(held("org_admin")), consent(), NOON),
        decide_release(person(held("org_admin"), held("senco", ended=True)), consent(), NOON),
        decide_release(teacher, consent(approvals=0), NOON),
        decide_release(teacher, consent(valid_from=NOON + SECOND), NOON),
        decide_release(teacher, consent(valid_until=NOON), NOON),
        decide_release(teacher, consent(revoked_at=NOON), NOON),
        decide_release(teacher, consent(superseded_at=NOON), NOON),
        decide_release(teacher, consent(transition_cancelled=True), NOON),
    ]
    given = [refusal.reason for refusal in refusals if isinstance(refusal, Refused)]
    assert sorted(given) == sorted(Reason)
