"""What every registered key provider must do. A provider without an opener here fails the first test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passport_keys.errors import KeyStoreError, UnknownKey, UnknownProvider, WrapRejected
from passport_keys.providers import PROVIDERS, KeyProvider, open_provider
from passport_keys.providers.local_file import LocalFileProvider

KEY = bytes(range(32))
CONTEXT = b"data-key\0owner-1"


def _local_file_url(directory: Path) -> str:
    path = directory / "kek.json"
    LocalFileProvider.create(path, datetime(2026, 9, 1, tzinfo=UTC))
    return f"file:{path}"


# URL scheme -> what makes a fresh key store of that kind and gives its URL.
NEW_STORE_URL: dict[str, Callable[[Path], str]] = {"file": _local_file_url}


@pytest.fixture(params=sorted(PROVIDERS))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return NEW_STORE_URL[request.param](tmp_path)


@pytest.fixture
def provider(store_url: str) -> KeyProvider:
    return open_provider(store_url)


def test_every_registered_provider_is_held_to_this_contract():
    assert set(NEW_STORE_URL) == set(PROVIDERS)


def test_a_wrapped_key_unwraps_to_itself(provider):
    assert provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY


def test_a_wrapped_key_names_the_active_key(provider):
    assert provider.wrap(KEY, CONTEXT).key_id == provider.active_key_id


def test_a_wrapped_key_does_not_contain_the_key(provider):
    assert KEY not in provider.wrap(KEY, CONTEXT).ciphertext


def test_a_wrapped_key_unwraps_after_the_store_is_opened_again(provider, store_url):
    wrapped = provider.wrap(KEY, CONTEXT)
    assert open_provider(store_url).unwrap(wrapped, CONTEXT) == KEY


@pytest.mark.parametrize("context", [b"data-key\0owner-2", b"data-key\0owner-1 ", b"", b"data-key\0"])
def test_a_key_wrapped_for_another_context_is_refused(provider, context):
    wrapped = provider.wrap(KEY, CONTEXT)
    with pytest.raises(WrapRejected):
        provider.unwrap(wrapped, context)


def test_every_flipped_bit_is_refused(provider):
    wrapped = provider.wrap(KEY, CONTEXT)
    for bit in range(len(wrapped.ciphertext) * 8):
        altered = bytearray(wrapped.ciphertext)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrapRejected):
            provider.unwrap(replace(wrapped, ciphertext=bytes(altered)), CONTEXT)


def test_every_shortened_or_lengthened_wrapped_key_is_refused(provider):
    whole = provider.wrap(KEY, CONTEXT)
    for ciphertext in [whole.ciphertext[:n] for n in range(len(whole.ciphertext))] + [whole.ciphertext + bytes(8)]:
        with pytest.raises(WrapRejected):
            provider.unwrap(replace(whole, ciphertext=ciphertext), CONTEXT)


def test_a_key_id_that_the_provider_does_not_hold_is_refused(provider):
    wrapped = replace(provider.wrap(KEY, CONTEXT), key_id="no-such-key")
    with pytest.raises(UnknownKey):
        provider.unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize("length", [0, 8, 15, 17, 31])
def test_a_key_of_a_length_that_cannot_be_wrapped_is_refused(provider, length):
    with pytest.raises(ValueError, match=r"\w"):
        provider.wrap(bytes(length), CONTEXT)


@pytest.mark.parametrize("url", ["", "kek.json", "/var/kek.json", "vault://user:hunter2@host/key", "FILE:/kek.json"])
def test_a_url_of_no_known_scheme_is_refused_without_repeating_it(url):
    with pytest.raises(UnknownProvider) as refusal:
        open_provider(url)
    assert isinstance(refusal.value, KeyStoreError)
    assert "hunter2" not in str(refusal.value)
