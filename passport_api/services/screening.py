"""Screening: which statements no view may show, because they say what is on the child's protected list (promise 13).

Asked whenever a view is composed. What is sealed never changes in place, so what came of it once is remembered by the
hashes of the list, of the child and of what was screened: the same ciphertexts cannot come out otherwise. Nothing that
is remembered says what they hold.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from passport_api.domain.challenges import Challenge
from passport_api.domain.children import Child
from passport_api.domain.ids import ChallengeId, StatementId
from passport_api.domain.protection.matcher import Matcher
from passport_api.domain.protection.terms import KeptFrom
from passport_api.domain.statements import Statement
from passport_api.domain.views import SectionView
from passport_api.services.vault import PassportSeals
from passport_api.store.protected_lists import SealedList

MOST_REMEMBERED = 10_000
"""Of how many views it is remembered what they leave out: some 3 MB."""

Challenges = Mapping[StatementId, Sequence[tuple[ChallengeId, Challenge]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a protected list leaves of what would be shown.

    Attributes:
        stopped: the statements that no view may show, by their own words or by where they come from.
        hushed: the challenges whose words no view may show.
        unnamed: the names of authors, and of their organisations, that no view may show.
    """

    stopped: frozenset[StatementId] = frozenset()
    hushed: frozenset[ChallengeId] = frozenset()
    unnamed: frozenset[str] = frozenset()


NOTHING = Verdict()


class Screening:
    """Remembers what came of what was screened. Used by several threads at once."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[bytes, Verdict] = OrderedDict()

    def find(self, key: bytes) -> Verdict | None:
        """What came of it, where it is remembered."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return found

    def keep(self, key: bytes, verdict: Verdict) -> None:
        """Remember what came of it; what was not asked for the longest makes room."""
        with self._lock:
            self._kept[key] = verdict
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """What stands between a passport's statements and whoever reads them.

    Attributes:
        sealed: the protected list that stands; None where there is none, and nothing is stopped.
        child: who it is about: what they are called today is no hit by itself.
    """

    screening: Screening
    seals: PassportSeals
    sealed: SealedList | None
    child: Child

    def verdict(self, sections: tuple[SectionView, ...], challenges: Challenges) -> Verdict:
        """What no view may show of what would be shown.

        Raises:
            SealBroken: the list is not what was sealed here; nothing may be shown.
        """
        if self.sealed is None:
            return NOTHING
        shown = [statement for section in sections for statement in section.statements]
        key = self._key(self.sealed, shown, challenges)
        found = self.screening.find(key)
        if found is None:
            found = self._screened(self._matcher(self.sealed), shown, challenges)
            self.screening.keep(key, found)
        return found

    def stops(self, text: str) -> bool:
        """Whether no view may say a text."""
        return self.sealed is not None and self._matcher(self.sealed).stops(text)

    def _matcher(self, sealed: SealedList) -> Matcher:
        """What finds the terms of a list that must not reach a view's readers."""
        return self.seals.open_list(sealed).matcher(KeptFrom.READERS, names_of(self.child))

    def _screened(self, matcher: Matcher, shown: list[Statement], challenges: Challenges) -> Verdict:
        names = {name for each in shown for name in (each.author.name, each.author.organisation) if name}
        said = [each for beside in challenges.values() for each in beside]
        return Verdict(
            frozenset(each.statement_id for each in shown if matcher.stops(each.text) or matcher.stops(each.source)),
            frozenset(challenge_id for challenge_id, challenge in said if matcher.stops(challenge.words)),
            frozenset(name for name in names if matcher.stops(name)),
        )

    def _key(self, sealed: SealedList, shown: Iterable[Statement], challenges: Challenges) -> bytes:
        """A digest of everything that decides: the list, the child's names, each version, and what stands beside it.

        Where the list stands is part of it: a former version's bytes in the place of another are not that version.
        """
        where = f"{self.seals.owner} {sealed.version} {names_of(self.child)!r}"
        digest = sha256(sha256(sealed.sealed).digest() + sha256(where.encode()).digest())
        for statement in shown:
            digest.update(statement.hash.encode())
        for statement_id, beside in challenges.items():
            digest.update(b"/" + statement_id.bytes)
            for challenge_id, challenge in beside:
                digest.update(challenge_id.bytes + sha256(challenge.words.encode()).digest())
        return digest.digest()


def names_of(child: Child) -> tuple[str, ...]:
    """What a child is called today."""
    return (child.name,) if child.known_as is None else (child.name, child.known_as)
