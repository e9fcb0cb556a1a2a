"""A passport's protected list: what of a child's first family no view may say, and of their own what none may learn.

Whoever may see the list edits it whole, so that two people who edit it at once notice each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from passport_api.domain.errors import InvalidField
from passport_api.domain.protection.folding import fold
from passport_api.domain.protection.matcher import Matcher, compile_terms
from passport_api.domain.protection.terms import KeptFrom, ProtectedKind, ProtectedTerm, terms_kept_from

MAX_TERMS = 200
"""The most that a list holds: more would make every view slower, and no child has had so many names and homes."""

MAX_NAMES_IN_USE = 40


@dataclass(frozen=True, slots=True, repr=False)
class ProtectedList:
    """What is protected, and the names that are borne today and are no hit by themselves.

    Attributes:
        terms: what is protected, each once, in the order in which somebody gave it.
        names_in_use: of people whom statements may name, whatever is protected: a teacher called Mrs Doyle.
    """

    terms: tuple[ProtectedTerm, ...] = ()
    names_in_use: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ProtectedList({len(self.terms)} terms)"

    def kept_from(self, readers: KeptFrom) -> tuple[ProtectedTerm, ...]:
        """The terms that must not reach these readers."""
        return terms_kept_from(readers, self.terms)

    def matcher(self, readers: KeptFrom, names: tuple[str, ...]) -> Matcher:
        """What finds the terms that must not reach these readers.

        Args:
            readers: whom the text is for.
            names: what the child is called today: known to those who read views, and to be kept from the others.
        """
        in_use = (*names, *self.names_in_use) if readers is KeptFrom.READERS else ()
        return compile_terms(self.kept_from(readers), in_use=in_use)

    def is_weaker_than(self, former: "ProtectedList") -> bool:
        """Whether something that a former list protected is not protected by this one."""
        if former == ProtectedList():
            return False
        return bool(set(former.terms) - set(self.terms) or set(self.names_in_use) - set(former.names_in_use))

    def former_numbers(self) -> Iterator[tuple[ProtectedKind, str]]:
        """The former UPNs and NHS numbers on it, as they are compared."""
        for term in self.terms:
            if term.kind in NUMBERS:
                yield term.kind, comparable(term.text)


NUMBERS = (ProtectedKind.UPN, ProtectedKind.NHS_NUMBER)
"""The kinds of terms by which a child was once known everywhere."""


def comparable(number: str) -> str:
    """A UPN or NHS number as two are compared: `a 123-4` and `A1234` are one."""
    return "".join(letter for letter in fold(number).upper() if letter.isascii() and letter.isalnum())


def check_list(said: ProtectedList) -> None:
    """Refuse a list that is too long, or has something twice.

    Raises:
        InvalidField: it does.
    """
    if len(said.terms) > MAX_TERMS:
        raise InvalidField("/terms", f"Must have at most {MAX_TERMS} entries.")
    if len(said.names_in_use) > MAX_NAMES_IN_USE:
        raise InvalidField("/names_in_use", f"Must have at most {MAX_NAMES_IN_USE} names.")
    seen: set[ProtectedTerm] = set()
    for number, term in enumerate(said.terms):
        if term in seen:
            raise InvalidField(f"/terms/{number}", "Stands in the list already.")
        seen.add(term)
