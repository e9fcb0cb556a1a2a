"""How domain objects are written before they are sealed, and read after: compact JSON with a format number.

What is sealed is what decides: a section, level or scope changed in the database beside the ciphertext changes nothing.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from passport_api.domain.access_log import Entry, Outcome, StatementSeen
from passport_api.domain.alerts import AlertDetails
from passport_api.domain.challenges import Challenge, Challenger
from passport_api.domain.children import Child, Circumstance
from passport_api.domain.consents import ChildView, Purpose, Terms
from passport_api.domain.corrections import Correction, CorrectionKind
from passport_api.domain.decisions import Reason
from passport_api.domain.identifiers import NhsNumber, Upn
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId, StatementId, TransitionId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.searches import Mending, Sought
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.domain.webhooks import Secret

_FORMAT = 1
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_decoder = json.JSONDecoder()

# Looked up by hand: opening a view reads these for every statement, and Enum(value) costs five times as much.
_SECTIONS = {section.value: section for section in Section}
_LEVELS = {level.value: level for level in DetailLevel}
_KINDS = {kind.value: kind for kind in StatementKind}


def _dump(content: dict[str, Any]) -> bytes:
    return _encoder.encode({"f": _FORMAT, **content}).encode()


def _load(plaintext: bytes) -> dict[str, Any]:
    content: dict[str, Any] = _decoder.decode(plaintext.decode())
    if content.pop("f") != _FORMAT:
        raise ValueError("sealed in a format that this version does not know")
    return content


def encode_statement(statement: Statement) -> bytes:
    """Write what is sealed of a statement. Its id and version are its place."""
    return _dump(
        {
            "section": statement.section.value,
            "level": statement.detail_level.value,
            "kind": statement.kind.value,
            "text": statement.text,
            "source": statement.source,
            "author": _capacity(statement.author),
            "on": statement.recorded_on.isoformat(),
            "review": None if statement.review_on is None else statement.review_on.isoformat(),
            **_correction(statement.correction),
            **({} if statement.wording_reason is None else {"kept": statement.wording_reason}),
            **({} if not statement.rests_on else {"rests": [str(each) for each in statement.rests_on]}),
        }
    )


def decode_statement(plaintext: bytes, statement_id: StatementId, version: int, version_hash: str) -> Statement:
    """Read a statement."""
    content = _load(plaintext)
    review, correction = content["review"], content.get("correction")
    return Statement(
        statement_id=statement_id,
        version=version,
        section=_SECTIONS[content["section"]],
        detail_level=_LEVELS[content["level"]],
        kind=_KINDS[content["kind"]],
        text=content["text"],
        source=content["source"],
        author=Capacity(*content["author"]),
        recorded_on=date.fromisoformat(content["on"]),
        review_on=None if review is None else date.fromisoformat(review),
        correction=None if correction is None else Correction(CorrectionKind(correction[0]), correction[1]),
        wording_reason=content.get("kept"),
        rests_on=tuple(StatementId(UUID(each)) for each in content.get("rests", ())),
        hash=version_hash,
    )


def encode_challenge(challenge: Challenge) -> bytes:
    """Write what is sealed of a challenge. Its id is its place."""
    return _dump({"challenger": challenge.challenger.value, "words": challenge.words})


def decode_challenge(plaintext: bytes) -> Challenge:
    """Read a challenge."""
    content = _load(plaintext)
    return Challenge(Challenger(content["challenger"]), content["words"])


def encode_reasons(reasons: str) -> bytes:
    """Write why a challenge came to what it did."""
    return _dump({"reasons": reasons})


def decode_reasons(plaintext: bytes) -> str:
    """Read why a challenge came to what it did."""
    return str(_load(plaintext)["reasons"])


def encode_list(said: ProtectedList) -> bytes:
    """Write what is sealed of a protected list."""
    return _dump({"terms": [[term.kind.value, term.text] for term in said.terms], "in_use": list(said.names_in_use)})


def decode_list(plaintext: bytes) -> ProtectedList:
    """Read a protected list."""
    content = _load(plaintext)
    terms = tuple(ProtectedTerm(ProtectedKind(kind), text) for kind, text in content["terms"])
    return ProtectedList(terms, tuple(content["in_use"]))


def encode_details(details: AlertDetails) -> bytes:
    """Write what is sealed of an alert."""
    by = None if details.by is None else _capacity(details.by)
    account = None if details.account_id is None else str(details.account_id)
    return _dump({"by": by, "about": details.about, "account": account})


def decode_details(plaintext: bytes) -> AlertDetails:
    """Read what is sealed of an alert."""
    content = _load(plaintext)
    by, account = content["by"], content["account"]
    return AlertDetails(
        None if by is None else Capacity(*by), content["about"], None if account is None else AccountId(UUID(account))
    )


def encode_child(child: Child) -> bytes:
    """Write who a passport is about."""
    return _dump(
        {
            "name": child.name,
            "known_as": child.known_as,
            "born": child.date_of_birth.isoformat(),
            "nhs": None if child.nhs_number is None else child.nhs_number.value,
            "upn": None if child.upn is None else child.upn.value,
            "circumstances": [circumstance.value for circumstance in child.circumstances],
        }
    )


def decode_child(plaintext: bytes) -> Child:
    """Read who a passport is about."""
    content = _load(plaintext)
    return Child(
        name=content["name"],
        known_as=content["known_as"],
        date_of_birth=date.fromisoformat(content["born"]),
        nhs_number=None if content["nhs"] is None else NhsNumber.parse(content["nhs"]),
        upn=None if content["upn"] is None else Upn.parse(content["upn"]),
        circumstances=tuple(Circumstance(value) for value in content["circumstances"]),
    )


def encode_terms(terms: Terms) -> bytes:
    """Write what a consent allows."""
    return _dump(
        {
            "recipient": str(terms.recipient_id),
            "transition": None if terms.transition_id is None else str(terms.transition_id),
            "purpose": terms.purpose.value,
            "scope": {section.value: level.value for section, level in terms.scope.items()},
            "from": terms.valid_from.isoformat(),
            "until": terms.valid_until.isoformat(),
            "asked": terms.child_view.asked,
            "words": terms.child_view.words,
            "needed": terms.approvals_needed,
        }
    )


def decode_terms(plaintext: bytes) -> Terms:
    """Read what a consent allows."""
    content = _load(plaintext)
    return Terms(
        recipient_id=OrganisationId(UUID(content["recipient"])),
        transition_id=None if content["transition"] is None else TransitionId(UUID(content["transition"])),
        purpose=Purpose(content["purpose"]),
        scope={Section(section): DetailLevel(level) for section, level in content["scope"].items()},
        valid_from=datetime.fromisoformat(content["from"]),
        valid_until=datetime.fromisoformat(content["until"]),
        child_view=ChildView(content["asked"], content["words"]),
        approvals_needed=content["needed"],
    )


def encode_entry(entry: Entry) -> bytes:
    """Write an access-log entry. Its id and its passport are its place."""
    return _dump(
        {
            "at": entry.at.isoformat(),
            "action": entry.action,
            "outcome": entry.outcome.value,
            "reason": None if entry.reason is None else entry.reason.value,
            "actor": _capacity(entry.actor),
            "account": None if entry.account_id is None else str(entry.account_id),
            "purpose": entry.purpose,
            "consent": None if entry.consent_id is None else str(entry.consent_id),
            "sections": [section.value for section in entry.sections],
            "statements": [[seen.statement_id, seen.version] for seen in entry.statements],
            "subject": None if entry.subject is None else _capacity(entry.subject),
            "detail": entry.detail,
        }
    )


def decode_entry(plaintext: bytes, entry_id: EntryId, passport_id: PassportId | None) -> Entry:
    """Read an access-log entry."""
    content = _load(plaintext)
    return Entry(
        entry_id=entry_id,
        at=datetime.fromisoformat(content["at"]),
        action=content["action"],
        outcome=Outcome(content["outcome"]),
        actor=Capacity(*content["actor"]),
        account_id=None if content["account"] is None else AccountId(UUID(content["account"])),
        passport_id=passport_id,
        reason=None if content["reason"] is None else Reason(content["reason"]),
        purpose=content["purpose"],
        consent_id=None if content["consent"] is None else ConsentId(UUID(content["consent"])),
        sections=tuple(Section(section) for section in content["sections"]),
        statements=tuple(StatementSeen(*seen) for seen in content["statements"]),
        subject=None if content["subject"] is None else Capacity(*content["subject"]),
        detail=content["detail"],
    )


def encode_person(name: str, email: str) -> bytes:
    """Write who an account or an invitation is for."""
    return _dump({"name": name, "email": email})


def decode_person(plaintext: bytes) -> tuple[str, str]:
    """Read a person's name and email address."""
    content = _load(plaintext)
    return content["name"], content["email"]


def encode_secrets(secrets: Sequence[Secret]) -> bytes:
    """Write what a webhook's events are signed with."""
    return _dump(
        {"secrets": [[each.value, None if each.until is None else each.until.isoformat()] for each in secrets]}
    )


def decode_secrets(plaintext: bytes) -> tuple[Secret, ...]:
    """Read what a webhook's events are signed with."""
    kept = _load(plaintext)["secrets"]
    return tuple(Secret(value, None if until is None else datetime.fromisoformat(until)) for value, until in kept)


def encode_sought(sought: Sought) -> bytes:
    """Write what is sealed of a search. Its id is its place."""
    return _dump({"phrase": sought.phrase, "reason": sought.reason})


def decode_sought(plaintext: bytes) -> Sought:
    """Read what a search looks for, and why."""
    content = _load(plaintext)
    return Sought(content["phrase"], content["reason"])


def encode_mending(mending: Mending) -> bytes:
    """Write what is sealed of a correction of what a search found. Its id is its place."""
    return _dump({"reason": mending.reason, "instead": mending.instead})


def decode_mending(plaintext: bytes) -> Mending:
    """Read what is to become of what a search found, and why."""
    content = _load(plaintext)
    return Mending(content["reason"], content["instead"])


def _correction(correction: Correction | None) -> dict[str, Any]:
    return {} if correction is None else {"correction": [correction.kind.value, correction.reason]}


def _capacity(capacity: Capacity) -> list[str | None]:
    return [capacity.name, capacity.role, capacity.organisation]
