"""Whether a word in a text is written as a name: the rule for names that are ordinary words (docs/protection.md)."""

import re

from passport_api.domain.protection.folding import Reading
from passport_api.domain.protection.patterns import Rule
from passport_api.domain.protection.words import (
    DAYS,
    IN_TIME,
    MONTHS,
    PLACES,
    REFUSED,
    SEASONS,
    THINGS,
    THINGS_TOO,
    TITLES,
    first_names,
    ordinary,
)

_CALENDAR = MONTHS.keys() | DAYS | SEASONS
_LOOK_BACK = 40
_OPENING = " \t\"'([*•-"
_LAST_WORD = re.compile(r"([^\W\d_]+)\Z")
_LAST_NAME = re.compile(r"([^\W\d_]+)('s?)?\Z")
_NEXT = re.compile(r" ([^\W\d_]+)")

_PERSONS = re.compile(
    r"'s?(?![^\W_])|\s(?:said|says|told|tells|asked|asks|visited|visits|lived|lives|wrote|writes|rang|phoned|phones|"
    r"texted|texts|wants|wanted|loves|loved|knows|knew|thinks|thought|hugged|hugs|cried|cries|laughed|shouted|shouts|"
    r"drank|drinks|died|attended|attends|who|herself|himself|was born|"
    r"(?:is|was) (?:his|her|their) (?:birth )?(?:mum|mother|dad|father|sister|brother|aunt|uncle|nan|gran\w{0,8}))"
    r"(?![^\W_])"
)
_ANYBODYS = re.compile(r"\s(?:has|had|is|was|came|went|gave|gives|took|takes|moved|did|does|met|saw)(?![^\W_])")
_ENDS_THERE = re.compile(r"\s*(?:[,.;:!?)\"\]]|\Z)")
_JOINED_TO = re.compile(r"\s(?:and|&|or)\s([^\W\d_])")

_PART_OF_TIME = re.compile(r"(?:end|start|beginning|middle|half|week|weeks|month|rest|most|whole) of \Z")
_FIGURES_BEFORE = re.compile(r"[0-9](?:st|nd|rd|th)?(?: of)?[\s,]{1,2}\Z")
_FIGURES_AFTER = re.compile(r"[\s,]{1,2}'?[0-9]")
_MONTH_BESIDE = re.compile(r"\s?(?:,|and|or|to|&|/|-)?\s?([^\W\d_]+)")


def written_as_a_name(reading: Reading, start: int, end: int, rule: Rule) -> bool:
    """Whether the word there is to be taken for the name that it could be.

    A word that is not ordinary English always is. An ordinary one must have a capital that neither the beginning of a
    sentence, nor the calendar, nor the name of a thing explains.
    """
    word = reading.folded[start:end]
    if not ordinary(word):
        return True
    if not reading.capital_at(start) or _names_a_thing(reading, end):
        return False
    if word in _CALENDAR and _is_of_the_calendar(reading.folded, word, start, end):
        return False
    return not begins_a_sentence(reading.folded, start) or _is_a_person_there(reading, word, end, rule)


def begins_a_sentence(folded: str, start: int) -> bool:
    """Whether a word stands where any word has a capital: at the beginning of a text, line, sentence or quotation."""
    before = folded[max(0, start - _LOOK_BACK) : start]
    kept = before.rstrip(_OPENING)
    if not kept or kept[-1] in "\n!?":
        return True
    if kept[-1] == ".":
        last = _LAST_WORD.search(kept[:-1])
        return last is None or not (len(last[1]) == 1 or last[1] in TITLES)
    opened = before[len(kept) :]
    return '"' in opened or "'" in opened


def is_somebody_elses(reading: Reading, start: int, end: int, known: frozenset[str]) -> bool:
    """Whether a first name is part of another person's name: "Tom Brannigan" where Thomas Doyle is protected.

    Args:
        reading: the text.
        start: where the first name begins.
        end: where it ends.
        known: names that are no other person's surname: of those who are protected, and of the child and family.
    """
    if not reading.capital_at(start):
        return False
    previous = _LAST_WORD.search(reading.folded, max(0, start - _LOOK_BACK), start - 1)
    if previous and previous[1] in {"mr", "mrs", "ms", "dr"} and reading.folded[start - 1] == " ":
        return True
    following = _NEXT.match(reading.folded, end)
    if following is None or not reading.capital_at(following.start(1)):
        return False
    word = following[1]
    return not (word in known or word.removesuffix("s") in known or word in MONTHS or word in DAYS or word in REFUSED)


def is_part_of_a_place(reading: Reading, start: int, end: int) -> bool:
    """Whether a surname is the second half of a place's or a day's name: Otter Lane, Mother's Day, not Mrs Lane."""
    if reading.folded[start:end] not in PLACES or not start or reading.folded[start - 1] != " ":
        return False
    previous = _LAST_NAME.search(reading.folded, max(0, start - _LOOK_BACK), start - 1)
    if previous is None or not reading.capital_at(previous.start()):
        return False
    word = previous[1]
    return bool(previous[2]) or not (len(word) == 1 or word in TITLES or word in REFUSED or word in first_names())


def _names_a_thing(reading: Reading, end: int) -> bool:
    """Holly class, Grace Road, Park Primary."""
    following = _NEXT.match(reading.folded, end)
    if following is None:
        return False
    return following[1] in THINGS or (following[1] in PLACES and reading.capital_at(following.start(1)))


def _is_of_the_calendar(folded: str, word: str, start: int, end: int) -> bool:
    """14 June, June 2027, in May, May and June: not a June who is somebody's mother."""
    if _FIGURES_BEFORE.search(folded, max(0, start - 12), start) or _FIGURES_AFTER.match(folded, end):
        return True
    beside = _MONTH_BESIDE.match(folded, end)
    if word in DAYS or (beside and beside[1] in MONTHS):
        return True
    before = folded[max(0, start - _LOOK_BACK) : start]
    last = re.findall(r"[^\W\d_]+", before)[-2:]
    if not last or _PART_OF_TIME.search(before):
        return bool(last)
    return last[-1] in IN_TIME or last[-1] in MONTHS or (last[-1] in {"and", "or", "to"} and last[0] in MONTHS)


def _is_a_person_there(reading: Reading, word: str, end: int, rule: Rule) -> bool:
    """Whether what follows an ordinary word at the beginning of a sentence says that it is a person."""
    if rule is Rule.PLACE:
        return False
    folded = reading.folded
    if _PERSONS.match(folded, end):
        return True
    if (other := _JOINED_TO.match(folded, end)) and reading.capital_at(other.start(1)):
        return True
    if rule is Rule.SURNAME:
        return False
    if _ENDS_THERE.match(folded, end):
        return True
    return word in first_names() and word not in THINGS_TOO and _ANYBODYS.match(folded, end) is not None
