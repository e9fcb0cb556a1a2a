"""Signing in and out: a session is a family of refresh tokens, each used once."""

from passport_api.domain.errors import SignInFailed, TokenReused
from passport_api.domain.ids import AccountId, SessionId
from passport_api.domain.sessions import RefreshVerdict, judge_refresh
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Caller, Runtime, Step
from passport_api.store import accounts, sessions


def sign_in(runtime: Runtime, email: str, password: str) -> tuple[Caller, str]:
    """Start a session; gives the caller and the first refresh token.

    Raises:
        SignInFailed: no such account, or not its password; both take as long.
    """
    with runtime.database.reading() as uow:
        account = accounts.by_email(uow, runtime.vault.email_index(email))
    right = runtime.passwords.matches(password, None if account is None else account.password_hash)
    if account is None or not right:
        raise SignInFailed
    return perform_unattended(runtime, lambda step: start(step, account.account_id))


def start(step: Step, account_id: AccountId) -> tuple[Caller, str]:
    """Start a session for an account that has proved itself."""
    session_id = SessionId(step.runtime.new_id())
    sessions.start(step.uow, session_id, account_id, step.at)
    return Caller(account_id, session_id), _issue(step, session_id)


def refresh(runtime: Runtime, token: str) -> tuple[Caller, str]:
    """Trade a refresh token for a new one. A token that comes twice ends its whole session (RFC 9700 s.4.14.2).

    Raises:
        SignInFailed: the token is not known or too old.
        TokenReused: the token was used before; its session has been ended.
    """
    traded = perform_unattended(runtime, lambda step: _refresh(step, token))
    if traded is None:
        raise SignInFailed
    if isinstance(traded, TokenReused):
        raise traded
    return traded


def sign_out(runtime: Runtime, caller: Caller) -> None:
    """End the session: its access and refresh tokens stop working at once."""
    perform_unattended(runtime, lambda step: sessions.end(step.uow, caller.session_id, step.at))


def _refresh(step: Step, token: str) -> tuple[Caller, str] | TokenReused | None:
    digest = step.runtime.vault.digest("refresh_token", token)
    found = sessions.find_token(step.uow, digest)
    if found is None:
        return None
    session_id, account_id, facts = found
    verdict = judge_refresh(facts, step.at)
    if verdict is RefreshVerdict.ROTATE and sessions.use_token(step.uow, digest, step.at):
        return Caller(account_id, session_id), _issue(step, session_id)
    if verdict is RefreshVerdict.REFUSE:
        return None
    # Used before, or by another request a moment ago: either way two hold it.
    sessions.end(step.uow, session_id, step.at)
    return TokenReused(session_id)


def _issue(step: Step, session_id: SessionId) -> str:
    token = step.runtime.new_secret()
    sessions.add_token(step.uow, step.runtime.vault.digest("refresh_token", token), session_id, step.at)
    return token
