"""The demonstration family: complete, consistent, and written so that the child may read it."""

import re
from collections import Counter
from datetime import date, timedelta
from importlib import resources

import pytest
import yaml

from passport_api import demonstration
from passport_api.demonstration import DemonstrationInvalid, meanings, parse
from passport_api.domain.levels import DetailLevel
from passport_api.domain.protection.terms import KeptFrom, ProtectedKind
from passport_api.domain.roles import Role, ceiling_of
from passport_api.domain.sections import Section
from passport_api.domain.statements import StatementKind

FAMILY = demonstration.load()
STATEMENTS = FAMILY.statements
WRITTEN = [said.text for said in (*STATEMENTS, *FAMILY.corrections)]
REASONS = [said.wording_reason for said in STATEMENTS if said.wording_reason] + [
    said.reason for said in FAMILY.corrections
]
CHILDS_WORDS = [said.child_view.words or "" for said in FAMILY.consents] + [said.words for said in FAMILY.challenges]
TEXT = resources.files("passport_api.demonstration").joinpath("family.yaml").read_text(encoding="utf-8")

BLAMING = (
    "abandoned", "absconded", "abused child", "admitted", "aggressive", "attachment disorder", "attention seeking",
    "attention-seeking", "bad behaviour", "broken home", "care leaver", "challenging", "claims", "damaged", "dangerous",
    "defiant", "delayed", "denies", "difficult child", "disordered", "disruptive", "dysfunctional", "failed",
    "given away", "given up", "hard to place", "kicked off", "lies", "looked after child", "low ability", "lucky",
    "manipulat", "meltdown", "naughty", "non-compliant", "posed", "poses", "problem child", "put up for", "real dad",
    "real family", "real mother", "real mum", "real parent", "refused", "refuses", "rejected", "risk", "stubborn",
    "tantrum", "troubled", "unadoptable", "victim", "violent child", "vulnerable", "wilful",
)  # fmt: skip
"""Words that blame a child, make a deficit or a danger of them, argue with them, or rank their families."""

TELLS_THE_ORIGIN = re.compile(
    r"adopt|foster|first (mum|dad|family)|big brother|social worker|therap|looked after|court|letterbox|virtual school",
    re.IGNORECASE,
)


@pytest.fixture
def raw():
    """The file as YAML has it, for one test to change."""
    return yaml.safe_load(TEXT)


def former(kind):
    (text,) = (term.text for term in FAMILY.protected_list.terms if term.kind == kind)
    return text


def values(field):
    return {getattr(statement, field) for statement in STATEMENTS}


def visible(consent, role):
    ceiling = ceiling_of(role)
    assert ceiling is not None
    return [
        statement
        for statement in STATEMENTS
        if statement.section in consent.scope
        and DetailLevel(statement.detail_level).within(DetailLevel(consent.scope[statement.section]))
        and DetailLevel(statement.detail_level).within(ceiling)
    ]


def test_there_are_at_least_forty_statements():
    assert len(STATEMENTS) >= 40


def test_every_section_level_kind_and_source_occurs():
    assert values("section") == set(Section)
    assert values("detail_level") == set(DetailLevel)
    assert values("kind") == set(StatementKind)
    assert values("source") == {"parent", "child", "social_worker", "teacher", "therapist"}


def test_statements_stand_in_the_order_of_the_sections():
    order = list(Section)
    places = [order.index(Section(statement.section)) for statement in STATEMENTS]
    assert places == sorted(places)


@pytest.mark.parametrize("section", Section)
def test_every_section_says_something_to_any_adult(section):
    assert any(said.section == section and said.detail_level == "everyday" for said in STATEMENTS)


def test_about_me_is_the_childs_own_words_and_only_a_child_is_quoted_so():
    for statement in STATEMENTS:
        assert (statement.kind == "childs_words") == (statement.source == "child")
        if statement.section == "about_me":
            assert statement.kind == "childs_words"


@pytest.mark.parametrize("text", [*WRITTEN, *REASONS, *CHILDS_WORDS], ids=lambda text: text[:30])
def test_what_is_said_is_one_to_four_short_sentences(text):
    without_titles = re.sub(r"\b(Mr|Mrs|Ms)\b", "", text)
    sentences = re.findall(r"[.!?][\"”)]?(?=\s|$)", without_titles.replace(".)", ")"))
    assert 1 <= len(sentences) <= 4
    assert len(text) < 900


def test_no_two_texts_are_the_same():
    assert [text for text, times in Counter(WRITTEN).items() if times > 1] == []


@pytest.mark.parametrize("phrase", BLAMING)
def test_nobody_says(phrase):
    word = re.compile(rf"\b{re.escape(phrase)}", re.IGNORECASE)
    assert [text for text in [*WRITTEN, *REASONS, *CHILDS_WORDS] if word.search(text)] == []


def test_no_statement_has_an_acronym():
    room = "L2"
    found = {match for text in WRITTEN for match in re.findall(r"\b[A-Z][A-Z0-9&]+\b", text)}
    assert found <= {room}


def test_an_everyday_statement_does_not_tell_how_the_child_came_to_the_family():
    told = [said.text for said in STATEMENTS if said.detail_level == "everyday" and TELLS_THE_ORIGIN.search(said.text)]
    assert told == []


def test_what_is_said_of_an_everyday_statement_does_not_tell_it_either():
    everyday = {said.key for said in STATEMENTS if said.detail_level == "everyday"}
    of_one = [said.words for said in FAMILY.challenges if said.statement in everyday]
    of_one += [said.text for said in FAMILY.corrections if said.statement in everyday]
    assert of_one
    assert [text for text in of_one if TELLS_THE_ORIGIN.search(text)] == []


def test_an_opinion_names_the_professional_whose_it_is_and_when():
    for statement in STATEMENTS:
        if statement.kind == "opinion":
            assert re.match(r"Professional opinion of [A-Z][^,]+, [^:]+ 20\d\d: ", statement.text), statement.text


def test_an_allegation_is_marked_as_not_established_dated_and_restricted():
    allegations = [said for said in STATEMENTS if said.kind == "allegation"]
    assert allegations
    for statement in allegations:
        assert statement.detail_level == "restricted"
        assert statement.text.startswith("Not established. On ")
        assert "found nothing to support it" in statement.text


@pytest.mark.parametrize("number", [FAMILY.child.nhs_number, former("nhs_number").replace(" ", "")])
def test_the_nhs_number_is_in_the_test_range_and_passes_modulus_eleven(number):
    assert re.fullmatch("999[0-9]{7}", number)
    weighted = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
    assert (11 - weighted % 11) % 11 == int(number[9])


@pytest.mark.parametrize("upn", [FAMILY.child.upn, former("upn")])
def test_the_upn_carries_the_sending_authority_and_its_check_letter(upn):
    assert re.fullmatch("[A-Z][0-9]{12}", upn)
    assert upn[1:4] == FAMILY.organisations["sending_authority"].authority_code
    total = sum(int(digit) * position for position, digit in enumerate(upn[1:], 2))
    assert upn[0] == "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23]


def test_the_child_is_eleven_when_the_move_comes():
    born, move = FAMILY.child.date_of_birth, FAMILY.transition.planned_date
    assert move.year - born.year - ((move.month, move.day) < (born.month, born.day)) == 11


def test_it_can_be_staged_once_its_year_has_passed():
    """Nobody can write a review date that has passed: the file's are left out from the day after."""
    said = next(each for each in STATEMENTS if each.review_on is not None and not each.rests_on)
    later = said.review_on + timedelta(days=1)
    assert meanings.statement_of(said, {}, said.review_on).review_on == said.review_on
    assert meanings.statement_of(said, {}, later).review_on is None


def test_the_move_is_from_one_authoritys_school_to_anothers():
    move, organisations = FAMILY.transition, FAMILY.organisations
    assert (move.kind, move.planned_date) == ("phase_transfer", date(2027, 9, 1))
    assert organisations[move.from_].authority == "sending_authority"
    assert organisations[move.to].authority == "receiving_authority"


def test_names_codes_and_emails_are_each_used_once():
    for used in (
        [organisation.name for organisation in FAMILY.organisations.values()],
        [organisation.urn for organisation in FAMILY.organisations.values() if organisation.urn],
        [organisation.gss_code for organisation in FAMILY.organisations.values() if organisation.gss_code],
        [person.name for person in FAMILY.people.values()],
        [person.email for person in FAMILY.people.values()],
    ):
        assert len(set(used)) == len(used)


def test_every_email_is_in_a_domain_that_cannot_exist():
    for person in FAMILY.people.values():
        assert re.fullmatch(r"[a-z.]+@[a-z]+\.example", person.email)


def test_everybody_who_is_mentioned_and_has_an_account_is_called_by_their_own_name():
    told = " ".join(statement.text for statement in STATEMENTS)
    for key, said in {
        "designated_teacher": "Ms Nair",
        "designated_safeguarding_lead": "Mr Hartnell",
        "class_teacher": "Mr Osei",
        "receiving_social_worker": "Tom Brannigan",
        "custodian_social_worker": "Farah Siddiqui",
    }.items():
        assert said in told
        assert FAMILY.people[key].name.split()[-1] == said.split()[-1]


def test_a_date_written_with_its_weekday_falls_on_it():
    written = re.compile(
        r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday) (\d+) (August|September) (20\d\d)?"
    )
    months = {"August": 8, "September": 9}
    found = [match for said in STATEMENTS for match in written.findall(said.text)]
    assert found
    for weekday, day, month, year in found:
        assert date(int(year or 2027), months[month], int(day)).strftime("%A") == weekday


def test_the_school_and_the_authority_each_have_a_consent_for_the_move_the_authoritys_narrower():
    school, authority = FAMILY.consents
    assert (school.recipient, authority.recipient) == ("receiving_school", "receiving_authority")
    assert {school.purpose, authority.purpose} == {"phase_transfer"}
    assert school.valid_days == 400
    assert set(authority.scope) < set(school.scope)
    assert school.child_view.asked
    assert school.child_view.words


def test_every_scope_names_known_sections_and_levels():
    for consent in FAMILY.consents:
        assert consent.scope
        assert set(consent.scope) <= set(Section)
        assert set(consent.scope.values()) <= set(DetailLevel)


def test_the_schools_scope_mixes_levels_and_leaves_identity_for_the_child_to_tell():
    scope = FAMILY.consents[0].scope
    assert set(scope.values()) == set(DetailLevel)
    assert set(Section) - set(scope) == {"identity_and_culture"}


def test_each_role_at_the_school_sees_more_than_the_one_before():
    school = FAMILY.consents[0]
    roles = (Role.CLASS_TEACHER, Role.DESIGNATED_TEACHER, Role.DESIGNATED_SAFEGUARDING_LEAD)
    seen = [len(visible(school, role)) for role in roles]
    assert seen == sorted(set(seen))
    assert seen[-1] < len(STATEMENTS)


def test_the_protected_list_has_what_no_school_is_shown_and_what_the_first_family_does_not_learn():
    kinds = {ProtectedKind(term.kind) for term in FAMILY.protected_list.terms}
    assert FAMILY.protected_list.author in {"parent", "second_parent"}
    assert {kind.kept_from for kind in kinds} == set(KeptFrom)
    assert len(kinds) >= 10


def test_a_protected_phone_is_of_the_range_that_is_kept_for_drama():
    assert re.fullmatch(r"01632 960\d{3}", former("phone"))


def test_a_former_number_is_not_the_childs_of_today():
    assert former("upn") != FAMILY.child.upn
    assert former("nhs_number").replace(" ", "") != FAMILY.child.nhs_number


def test_an_opinion_rests_on_a_statement_that_is_corrected():
    corrected = {said.statement for said in FAMILY.corrections}
    assert [said for said in STATEMENTS if corrected.intersection(said.rests_on)]


def test_the_child_challenges_a_statement_that_the_school_and_its_class_teacher_see():
    (challenge,) = FAMILY.challenges
    assert challenge.for_young_person
    assert challenge.author in {"parent", "second_parent"}
    assert challenge.statement in {said.key for said in visible(FAMILY.consents[0], Role.CLASS_TEACHER)}


def test_only_parents_and_the_custodian_have_written():
    assert values("author") == {"parent", "second_parent", "custodian_social_worker"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("format: 1", "format: 2", "format: must be 1"),
        ("format: 1", "format: [", "not readable as YAML"),
        ("2015-10-09", "2015-02-30", "not readable as YAML"),
        ("known_as: Tam", "known_as: Tam\n  known_as: Tamsin", "a key is written twice"),
        ("known_as: Tam", "nickname: Tam", "family.child: has missing or unknown fields: known_as, nickname"),
        ('"999901"', "999901", "family.organisations.primary_school.urn: must be str, not int"),
        ("valid_days: 400", "valid_days: true", "valid_days: must be int, not bool"),
        ("2015-10-09", '"2015-10-09"', "family.child.date_of_birth: must be date, not str"),
        ('"9990162743"', '"9990162744"', "NHS number has a wrong check digit"),
        ("G998990120017", "A998990120017", "unique pupil number has a wrong check letter"),
        ('authority_code: "998"', "authority_code: null", "organisations.sending_authority: has not exactly the codes"),
        ("  auditor:", "  inspector:", "people: has missing or unknown keys: auditor, inspector"),
        ("role: null", "role: auditor", "people.parent: a parent has neither organisation nor role"),
        ("role: class_teacher", "role: social_worker", "people.class_teacher.role: 'social_worker' is not a role"),
        ("organisation: other_school", "organisation: moon", "'moon' is not an organisation here"),
        ("basis_for_holding: adopted", "basis_for_holding: other", "basis_for_holding: 'other' is not one of"),
        ("to: receiving_school", "to: nowhere", "transition.to: 'nowhere' is not one of"),
        ("safety: restricted", "weather: restricted", "consents[0].scope: 'weather' is not one of"),
        ("safety: restricted", "safety: secret", "consents[0].scope.safety: 'secret' is not one of"),
        ("kind: childs_words", "kind: rumour", "statements[0].kind: 'rumour' is not one of"),
        ("source: child", "source: neighbour", "statements[0].source: 'neighbour' is not one of"),
        ("child\n    author: parent", "child\n    author: auditor", "statements[0].author: 'auditor' is not one of"),
        ("I'm Tam.", "I'm Tam. " + 900 * "x", "statements[0].text: must have 1 to 900 characters"),
        ("  author: parent\n  terms:", "  author: auditor\n  terms:", "protected_list.author: 'auditor' is not one of"),
        ("kind: former_name", "kind: nickname", "protected_list.terms[0].kind: 'nickname' is not one of"),
        ("H998990418006", "A998990418006", "protected_list.terms[6].text: must be a valid unique pupil number"),
        ("text: Rhodri Penry", "text: ''", "protected_list.terms[2].text: must not be empty"),
        ("text: Tolland Bridge", "text: Otter Lane Primary", "terms[12]: repeats protected_list.terms[11]"),
        ("rests_on: [hearing_check]", "rests_on: [left_a_noisy_lesson]", "is not the key of a statement above it"),
        (
            "key: hearing_check",
            "key: hearing_check\n    rests_on: [x]",
            "rests_on: only an opinion says what it rests on",
        ),
        ("- statement: hearing_check", "- statement: sight", "corrections[0].statement: 'sight' is not one of"),
        (
            "    author: second_parent\n    reason:",
            "    author: x\n    reason:",
            "corrections[0].author: 'x' is not one",
        ),
        ("The clinic tested", 900 * "x", "corrections[0].reason: must have 1 to 900 characters"),
        ("Tam hears well.", "Tam hears well. " + 900 * "x", "corrections[0].text: must have 1 to 900 characters"),
        ("- statement: left_a", "- statement: left_the", "challenges[0].statement: 'left_the_noisy_lesson' is not one"),
        (
            "    author: parent\n    for_young",
            "    author: x\n    for_young",
            "challenges[0].author: 'x' is not one of",
        ),
        ("for_young_person: true", "for_young_person: 'yes'", "for_young_person: must be bool, not str"),
        ("I did tell somebody.", 900 * "x", "challenges[0].words: must have 1 to 900 characters"),
    ],
)
def test_a_family_that_breaks_a_rule_is_refused_with_the_place(before, after, message):
    assert before in TEXT
    with pytest.raises(DemonstrationInvalid, match=re.escape(message)):
        parse(TEXT.replace(before, after, 1))


def test_a_statement_said_twice_is_refused(raw):
    raw["statements"].append({**raw["statements"][-1]})
    with pytest.raises(DemonstrationInvalid, match=r"statements\[\d+\]\.text: repeats statements\[\d+\]\.text"):
        parse(yaml.safe_dump(raw))


def test_a_correction_that_says_what_stands_already_is_refused(raw):
    raw["corrections"][0]["text"] = raw["statements"][0]["text"]
    with pytest.raises(DemonstrationInvalid, match=r"corrections\[0\]\.text: repeats statements\[0\]\.text"):
        parse(yaml.safe_dump(raw))


def test_an_empty_reason_for_a_wording_is_refused(raw):
    raw["statements"][0]["wording_reason"] = " "
    with pytest.raises(DemonstrationInvalid, match=r"statements\[0\]\.wording_reason: must have 1 to 500 characters"):
        parse(yaml.safe_dump(raw))


def test_a_family_that_challenges_nothing_is_refused(raw):
    raw["challenges"] = []
    with pytest.raises(DemonstrationInvalid, match="challenges: must have at least one"):
        parse(yaml.safe_dump(raw))


def test_a_key_that_is_given_twice_is_refused(raw):
    raw["statements"][-1]["key"] = "hearing_check"
    with pytest.raises(DemonstrationInvalid, match="key: 'hearing_check' is the key of a statement above it"):
        parse(yaml.safe_dump(raw))
