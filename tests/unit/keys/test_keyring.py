"""The keyring remembers what it may, for as long as it may, and nobody else's keys."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from passport_keys.errors import ProviderUnavailable, UnknownKey, WrapRejected
from passport_keys.keyring import Keyring
from passport_keys.providers import KeyProvider, WrappedKey
from passport_keys.providers.local_file import LocalFileProvider


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(tmp_path: Path) -> KeyProvider:
    return LocalFileProvider.create(tmp_path / "kek.json", datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture
def keyring(provider: KeyProvider, clock: Clock) -> Keyring:
    return Keyring(provider, clock, max_keys=3, max_age_seconds=300)


def test_a_new_data_key_is_remembered(keyring):
    key, wrapped = keyring.new_data_key("owner-1")
    assert keyring.data_key("owner-1", wrapped) is key


def test_every_new_data_key_is_another(keyring):
    one, other = (keyring.new_data_key("owner-1")[0] for _ in range(2))
    assert one.private_bytes() != other.private_bytes()


def test_a_data_key_unwraps_in_another_keyring_and_is_remembered_there(keyring, provider, clock):
    key, wrapped = keyring.new_data_key("owner-1")
    elsewhere = Keyring(provider, clock)
    unwrapped = elsewhere.data_key("owner-1", wrapped)
    assert unwrapped.private_bytes() == key.private_bytes()
    assert elsewhere.data_key("owner-1", wrapped) is unwrapped


def test_another_owners_wrapped_key_is_refused_even_while_it_is_remembered(keyring):
    _, wrapped = keyring.new_data_key("owner-1")
    with pytest.raises(WrapRejected):
        keyring.data_key("owner-2", wrapped)


def test_a_changed_wrapped_key_never_meets_the_remembered_one(keyring):
    _, wrapped = keyring.new_data_key("owner-1")
    flipped = bytes([wrapped.ciphertext[0] ^ 1]) + wrapped.ciphertext[1:]
    with pytest.raises(WrapRejected):
        keyring.data_key("owner-1", replace(wrapped, ciphertext=flipped))
    with pytest.raises(UnknownKey):
        keyring.data_key("owner-1", replace(wrapped, key_id="another"))


def test_no_more_keys_are_remembered_than_allowed(keyring):
    for number in range(10):
        keyring.new_data_key(f"owner-{number}")
    assert len(keyring) == 3


def test_the_key_used_longest_ago_is_dropped_first(keyring):
    made = {owner: keyring.new_data_key(owner) for owner in ("a", "b", "c")}
    keyring.data_key("a", made["a"][1])
    keyring.new_data_key("d")
    assert keyring.data_key("a", made["a"][1]) is made["a"][0]
    assert keyring.data_key("c", made["c"][1]) is made["c"][0]
    assert keyring.data_key("b", made["b"][1]) is not made["b"][0]


def test_a_key_is_dropped_at_its_age_however_often_it_was_used(keyring, clock):
    key, wrapped = keyring.new_data_key("owner-1")
    for _ in range(2):
        clock.seconds += 149
        assert keyring.data_key("owner-1", wrapped) is key
    clock.seconds += 2
    again = keyring.data_key("owner-1", wrapped)
    assert again is not key
    assert again.private_bytes() == key.private_bytes()


def test_a_key_unwrapped_again_lives_a_full_age(keyring, clock):
    _, wrapped = keyring.new_data_key("owner-1")
    clock.seconds += 300
    again = keyring.data_key("owner-1", wrapped)
    clock.seconds += 299
    assert keyring.data_key("owner-1", wrapped) is again


def test_keys_that_nobody_asks_for_do_not_outlive_their_age(keyring, clock):
    keyring.new_data_key("a")
    clock.seconds += 100
    keyring.new_data_key("b")
    clock.seconds += 200
    keyring.new_data_key("c")
    assert len(keyring) == 2


def test_a_forgotten_owner_is_gone_and_the_others_stay(keyring):
    first, wrapped_first = keyring.new_data_key("a")
    keyring.new_data_key("a")
    other, wrapped_other = keyring.new_data_key("b")
    keyring.forget("a")
    assert len(keyring) == 1
    assert keyring.data_key("b", wrapped_other) is other
    assert keyring.data_key("a", wrapped_first) is not first


def test_forgetting_an_owner_nobody_knows_is_nothing(keyring):
    keyring.new_data_key("a")
    keyring.forget("b")
    assert len(keyring) == 1


class SlowProvider:
    """The real provider, whose first answer is held up."""

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider
        self.asked, self.may_answer = Event(), Event()

    @property
    def active_key_id(self) -> str:
        return self._provider.active_key_id

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        return self._provider.wrap(key, context)

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        if not self.asked.is_set():
            self.asked.set()
            assert self.may_answer.wait(10)
        return self._provider.unwrap(wrapped, context)


def test_an_owner_forgotten_during_an_unwrap_is_not_remembered_by_it(provider, keyring, clock):
    _, wrapped = keyring.new_data_key("a")
    slow = SlowProvider(provider)
    distant = Keyring(slow, clock)
    with ThreadPoolExecutor(1) as pool:
        unwrapping = pool.submit(distant.data_key, "a", wrapped)
        assert slow.asked.wait(10)
        distant.forget("a")
        slow.may_answer.set()
        unwrapping.result(10)
    assert len(distant) == 0


def test_a_key_unwrapped_twice_at_once_has_the_age_of_the_first(provider, keyring, clock):
    _, wrapped = keyring.new_data_key("a")
    slow = SlowProvider(provider)
    distant = Keyring(slow, clock, max_age_seconds=300)
    with ThreadPoolExecutor(1) as pool:
        unwrapping = pool.submit(distant.data_key, "a", wrapped)
        assert slow.asked.wait(10)
        first = distant.data_key("a", wrapped)
        clock.seconds += 200
        slow.may_answer.set()
        assert unwrapping.result(10).private_bytes() == first.private_bytes()
    assert distant.data_key("a", wrapped) is first
    clock.seconds += 100
    assert len(distant) == 0


def test_a_keyring_that_may_remember_nothing_still_unwraps(provider, clock):
    keyring = Keyring(provider, clock, max_keys=0)
    key, wrapped = keyring.new_data_key("a")
    assert keyring.data_key("a", wrapped).private_bytes() == key.private_bytes()
    assert len(keyring) == 0


def test_many_threads_each_get_the_right_key_within_the_bound(provider, clock):
    keyring = Keyring(provider, clock, max_keys=5)
    made = {f"owner-{number}": keyring.new_data_key(f"owner-{number}") for number in range(20)}
    owners = sorted(made)

    def use(turn: int) -> bool:
        owner = owners[turn * 7 % len(owners)]
        key, wrapped = made[owner]
        clock.seconds += 1
        if turn % 50 == 0:
            keyring.forget(owner)
        right = keyring.data_key(owner, wrapped).private_bytes() == key.private_bytes()
        return right and len(keyring) <= 5

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(4000)))


class Away:
    """The real provider, which does not answer while it is away."""

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider
        self.away = False

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        if self.away:
            raise ProviderUnavailable
        return self._provider.wrap(key, context)

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        if self.away:
            raise ProviderUnavailable
        return self._provider.unwrap(wrapped, context)


@pytest.fixture
def away(provider: KeyProvider) -> Away:
    return Away(provider)


@pytest.fixture
def enduring(away: Away, clock: Clock) -> Keyring:
    return Keyring(away, clock, max_keys=3, max_age_seconds=300, outage_seconds=900)


def test_while_the_provider_is_away_a_key_is_used_beyond_its_age_for_as_long_as_was_set(enduring, away, clock):
    key, wrapped = enduring.new_data_key("a")
    away.away = True
    clock.seconds += 1199
    assert enduring.data_key("a", wrapped) is key
    clock.seconds += 1
    with pytest.raises(ProviderUnavailable):
        enduring.data_key("a", wrapped)
    assert len(enduring) == 0


def test_an_outage_does_not_begin_anew_with_each_use(enduring, away, clock):
    _, wrapped = enduring.new_data_key("a")
    away.away = True
    for _ in range(11):
        clock.seconds += 100
        enduring.data_key("a", wrapped)
    clock.seconds += 100
    with pytest.raises(ProviderUnavailable):
        enduring.data_key("a", wrapped)


def test_with_no_outage_allowed_a_key_ends_at_its_age(away, clock):
    keyring = Keyring(away, clock, max_age_seconds=300, outage_seconds=0)
    key, wrapped = keyring.new_data_key("a")
    away.away = True
    clock.seconds += 299
    assert keyring.data_key("a", wrapped) is key
    clock.seconds += 1
    with pytest.raises(ProviderUnavailable):
        keyring.data_key("a", wrapped)


def test_while_the_provider_answers_it_is_asked_at_a_keys_age_whatever_an_outage_may_last(enduring, clock):
    key, wrapped = enduring.new_data_key("a")
    clock.seconds += 300
    again = enduring.data_key("a", wrapped)
    assert again is not key
    clock.seconds += 299
    assert enduring.data_key("a", wrapped) is again


def test_a_provider_that_is_back_makes_a_carried_key_young_again(enduring, away, clock):
    key, wrapped = enduring.new_data_key("a")
    away.away = True
    clock.seconds += 1000
    assert enduring.data_key("a", wrapped) is key
    away.away = False
    young = enduring.data_key("a", wrapped)
    away.away = True
    clock.seconds += 1199
    assert enduring.data_key("a", wrapped) is young


def test_a_key_that_was_not_in_memory_is_not_to_be_had_while_the_provider_is_away(enduring, away):
    _, wrapped = enduring.new_data_key("a")
    enduring.forget("a")
    away.away = True
    with pytest.raises(ProviderUnavailable):
        enduring.data_key("a", wrapped)
    with pytest.raises(ProviderUnavailable):
        enduring.new_data_key("b")


def test_a_key_that_the_provider_refuses_is_not_carried_by_a_later_outage(enduring, away, provider, clock):
    _, wrapped = enduring.new_data_key("a")
    provider.add_key(datetime(2026, 9, 2, tzinfo=UTC))
    provider.destroy_key(wrapped.key_id)
    clock.seconds += 300
    with pytest.raises(UnknownKey):
        enduring.data_key("a", wrapped)
    away.away = True
    with pytest.raises(ProviderUnavailable):
        enduring.data_key("a", wrapped)
    assert len(enduring) == 0


def test_a_key_is_wrapped_anew_under_the_active_key_and_stays_the_same(tmp_path):
    provider = LocalFileProvider.create(tmp_path / "keys.json", datetime(2026, 3, 1, tzinfo=UTC))
    keyring = Keyring(provider, lambda: 0.0)
    key, wrapped = keyring.new_data_key("owner")
    added = provider.add_key(datetime(2026, 3, 2, tzinfo=UTC))
    anew = keyring.rewrapped("owner", wrapped)
    assert (wrapped.key_id != added, anew.key_id) == (True, added)
    assert len(keyring) == 1, "what is rewrapped is not remembered"
    assert keyring.data_key("owner", anew).private_bytes() == key.private_bytes()
    with pytest.raises(WrapRejected):
        keyring.rewrapped("another", wrapped)
