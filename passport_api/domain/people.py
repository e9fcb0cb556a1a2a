"""Who is asking: an account, the roles it holds or held, and the name the access log keeps."""

from dataclasses import dataclass

from passport_api.domain.ids import AccountId, OrganisationId, SessionId
from passport_api.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one organisation; `ended` once the person has left it or lost the role."""

    organisation_id: OrganisationId
    organisation_name: str
    role: Role
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, as the store knows them at this moment.

    Attributes:
        session_id: in which they are signed in; None of somebody for whom a worker does what they asked for before.
    """

    account_id: AccountId
    session_id: SessionId | None
    name: str
    memberships: tuple[Membership, ...]

    def active(self) -> tuple[Membership, ...]:
        """The memberships that have not ended."""
        return tuple(held for held in self.memberships if not held.ended)

    def holds(self, role: Role, organisation_id: OrganisationId) -> bool:
        """Whether the person has this role in this organisation now."""
        return any(
            held.role is role and held.organisation_id == organisation_id and not held.ended
            for held in self.memberships
        )

    def holds_anywhere(self, role: Role) -> bool:
        """Whether the person has this role in any organisation now."""
        return any(held.role is role and not held.ended for held in self.memberships)


@dataclass(frozen=True, slots=True)
class Capacity:
    """In what capacity somebody acted: what the access log and a statement's author say of them."""

    name: str
    role: str
    organisation: str | None = None
