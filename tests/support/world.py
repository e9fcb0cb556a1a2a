"""People and organisations for tests: small builders over the service's own HTTP interface."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx

from passport_api.domain.identifiers import AuthorityCode, Urn
from passport_api.domain.ids import OrganisationId
from passport_api.domain.roles import Role
from passport_api.services import invitations, organisations
from passport_api.services.execution import perform_unattended
from passport_api.services.invitations import Invitee
from support.searching import search_to_the_end
from support.service import Service

PASSWORD = "a long enough password"
EVERY_SECTION = (
    "about_me",
    "strengths_and_interests",
    "story_so_far",
    "relationships_and_trust",
    "regulation",
    "learning_and_communication",
    "health_and_wellbeing",
    "safety",
    "identity_and_culture",
    "family_and_contact",
    "support_and_entitlements",
    "transition_plan",
)
RELATIVE = "Katherine Doyle"
LEVELS = ("everyday", "need_to_know", "restricted")
_serial = itertools.count(1)


@dataclass
class Person:
    """Somebody signed in."""

    name: str
    email: str
    http: httpx.Client
    refresh_token: str
    id: str
    membership_id: str | None = None

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.http.post(path, json=json, **options)

    def made(self, path: str, json: Any = None, **options: Any) -> dict[str, Any]:
        """POST and expect it to succeed."""
        answer = self.post(path, json, **options)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def at(self, service: Service) -> "Person":
        """The same person, signed in at a service: another instance takes no tokens of this one."""
        http = service.client()
        tokens = http.post("/v1/auth/login", json={"email": self.email, "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return replace(self, http=http, refresh_token=tokens["refresh_token"])


@dataclass
class Family:
    """A passport with everybody around it, and a move to a new school."""

    passport_id: str
    custodian_id: str
    social_worker: Person
    parent: Person
    second_parent: Person | None
    from_id: str
    school_id: str
    authority_id: str
    transition_id: str


class World:
    """Builds organisations, staff, families and consents in one running service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._admins: dict[str, Person] = {}

    def authority(self) -> str:
        """Found a local authority; gives its id."""
        code = AuthorityCode.parse(f"{next(_serial) % 1000:03}")
        name = f"Authority {next(_serial)}"
        return self._found(lambda step: organisations.found_authority(step, name, code, None))

    def school(self, authority_id: str | None = None) -> str:
        """Found a school; gives its id."""
        number = next(_serial)
        area = None if authority_id is None else OrganisationId(_uuid(authority_id))
        urn = Urn.parse(f"{900000 + number:06}")
        return self._found(lambda step: organisations.found_school(step, f"School {number}", urn, area))

    def admin(self, organisation_id: str) -> Person:
        """The organisation's administrator, invited the first time."""
        if organisation_id not in self._admins:
            invitee = self._somebody("Admin")
            invited = perform_unattended(
                self.service.runtime,
                lambda step: invitations.invite_first_admin(step, OrganisationId(_uuid(organisation_id)), invitee),
            )
            self._admins[organisation_id] = self.accept(invitee, invited.token)
        return self._admins[organisation_id]

    def member(self, organisation_id: str, role: Role | str) -> Person:
        """Invite somebody to an organisation with a role; they accept."""
        admin = self.admin(organisation_id)
        invitee = self._somebody(str(role))
        body = {"name": invitee.name, "email": invitee.email, "organisation_id": organisation_id, "role": str(role)}
        person = self.accept(invitee, admin.made("/v1/invitations", body)["token"])
        person.membership_id = self.membership_of(organisation_id, person)
        return person

    def membership_of(self, organisation_id: str, person: Person) -> str:
        """The id of somebody's newest membership, as the administrator sees it."""
        path: str | None = f"/v1/organisations/{organisation_id}/memberships?limit=100"
        found = None
        while path:
            page = self.admin(organisation_id).get(path).json()
            for item in page["items"]:
                if item["account_id"] == person.id and item["ended_at"] is None:
                    found = item["id"]
            path = page["next"]
        assert found is not None
        return found

    def parent(self, social_worker: Person, passport_id: str) -> Person:
        """Invite a parent to a passport; they accept."""
        invitee = self._somebody("Parent")
        body = {"name": invitee.name, "email": invitee.email, "passport_id": passport_id}
        return self.accept(invitee, social_worker.made("/v1/invitations", body)["token"])

    def accept(self, invitee: Invitee, token: str) -> Person:
        """Accept an invitation with the one password, as a new person."""
        http = self.service.client()
        answer = http.post("/v1/invitations/acceptance", json={"token": token, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return Person(invitee.name, invitee.email, http, tokens["refresh_token"], http.get("/v1/me").json()["id"])

    def child(self, **changes: Any) -> dict[str, Any]:
        """A child to make a passport of."""
        return {"name": f"Child {next(_serial)}", "date_of_birth": "2015-10-09", **changes}

    def family(self, *, requires_both_parents: bool = False, **child: Any) -> Family:
        """A passport with its parents and a move to a new school in another authority."""
        custodian_id, authority_id = self.authority(), self.authority()
        worker = self.member(custodian_id, Role.SOCIAL_WORKER)
        made = worker.made(
            "/v1/passports", {"child": self.child(**child), "requires_both_parents": requires_both_parents}
        )
        parent = self.parent(worker, made["id"])
        second = self.parent(worker, made["id"]) if requires_both_parents else None
        from_id, school_id = self.school(custodian_id), self.school(authority_id)
        move = {"kind": "phase_transfer", "from_id": from_id, "to_id": school_id, "planned_date": self.day(200)}
        transition = worker.made(f"/v1/passports/{made['id']}/transitions", move)
        return Family(
            made["id"], custodian_id, worker, parent, second, from_id, school_id, authority_id, transition["id"]
        )

    def sibling(self, family: Family, **child: Any) -> Family:
        """Another child of the family's parent, with the same custodian and the same move."""
        worker, parent = family.social_worker, family.parent
        passport_id = worker.made("/v1/passports", {"child": self.child(**child)})["id"]
        invitation = {"name": parent.name, "email": parent.email, "passport_id": passport_id}
        token = worker.made("/v1/invitations", invitation)["token"]
        parent.made("/v1/invitations/acceptance", {"token": token, "password": PASSWORD})
        move = {"kind": "phase_transfer", "from_id": family.from_id, "to_id": family.school_id}
        moves = f"/v1/passports/{passport_id}/transitions"
        transition = worker.made(moves, {**move, "planned_date": self.day(200)})
        return replace(family, passport_id=passport_id, transition_id=transition["id"], second_parent=None)

    def statement(
        self, family: Family, section: str, level: str, text: str = "", by: Person | None = None, **more: Any
    ) -> Any:
        """Write a statement, as the parent unless another is named."""
        body = {
            "section": section,
            "detail_level": level,
            "text": text or f"A {level} statement for {section}.",
            "source": "parent",
            **more,
        }
        return (by or family.parent).made(f"/v1/passports/{family.passport_id}/statements", body)

    def correct(self, family: Family, statement_id: str, text: str | None = "It was not so.") -> Any:
        """The parent replaces a statement with a text, or withdraws it."""
        path = f"/v1/statements/{statement_id}"
        now = family.parent.get(path)
        kept = ("section", "detail_level", "kind", "source", "wording_reason")
        replacement = None if text is None else {**{name: now.json()[name] for name in kept}, "text": text}
        body = {"reason": "We looked into it again.", "replacement": replacement}
        return family.parent.made(f"{path}/corrections", body, headers={"If-Match": now.headers["ETag"]})

    def protect(self, family: Family, *names: str) -> Any:
        """The parent makes a protected list of relatives' names, in the place of the one that there was."""
        path = f"/v1/passports/{family.passport_id}/protected-list"
        terms = [{"kind": "relative_name", "text": name} for name in names]
        answer = family.parent.http.put(path, json={"terms": terms}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def alert(self, family: Family) -> str:
        """The parent names a relative who is on the protected list, and says why; gives the custodian's alert."""
        self.protect(family, RELATIVE)
        why = "She will ask about her."
        self.statement(family, "family_and_contact", "restricted", f"{RELATIVE} came.", wording_reason=why)
        alerts = family.social_worker.get(f"/v1/organisations/{family.custodian_id}/alerts?limit=1").json()
        return str(alerts["items"][0]["id"])

    def every_statement(self, family: Family) -> list[Any]:
        """A statement in each section at each level."""
        return [self.statement(family, section, level) for section in EVERY_SECTION for level in LEVELS]

    def terms(self, family: Family, scope: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        """A consent for the family's move, to its new school."""
        return {
            "recipient_id": family.school_id,
            "purpose": "phase_transfer",
            "scope": scope if scope is not None else dict.fromkeys(EVERY_SECTION, "restricted"),
            "valid_until": (self.service.clock() + timedelta(days=365)).isoformat(),
            "transition_id": family.transition_id,
            "child_view": {"asked": True, "words": "Tell them I like drawing."},
            **changes,
        }

    def consent(self, family: Family, scope: dict[str, str] | None = None, **changes: Any) -> Any:
        """The parent consents."""
        path = f"/v1/passports/{family.passport_id}/consents"
        return family.parent.made(path, self.terms(family, scope, **changes))

    def search(self, family: Family, phrase: str, by: Person | None = None) -> Any:
        """The social worker has the custodian's passports looked through for a phrase, to the end."""
        body = {"phrase": phrase, "reason": "It has spread."}
        made = (by or family.social_worker).made(f"/v1/organisations/{family.custodian_id}/searches", body)
        search_to_the_end(self.service)
        return made

    def manager(self, family: Family) -> Person:
        """A manager of the family's custodian."""
        return self.member(family.custodian_id, Role.MANAGER)

    def proposal(self, family: Family, ground: str = "parents_asked") -> Any:
        """The social worker proposes to erase the passport."""
        return family.social_worker.made(f"/v1/passports/{family.passport_id}/erasures", {"ground": ground})

    def erase(self, family: Family, manager: Person) -> Any:
        """The social worker proposes to erase the passport, and the manager confirms."""
        return manager.made(f"/v1/erasures/{self.proposal(family)['id']}/confirmation")

    def day(self, ahead: int) -> str:
        """A date some days ahead."""
        return (self.service.clock() + timedelta(days=ahead)).date().isoformat()

    def _somebody(self, what: str) -> Invitee:
        number = next(_serial)
        return Invitee(f"{what} {number}", f"person{number}@people.example")

    def _found(self, use_case: Any) -> str:
        return str(perform_unattended(self.service.runtime, use_case).organisation_id)


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)
