"""What can be done in an organisation by those who work for it, and the roles that it takes."""

from enum import StrEnum

from passport_api.domain.roles import Role


class OrganisationUse(StrEnum):
    """What can be done in an organisation by those who work for it. The value is the access log's action."""

    CREATE_PASSPORT = "passport.created"
    LIST_MEMBERS = "members.listed"
    INVITE_MEMBER = "member.invited"
    END_MEMBERSHIP = "membership.ended"
    CHANGE_ROLE = "membership.role_changed"
    LIST_ERASURES = "erasures.listed"
    LIST_CORRECTION_NOTICES = "correction_notices.listed"
    LIST_CHALLENGES = "challenges.listed"
    LIST_ALERTS = "alerts.listed"
    MAKE_SEARCH = "search.made"
    LOOK_THROUGH = "passport.searched"
    LIST_SEARCHES = "searches.listed"
    READ_SEARCH = "search.read"
    READ_HITS = "search.hits_read"
    CANCEL_SEARCH = "search.cancelled"
    ASK_CORRECTION = "search.correction_asked"
    READ_CORRECTIONS = "search.corrections_read"


_ADMIN = frozenset({Role.ORG_ADMIN})
_SOCIAL_WORKER = frozenset({Role.SOCIAL_WORKER})

NEEDED_ROLES: dict[OrganisationUse, frozenset[Role]] = {
    OrganisationUse.CREATE_PASSPORT: _SOCIAL_WORKER,
    OrganisationUse.LIST_MEMBERS: _ADMIN,
    OrganisationUse.INVITE_MEMBER: _ADMIN,
    OrganisationUse.END_MEMBERSHIP: _ADMIN,
    OrganisationUse.CHANGE_ROLE: _ADMIN,
    OrganisationUse.LIST_ERASURES: frozenset({Role.SOCIAL_WORKER, Role.MANAGER}),
    OrganisationUse.LIST_CORRECTION_NOTICES: _SOCIAL_WORKER,
    OrganisationUse.LIST_CHALLENGES: _SOCIAL_WORKER,
    OrganisationUse.LIST_ALERTS: _SOCIAL_WORKER,
    OrganisationUse.MAKE_SEARCH: _SOCIAL_WORKER,
    OrganisationUse.LOOK_THROUGH: _SOCIAL_WORKER,
    OrganisationUse.LIST_SEARCHES: _SOCIAL_WORKER,
    OrganisationUse.READ_SEARCH: _SOCIAL_WORKER,
    OrganisationUse.READ_HITS: _SOCIAL_WORKER,
    OrganisationUse.CANCEL_SEARCH: _SOCIAL_WORKER,
    OrganisationUse.ASK_CORRECTION: _SOCIAL_WORKER,
    OrganisationUse.READ_CORRECTIONS: _SOCIAL_WORKER,
}
"""The roles of which each use takes one, held in that organisation."""
