"""What every registered key provider must do. A provider without a store here fails the first test."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from passport_keys.errors import KeyInUse, KeyStoreError, UnknownKey, UnknownProvider, WrapRejected
from passport_keys.providers import PROVIDERS, KeyProvider, open_provider
from passport_keys.providers.local_file import LocalFileProvider, protect
from passport_keys.providers.passphrase import Cost
from support.kms import running_kms
from support.tokens import fresh_token

KEY = bytes(range(32))
CONTEXT = b"data-key\0owner-1"
NOW = datetime(2026, 9, 1, tzinfo=UTC)


@contextmanager
def _file(folder: Path) -> Iterator[str]:
    path = folder / "kek.json"
    LocalFileProvider.create(path, NOW)
    yield f"file:{path}"


@contextmanager
def _protected_file(folder: Path) -> Iterator[str]:
    passphrase = folder / "passphrase"
    passphrase.write_text("seven red kites\n")
    passphrase.chmod(0o600)
    with _file(folder) as url:
        protect(Path(url.removeprefix("file:")), str(passphrase), cost=Cost(memory_kib=64, passes=1, lanes=1))
        yield f"{url}?passphrase-file={passphrase}"


@contextmanager
def _kms(_: Path) -> Iterator[str]:
    with running_kms() as kms:
        url = kms.url(f"alias/{uuid4()}")
        open_provider(url).add_key(NOW)
        yield url


@contextmanager
def _token(folder: Path) -> Iterator[str]:
    with fresh_token(folder) as url:
        open_provider(url).add_key(NOW)
        yield url


# What makes a fresh key store with one key, and gives its URL.
STORES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "file": _file,
    "file, with a passphrase": _protected_file,
    "awskms": _kms,
    "pkcs11": _token,
}


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with STORES[request.param](tmp_path) as url:
        yield url


@pytest.fixture
def provider(store_url: str) -> KeyProvider:
    return open_provider(store_url)


def test_every_registered_provider_is_held_to_this_contract():
    assert {name.partition(",")[0] for name in STORES} == set(PROVIDERS)


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


def test_a_new_store_has_one_key_and_it_is_the_active_one(provider):
    assert provider.key_ids() == (provider.active_key_id,)


def test_an_added_key_is_the_active_one_and_comes_last(provider):
    first = provider.active_key_id
    second = provider.add_key(NOW + timedelta(days=1))
    third = provider.add_key(NOW + timedelta(days=2))
    assert provider.active_key_id == third
    assert provider.key_ids() == (first, second, third)


def test_a_key_added_when_the_clock_was_set_back_is_the_active_one_all_the_same(provider):
    added = provider.add_key(NOW - timedelta(days=1))
    assert provider.active_key_id == added
    assert provider.wrap(KEY, CONTEXT).key_id == added


def test_after_a_rotation_new_keys_are_wrapped_anew_and_old_ones_still_unwrap(provider):
    old = provider.wrap(KEY, CONTEXT)
    added = provider.add_key(NOW + timedelta(days=1))
    new = provider.wrap(KEY, CONTEXT)
    assert (old.key_id == added, new.key_id == added) == (False, True)
    assert provider.unwrap(old, CONTEXT) == provider.unwrap(new, CONTEXT) == KEY


def test_another_process_follows_a_rotation_without_being_opened_again(provider, store_url):
    elsewhere = open_provider(store_url)
    old = elsewhere.wrap(KEY, CONTEXT)
    added = provider.add_key(NOW + timedelta(days=1))
    assert elsewhere.active_key_id == added
    assert elsewhere.key_ids() == (old.key_id, added)
    assert elsewhere.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY
    assert elsewhere.wrap(KEY, CONTEXT).key_id == added
    assert elsewhere.unwrap(old, CONTEXT) == KEY


def test_a_key_wrapped_under_one_key_does_not_unwrap_under_another(provider):
    old = provider.wrap(KEY, CONTEXT)
    added = provider.add_key(NOW + timedelta(days=1))
    with pytest.raises(WrapRejected):
        provider.unwrap(replace(old, key_id=added), CONTEXT)


def test_the_active_key_is_not_destroyed(provider):
    wrapped = provider.wrap(KEY, CONTEXT)
    with pytest.raises(KeyInUse):
        provider.destroy_key(provider.active_key_id)
    assert provider.unwrap(wrapped, CONTEXT) == KEY


def test_a_key_that_is_not_there_is_not_destroyed(provider):
    before = provider.key_ids()
    with pytest.raises(UnknownKey):
        provider.destroy_key("no-such-key")
    assert provider.key_ids() == before


def test_what_a_destroyed_key_wrapped_is_lost_and_the_rest_is_not(provider, store_url):
    old = provider.wrap(KEY, CONTEXT)
    added = provider.add_key(NOW + timedelta(days=1))
    new = provider.wrap(KEY, CONTEXT)
    provider.destroy_key(old.key_id)
    for opened in (provider, open_provider(store_url)):
        assert opened.key_ids() == (added,)
        with pytest.raises(UnknownKey):
            opened.unwrap(old, CONTEXT)
        assert opened.unwrap(new, CONTEXT) == KEY
    with pytest.raises(UnknownKey):
        provider.destroy_key(old.key_id)


def test_a_long_context_and_a_long_key_are_bound_as_short_ones_are(provider):
    context, key = bytes(range(256)) * 4, bytes(range(200))
    wrapped = provider.wrap(key, context)
    assert provider.unwrap(wrapped, context) == key
    with pytest.raises(WrapRejected):
        provider.unwrap(wrapped, context[:-1])


def test_the_same_key_wrapped_for_two_contexts_is_not_the_same_wrapped_key(provider):
    assert provider.wrap(KEY, b"one").ciphertext != provider.wrap(KEY, b"other").ciphertext


def test_many_threads_each_get_their_own_keys_while_the_store_is_rotated(provider):
    def use(number: int) -> bool:
        key, context = bytes([number]) * 32, f"owner-{number}".encode()
        if number % 8 == 0:
            provider.add_key(NOW + timedelta(days=number))
        wrapped = provider.wrap(key, context)
        return provider.unwrap(wrapped, context) == key

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(use, range(48)))
    assert len(provider.key_ids()) == 7


def test_its_repr_shows_no_key(provider, tmp_path):
    secrets = [path.read_text() for path in tmp_path.glob("p*s*") if path.is_file()]
    assert not any(secret.strip() in repr(provider) for secret in secrets)


@pytest.mark.parametrize("url", ["", "kek.json", "/var/kek.json", "vault://user:hunter2@host/key", "FILE:/kek.json"])
def test_a_url_of_no_known_scheme_is_refused_without_repeating_it(url):
    with pytest.raises(UnknownProvider) as refusal:
        open_provider(url)
    assert isinstance(refusal.value, KeyStoreError)
    assert "hunter2" not in str(refusal.value)
