"""Roles: how much each may see, which organisations give them, and which of them somebody holds now."""

import pytest

from passport_api.domain.roles import CEILINGS, CUSTODIANS, ROLES_IN, OrganisationKind, Role, ceiling_of
from unit.domain.builders import (
    CEILINGS as DESIGN_CEILINGS,
)
from unit.domain.builders import (
    CUSTODIAN,
    NEVER_SEE_CONTENT,
    OTHER_SCHOOL,
    SCHOOL,
    held,
    person,
)


def test_the_roles_are_those_of_the_design():
    assert {role.value for role in Role} == {*DESIGN_CEILINGS, *NEVER_SEE_CONTENT}


def test_every_role_has_a_ceiling_or_is_said_to_have_none():
    assert set(CEILINGS) == set(Role)


@pytest.mark.parametrize(("role", "ceiling"), DESIGN_CEILINGS.items())
def test_a_role_sees_up_to_the_level_that_the_design_gives_it(role, ceiling):
    assert ceiling_of(Role(role)) == ceiling


@pytest.mark.parametrize("role", NEVER_SEE_CONTENT)
def test_a_role_that_runs_or_checks_the_service_never_sees_content(role):
    assert ceiling_of(Role(role)) is None


def test_every_kind_of_organisation_has_its_roles():
    assert set(ROLES_IN) == set(OrganisationKind)


def test_every_role_is_given_by_some_kind_of_organisation():
    assert set[Role]().union(*ROLES_IN.values()) == set(Role)


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_every_organisation_can_have_an_administrator(kind):
    assert Role.ORG_ADMIN in ROLES_IN[kind]


def test_passports_are_held_by_authorities_and_adoption_agencies():
    assert {"local_authority", "adoption_agency"} == CUSTODIANS


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_only_a_custodian_has_social_workers(kind):
    """The social worker's role is what opens a passport at its custodian."""
    assert (Role.SOCIAL_WORKER in ROLES_IN[kind]) == (kind in CUSTODIANS)


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_only_a_custodian_has_managers(kind):
    """Whoever can propose an erasure has somebody to confirm it."""
    assert (Role.MANAGER in ROLES_IN[kind]) == (kind in CUSTODIANS)


@pytest.mark.parametrize(
    ("membership", "holds", "holds_anywhere"),
    [
        (held("senco", SCHOOL), True, True),
        (held("senco", OTHER_SCHOOL), False, True),
        (held("senco", SCHOOL, ended=True), False, False),
        (held("class_teacher", SCHOOL), False, False),
    ],
)
def test_somebody_holds_a_role_where_it_was_given_and_until_it_ends(membership, holds, holds_anywhere):
    actor = person(held("social_worker", CUSTODIAN), membership)
    assert actor.holds(Role.SENCO, SCHOOL) is holds
    assert actor.holds_anywhere(Role.SENCO) is holds_anywhere


def test_a_role_here_and_an_organisation_there_do_not_add_up():
    actor = person(held("senco", OTHER_SCHOOL), held("class_teacher", SCHOOL))
    assert not actor.holds(Role.SENCO, SCHOOL)


def test_the_active_memberships_are_those_that_have_not_ended():
    here, left = held("senco", SCHOOL), held("senco", OTHER_SCHOOL, ended=True)
    assert person(left, here).active() == (here,)
