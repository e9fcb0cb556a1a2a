"""Names: every way of writing one is found, and the wording is given back as it stands."""

import pytest

from unit.domain.protection.finding import found


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("He asked for Katherine Doyle.", "Katherine Doyle"),
        ("He asked for katherine doyle.", "katherine doyle"),
        ("He asked for KATHERINE DOYLE.", "KATHERINE DOYLE"),
        ("Doyle, Katherine", "Doyle, Katherine"),
        ("DOYLE Katie", "DOYLE Katie"),
        ("Ms K. Doyle", "Doyle"),
        ("Katherine A. Doyle", "Katherine A. Doyle"),
        ("Katherine Anne Doyle", "Katherine Anne Doyle"),
        ("Katherine  Doyle", "Katherine  Doyle"),
        ("Katherine-Doyle", "Katherine-Doyle"),
        ("Katherine.Doyle@mail.example", "Katherine.Doyle"),
        ("@katiedoyle85", "katiedoyle"),
        ("Kate came.", "Kate"),
        ("his mum kate", "kate"),
        ("Katie's letter", "Katie"),
        ("Katies letter", "Katies"),
        ("Kate\u2019s letter", "Kate"),
        ("Cathy rang", "Cathy"),
        ("Kathryn rang", "Kathryn"),
        ("the Doyles", "Doyles"),
        ("the Doyles\u2019 house", "Doyles"),
        ("Mrs Doyle", "Doyle"),
        ("D\u00f3yle", "D\u00f3yle"),
        ("Do\u00adyle", "Do\u00adyle"),
        ("K\u0430tie", "K\u0430tie"),
        ("K a t i e", "K a t i e"),
        ("D.o.y.l.e", "D.o.y.l.e"),
        ("K-a-t-i-e D-o-y-l-e", "K-a-t-i-e"),
        ("the Kate-shaped gap", "Kate"),
        ("(Kate)", "Kate"),
        ("Kate/Tam", "Kate"),
        ("_Kate_", "Kate"),
    ],
)
def test_a_name_is_found_in_every_way_of_writing_it(text, wording):
    assert found(text, "Katherine Anne Doyle")[0] == wording


@pytest.mark.parametrize(
    "text",
    ["Katastrophe", "skate park", "Doylestown", "Kateri Moon", "a kit of drums", "Anne's turn", "K. came", "K D"],
)
def test_a_part_of_another_word_is_not_the_name(text):
    assert found(text, "Katherine Anne Doyle") == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Siobhan O'Brien", "O\u2019Brien"),
        ("Siobhan O'Brien", "OBrien"),
        ("Siobhan O'Brien", "O Brien"),
        ("Zo\u00eb Kerr-Doyle", "Kerr Doyle"),
        ("Zo\u00eb Kerr-Doyle", "KerrDoyle"),
        ("Zo\u00eb Kerr-Doyle", "Kerr"),
        ("Zo\u00eb Kerr-Doyle", "zoe"),
        ("Sean McAllister", "MacAllister"),
        ("Sean McAllister", "Mc Allister"),
        ("Mohammed Rahman", "muhammad"),
        ("William Thornbury", "Billy"),
        ("\u0141ukasz Nowak", "lukasz"),
        ("Anne-Marie Thornbury", "Anne Marie"),
        ("Ana de la Cruz", "de la Cruz"),
        ("Kettleborough, Josie", "Kettleborough"),
    ],
)
def test_names_with_joints_particles_and_other_spellings(term, text):
    assert found(f"They met {text} on Monday.", term) == [text]


def test_hits_are_in_order_and_apart():
    assert found("Doyle, Kate and Patrick Doyle; kate.", "Kate Doyle", "Patrick Doyle") == [
        "Doyle, Kate",
        "Patrick Doyle",
        "kate",
    ]


def test_somebody_else_with_the_same_first_name_is_not_the_protected_person():
    assert found("Tom Brannigan will visit.", "Thomas Doyle") == []
    assert found("Mr Thomas teaches maths.", "Thomas Doyle") == []
    assert found("Tom will visit.", "Thomas Doyle") == ["Tom"]
    assert found("Tom Doyle-Brannigan will visit.", "Thomas Doyle") == ["Tom Doyle"]
    assert found("Tom D. will visit.", "Thomas Doyle") == ["Tom"]


def test_one_name_given_alone_is_found_whoever_bears_it():
    assert found("Tom Brannigan will visit.", "Thomas") == ["Tom"]


def test_a_first_name_that_the_child_still_bears_is_no_hit_by_itself():
    in_use = ("Tamsin Fairweather", "Tam")
    assert found("Tamsin and Tam swim.", "Tamsin Doyle", kind="former_name", in_use=in_use) == []
    assert found("Tam Doyle swims.", "Tamsin Doyle", kind="former_name", in_use=in_use) == ["Tam Doyle"]


def test_two_names_of_one_person_may_be_one_term():
    assert found("Kate Marsh, Mrs Marsh", "Katherine Doyle (n\u00e9e Marsh)") == ["Kate Marsh", "Marsh"]
    assert found("Kitty Price and Kate Doyle", "Kate Doyle, also known as Kitty Price") == ["Kitty Price", "Kate Doyle"]
    assert found("Skippy", 'Joseph Doyle ("Skippy")') == ["Skippy"]


def test_a_name_of_the_family_after_it_makes_nobody_else_of_a_first_name():
    assert found("He told Kate Tam was well.", "Kate Doyle", in_use=("Tam",)) == ["Kate"]


def test_names_run_together_are_found_unless_they_make_a_word():
    assert found("message from rosekettle99", "Rose Kettle") == ["rosekettle"]
    assert found("maybe on sunday", "May Be", "Sun Day") == []


def test_a_matcher_without_terms_finds_nothing():
    assert found("Kate Doyle, 01632 960123.") == []


def test_the_familys_surname_is_found_for_the_other_direction():
    assert found("the Fairweathers", "Fairweather", kind="family_surname") == ["Fairweathers"]
    assert found("fair weather", "Fairweather", kind="family_surname") == []
