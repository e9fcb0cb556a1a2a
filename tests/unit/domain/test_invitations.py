"""Invitations: a link works once, for a time, for so many guesses; and each organisation gives only its roles."""

from datetime import UTC, datetime, timedelta

import pytest

from passport_api.domain.invitations import (
    LIFETIME,
    MAX_ATTEMPTS,
    InvitationFacts,
    InvitationStatus,
    check_role,
    invitation_status,
)
from passport_api.domain.roles import OrganisationKind, Role
from unit.domain.builders import INSTANT, NOON, SECOND, field_refused

EXPIRES = datetime(2026, 9, 8, 12, tzinfo=UTC)
ROLES = {
    "local_authority": {"org_admin", "auditor", "social_worker", "manager", "virtual_school", "operator"},
    "adoption_agency": {"org_admin", "auditor", "social_worker", "manager"},
    "school": {
        "org_admin",
        "auditor",
        "class_teacher",
        "designated_teacher",
        "senco",
        "designated_safeguarding_lead",
    },
}


def status(at=NOON, *, accepted_at=None, failed_attempts=0):
    return invitation_status(InvitationFacts(EXPIRES, accepted_at, failed_attempts), at)


def test_a_link_works_for_a_week():
    assert timedelta(days=7) == LIFETIME


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON, InvitationStatus.OPEN),
        (EXPIRES - INSTANT, InvitationStatus.OPEN),
        (EXPIRES, InvitationStatus.EXPIRED),
        (EXPIRES + SECOND, InvitationStatus.EXPIRED),
    ],
)
def test_a_link_works_until_before_the_instant_it_expires(at, expected):
    assert status(at) is expected


def test_an_accepted_link_does_not_work_again():
    assert status(accepted_at=NOON) is InvitationStatus.ACCEPTED


@pytest.mark.parametrize(("failures", "expected"), [(0, "open"), (4, "open"), (5, "spent"), (6, "spent")])
def test_five_wrong_passwords_spend_a_link(failures, expected):
    assert MAX_ATTEMPTS == 5
    assert status(failed_attempts=failures) is InvitationStatus(expected)


@pytest.mark.parametrize(
    ("at", "accepted_at", "failures", "expected"),
    [
        (EXPIRES, NOON, 5, "accepted"),
        (EXPIRES, NOON, 0, "accepted"),
        (NOON, NOON, 5, "accepted"),
        (EXPIRES, None, 5, "spent"),
        (EXPIRES, None, 4, "expired"),
    ],
)
def test_an_acceptance_tells_more_than_wrong_guesses_and_those_more_than_age(at, accepted_at, failures, expected):
    assert status(at, accepted_at=accepted_at, failed_attempts=failures) is InvitationStatus(expected)


@pytest.mark.parametrize(("kind", "role"), [(kind, role) for kind, roles in ROLES.items() for role in sorted(roles)])
def test_an_organisation_gives_the_roles_of_its_kind(kind, role):
    check_role(Role(role), OrganisationKind(kind))


@pytest.mark.parametrize(
    ("kind", "role"), [(kind, role) for kind, roles in ROLES.items() for role in Role if role not in roles]
)
def test_an_organisation_gives_no_other_role(kind, role):
    assert field_refused(check_role, role, OrganisationKind(kind)) == "/role"
