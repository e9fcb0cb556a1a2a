"""What people are in an organisation, which organisations have which roles, and how much each may see."""

from enum import StrEnum

from passport_api.domain.levels import DetailLevel


class OrganisationKind(StrEnum):
    """What an organisation is."""

    LOCAL_AUTHORITY = "local_authority"
    ADOPTION_AGENCY = "adoption_agency"
    SCHOOL = "school"


class Role(StrEnum):
    """A role held in one organisation. Parents are not here: being a parent is a relation to a passport."""

    CLASS_TEACHER = "class_teacher"
    DESIGNATED_TEACHER = "designated_teacher"
    SENCO = "senco"
    VIRTUAL_SCHOOL = "virtual_school"
    DESIGNATED_SAFEGUARDING_LEAD = "designated_safeguarding_lead"
    SOCIAL_WORKER = "social_worker"
    MANAGER = "manager"
    ORG_ADMIN = "org_admin"
    OPERATOR = "operator"
    AUDITOR = "auditor"


CEILINGS: dict[Role, DetailLevel | None] = {
    Role.CLASS_TEACHER: DetailLevel.EVERYDAY,
    Role.DESIGNATED_TEACHER: DetailLevel.NEED_TO_KNOW,
    Role.SENCO: DetailLevel.NEED_TO_KNOW,
    Role.VIRTUAL_SCHOOL: DetailLevel.NEED_TO_KNOW,
    Role.DESIGNATED_SAFEGUARDING_LEAD: DetailLevel.RESTRICTED,
    Role.SOCIAL_WORKER: DetailLevel.RESTRICTED,
    Role.MANAGER: None,
    Role.ORG_ADMIN: None,
    Role.OPERATOR: None,
    Role.AUDITOR: None,
}
"""The highest level each role may see; None is a role that never sees content."""

SEES_CONTENT = frozenset(role for role, ceiling in CEILINGS.items() if ceiling is not None)
"""The roles that may see content."""

_ANYWHERE = {Role.ORG_ADMIN, Role.AUDITOR}
_CUSTODIAN = _ANYWHERE | {Role.SOCIAL_WORKER, Role.MANAGER}

ROLES_IN: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.LOCAL_AUTHORITY: frozenset(_CUSTODIAN | {Role.VIRTUAL_SCHOOL, Role.OPERATOR}),
    OrganisationKind.ADOPTION_AGENCY: frozenset(_CUSTODIAN),
    OrganisationKind.SCHOOL: frozenset(
        _ANYWHERE
        | {
            Role.CLASS_TEACHER,
            Role.DESIGNATED_TEACHER,
            Role.SENCO,
            Role.DESIGNATED_SAFEGUARDING_LEAD,
        }
    ),
}
"""Which roles each kind of organisation can give."""

CUSTODIANS = frozenset({OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.ADOPTION_AGENCY})
"""The kinds of organisation that can hold passports as controller."""


def ceiling_of(role: Role) -> DetailLevel | None:
    """The highest level a role may see, or None for a role that never sees content."""
    return CEILINGS[role]
