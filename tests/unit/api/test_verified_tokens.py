"""Tokens that were verified before are known again, until they expire and no longer."""

from dataclasses import dataclass
from uuid import UUID

from passport_api.api import tokens
from passport_api.api.tokens import VerifiedTokens
from passport_api.domain.ids import AccountId, SessionId
from passport_api.services.runtime import Caller

WHO = Caller(AccountId(UUID(int=1)), SessionId(UUID(int=2)))


@dataclass
class Hands:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_verified_token_is_known_again():
    verified = VerifiedTokens(Hands())
    verified.keep("Bearer a.b.c", WHO, 1600)
    assert verified.find("Bearer a.b.c") == WHO


def test_a_token_is_forgotten_the_moment_it_expires():
    hands = Hands()
    verified = VerifiedTokens(hands)
    verified.keep("Bearer a.b.c", WHO, 1600)
    hands.now = 1599.9
    assert verified.find("Bearer a.b.c") == WHO
    hands.now = 1600
    assert verified.find("Bearer a.b.c") is None


def test_a_token_that_differs_in_one_character_is_not_known():
    verified = VerifiedTokens(Hands())
    verified.keep("Bearer a.b.c", WHO, 1600)
    for other in ("Bearer a.b.d", "Bearer a.b", "bearer a.b.c", "Bearer a.b.c ", ""):
        assert verified.find(other) is None


def test_no_more_than_so_many_tokens_are_remembered_and_the_oldest_makes_room(monkeypatch):
    monkeypatch.setattr(tokens, "_MOST_REMEMBERED", 3)
    verified = VerifiedTokens(Hands())
    for name in "abcd":
        verified.keep(name, WHO, 1600)
    assert [name for name in "abcd" if verified.find(name)] == ["b", "c", "d"]


def test_no_token_is_kept_in_memory_only_its_digest():
    verified = VerifiedTokens(Hands())
    verified.keep("Bearer secret-token", WHO, 1600)
    assert b"secret-token" not in repr(verified.__dict__).encode()
