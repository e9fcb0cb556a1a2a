"""A running service reads its signing keys again: in time, and never as often as somebody else would like."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from passport_api.domain.key_validity import ALWAYS
from passport_api.services.service_keys import KeptKey, OpenedKeys, ServiceKeys
from passport_api.store.database import StoreUnavailable
from passport_keys.errors import ProviderUnavailable
from passport_keys.sealing import DataKey
from passport_keys.signing import SigningKey


def kept(number: int) -> KeptKey[SigningKey]:
    return KeptKey(UUID(int=number), ALWAYS, SigningKey.generate())


@dataclass
class Place:
    """Where the keys are read, and the hands of a clock."""

    there: OpenedKeys
    seconds: float = 0.0
    reads: int = 0
    failure: Exception | None = None
    keys: ServiceKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = ServiceKeys(self.there, self.read, lambda: datetime(2026, 3, 1, tzinfo=UTC), lambda: self.seconds)

    def read(self, known: OpenedKeys) -> OpenedKeys:  # noqa: ARG002 - as a reader is called
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return replace(self.there)

    def add(self) -> SigningKey:
        more = kept(len(self.there.tokens) + 1)
        self.there = replace(self.there, tokens=(*self.there.tokens, more))
        return more.key


def place() -> Place:
    return Place(OpenedKeys(DataKey.generate(), DataKey.generate(), (kept(1),), (kept(1),)))


def test_new_keys_are_noticed_within_a_minute_and_read_no_more_often():
    here = place()
    new = here.add()
    here.seconds = 59.0
    assert new not in here.keys.tokens
    here.seconds = 60.0
    assert here.keys.token_signer is new
    for _ in range(100):
        assert here.keys.tokens[-1] is new
    assert here.reads == 1


def test_a_token_that_names_an_unknown_key_has_it_looked_for_at_once():
    here = place()
    new = here.add()
    here.seconds = 2.0
    assert here.keys.token_key(new.key_id) is new


def test_tokens_that_name_keys_that_never_were_cannot_make_a_reading_each():
    here = place()
    here.seconds = 2.0
    for number in range(1000):
        assert here.keys.token_key(f"junk {number}") is None
    assert here.reads == 1


def test_what_cannot_be_read_now_leaves_the_keys_as_they_are():
    here = place()
    (old,) = here.keys.tokens
    new = here.add()
    for failure in (StoreUnavailable(), ProviderUnavailable()):
        here.failure = failure
        here.seconds += 60.0
        assert here.keys.tokens == (old,)
    here.failure = None
    here.seconds += 60.0
    assert here.keys.tokens == (old, new)


def test_the_same_keys_read_again_are_the_same_object():
    here = place()
    before = here.keys.current()
    here.seconds = 60.0
    assert here.keys.current() is before
    assert here.reads == 1
