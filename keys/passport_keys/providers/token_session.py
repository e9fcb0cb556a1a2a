"""A session with a PKCS #11 token, used by one thread at a time, and opened anew when the token was away.

python-pkcs11 initialises a module without locks of the module's own, so that only one thread may be in it: SoftHSM
crashes otherwise. Login is the whole process's, and a process that was forked initialises the module anew.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, TypeVar

import pkcs11
from pkcs11 import Session, Token
from pkcs11 import exceptions as p11

from passport_keys.errors import ProviderUnavailable
from passport_keys.owner_only import read_secret

_WAIT_SECONDS: Final = 2.0
# The session, or the login that it lived on, is gone: another may do.
_SESSION_IS_GONE: Final = (
    p11.SessionHandleInvalid,
    p11.SessionClosed,
    p11.UserNotLoggedIn,
    p11.ObjectHandleInvalid,
    p11.KeyHandleInvalid,
    p11.DeviceRemoved,
    p11.TokenNotPresent,
)

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Process:
    """What all sessions of this process share.

    Attributes:
        turn: held by the one thread that is in a module.
        initialised_by: by module path, the process that initialised it: this one, or the one it was forked from.
        logged_in: module path and label of each token that this process logged in to.
    """

    turn: Lock = field(default_factory=Lock)
    initialised_by: dict[str, int] = field(default_factory=dict)
    logged_in: set[tuple[str, str]] = field(default_factory=set)

    def begin_anew(self) -> None:
        """Be a forked process: whoever held the turn is not in it."""
        self.turn = Lock()
        self.logged_in.clear()


_process: Final = _Process()
os.register_at_fork(after_in_child=_process.begin_anew)


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Where a token is: its module's path, its label, and where its PIN is, as `owner_only.secret_path` takes it."""

    module: str
    token: str
    pin_source: str


class TokenSession:
    """A session with one token. May be used by several threads, by turns, and after a fork."""

    __slots__ = ("_address", "_opened_by", "_refused_pin", "_session")

    def __init__(self, address: TokenAddress) -> None:
        self._address = address
        self._session: Session | None = None
        self._opened_by = 0
        self._refused_pin: bytes | None = None

    def __repr__(self) -> str:
        return f"TokenSession(token={self._address.token!r})"

    def run(self, work: Callable[[Session], _Answer]) -> _Answer:
        """Do some work in the session, and once more in a new one when it turns out to be gone.

        Raises:
            PKCS11Error: What the token says.
            ProviderUnavailable: Somebody else has been in the module for two seconds.
            KeyStoreError: The PIN's file cannot be read.
        """
        with _turn():
            try:
                try:
                    return work(self._current())
                except _SESSION_IS_GONE:
                    self._give_up()
                    return work(self._current())
            except p11.PKCS11Error:
                self._give_up()
                raise

    def _current(self) -> Session:
        if self._session is None or self._opened_by != os.getpid():
            token = self._token()
            self._log_in(token)
            self._session, self._opened_by = token.open(rw=True), os.getpid()
        return self._session

    def _token(self) -> Token:
        path = self._address.module
        module = pkcs11.lib(path)
        if _process.initialised_by.setdefault(path, os.getpid()) != os.getpid():
            with suppress(p11.PKCS11Error):
                module.finalize()
            module.initialize()
            _process.initialised_by[path] = os.getpid()
        return module.get_token(token_label=self._address.token)

    def _log_in(self, token: Token) -> None:
        """Log this process in, in a session that is never closed: closing it would log every other session out."""
        login = self._address.module, self._address.token
        if login in _process.logged_in:
            return
        pin = read_secret(self._address.pin_source)
        if pin == self._refused_pin:  # a token locks itself after a few wrong ones
            raise p11.PinIncorrect
        try:
            with suppress(p11.UserAlreadyLoggedIn):
                token.open(rw=True, user_pin=pin.decode(errors="replace"))
        except (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange):
            self._refused_pin = pin
            raise
        _process.logged_in.add(login)

    def _give_up(self) -> None:
        _process.logged_in.discard((self._address.module, self._address.token))
        session, self._session = self._session, None
        if session is not None and self._opened_by == os.getpid():
            with suppress(p11.PKCS11Error):
                session.close()


@contextmanager
def _turn() -> Iterator[None]:
    turn = _process.turn
    if not turn.acquire(timeout=_WAIT_SECONDS):
        raise ProviderUnavailable("The token keeps somebody else waiting.")
    try:
        yield
    finally:
        turn.release()
