"""When a signing key signs, and until when it is taken."""

from datetime import UTC, datetime, timedelta

from passport_api.domain.key_validity import (
    ALWAYS,
    KeyState,
    Validity,
    succeed_at_once,
    succeed_log,
    succeed_tokens,
)
from passport_api.domain.sessions import ACCESS_LIFETIME

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_first_key_signs_until_it_is_retired():
    assert ALWAYS.signs(NOW)
    retired = Validity(None, NOW)
    assert retired.signs(NOW - timedelta(microseconds=1))
    assert not retired.signs(NOW)


def test_a_key_signs_from_its_instant_on():
    coming = Validity(NOW)
    assert not coming.signs(NOW - timedelta(microseconds=1))
    assert coming.signs(NOW)


def test_an_old_token_key_is_taken_for_longer_than_any_token_that_it_signed_lives():
    succession = succeed_tokens(NOW, 10 * MINUTE)
    assert succession.active_from == NOW + 10 * MINUTE
    assert succession.others_retire_at > succession.active_from + ACCESS_LIFETIME


def test_log_keys_overlap_for_as_long_as_was_said():
    succession = succeed_log(NOW, 10 * MINUTE, timedelta(days=30))
    assert succession.others_retire_at - succession.active_from == timedelta(days=30)


def test_a_leaked_key_ends_when_its_successor_begins():
    succession = succeed_at_once(NOW)
    assert succession.active_from == succession.others_retire_at == NOW
    assert Validity(succession.active_from).signs(NOW)


def test_a_key_says_what_it_does():
    assert Validity(NOW + MINUTE).state(NOW, chosen=False) is KeyState.COMING
    assert Validity(NOW).state(NOW, chosen=True) is KeyState.SIGNING
    assert Validity(None, NOW + MINUTE).state(NOW, chosen=False) is KeyState.VERIFYING
    assert Validity(None, NOW).state(NOW, chosen=False) is KeyState.RETIRED
