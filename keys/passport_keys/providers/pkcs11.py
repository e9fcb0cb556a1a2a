"""Key-encryption keys in a PKCS #11 token: AES-256 keys that are made in it, and that it gives to nobody.

A key is wrapped by the token itself with CKM_AES_GCM (PKCS #11 3.0 section 2.10.4), a fresh IV of 96 bits a time and
the context as additional data; a wrapped key is the IV, the ciphertext and a tag of 128 bits. A key's label says that
it is ours, its turn, its id and when it was made; the one with the latest turn is the active one.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, Self, TypeVar, cast
from urllib.parse import unquote

from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, Session
from pkcs11 import exceptions as p11
from pkcs11.mechanisms import GCMParams

from passport_keys.errors import (
    KeyInUse,
    KeyStoreUrlInvalid,
    ProviderRefused,
    ProviderUnavailable,
    UnknownKey,
    WrapRejected,
)
from passport_keys.providers.circuit import Circuit
from passport_keys.providers.contract import WrappedKey, require_wrappable
from passport_keys.providers.location import Location, pairs_of
from passport_keys.providers.token_session import TokenAddress, TokenSession

_LABEL: Final = "passport-kek"
_KEY_BITS: Final = 256
_IV_BYTES: Final = 12
_TAG_BITS: Final = 128
_LEAST_WRAPPED_BYTES: Final = _IV_BYTES + 16 + _TAG_BITS // 8
_MADE_IN_THE_TOKEN: Final = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.MODIFIABLE: False,
    Attribute.ENCRYPT: True,
    Attribute.DECRYPT: True,
    Attribute.SIGN: False,
    Attribute.VERIFY: False,
    Attribute.WRAP: False,
    Attribute.UNWRAP: False,
    Attribute.DERIVE: False,
}
# The token was given ciphertext that does not open. SoftHSM says CKR_GENERAL_ERROR, others say it as the standard does.
_DOES_NOT_OPEN: Final = (p11.EncryptedDataInvalid, p11.EncryptedDataLenRange, p11.DataInvalid)
_PERHAPS_DOES_NOT_OPEN: Final = (p11.GeneralError, p11.FunctionFailed)
_REFUSALS: Final = (
    p11.PinIncorrect,
    p11.PinInvalid,
    p11.PinLenRange,
    p11.PinLocked,
    p11.PinExpired,
    p11.UserPinNotInitialized,
    p11.MechanismInvalid,
    p11.FunctionNotSupported,
    p11.SessionReadOnly,
    p11.TokenWriteProtected,
    p11.MultipleTokensReturned,
)

_Answer = TypeVar("_Answer")


class _Key(Protocol):
    """What is done with a key in the token; the library's own types leave out what a kind of key can do."""

    def __getitem__(self, attribute: Attribute) -> object: ...
    def destroy(self) -> None: ...
    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...
    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...


@dataclass(frozen=True, slots=True, order=True)
class _Label:
    """What a key's label says; labels sort as the keys were made, whatever the clock did meanwhile."""

    turn: int
    created: str
    key_id: str

    def __str__(self) -> str:
        return f"{_LABEL} {self.turn:08d} {self.key_id} {self.created}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for a key that is somebody else's."""
        match text.split(" "):
            case [name, turn, key_id, created] if name == _LABEL and turn.isdecimal():
                return cls(int(turn), created, key_id)
            case _:
                return None


class Pkcs11Provider:
    """The key provider that keeps its key-encryption keys in a PKCS #11 token."""

    __slots__ = ("_circuit", "_session")

    def __init__(self, session: TokenSession, circuit: Circuit) -> None:
        self._session = session
        self._circuit = circuit

    def __repr__(self) -> str:
        return f"Pkcs11Provider({self._session!r})"

    @property
    def active_key_id(self) -> str:
        """The key with the latest turn; see `KeyProvider.active_key_id`.

        Raises:
            UnknownKey: There is none yet.
        """
        return self._in_session(lambda session: _active(session)[0].key_id)

    def key_ids(self) -> tuple[str, ...]:
        """Every key of ours in the token, oldest first; see `KeyProvider.key_ids`."""
        return self._in_session(lambda session: tuple(label.key_id for label, _ in _ours(session)))

    def add_key(self, now: datetime) -> str:
        """Have the token make a key; see `KeyProvider.add_key`."""
        return self._in_session(lambda session: _generate(session, now))

    def destroy_key(self, key_id: str) -> None:
        """Have the token destroy a key; see `KeyProvider.destroy_key`."""
        self._in_session(lambda session: _destroy(session, key_id))

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a key in the token; see `KeyProvider.wrap`."""
        require_wrappable(key)
        return self._in_session(lambda session: _wrapped(session, key, context))

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """Give back a wrapped key; see `KeyProvider.unwrap`."""
        return self._in_session(lambda session: _unwrapped(session, wrapped, context))

    def _in_session(self, work: Callable[[Session], _Answer]) -> _Answer:
        def ask() -> _Answer:
            try:
                return self._session.run(work)
            except _REFUSALS as error:
                raise ProviderRefused(f"The token refuses: {type(error).__name__}.") from None
            except p11.PKCS11Error as error:
                raise ProviderUnavailable(f"The token does not answer: {type(error).__name__}.") from None

        return self._circuit.through(ask)


def open_location(text: str) -> Pkcs11Provider:
    """Open the token of a `pkcs11:` URL, in the manner of RFC 7512, and log in to it.

    Such as `pkcs11:token=passport;module-path=/usr/lib/softhsm/libsofthsm2.so?pin-source=/run/credentials/pin`. The
    PIN comes from a file that only its owner can read, or from a systemd credential; `pin-value` is not taken.

    Raises:
        KeyStoreUrlInvalid: It does not name token, module and PIN file.
        SecretMissing, KeyFileExposed: The PIN's file cannot be used.
        ProviderRefused: The token refuses the PIN.
        ProviderUnavailable: There is no such module or token.
    """
    location = Location.parse(text, options=frozenset({"pin-source"}))
    path = pairs_of(location.path.split(";"), frozenset({"token", "module-path"}))
    pin_source = unquote(location.options.get("pin-source", ""))
    try:
        address = TokenAddress(unquote(path["module-path"]), unquote(path["token"]), pin_source.removeprefix("file:"))
    except KeyError:
        address = TokenAddress("", "", "")
    if not (address.module and address.token and address.pin_source):
        raise KeyStoreUrlInvalid("A pkcs11: URL is pkcs11:token=NAME;module-path=/PATH?pin-source=/PATH.")
    provider = Pkcs11Provider(TokenSession(address), Circuit())
    provider.key_ids()  # a wrong PIN is said at the start
    return provider


def _ours(session: Session) -> list[tuple[_Label, _Key]]:
    """Every key of ours in the token, oldest first."""
    found = []
    for each in _secret_keys(session, {}):
        label = _Label.parse(str(each[Attribute.LABEL]))
        if label is not None:
            found.append((label, each))
    return sorted(found, key=lambda pair: pair[0])


def _secret_keys(session: Session, also: dict[Attribute, Any]) -> Iterator[_Key]:
    aes: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES}
    yield from cast("Iterator[_Key]", session.get_objects(aes | also))


def _active(session: Session) -> tuple[_Label, _Key]:
    ours = _ours(session)
    if not ours:
        raise UnknownKey("The token has no key of ours yet: `passport-api init` makes the first.")
    return ours[-1]


def _generate(session: Session, now: datetime) -> str:
    ours = _ours(session)
    turn = ours[-1][0].turn + 1 if ours else 1
    label = _Label(turn, now.isoformat(), secrets.token_hex(8))
    session.generate_key(
        KeyType.AES,
        _KEY_BITS,
        store=True,
        label=str(label),
        id=label.key_id.encode(),
        template=dict(_MADE_IN_THE_TOKEN),
    )
    return label.key_id


def _destroy(session: Session, key_id: str) -> None:
    key = _found(session, key_id)
    if key_id == _active(session)[0].key_id:
        raise KeyInUse(f"Key {key_id!r} is the active one.")
    key.destroy()


def _wrapped(session: Session, key: bytes, context: bytes) -> WrappedKey:
    label, active = _active(session)
    return WrappedKey(label.key_id, _sealed(active, key, context))


def _unwrapped(session: Session, wrapped: WrappedKey, context: bytes) -> bytes:
    key = _found(session, wrapped.key_id)
    if len(wrapped.ciphertext) < _LEAST_WRAPPED_BYTES:
        raise WrapRejected
    try:
        return _opened(key, wrapped.ciphertext, context)
    except _DOES_NOT_OPEN:
        raise WrapRejected from None
    except _PERHAPS_DOES_NOT_OPEN:
        # The token says no more than that it failed. If it opens what it seals, the fault is in what it was given.
        probe = secrets.token_bytes(16)
        if _opened(key, _sealed(key, probe, context), context) == probe:
            raise WrapRejected from None
        raise


def _found(session: Session, key_id: str) -> _Key:
    """The key of ours with an id, by the token's own index."""
    for each in _secret_keys(session, {Attribute.ID: key_id.encode()}):
        label = _Label.parse(str(each[Attribute.LABEL]))
        if label is not None and label.key_id == key_id:
            return each
    raise UnknownKey(f"The token holds no key {key_id!r}.")


def _sealed(key: _Key, plaintext: bytes, context: bytes) -> bytes:
    iv = secrets.token_bytes(_IV_BYTES)
    return iv + key.encrypt(plaintext, mechanism=Mechanism.AES_GCM, mechanism_param=_parameters(iv, context))


def _opened(key: _Key, sealed: bytes, context: bytes) -> bytes:
    iv, rest = sealed[:_IV_BYTES], sealed[_IV_BYTES:]
    return key.decrypt(rest, mechanism=Mechanism.AES_GCM, mechanism_param=_parameters(iv, context))


def _parameters(iv: bytes, context: bytes) -> GCMParams:
    return GCMParams(iv, aad=context, tag_bits=_TAG_BITS)
