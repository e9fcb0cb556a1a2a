"""A hundred terms against the demonstration family's statements: no false alarm, and nothing planted missed.

And the family's own list, which stops the one statement that is meant to be stopped.
"""

import pytest

from bench.protected_list import IN_USE, PROTECTED
from passport_api import demonstration
from passport_api.demonstration.meanings import list_of
from passport_api.domain.protection.leaks import leaks_in
from passport_api.domain.protection.matcher import compile_terms
from passport_api.domain.protection.terms import KeptFrom

FAMILY = demonstration.load()
STATEMENTS = [said.text for said in (*FAMILY.statements, *FAMILY.corrections)]
MATCHER = compile_terms(PROTECTED, in_use=IN_USE)

PLANTED = """
Kate Doyle | katie doyle | KATHERINE DOYLE | Doyle, Kate | K. Doyle | Katherine Anne Doyle | Kate's
Cathy | Kathryn Doyle
the Doyles | Doyles' house | D\u00f3yle | Do\u00adyle | K\u0430te | K a t e | D-o-y-l-e | \uff2bate
katedoyle85 | Kate\u2019s
his birth mother Rose | Rose said | Rose Doyle | his aunt Grace | with June | Paddy Doyle | his uncle Bill | Will Price
Mrs Lane | Frank Church | siobhan | O\u2019Brien | OBrien | Sean MacAllister | mcallister | Muhammad | Mohamed Rahman
Mark Young | Sue King | Holly Park | Angharad's | Zoe Kerr Doyle | KerrDoyle | lukasz nowak | Mr Pugh | ANGHARAD
Pat Baker | Jack Hunter | Liz Thornbury | thornbury | Rob Doyle | Bobby Doyle | Callum's | Lexie Doyle | Alex Doyle
14 Kiln Street | kiln st, 14 Kiln St | EX99 1AA | ex991aa | 27a Quarry Rd | Quarry Road | 3 High St | TR999ZZ
St. Anne's Ave | saint annes avenue | Otterbourne Cl | Copper Beech Way | at The Willows
St Mary's | st marys primary | Tredavick | tredavick academy | Hillside Primary | Park Nursery | Copper Beech Preschool
born in Reading | in Bath | St Anne's Bay | Hope Cove | PENHALLOW
01632 960101 | 01632960101 | +44 1632 960101 | (01632) 960-107 | 0044 7700 900104 | 07700 900 106
B801200005001 | b801 2000 05001 | 999-016-2808 | 9990162840
3 September 1991 | 3rd Sept 1991 | 03/09/1991 | 09/03/1991 | 3.9.91 | 1991-09-03 | September 3, 1991 | born on 7 May
"""
VARIANTS = [variant.strip() for line in PLANTED.strip().splitlines() for variant in line.split("|")]


def test_the_list_has_a_hundred_terms_and_there_are_many_variants():
    assert len(PROTECTED) == 100
    assert len(VARIANTS) >= 60
    assert len(STATEMENTS) > 60


@pytest.mark.parametrize("text", STATEMENTS, ids=lambda text: text[:40])
def test_no_false_alarm(text):
    assert [text[hit.start : hit.end] for hit in MATCHER.find(text)] == []
    assert leaks_in(text) == ()


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_planted_is_found_where_it_stands(variant):
    for text in STATEMENTS[::10]:
        sentence, rest = text.split(". ", 1) if ". " in text else (text.rstrip("."), "")
        planted = f"{sentence}, near {variant}, they say. {rest}"
        hits = MATCHER.find(planted)
        assert hits
        start = len(sentence) + len(", near ")
        assert all(start <= hit.start < hit.end <= start + len(variant) for hit in hits)
        assert MATCHER.stops(planted)


def test_the_familys_own_list_stops_what_says_why_it_was_kept_and_nothing_else():
    matcher = list_of(FAMILY.protected_list).matcher(KeptFrom.READERS, (FAMILY.child.name, FAMILY.child.known_as))
    stopped = [said for said in FAMILY.statements if matcher.stops(said.text) or matcher.stops(said.source)]
    assert [said.text for said in stopped] == [said.text for said in FAMILY.statements if said.wording_reason]
    assert len(stopped) == 1
    beside = [*(said.text for said in FAMILY.corrections), *(said.words for said in FAMILY.challenges)]
    assert [text for text in beside if matcher.stops(text)] == []


def test_what_is_stopped_is_the_custodians_for_a_teacher_to_miss():
    (stopped,) = (said for said in FAMILY.statements if said.wording_reason)
    assert (stopped.author, stopped.detail_level) == ("custodian_social_worker", "need_to_know")
    assert stopped.section in FAMILY.consents[0].scope


def test_nobody_from_the_first_family_is_named():
    people = [term for term in list_of(FAMILY.protected_list).terms if term.kind.value.endswith("_name")]
    matcher = compile_terms(people, in_use=(FAMILY.child.name, FAMILY.child.known_as))
    assert len(people) == 3
    assert [text for text in STATEMENTS if matcher.find(text)] == []
