"""A blind index is equal for equal values of one kind under one key, and for nothing else."""

import hashlib
import hmac

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from passport_keys.blind_index import BlindIndex

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
INDEX = BlindIndex(bytes(range(32)))


@settings(deadline=None)
@given(kind=TEXTS, value=TEXTS)
def test_equal_values_have_equal_indexes_of_32_bytes(kind, value):
    assert INDEX.of(kind, value) == BlindIndex(bytes(range(32))).of(kind, value)
    assert len(INDEX.of(kind, value)) == 32


@settings(deadline=None)
@given(one=st.tuples(TEXTS, TEXTS), other=st.tuples(TEXTS, TEXTS))
def test_indexes_are_equal_only_for_the_same_kind_and_value(one, other):
    assert (one == other) == (INDEX.of(*one) == INDEX.of(*other))


@settings(deadline=None)
@given(text=TEXTS, cuts=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_kind_and_value_never_run_into_each_other(text, cuts):
    one, other = ((text[:cut], text[cut:]) for cut in cuts)
    assume(one != other)
    assert INDEX.of(*one) != INDEX.of(*other)


def test_ab_c_is_not_a_bc():
    assert INDEX.of("ab", "c") != INDEX.of("a", "bc")


def test_another_key_gives_another_index():
    assert INDEX.of("upn", "B801200005001") != BlindIndex(bytes(32)).of("upn", "B801200005001")


def test_the_index_is_hmac_sha_256_over_the_lengths_and_the_texts():
    message = b"passport/blind-index/v1" + b"\0\0\0\3" + b"\0\0\0\x0d" + b"upn" + b"B801200005001"
    assert INDEX.of("upn", "B801200005001") == hmac.new(bytes(range(32)), message, hashlib.sha256).digest()


def test_its_repr_hides_the_key():
    assert repr(BlindIndex(b"0123456789abcdef" * 2)) == "BlindIndex(<hidden>)"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="32 bytes"):
        BlindIndex(bytes(length))
