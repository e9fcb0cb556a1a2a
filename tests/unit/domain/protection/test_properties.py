"""What holds for any text: spans are within it, in order and apart; a term in so many words is always found."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.protected_list import IN_USE, PROTECTED
from passport_api.domain.protection.leaks import leaks_in
from passport_api.domain.protection.matcher import compile_terms
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm, TermInvalid
from passport_api.domain.protection.words import DAYS, ordinary_words

MATCHER = compile_terms(PROTECTED, in_use=IN_USE)

PIECES = (
    "Kate Doyle Rose rose June 14 kiln Street st EX99 1AA 3 September 1991 03/09/1991 01632 960101 K a t e . ' - "
    "\u00e9 \u0301 \u00ad \u200b \ufb01 \u0430 friend Liam Carter boy \n \" ( @ b.example Mrs May and O'Brien"
)
WORDS = st.sampled_from(re.split(" ", PIECES))
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join))


@given(TEXTS)
def test_hits_are_within_the_text_in_order_and_apart(text):
    hits = MATCHER.find(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(one.end <= other.start for one, other in pairwise(hits))
    assert all(PROTECTED[hit.term].kind is hit.kind for hit in hits)
    assert MATCHER.stops(text) is bool(hits)


@given(TEXTS)
def test_leaks_are_within_the_text_in_order_and_apart(text):
    leaks = leaks_in(text)
    assert all(0 <= leak.start < leak.end <= len(text) for leak in leaks)
    assert all(one.end <= other.start for one, other in pairwise(leaks))


SAFE = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@settings(max_examples=500)
@given(number=st.integers(0, len(PROTECTED) - 1), before=SAFE, after=SAFE)
def test_a_term_in_so_many_words_is_always_found(number, before, after):
    term = PROTECTED[number]
    text = f"{before}; near {term.text}; {after}"
    assert any(term.text.find(text[hit.start : hit.end]) >= 0 for hit in MATCHER.find(text))


ODD_WORDS = st.lists(
    st.sampled_from([*PIECES.split(" "), "aka", "or", "(", "de", "the", "School", "O'", "Mc", "Mr", "Flat"])
)


@given(st.sampled_from(ProtectedKind), st.one_of(st.text(max_size=40), ODD_WORDS.map(" ".join)), TEXTS)
def test_whatever_is_accepted_can_be_looked_for(kind, written, text):
    try:
        term = ProtectedTerm(kind, written)
    except TermInvalid:
        return
    matcher = compile_terms([term])
    hits = (*matcher.find(text), *matcher.find(f"{text} {written}"))
    assert all(hit.term == 0 and hit.kind is kind for hit in hits)


NAMES = st.lists(
    st.one_of(
        st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9),
        st.text("abc\u00e9\u0142\u0430\u043b\u03b1\u0628\u0627", min_size=2, max_size=9),
        st.sampled_from(sorted(ordinary_words() - DAYS)),
        st.sampled_from(("o'brien", "kerr-doyle", "mcallister", "anne-marie", "siobhan", "van")),
    ).map(str.title),
    min_size=1,
    max_size=4,
).map(" ".join)


@given(st.sampled_from(("former_name", "relative_name", "carer_name", "sibling_name", "place")), NAMES, st.booleans())
def test_a_name_with_its_capitals_is_always_found(kind, name, louder):
    try:
        term = ProtectedTerm(ProtectedKind(kind), name)
    except TermInvalid:
        return
    matcher = compile_terms([term])
    assert matcher.stops(f"they met {name.upper() if louder else name} there")
    assert matcher.stops(f"they met {name}.")


def test_every_kind_but_the_familys_own_is_on_the_list():
    assert {term.kind for term in PROTECTED} == {kind for kind in ProtectedKind if not kind.startswith("family_")}


ADVERSARIES = [
    "a ",
    "a",
    "K a t e ",
    "K a t\n",
    "1",
    "0 ",
    "1-2-",
    "0.0.",
    "3 September ",
    "september ",
    "kate ",
    "Doyle, ",
    "Rose ",
    "st mary",
    "a.b-c@",
    "a@b.",
    "EX9",
    "friend ",
    "friend called ",
    "Liam Carter, a ",
    "'\"( ",
    "\u0301",
    "\u00ad",
    " ",
    "\n",
    "May and ",
    "14 kiln ",
    "\ufdfa",  # one character that folds to eighteen
]


@pytest.mark.parametrize("piece", ADVERSARIES)
def test_time_grows_with_the_text_and_no_faster(piece):
    """Sixteen times as much text may take sixteen times as long, and no more than three times that (noise)."""

    def seconds(characters):
        text = (piece * characters)[:characters]
        turns = []
        for _ in range(3):
            begun = time.process_time()
            MATCHER.find(text)
            leaks_in(text)
            turns.append(time.process_time() - begun)
        return min(turns)

    seconds(4_000)
    assert seconds(64_000) < 48 * max(seconds(4_000), 0.0005)
