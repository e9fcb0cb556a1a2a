"""What a demonstration family must be beyond its shape: words from the fixed lists, keys that meet, valid codes."""

from collections.abc import Collection, Iterator
from typing import NoReturn

from passport_api.demonstration.shapes import Family
from passport_api.domain.children import Circumstance
from passport_api.domain.consents import Purpose
from passport_api.domain.identifiers import (
    AuthorityCode,
    GssCode,
    IdentifierInvalid,
    NhsNumber,
    Upn,
    Urn,
)
from passport_api.domain.levels import DetailLevel
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm, TermInvalid
from passport_api.domain.roles import ROLES_IN, OrganisationKind, Role
from passport_api.domain.sections import Section
from passport_api.domain.statements import MAX_WORDING_REASON, StatementKind
from passport_api.domain.transitions import TransitionKind

FORMAT = 1
"""The version of the file's shape that this loader reads."""

MAX_TEXT = 900
"""The longest statement here, in characters: shorter than the service allows, so that it is read."""

SOURCES = frozenset({"parent", "child", "social_worker", "teacher", "therapist"})
"""Whose knowledge a statement of the demonstration is."""

ORGANISATIONS = frozenset(
    {"sending_authority", "receiving_authority", "primary_school", "receiving_school", "other_school"},
)
"""The keys of `organisations`. The sending authority is the custodian."""

PARENTS = frozenset({"parent", "second_parent"})
"""The keys of `people` who belong to the family and to no organisation."""

AUTHORS = PARENTS | {"custodian_social_worker"}
"""The keys of `people` who write, protect, correct and challenge: the family, and whoever holds the passport."""

STAFF = frozenset(
    {
        "custodian_social_worker",
        "designated_teacher",
        "designated_safeguarding_lead",
        "class_teacher",
        "receiving_social_worker",
        "other_school_safeguarding_lead",
        "sending_authority_admin",
        "receiving_authority_admin",
        "receiving_school_admin",
        "other_school_admin",
        "auditor",
    },
)
"""The keys of `people` who hold a role in an organisation."""


class DemonstrationInvalid(ValueError):
    """The file does not say what a demonstration must say. The message names the place."""


def fail(where: str, why: str) -> NoReturn:
    """Say what is wrong and where.

    Raises:
        DemonstrationInvalid: always.
    """
    raise DemonstrationInvalid(f"{where}: {why}")


def check(family: Family) -> None:
    """Hold a family against every rule.

    Raises:
        DemonstrationInvalid: naming the first place that breaks one.
    """
    for where, held, allowed in _choices(family):
        if held not in allowed:
            fail(where, f"{held!r} is not one of {', '.join(sorted(allowed))}")
    _check_keys(family)
    _check_identifiers(family)
    _check_protected_list(family)
    _check_texts(family)
    _check_what_statements_rest_on(family)
    if not family.challenges:
        fail("challenges", "must have at least one")


def _choices(family: Family) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield every word that comes from a fixed list: where it stands, the word, and the list."""
    yield "basis_for_holding", family.basis_for_holding, set(Circumstance)
    for key, organisation in family.organisations.items():
        yield f"organisations.{key}.kind", organisation.kind, set(OrganisationKind)
        if organisation.authority is not None:
            yield f"organisations.{key}.authority", organisation.authority, ORGANISATIONS
    yield "transition.kind", family.transition.kind, set(TransitionKind)
    yield "transition.from", family.transition.from_, ORGANISATIONS
    yield "transition.to", family.transition.to, ORGANISATIONS
    for number, consent in enumerate(family.consents):
        yield f"consents[{number}].recipient", consent.recipient, ORGANISATIONS
        yield f"consents[{number}].purpose", consent.purpose, set(Purpose)
        for section, level in consent.scope.items():
            yield f"consents[{number}].scope", section, set(Section)
            yield f"consents[{number}].scope.{section}", level, set(DetailLevel)
    for number, statement in enumerate(family.statements):
        yield f"statements[{number}].section", statement.section, set(Section)
        yield f"statements[{number}].detail_level", statement.detail_level, set(DetailLevel)
        yield f"statements[{number}].kind", statement.kind, set(StatementKind)
        yield f"statements[{number}].source", statement.source, SOURCES
        yield f"statements[{number}].author", statement.author, AUTHORS
    yield from _choices_about_statements(family)


def _choices_about_statements(family: Family) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield the same of what is protected, corrected and challenged."""
    yield "protected_list.author", family.protected_list.author, AUTHORS
    for number, term in enumerate(family.protected_list.terms):
        yield f"protected_list.terms[{number}].kind", term.kind, set(ProtectedKind)
    keys = {statement.key for statement in family.statements if statement.key is not None}
    for number, correction in enumerate(family.corrections):
        yield f"corrections[{number}].statement", correction.statement, keys
        yield f"corrections[{number}].author", correction.author, AUTHORS
    for number, challenge in enumerate(family.challenges):
        yield f"challenges[{number}].statement", challenge.statement, keys
        yield f"challenges[{number}].author", challenge.author, AUTHORS


def _check_keys(family: Family) -> None:
    """Hold the format, the two sets of keys, and each person's organisation and role."""
    if family.format != FORMAT:
        fail("format", f"must be {FORMAT}")
    for name, held, expected in (
        ("organisations", family.organisations.keys(), ORGANISATIONS),
        ("people", family.people.keys(), PARENTS | STAFF),
    ):
        if wrong := held ^ expected:
            fail(name, f"has missing or unknown keys: {', '.join(sorted(wrong))}")
    for key, person in family.people.items():
        if (key in PARENTS) != (person.organisation is None and person.role is None):
            fail(f"people.{key}", "a parent has neither organisation nor role; anybody else has both")
        if key not in PARENTS:
            _check_role(family, key)


def _check_role(family: Family, key: str) -> None:
    """Hold that the person's organisation exists and is of a kind that gives this role."""
    person = family.people[key]
    if person.organisation is None or person.organisation not in family.organisations:
        fail(f"people.{key}.organisation", f"{person.organisation!r} is not an organisation here")
    kind = OrganisationKind(family.organisations[person.organisation].kind)
    if person.role not in set(Role) or Role(person.role) not in ROLES_IN[kind]:
        fail(f"people.{key}.role", f"{person.role!r} is not a role in a {kind}")


def _check_identifiers(family: Family) -> None:
    """Hold that each organisation has the codes of its kind, and that every identifier is well formed."""
    try:
        NhsNumber(family.child.nhs_number)
        Upn(family.child.upn)
        for key, organisation in family.organisations.items():
            codes = (organisation.authority_code, organisation.gss_code)
            school = (organisation.urn, organisation.authority)
            expected, others = (school, codes) if organisation.kind == OrganisationKind.SCHOOL else (codes, school)
            if None in expected or any(others):
                fail(f"organisations.{key}", "has not exactly the codes of its kind")
            for form, code in zip((AuthorityCode, GssCode, Urn), (*codes, organisation.urn), strict=True):
                if code is not None:
                    form(code)
    except IdentifierInvalid as error:
        raise DemonstrationInvalid(str(error)) from error


def _check_protected_list(family: Family) -> None:
    """Hold that every term can be looked for, and that none is there twice."""
    seen: dict[ProtectedTerm, int] = {}
    for number, term in enumerate(family.protected_list.terms):
        where = f"protected_list.terms[{number}]"
        try:
            protected = ProtectedTerm(ProtectedKind(term.kind), term.text)
        except TermInvalid as error:
            raise DemonstrationInvalid(f"{where}.text: {error.reason}") from error
        if (earlier := seen.setdefault(protected, number)) != number:
            fail(where, f"repeats protected_list.terms[{earlier}]")


def _check_texts(family: Family) -> None:
    """Hold that each text is there and short enough to be read, and that no two statements say the same."""
    seen: dict[str, str] = {}
    for where, text, longest in _texts(family):
        if not 0 < len(text.strip()) <= longest:
            fail(where, f"must have 1 to {longest} characters")
        if (earlier := seen.setdefault(text, where)) != where:
            fail(where, f"repeats {earlier}")


def _texts(family: Family) -> Iterator[tuple[str, str, int]]:
    """Yield what somebody wrote: where it stands, the text, and how long it may be."""
    for number, statement in enumerate(family.statements):
        yield f"statements[{number}].text", statement.text, MAX_TEXT
        if statement.wording_reason is not None:
            yield f"statements[{number}].wording_reason", statement.wording_reason, MAX_WORDING_REASON
    for number, correction in enumerate(family.corrections):
        yield f"corrections[{number}].reason", correction.reason, MAX_TEXT
        yield f"corrections[{number}].text", correction.text, MAX_TEXT
    for number, challenge in enumerate(family.challenges):
        yield f"challenges[{number}].words", challenge.words, MAX_TEXT


def _check_what_statements_rest_on(family: Family) -> None:
    """Hold that a key is given once, and that only an opinion rests on others, which stand above it."""
    above: set[str] = set()
    for number, statement in enumerate(family.statements):
        if statement.rests_on and statement.kind != StatementKind.OPINION:
            fail(f"statements[{number}].rests_on", "only an opinion says what it rests on")
        for key in statement.rests_on:
            if key not in above:
                fail(f"statements[{number}].rests_on", f"{key!r} is not the key of a statement above it")
        if statement.key in above:
            fail(f"statements[{number}].key", f"{statement.key!r} is the key of a statement above it")
        if statement.key is not None:
            above.add(statement.key)
