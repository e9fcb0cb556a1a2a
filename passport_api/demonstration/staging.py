"""Brings the demonstration family onto the stage, through the same use cases that people's requests go through."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from passport_api import setup
from passport_api.app import utc_now
from passport_api.config import Settings, for_folder
from passport_api.demonstration import meanings
from passport_api.demonstration.shapes import Challenge, Consent, Correction, Family, Person, Statement
from passport_api.domain.decisions import Refused
from passport_api.domain.identifiers import AuthorityCode, GssCode, Urn
from passport_api.domain.ids import OrganisationId, PassportId, StatementId, TransitionId
from passport_api.domain.roles import OrganisationKind, Role
from passport_api.services import (
    challenges,
    consents,
    corrections,
    invitations,
    organisations,
    passports,
    protected_lists,
    statements,
    transitions,
)
from passport_api.services.execution import perform, perform_unattended
from passport_api.services.invitations import Invited, Invitee
from passport_api.services.passports import NewPassport
from passport_api.services.runtime import Caller, Runtime, Step, Work

Card = dict[str, Any]
"""What demo.json holds: where the service is, who can sign in, and the ids that scripts need."""

T = TypeVar("T")

CARD = "demo.json"
ACCOUNTS = (
    "parent",
    "second_parent",
    "custodian_social_worker",
    "designated_teacher",
    "designated_safeguarding_lead",
    "class_teacher",
    "receiving_social_worker",
    "other_school_safeguarding_lead",
)


def is_staged(folder: Path) -> bool:
    """Whether a whole demonstration is in the folder."""
    return (folder / CARD).exists()


def stage(
    folder: Path, family: Family, open_runtime: Callable[[Settings], Runtime], new_secret: Callable[[], str]
) -> None:
    """Make keys, a database and the family beside the folder's place, then move them in.

    Whenever it is interrupted, the next time begins anew, or only moves in what is left: the card is written last.

    Raises:
        NotSetUp: the folder holds a service without a demonstration.
    """
    backstage = folder / "unfinished"
    if not is_staged(backstage):
        if (folder / "passport.db").exists() or (folder / "anchors").exists():
            raise setup.NotSetUp(f"{folder} holds a service without the demonstration: choose another folder.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(backstage, ignore_errors=True)
        setup.prepare_folder(backstage, utc_now())
        runtime = open_runtime(for_folder(backstage))
        card = _Director(runtime, family, new_secret).play()
        runtime.database.close()
        _write_private(backstage / CARD, card)
    for name in ("keys.json", "anchors", "passport.db", CARD):
        if (backstage / name).exists():
            (backstage / name).replace(folder / name)
    shutil.rmtree(backstage)


def write_card(folder: Path, base_url: str) -> Card:
    """Write where the service is now into demo.json; gives what it holds."""
    card: Card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    card["base_url"] = base_url
    _write_private(folder / CARD, card)
    return card


def _write_private(path: Path, card: Card) -> None:
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(card, file, ensure_ascii=False, indent=2)
        file.write("\n")
    draft.replace(path)


class _Director:
    """Plays the family's story once: founds, invites, protects, writes, consents, corrects, challenges."""

    def __init__(self, runtime: Runtime, family: Family, new_secret: Callable[[], str]) -> None:
        self._runtime = runtime
        self._family = family
        self._new_secret = new_secret
        self._organisations: dict[str, OrganisationId] = {}
        self._callers: dict[str, Caller] = {}
        self._passwords: dict[str, str] = {}
        self._written: dict[str, StatementId] = {}

    def play(self) -> Card:
        self._found_organisations()
        self._staff_organisations()
        passport_id = self._make_passport()
        self._invite_parents(passport_id)
        self._protect(passport_id)
        for statement in self._family.statements:
            self._write(passport_id, statement)
        transition_id = self._record_transition(passport_id)
        given = [self._consent(passport_id, transition_id, consent) for consent in self._family.consents]
        for correction in self._family.corrections:
            self._correct(correction)
        for challenge in self._family.challenges:
            self._challenge(challenge)
        return {
            "base_url": "",
            "accounts": {
                name: {"email": self._family.people[name].email, "password": self._passwords[name]} for name in ACCOUNTS
            },
            "passport_id": str(passport_id),
            "transition_id": str(transition_id),
            "consent_id": given[0],
            "challenged_statement_id": str(self._written[self._family.challenges[0].statement]),
            "custodian_id": str(self._organisations["sending_authority"]),
            "receiving_school_id": str(self._organisations["receiving_school"]),
            "receiving_authority_id": str(self._organisations["receiving_authority"]),
            "other_school_id": str(self._organisations["other_school"]),
        }

    def _found_organisations(self) -> None:
        authorities_first = sorted(self._family.organisations, key=self._is_school)
        for key in authorities_first:
            self._organisations[key] = perform_unattended(self._runtime, partial(self._found, key))

    def _is_school(self, key: str) -> bool:
        return self._family.organisations[key].kind == OrganisationKind.SCHOOL.value

    def _found(self, key: str, step: Step) -> OrganisationId:
        said = self._family.organisations[key]
        match OrganisationKind(said.kind):
            case OrganisationKind.SCHOOL:
                area = None if said.authority is None else self._organisations[said.authority]
                return organisations.found_school(step, said.name, Urn.parse(said.urn or ""), area).organisation_id
            case OrganisationKind.LOCAL_AUTHORITY:
                code = AuthorityCode.parse(said.authority_code or "")
                gss = None if said.gss_code is None else GssCode.parse(said.gss_code)
                return organisations.found_authority(step, said.name, code, gss).organisation_id
            case OrganisationKind.ADOPTION_AGENCY:
                return organisations.found_agency(step, said.name).organisation_id

    def _staff_organisations(self) -> None:
        """Administrators first: each is invited from the command line and invites the others."""
        staff = {key: person for key, person in self._family.people.items() if person.organisation is not None}
        admins = {key: person for key, person in staff.items() if person.role == Role.ORG_ADMIN.value}
        for key, person in admins.items():
            self._accept(key, perform_unattended(self._runtime, partial(self._invite_admin, person)))
        admin_of = {person.organisation: key for key, person in admins.items()}
        for key, person in staff.items():
            if key not in admins:
                self._accept(key, self._as(admin_of[person.organisation], partial(self._invite_member, person)))

    def _invite_admin(self, person: Person, step: Step) -> Invited:
        return invitations.invite_first_admin(step, self._where(person), _invitee(person))

    def _invite_member(self, person: Person, work: Work) -> Invited | Refused:
        return invitations.invite_member(work, self._where(person), Role(str(person.role)), _invitee(person))

    def _where(self, person: Person) -> OrganisationId:
        return self._organisations[str(person.organisation)]

    def _invite_parents(self, passport_id: PassportId) -> None:
        for key, person in self._family.people.items():
            if person.organisation is None:
                invite = partial(self._invite_parent, passport_id, person)
                self._accept(key, self._as("custodian_social_worker", invite))

    def _invite_parent(self, passport_id: PassportId, person: Person, work: Work) -> Invited | Refused:
        return invitations.invite_parent(work, passport_id, _invitee(person))

    def _accept(self, key: str, invited: Invited) -> None:
        self._passwords[key] = self._new_secret()[:20]
        self._callers[key], _ = invitations.accept(self._runtime, invited.token, self._passwords[key])

    def _make_passport(self) -> PassportId:
        new = NewPassport(meanings.child_of(self._family), requires_both_parents=False, custodian_id=None)
        return self._as("custodian_social_worker", lambda work: passports.create(work, new)).passport_id

    def _protect(self, passport_id: PassportId) -> None:
        said = self._family.protected_list
        new = meanings.list_of(said)
        self._as(said.author, lambda work: protected_lists.replace(work, passport_id, new, _nobody_else_was_there))

    def _write(self, passport_id: PassportId, said: Statement) -> None:
        new = meanings.statement_of(said, self._written, self._today())
        written = self._as(said.author, lambda work: statements.write(work, passport_id, new))
        if said.key is not None:
            self._written[said.key] = written.kept.statement.statement_id

    def _record_transition(self, passport_id: PassportId) -> TransitionId:
        move = meanings.move_of(self._family.transition, self._organisations)
        recorded = self._as("custodian_social_worker", lambda work: transitions.record(work, passport_id, move))
        return recorded.transition_id

    def _consent(self, passport_id: PassportId, transition_id: TransitionId, said: Consent) -> str:
        terms = meanings.terms_of(said, self._organisations, transition_id, self._runtime.clock())
        return str(self._as("parent", lambda work: consents.give(work, passport_id, terms)).consent_id)

    def _correct(self, said: Correction) -> None:
        (before,) = (each for each in self._family.statements if each.key == said.statement)
        today = self._today()
        new = meanings.correction_of(said, meanings.statement_of(before, self._written, today), today)
        statement_id = self._written[said.statement]
        self._as(said.author, lambda work: corrections.correct(work, statement_id, new, _nobody_else_was_there))

    def _challenge(self, said: Challenge) -> None:
        new, statement_id = meanings.challenge_of(said), self._written[said.statement]
        self._as(said.author, lambda work: challenges.make(work, statement_id, new))

    def _today(self) -> date:
        return self._runtime.clock().date()

    def _as(self, key: str, use_case: Callable[[Work], T | Refused]) -> T:
        outcome = perform(self._runtime, self._callers[key], use_case)
        match outcome:
            case Refused(reason):
                raise AssertionError(f"the demonstration's {key} was refused: {reason.value}")
            case given:
                return given


def _invitee(person: Person) -> Invitee:
    return Invitee(person.name, person.email)


def _nobody_else_was_there(*_: object) -> bool:
    """Nothing changes between reading and writing while the family is being made."""
    return True
