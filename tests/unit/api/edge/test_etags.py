"""Preconditions as RFC 9110 has them."""

import pytest

from passport_api.api.edge import etag_of

THING = "0190b5e2-0000-7000-8000-000000000001"
CURRENT = etag_of(THING, 1)
STALE = etag_of(THING, 0)


def change(client, **headers):
    return client.patch(f"/v1/things/{THING}", json={"name": "x"}, headers=headers)


def test_a_tag_is_strong_quoted_and_the_same_for_the_same_parts():
    assert etag_of("a", 1) == etag_of("a", 1)
    assert CURRENT.startswith('"')
    assert CURRENT.endswith('"')
    assert len(CURRENT) == 26


def test_tags_of_different_parts_differ():
    tags = [etag_of(*parts) for parts in (("a", "bc"), ("ab", "c"), ("abc",), ("a", "bc", ""), ("1",), (1,), ())]
    assert len(set(tags)) == len(tags)
    assert etag_of("a", "b") != etag_of("astr:b")


def test_a_change_without_a_precondition_is_428(client, fields_of):
    fields_of(change(client), "precondition_required", 428)
    fields_of(change(client, **{"If-Match": ""}), "precondition_required", 428)
    fields_of(change(client, **{"If-Match": '"'}), "precondition_required", 428)


@pytest.mark.parametrize("sent", [STALE, f"W/{CURRENT}", f'{STALE}, "other"', "nonsense", CURRENT.lower()])
def test_a_change_of_another_state_is_412(sent, client, fields_of):
    fields_of(change(client, **{"If-Match": sent}), "precondition_failed", 412)


@pytest.mark.parametrize("sent", [CURRENT, f"{STALE}, {CURRENT}", "*"])
def test_a_change_of_the_present_state_is_made(sent, client):
    assert change(client, **{"If-Match": sent}).status_code == 204


@pytest.mark.parametrize("sent", [CURRENT, f"W/{CURRENT}", f"{STALE}, {CURRENT}", "*"])
def test_a_state_the_reader_has_is_not_sent_again(sent, client):
    response = client.get(f"/v1/things/{THING}", headers={"If-None-Match": sent})
    assert (response.status_code, response.get_data()) == (304, b"")
    assert response.headers["ETag"] == CURRENT


@pytest.mark.parametrize("sent", [STALE, "", "nonsense"])
def test_a_state_the_reader_has_not_is_sent(sent, client):
    response = client.get(f"/v1/things/{THING}", headers={"If-None-Match": sent})
    assert response.status_code == 200
