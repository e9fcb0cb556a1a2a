"""Access tokens: EdDSA JWTs that say who and which session, never what one may do."""

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any, cast
from uuid import UUID

import jwt
from flask import Flask, current_app, g, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, verify_jwt_in_request

from passport_api.api.edge import access_of, register_token_problems
from passport_api.config import Settings
from passport_api.domain.ids import AccountId, SessionId
from passport_api.domain.sessions import ACCESS_LIFETIME
from passport_api.services.runtime import Caller, Runtime
from passport_api.services.service_keys import ServiceKeys
from passport_keys.signing import SigningKey

_SESSION = "sid"
_KEYS = "passport_service_keys"
_VERIFIED = "passport_verified_tokens"
_MOST_REMEMBERED = 1024


class VerifiedTokens:
    """Tokens whose signature was found good, remembered as digests until they expire.

    Verifying costs a good part of a millisecond and cannot come out otherwise the next time. Whether the session has
    ended is asked of the store at every request, as for any token. May be used by several threads at once.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[bytes, tuple[float, Caller]] = {}

    def find(self, header: str) -> Caller | None:
        """Who an Authorization header names, if its token was verified before and has not expired since."""
        expires_at, who = self._kept.get(_digest(header), (0.0, None))
        return who if self._clock() < expires_at else None

    def keep(self, header: str, who: Caller, expires_at: float) -> None:
        """Remember a header whose token has just been verified; the oldest makes room."""
        with self._lock:
            if len(self._kept) >= _MOST_REMEMBERED:
                del self._kept[next(iter(self._kept))]
            self._kept[_digest(header)] = (expires_at, who)


class _VerifiedNow:
    """The tokens that were verified under the keys as they are now: a key that is taken away takes its tokens along."""

    def __init__(self, keys: ServiceKeys) -> None:
        self._keys = keys
        self._kept = (keys.tokens, VerifiedTokens())

    def under_present_keys(self) -> VerifiedTokens:
        """What to look a token up in, and to remember it in."""
        keys, verified = self._kept
        present = self._keys.tokens
        if present != keys:
            verified = VerifiedTokens()
            self._kept = (present, verified)
        return verified


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode("utf-8", "surrogateescape")).digest()


def sign_in_with(app: Flask, runtime: Runtime, settings: Settings) -> None:
    """Sign access tokens with the key that signs now, and accept those of every key that is not retired.

    A token is asked for everywhere but on the routes that declare that anyone may call.
    """
    app.config.update(
        JWT_ALGORITHM="EdDSA",
        JWT_DECODE_ALGORITHMS=["EdDSA"],
        JWT_ACCESS_TOKEN_EXPIRES=ACCESS_LIFETIME,
        JWT_ENCODE_ISSUER=settings.base_url,
        JWT_DECODE_ISSUER=settings.base_url,
        JWT_ENCODE_AUDIENCE=settings.base_url,
        JWT_DECODE_AUDIENCE=settings.base_url,
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ERROR_MESSAGE_KEY="title",
    )
    manager = JWTManager(app)
    register_token_problems(manager)

    @manager.decode_key_loader
    def public_key(header: dict[str, Any], _claims: dict[str, Any]) -> bytes:
        found = runtime.keys.token_key(str(header.get("kid")))
        if found is None:
            raise jwt.InvalidTokenError
        return found.public_pem()

    @manager.encode_key_loader
    def private_key(_identity: Any) -> bytes:
        signer: SigningKey = g.token_signer
        return signer.private_pem()

    app.extensions[_KEYS] = runtime.keys
    app.extensions[_VERIFIED] = _VerifiedNow(runtime.keys)
    app.before_request(_ask_for_token)


def access_token(who: Caller) -> str:
    """Sign an access token for a session."""
    keys: ServiceKeys = current_app.extensions[_KEYS]
    g.token_signer = signer = keys.token_signer  # asked once: the key that is named is the key that signs
    token = create_access_token(
        identity=str(who.account_id),
        additional_claims={_SESSION: str(who.session_id)},
        additional_headers={"kid": signer.key_id},
    )
    return cast("str", token)


def access_seconds() -> int:
    """How long an access token is good for."""
    return int(cast("timedelta", current_app.config["JWT_ACCESS_TOKEN_EXPIRES"]).total_seconds())


def caller() -> Caller:
    """Who calls, by the token that `_ask_for_token` has verified."""
    who: Caller = g.caller
    return who


def _ask_for_token() -> None:
    """Refuse whoever brings no good token, before anything of the request is read."""
    if request.endpoint is None:
        return
    declared = access_of(current_app.view_functions[request.endpoint])
    if declared is not None and declared.is_open:
        return
    verified = cast("_VerifiedNow", current_app.extensions[_VERIFIED]).under_present_keys()
    header = request.headers.get("Authorization", "")
    who = verified.find(header)
    if who is None:
        verify_jwt_in_request()
        claims = get_jwt()
        who = Caller(AccountId(UUID(claims["sub"])), SessionId(UUID(claims[_SESSION])))
        verified.keep(header, who, claims["exp"])
    g.caller = who
    g.account_id = str(who.account_id)
