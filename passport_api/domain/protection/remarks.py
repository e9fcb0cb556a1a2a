"""What is said to whoever writes a protected term, or what leaks: where it stands, why it harms, what to write."""

from collections.abc import Iterable, Iterator

from passport_api.domain.findings import Category, Finding, Source, Strength
from passport_api.domain.protection.leaks import LeakKind, leaks_in
from passport_api.domain.protection.matcher import Matcher
from passport_api.domain.protection.terms import KeptFrom, ProtectedKind

_MINIMISATION = Source(
    title="UK GDPR, Article 5(1)(c): data minimisation",
    publisher="The National Archives",
    year="2016",
    address="https://www.legislation.gov.uk/eur/2016/679/article/5",
)
_A_PERSON = "Say who they are to the child: her first mother, his brother, a foster carer."
_A_PLACE = "Say what kind of place it was and what it meant: a town by the sea, the school before."
_LEAVE_OUT = "Leave it out."
_INSTEAD: dict[ProtectedKind, str] = {
    ProtectedKind.FORMER_NAME: "Use the name that the child has now.",
    ProtectedKind.RELATIVE_NAME: _A_PERSON,
    ProtectedKind.CARER_NAME: _A_PERSON,
    ProtectedKind.SIBLING_NAME: _A_PERSON,
    ProtectedKind.ADDRESS: _A_PLACE,
    ProtectedKind.SCHOOL: _A_PLACE,
    ProtectedKind.PLACE: _A_PLACE,
    ProtectedKind.PHONE: _LEAVE_OUT,
    ProtectedKind.UPN: _LEAVE_OUT,
    ProtectedKind.NHS_NUMBER: _LEAVE_OUT,
    ProtectedKind.DATE: "Say roughly when: in early autumn, when she was four.",
    ProtectedKind.FAMILY_SURNAME: "Say my family, our family, or use first names alone.",
    ProtectedKind.FAMILY_ADDRESS: "Say at home, or where they live now.",
    ProtectedKind.FAMILY_SCHOOL: "Say at school, or the school they go to.",
}
_WHY: dict[KeptFrom, str] = {
    KeptFrom.READERS: "It is on the protected list: no view shows a statement that says it.",
    KeptFrom.BIRTH_FAMILY: "It is on the protected list: whoever reads it could find the child.",
}
_LEAKS: dict[LeakKind, tuple[str, str]] = {
    LeakKind.POSTCODE: ("A postcode says where somebody lives, to everyone who reads on.", _A_PLACE),
    LeakKind.PHONE: ("A phone number travels on with every copy.", "Give it to those who need it, apart from this."),
    LeakKind.EMAIL: ("An email address travels on with every copy.", "Give it to those who need it, apart from this."),
    LeakKind.NHS_NUMBER: ("An NHS number opens records that have nothing to do with this.", _LEAVE_OUT),
    LeakKind.UPN: ("A pupil number opens records that have nothing to do with this.", _LEAVE_OUT),
    LeakKind.CHILDS_NAME: ("This seems to name another child, who is not asked.", "Say a friend, another pupil."),
}
_ALWAYS_CHANGED = {LeakKind.NHS_NUMBER, LeakKind.UPN}


def protected_in(text: str, matcher: Matcher, readers: KeptFrom) -> Iterator[Finding]:
    """What a protected list finds in a text.

    Args:
        text: any text.
        matcher: finds the terms.
        readers: whom the text is for: what must not reach them is strong. The rest is advice: its readers may know it,
            and the copy that strays is what harms.
    """
    for hit in matcher.find(text):
        kept_from = hit.kind.kept_from
        yield Finding(
            found_by=hit.kind.value,
            strength=Strength.STRONG if kept_from is readers else Strength.ADVICE,
            category=Category.PROTECTED,
            start=hit.start,
            end=hit.end,
            matched=text[hit.start : hit.end],
            why=_WHY[kept_from],
            instead=_INSTEAD[hit.kind],
            source=_MINIMISATION,
        )


def leaking_in(text: str, names: Iterable[str], apart_from: Iterable[Finding] = ()) -> Iterator[Finding]:
    """What leaks in a text, whatever is on a list.

    Args:
        text: any text.
        names: of those whom the passport is about and may name; they are no other child's.
        apart_from: what was found before: the same words are not spoken of twice.
    """
    spoken_of = [(found.start, found.end) for found in apart_from]
    for leak in leaks_in(text, in_use=names):
        if any(leak.start < end and start < leak.end for start, end in spoken_of):
            continue
        why, instead = _LEAKS[leak.kind]
        yield Finding(
            found_by=leak.kind.value,
            strength=Strength.STRONG if leak.kind in _ALWAYS_CHANGED else Strength.ADVICE,
            category=Category.LEAK,
            start=leak.start,
            end=leak.end,
            matched=text[leak.start : leak.end],
            why=why,
            instead=instead,
            source=_MINIMISATION,
        )
