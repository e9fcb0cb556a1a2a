"""What is a PKCS #11 token's own: where the PIN comes from, that keys stay inside, that a lost session is no end."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from passport_keys.errors import (
    KeyFileExposed,
    KeyStoreUrlInvalid,
    ProviderRefused,
    ProviderUnavailable,
    SecretMissing,
    UnknownKey,
)
from passport_keys.providers import open_provider, token_session
from passport_keys.providers.token_session import TokenAddress, TokenSession
from support.tokens import PIN, TOKEN, fresh_token, read_configuration_anew, require_softhsm
from support.until import DEADLINE

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CONTEXT = b"data-key\0owner-1"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with fresh_token(tmp_path) as made:
        yield made


def test_a_token_without_a_key_of_ours_says_how_to_make_one(url):
    provider = open_provider(url)
    assert provider.key_ids() == ()
    with pytest.raises(UnknownKey, match="init"):
        provider.wrap(bytes(32), CONTEXT)


def test_the_token_gives_a_key_to_nobody_and_its_label_says_id_and_time(url):
    key_id = open_provider(url).add_key(NOW)
    with pkcs11.lib(require_softhsm()).get_token(token_label=TOKEN).open() as session:
        (key,) = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
        assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE], key[Attribute.KEY_TYPE]) == (
            True,
            False,
            KeyType.AES,
        )
        assert key[Attribute.VALUE_LEN] == 32
        assert key_id in key[Attribute.LABEL]
        assert NOW.isoformat() in key[Attribute.LABEL]
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            _ = key[Attribute.VALUE]


def test_a_key_of_somebody_elses_in_the_token_is_left_alone(url):
    provider = open_provider(url)
    with pkcs11.lib(require_softhsm()).get_token(token_label=TOKEN).open(rw=True) as session:
        session.generate_key(KeyType.AES, 256, store=True, label="theirs", id=b"theirs")
    ours = provider.add_key(NOW)
    assert provider.key_ids() == (ours,)
    with pytest.raises(UnknownKey):
        provider.destroy_key("theirs")


def test_a_wrong_pin_is_refused_at_the_start(url, tmp_path):
    (tmp_path / "pin").write_text("0000")
    with pytest.raises(ProviderRefused, match="PinIncorrect"):
        open_provider(url)


def test_a_pin_that_others_could_read_or_that_is_not_there_is_refused(url, tmp_path):
    (tmp_path / "pin").chmod(0o640)
    with pytest.raises(KeyFileExposed):
        open_provider(url)
    (tmp_path / "pin").unlink()
    with pytest.raises(SecretMissing):
        open_provider(url)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "token=a;module-path=/m.so",
        "token=a?pin-source=/p",
        "module-path=/m.so?pin-source=/p",
        f"token=a;module-path=/m.so?pin-value={PIN}",
        "token=a;token=b;module-path=/m.so?pin-source=/p",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(location):
    with pytest.raises(KeyStoreUrlInvalid) as refusal:
        open_provider(f"pkcs11:{location}")
    assert PIN not in str(refusal.value)


def test_a_module_or_a_token_that_is_not_there_is_unavailable(url, tmp_path):
    for elsewhere in (url.replace("token=passport", "token=none"), url.replace("libsofthsm2", "nothing")):
        with pytest.raises(ProviderUnavailable):
            open_provider(elsewhere)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library's, of what was lost
def test_a_session_that_was_lost_is_opened_anew(url):
    provider = open_provider(url)
    provider.add_key(NOW)
    wrapped = provider.wrap(bytes(32), CONTEXT)
    read_configuration_anew(require_softhsm())
    assert provider.unwrap(wrapped, CONTEXT) == bytes(32)


def test_whoever_is_kept_waiting_for_the_token_is_told_in_time(url, monkeypatch):
    monkeypatch.setattr(token_session, "_WAIT_SECONDS", 0.05)
    provider = open_provider(url)
    with ThreadPoolExecutor(1) as threads, token_session._process.turn:
        assert isinstance(threads.submit(provider.key_ids).exception(DEADLINE), ProviderUnavailable)
    assert open_provider(url).key_ids() == ()


def test_a_pin_that_was_refused_is_not_tried_again_until_it_is_another(tmp_path, monkeypatch):
    """A token locks itself after a few wrong ones, and a service would try at every request."""
    pin, tried = tmp_path / "pin", []

    class Refusing:
        def open(self, user_pin, **_):
            tried.append(user_pin)
            raise pkcs11.exceptions.PinIncorrect

    monkeypatch.setattr(TokenSession, "_token", lambda _: Refusing())
    session = TokenSession(TokenAddress("/nowhere.so", "a token of this test", str(pin)))
    for words in ("0000", "0000", "1111", "1111"):
        pin.write_text(words)
        pin.chmod(0o600)
        with pytest.raises(pkcs11.exceptions.PinIncorrect):
            session.run(lambda _: None)
    assert tried == ["0000", "1111"]


def test_a_forked_process_has_sessions_of_its_own(url):
    provider = open_provider(url)
    provider.add_key(NOW)
    wrapped = provider.wrap(bytes(32), CONTEXT)
    child = os.fork()
    if child == 0:
        os._exit(0 if provider.unwrap(wrapped, CONTEXT) == bytes(32) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert provider.unwrap(wrapped, CONTEXT) == bytes(32)
