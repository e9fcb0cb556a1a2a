"""The decision register: basis apart from agreement, and an agreement stated for every release and refusal."""

import pytest
from unit.domain.builders import FORMER_PARENT, NOON, SECOND, consent, held, parent, passport, person, worker

from passport_api.domain.access import Use, decide_release, decide_use
from passport_api.domain.decisions import _CONSENSUS, Agreement, Basis, Consensus, Reason, Refused, consensus_on


def test_the_bases_are_those_of_the_design():
    assert {basis.value for basis in Basis} == {
        "consent",
        "safeguarding",
        "information_sharing_duty",
        "subject_access",
    }


def test_the_agreements_are_those_of_the_design():
    assert {agreement.value for agreement in Agreement} == {"given", "not_sought", "refused"}


def test_the_register_has_an_answer_for_every_reason():
    assert set(_CONSENSUS) == set(Reason)


def test_a_release_was_agreed_to():
    assert consensus_on(None) == Consensus(Agreement.GIVEN)


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_says_why_agreement_was_not_sought_or_what_became_of_it(reason):
    assert consensus_on(reason).note


@pytest.mark.parametrize(
    ("reason", "agreement"),
    [
        ("no_such_thing", "not_sought"),
        ("no_relation", "not_sought"),
        ("no_longer_a_parent", "not_sought"),
        ("role_may_not", "not_sought"),
        ("not_the_recipient", "not_sought"),
        ("consent_pending", "not_sought"),
        ("consent_not_started", "not_sought"),
        ("consent_revoked", "refused"),
        ("consent_superseded", "not_sought"),
        ("consent_expired", "not_sought"),
        ("transition_cancelled", "not_sought"),
    ],
)
def test_where_no_consent_stands_the_register_does_not_say_that_the_family_agreed(reason, agreement):
    assert consensus_on(Reason(reason)).agreement is Agreement(agreement)


def test_only_a_withdrawn_consent_counts_as_the_familys_refusal():
    refused = [reason for reason in Reason if consensus_on(reason).agreement is Agreement.REFUSED]
    assert refused == [Reason.CONSENT_REVOKED]


def test_every_reason_is_given_by_some_refusal():
    teacher = person(held("senco"))
    refusals = [
        decide_use(Use.READ_PASSPORT, parent(), None),
        decide_use(Use.READ_PASSPORT, person(), passport()),
        decide_use(Use.READ_PASSPORT, person(account_id=FORMER_PARENT), passport()),
        decide_use(Use.READ_PASSPORT, worker("auditor"), passport()),
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
