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
from passport_api.domain.roles import ROLES_IN, OrganisationKind, Role
from passport_api.domain.sections import Section
from passport_api.domain.statements import StatementKind
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
    _check_statements(family)


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
        yield f"statements[{number}].author", statement.author, PARENTS | {"custodian_social_worker"}


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


def _check_statements(family: Family) -> None:
    """Hold that each text is there, short enough to be read, and said once."""
    seen: dict[str, int] = {}
    for number, statement in enumerate(family.statements):
        if not 0 < len(statement.text.strip()) <= MAX_TEXT:
            fail(f"statements[{number}].text", f"must have 1 to {MAX_TEXT} characters")
        if (earlier := seen.setdefault(statement.text, number)) != number:
            fail(f"statements[{number}].text", f"repeats statements[{earlier}]")
