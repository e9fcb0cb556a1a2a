"""The access log's entry: what the tree commits to, what a view left behind, what makes a release decide again."""

from uuid import UUID

import pytest

from passport_api.domain.access_log import LEAVES_ACCESS_AS_IT_IS, Entry, Leaf, Outcome, StatementSeen, seen
from passport_api.domain.ids import EntryId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section
from passport_api.domain.views import SectionView, view_of
from unit.domain.builders import NOON, PASSPORT, statement

ENTRY = EntryId(UUID("01990000-0000-7000-8000-00000000000a"))


def test_the_outcomes_are_those_of_the_design():
    assert [outcome.value for outcome in Outcome] == ["allowed", "denied"]


def test_a_leaf_is_the_entrys_id_then_the_passports_then_the_ciphertext():
    data = Leaf(ENTRY, PASSPORT, b"sealed").data()
    assert data.hex() == "0199000000007000800000000000000a" + "00000000000000000000000000000015" + b"sealed".hex()


def test_a_leaf_about_no_passport_has_sixteen_zero_bytes_in_its_place():
    assert Leaf(ENTRY, None, b"sealed").data() == ENTRY.bytes + b"\0" * 16 + b"sealed"


def test_a_leaf_about_no_passport_is_not_taken_for_one_about_a_passport():
    assert Leaf(ENTRY, None, PASSPORT.bytes + b"sealed").data() != Leaf(ENTRY, PASSPORT, b"sealed").data()


@pytest.mark.parametrize("spoil", [b"", b"sealee", b"sealed\0", b"Sealed"])
def test_a_leaf_commits_to_every_byte_of_the_ciphertext(spoil):
    assert Leaf(ENTRY, PASSPORT, b"sealed").data() != Leaf(ENTRY, PASSPORT, spoil).data()


def an_entry(action: str, outcome: Outcome = Outcome.ALLOWED) -> Entry:
    return Entry(ENTRY, NOON, action, outcome, Capacity("Robin Ashdown", "parent"), None, PASSPORT)


@pytest.mark.parametrize(
    "action",
    [
        "consent.given",
        "consent.approved",
        "consent.revoked",
        "transition.changed",
        "protected_list.changed",
        "membership.ended",
        "membership.role_changed",
        "invitation.accepted",
        "passport.erased",
        "key.destruction_begun",
        "log.recovered",
        "ending.enforced",
        "an action that nobody thought of",
    ],
)
def test_whatever_may_take_access_away_makes_decisions_under_way_be_made_again(action):
    assert an_entry(action).may_take_access_away


def test_no_action_leaves_access_as_it_is_but_reading_writing_inviting_and_what_is_done_with_keys():
    assert {
        "view.opened",
        "view.acknowledged",
        "passport.listed",
        "passport.created",
        "passport.read",
        "statement.written",
        "statement.recipients_read",
        "challenges.read",
        "challenges.listed",
        "protected_list.read",
        "protected_list.asked",
        "number.offered",
        "alert.read",
        "alert.settled",
        "alerts.listed",
        "search.made",
        "passport.searched",
        "searches.listed",
        "search.read",
        "search.hits_read",
        "search.cancelled",
        "search.correction_asked",
        "search.corrections_read",
        "correction.acknowledged",
        "correction_notices.listed",
        "transition.recorded",
        "transitions.read",
        "parent.invited",
        "consent.previewed",
        "consents.read",
        "access_log.read",
        "decisions.read",
        "members.listed",
        "member.invited",
        "erasure.proposed",
        "erasure.withdrawn",
        "erasure.read",
        "erasures.listed",
        "key.rotation_begun",
        "key.added",
        "keys.rewrapped",
        "key.destroyed",
        "signing_key.added",
    } == LEAVES_ACCESS_AS_IT_IS


def test_a_refusal_takes_nothing_away_so_that_a_stranger_cannot_slow_releases_down():
    assert not an_entry("consent.revoked", Outcome.DENIED).may_take_access_away


def test_the_log_names_every_version_of_every_statement_that_a_view_shows():
    first, second = statement("about_me", "everyday", 1), statement("safety", "restricted", 2, version=4)
    view = (
        SectionView(Section.ABOUT_ME, DetailLevel.EVERYDAY, (first,)),
        SectionView(Section.REGULATION, DetailLevel.EVERYDAY, ()),
        SectionView(Section.SAFETY, DetailLevel.RESTRICTED, (second,)),
    )
    assert seen(view) == (
        StatementSeen("00000000-0000-0000-0000-0000000003e9", 1),
        StatementSeen("00000000-0000-0000-0000-0000000003ea", 4),
    )


def test_the_log_does_not_name_a_statement_that_was_kept_back():
    written = [statement("safety", "everyday", 1), statement("safety", "restricted", 2)]
    view = view_of(written, {Section.SAFETY: DetailLevel.RESTRICTED}, DetailLevel.EVERYDAY)
    assert seen(view) == (StatementSeen("00000000-0000-0000-0000-0000000003e9", 1),)


def test_an_empty_view_shows_nothing():
    assert seen(()) == ()
