"""What emails say: plain words, twice, with nothing in them that only the family may tell."""

import re
from html.parser import HTMLParser

import pytest

from passport_api.domain.outbox import TOLD, Kind
from passport_api.senders.contract import Letter
from passport_api.senders.letters import WORDS, letter_of

URL = "https://passport.example"
SAYS_IT = re.compile("adopt|child|pupil|care|foster|sibling|family|parent", re.IGNORECASE)
LONGEST_SENTENCE = 20

every_kind = pytest.mark.parametrize("kind", WORDS)
TO_ORGANISATIONS = [kind for kind in Kind if TOLD[kind]]
TO_THEMSELVES = [kind for kind in WORDS if not TOLD[kind]]


class Page(HTMLParser):
    """What an HTML email is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def letter(kind: Kind, organisation: str | None = "Otter Lane Primary School") -> Letter:
    return letter_of(kind, organisation, URL)


@every_kind
def test_a_letter_says_what_happened_and_where_to_sign_in(kind: Kind) -> None:
    written = letter(kind)
    assert URL in written.text
    assert "\n" not in written.subject
    assert "{" not in written.text + written.html.partition("<body")[2].partition(">")[2]


@pytest.mark.parametrize("kind", TO_ORGANISATIONS)
def test_a_letter_to_an_organisations_people_names_it(kind: Kind) -> None:
    assert "Otter Lane Primary School" in letter(kind).subject
    assert "Otter Lane Primary School" in letter(kind).text


@pytest.mark.parametrize("kind", TO_THEMSELVES)
def test_a_letter_to_somebody_as_themselves_speaks_of_no_organisation(kind: Kind) -> None:
    written = letter_of(kind, None, URL, for_themselves=True)
    assert "organisation" not in written.subject + written.text
    assert "because of your role" not in written.text


@every_kind
def test_no_letter_says_anything_of_a_child(kind: Kind) -> None:
    written = letter(kind)
    for words in (written.subject, written.text, " ".join(Page(written.html).words)):
        assert not SAYS_IT.search(words)


@every_kind
def test_the_html_says_what_the_text_says(kind: Kind) -> None:
    written = letter(kind)
    said = " ".join(Page(written.html).words[len(written.subject.split()) :])
    assert all(sentence in said for sentence in re.findall(r"[A-Z][^.!?:\n]+[.]", written.text))


@every_kind
def test_the_html_loads_nothing_and_leads_to_the_service_alone(kind: Kind) -> None:
    page = Page(letter(kind).html)
    names = {name for name, _ in page.tags}
    assert names <= {"html", "head", "meta", "title", "body", "div", "p", "a", "br"}
    assert [attributes["href"] for name, attributes in page.tags if name == "a"] == [URL]
    assert not [attributes for _, attributes in page.tags if "src" in attributes]
    assert "url(" not in letter(kind).html
    assert ("html", {"lang": "en-GB"}) in page.tags


@every_kind
def test_its_sentences_are_short(kind: Kind) -> None:
    sentences = re.split(r"[.!?:]\s", letter(kind).text)
    assert max(len(sentence.split()) for sentence in sentences) <= LONGEST_SENTENCE


def test_an_organisations_name_is_written_and_not_obeyed() -> None:
    written = letter(Kind.VIEW_AVAILABLE, 'A & B <script src="//x.example"></script>\r\nBcc: x@people.example {url}')
    assert "<script" not in written.html
    assert "A &amp; B &lt;script" in written.html
    assert "\n" not in written.subject
    assert "{url}" in written.text


def test_where_its_name_is_better_not_said_it_is_yours() -> None:
    assert "shared with your organisation" in letter(Kind.VIEW_AVAILABLE, None).text
