"""Sealed content opens in its own place, under its own key, unaltered, and not otherwise."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from passport_keys.errors import SealBroken
from passport_keys.sealing import DataKey, Place, Purpose, SealingKey

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VERSIONS = st.integers(0, 2**64 - 1)
PLACES = st.builds(Place, table=TEXTS, column=TEXTS, row=TEXTS, version=VERSIONS, owner=TEXTS)

HERE = Place("statement_versions", "text", "row-1", 1, "owner-1")
TEXT = b"Give me a minute before you ask me again."


@pytest.fixture(scope="module")
def data_key() -> DataKey:
    return DataKey.generate()


@pytest.fixture(scope="module")
def key(data_key: DataKey) -> SealingKey:
    return data_key.derive(Purpose.STATEMENTS)


@settings(deadline=None)
@given(place=PLACES, plaintext=st.binary(max_size=100))
def test_what_is_sealed_unseals_in_its_place(key, place, plaintext):
    assert key.unseal(place, key.seal(place, plaintext)) == plaintext


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 50_000])
def test_any_size_unseals_and_costs_what_the_module_says(key, size):
    sealed = key.seal(HERE, bytes(size))
    assert key.unseal(HERE, sealed) == bytes(size)
    assert len(sealed) == size + 73 + 16 * (size // 16_384)


@pytest.mark.parametrize("field", ["table", "column", "row", "owner"])
@settings(deadline=None)
@given(place=PLACES, text=TEXTS)
def test_content_moved_to_another_table_column_row_or_owner_does_not_unseal(key, field, place, text):
    assume(getattr(place, field) != text)
    sealed = key.seal(place, TEXT)
    with pytest.raises(SealBroken):
        key.unseal(replace(place, **{field: text}), sealed)


@settings(deadline=None)
@given(place=PLACES, version=VERSIONS)
def test_content_moved_to_another_version_does_not_unseal(key, place, version):
    assume(place.version != version)
    sealed = key.seal(place, TEXT)
    with pytest.raises(SealBroken):
        key.unseal(replace(place, version=version), sealed)


@settings(deadline=None)
@given(one=PLACES, other=PLACES)
def test_no_two_places_encode_alike(one, other):
    assert (one == other) == (one.context() == other.context())


@settings(deadline=None)
@given(parts=st.lists(TEXTS, min_size=4, max_size=4), cut=st.integers(0, 12))
def test_letters_moved_from_one_field_to_the_next_make_another_place(parts, cut):
    table, column, row, owner = parts
    shifted = (table + column[:cut], column[cut:])
    assume(shifted != (table, column))
    assert Place(table, column, row, 1, owner).context() != Place(*shifted, row, 1, owner).context()


@pytest.mark.parametrize("version", [-1, 2**64])
def test_a_version_out_of_range_is_refused(key, version):
    with pytest.raises(ValueError, match="version"):
        key.seal(replace(HERE, version=version), TEXT)


def test_every_flipped_bit_is_refused(key):
    sealed = key.seal(HERE, TEXT)
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            key.unseal(HERE, bytes(altered))


def test_content_cut_short_or_lengthened_is_refused(key):
    sealed = key.seal(HERE, TEXT)
    for altered in [sealed[:n] for n in range(len(sealed))] + [sealed + b"\0", sealed + sealed]:
        with pytest.raises(SealBroken):
            key.unseal(HERE, altered)


def test_long_content_cut_at_a_chunk_is_refused(key):
    sealed = key.seal(HERE, bytes(3 * 16_384))
    for chunks in (0, 1, 2):
        with pytest.raises(SealBroken):
            key.unseal(HERE, sealed[: 57 + chunks * (16_384 + 16)])


@pytest.mark.parametrize("format_byte", [b"", b"\x00", b"\x02", b"\xff"])
def test_another_format_is_refused(key, format_byte):
    with pytest.raises(SealBroken):
        key.unseal(HERE, format_byte + key.seal(HERE, TEXT)[1:])


@pytest.mark.parametrize("opener", Purpose)
@pytest.mark.parametrize("sealer", Purpose)
def test_one_purpose_does_not_open_what_another_sealed(data_key, sealer, opener):
    sealed = data_key.derive(sealer).seal(HERE, TEXT)
    if sealer is opener:
        assert data_key.derive(opener).unseal(HERE, sealed) == TEXT
    else:
        with pytest.raises(SealBroken):
            data_key.derive(opener).unseal(HERE, sealed)


def test_one_data_key_does_not_open_what_another_sealed(key):
    with pytest.raises(SealBroken):
        DataKey.generate().derive(Purpose.STATEMENTS).unseal(HERE, key.seal(HERE, TEXT))


def test_a_data_key_given_back_opens_what_it_sealed(data_key, key):
    again = DataKey(data_key.private_bytes()).derive(Purpose.STATEMENTS)
    assert again.unseal(HERE, key.seal(HERE, TEXT)) == TEXT


def test_two_seals_of_one_text_differ(key):
    assert len({key.seal(HERE, TEXT) for _ in range(50)}) == 50


def test_the_plaintext_is_nowhere_in_the_sealed_bytes(key):
    assert TEXT[:8] not in key.seal(HERE, TEXT)


def test_a_broken_seal_says_nothing_more(key):
    with pytest.raises(SealBroken) as altered:
        key.unseal(HERE, key.seal(HERE, TEXT)[:-1])
    with pytest.raises(SealBroken) as moved:
        key.unseal(replace(HERE, row="row-2"), key.seal(HERE, TEXT))
    with pytest.raises(SealBroken) as unknown:
        key.unseal(HERE, b"\x02")
    assert altered.value.args == moved.value.args == unknown.value.args == ()


def test_content_sealed_by_the_first_release_still_unseals():
    sealed = bytes.fromhex(
        "015f47e19e863a776305e262b2b6467fd13b6aa293118cc391ab45c7024dccdf4430308fa91d3e71"
        "56cdda278f0e4be34ab18cd532368c2d08e85e7eb6080a33ae024f6a2756259a9695c11df6628dcf"
        "dbfb3491b3a445230fcc4624f4ded51e1f8fe54788bd356c5466f1c936627918cac6"
    )
    assert DataKey(bytes(range(32))).derive(Purpose.STATEMENTS).unseal(HERE, sealed) == TEXT


def test_a_sealing_key_is_derived_once(data_key):
    assert data_key.derive(Purpose.LOG) is data_key.derive(Purpose.LOG)


def test_no_repr_shows_a_key():
    data_key = DataKey(b"0123456789abcdef" * 2)
    for shown in (repr(data_key), str(data_key), repr(data_key.derive(Purpose.LOG)), f"{data_key}"):
        assert "0123" not in shown
        assert "hidden" in shown


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length):
    for kind in (DataKey, SealingKey):
        with pytest.raises(ValueError, match="32 bytes"):
            kind(bytes(length))
