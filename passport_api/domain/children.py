"""Who the passport is about: sealed identity, never a key and never searchable by a recipient."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passport_api.domain.errors import InvalidField
from passport_api.domain.identifiers import NhsNumber, Upn


class Circumstance(StrEnum):
    """Why a passport is held. Sealed content: no route, field name, counter or file outside it says which."""

    PREVIOUSLY_LOOKED_AFTER = "previously_looked_after"
    ADOPTED = "adopted"
    KINSHIP_CARE = "kinship_care"
    SPECIAL_EDUCATIONAL_NEEDS = "special_educational_needs"


@dataclass(frozen=True, slots=True)
class Child:
    """A child as they are now. Former identifiers are not here: nothing is ever matched on them."""

    name: str
    known_as: str | None
    date_of_birth: date
    nhs_number: NhsNumber | None
    upn: Upn | None
    circumstances: tuple[Circumstance, ...]


OLDEST = 25
"""The age in whose academic year the last EHC plan ends (Children and Families Act 2014 s.46)."""


def check_birth(date_of_birth: date, today: date) -> None:
    """A passport is for somebody who is born and not yet 26.

    Raises:
        InvalidField: they are not.
    """
    birthday_to_come = (today.month, today.day) < (date_of_birth.month, date_of_birth.day)
    age = today.year - date_of_birth.year - birthday_to_come
    if date_of_birth > today or age > OLDEST:
        raise InvalidField("/child/date_of_birth", "Must be the date of birth of somebody who is not yet 26.")
