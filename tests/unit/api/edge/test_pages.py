"""Pages are followed by their links, and a cursor is either whole or refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.api.edge.pages import decode_cursor, encode_cursor
from passport_api.api.edge.problems import Problem

CURSOR = encode_cursor("things", ("2026-11-20", 7))


def test_following_next_sees_every_item_once(client):
    url, seen, pages = "/v1/things?limit=2&kind=a%20b&tags=x&tags=y", [], 0
    while url:
        answer = client.get(url).json
        seen += answer["items"]
        url = answer["next"]
        pages += 1
        assert url is None or url.startswith("/v1/things?limit=2&kind=a+b&tags=x&tags=y&cursor=")
        assert url is None or url.count("cursor=") == 1
    assert (seen, pages) == ([0, 1, 2, 3, 4], 3)


def test_a_link_does_not_repeat_the_host(client):
    assert "elsewhere" not in client.get("/v1/things?limit=2", headers={"Host": "elsewhere.example"}).text


def test_the_default_page_has_fifty(client):
    assert client.get("/v1/things").json == {"items": [0, 1, 2, 3, 4], "next": None}


@given(st.text(), st.integers(-(10**18), 10**18))
def test_a_cursor_carries_its_position(text, number):
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    cursor = encode_cursor("things", (text, number))
    assert decode_cursor("things", cursor, (str, int)) == (text, number)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    [
        *(CURSOR[:n] + ("A" if CURSOR[n] != "A" else "B") + CURSOR[n + 1 :] for n in range(len(CURSOR))),
        CURSOR[:-1],
        CURSOR + "A",
        CURSOR + "=",
        f" {CURSOR}",
        f"{CURSOR}\n",
        "",
        "é",
        "!!!!",
        base64.urlsafe_b64encode(b'check:["\\ud800",7]').decode().rstrip("="),
        base64.urlsafe_b64encode(b"check:" + b"[" * 300).decode().rstrip("="),
        base64.urlsafe_b64encode(b"check:" + b"9" * 5000).decode().rstrip("="),
        base64.urlsafe_b64encode(b"12345" + b"67").decode().rstrip("="),
        base64.urlsafe_b64encode(b'["2026-11-20",7]').decode().rstrip("="),
        encode_cursor("others", ("2026-11-20", 7)),
        encode_cursor("things", ("2026-11-20",)),
        encode_cursor("things", (7, "2026-11-20")),
        encode_cursor("things", ("2026-11-20", True)),
    ],
)
def test_a_cursor_that_this_list_did_not_give_out_is_refused(cursor):
    with pytest.raises(Problem) as caught:
        decode_cursor("things", cursor, (str, int))
    assert caught.value.type.slug == "invalid_fields"
    assert [each.field for each in caught.value.errors] == ["query:cursor"]


def test_the_route_names_a_refused_cursor(client, fields_of):
    assert fields_of(client.get("/v1/things?cursor=AAAA"), "invalid_fields", 422) == ["query:cursor"]


def test_a_cursor_of_one_list_is_refused_by_another(client, fields_of):
    link = client.get("/v1/things?limit=2").json["next"]
    other = link.replace("/things", "/others")
    assert fields_of(client.get(other), "invalid_fields", 422) == ["query:cursor"]
