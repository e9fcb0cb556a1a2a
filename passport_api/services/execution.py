"""Opening transactions: the one place where a use case begins and ends.

A use case that gives a value, or refuses, commits; one that raises changes nothing. With an idempotency key the work,
the answer that is kept for a repeat and the log entry stand or fall together.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict, KeyReused, NotSignedIn
from passport_api.domain.ids import AccountId
from passport_api.domain.people import Actor
from passport_api.services.journal import Overtaken
from passport_api.services.runtime import Caller, Runtime, Step, Work
from passport_api.store import accounts, idempotency, log
from passport_api.store.accounts import SignedIn
from passport_api.store.database import StoreUnavailable, UnitOfWork

T = TypeVar("T")

ANSWERS_KEPT = timedelta(hours=24)
"""How long a repeat of an idempotent request is answered as the first was."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is to be carried out once: its Idempotency-Key, and all that makes it the same request."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The rendered answer, whether fresh or kept from the first time."""

    body: bytes
    repeated: bool


def perform(runtime: Runtime, caller: Caller, use_case: Callable[[Work], T | Refused]) -> T | Refused:
    """Carry out a use case in a transaction of its own.

    Raises:
        NotSignedIn: the caller's session has ended.
        DomainError: whatever the use case raised; nothing was changed.
    """
    return _attempts(runtime, lambda uow: work_of(runtime, uow, caller), use_case)


def perform_once(
    runtime: Runtime,
    caller: Caller,
    use_case: Callable[[Work], T | Refused],
    render: Callable[[T], bytes],
    once: Once | None,
) -> Answered | Refused:
    """Carry out a use case, or answer as before when the same key and request came already.

    Raises:
        KeyReused: the key came before with another request.
        NotSignedIn: the caller's session has ended.
    """

    def answer(work: Work) -> Answered | Refused:
        if once is not None:
            return _once(work, use_case, render, once)
        outcome = use_case(work)
        return outcome if isinstance(outcome, Refused) else Answered(render(outcome), repeated=False)

    return _attempts(runtime, lambda uow: work_of(runtime, uow, caller), answer)


def inspect(runtime: Runtime, caller: Caller, use_case: Callable[[Work], T]) -> T:
    """Carry out a use case that changes nothing and shows no content, so that nothing is logged.

    Raises:
        NotSignedIn: the caller's session has ended.
    """
    runtime.anchoring.require_open()
    with runtime.database.reading() as uow:
        return use_case(work_of(runtime, uow, caller))


def perform_unattended(runtime: Runtime, use_case: Callable[[Step], T]) -> T:
    """Carry out a use case for which nobody signs in: the operator's command line, an invitation's acceptance."""
    return _carried_out(runtime, lambda uow: use_case(Step(runtime, uow, runtime.instant(log.mark(uow)))))


def perform_for(runtime: Runtime, account_id: AccountId, use_case: Callable[[Work], T]) -> T:
    """Carry out, in a transaction of its own, what somebody asked for before; they need not be signed in.

    What they may do is asked now, as of anybody who is.

    Raises:
        NotSignedIn: there is no such account.
        DomainError: whatever the use case raised; nothing was changed.
    """
    return _attempts(runtime, lambda uow: work_for(runtime, uow, account_id), use_case)


def tidy(runtime: Runtime) -> None:
    """Drop what is kept no longer: done once at each start, which no wrong clock and no full disk stops."""
    with suppress(StoreUnavailable), runtime.database.writing() as uow:
        idempotency.forget_older(uow, runtime.clock() - ANSWERS_KEPT)


def actor_of(runtime: Runtime, uow: UnitOfWork, caller: Caller) -> Actor:
    """Who is asking, as the store knows them now.

    Raises:
        NotSignedIn: the session has ended.
    """
    return actor_from(runtime, caller, accounts.signed_in(uow, caller.account_id, caller.session_id))


def actor_from(runtime: Runtime, caller: Caller, found: SignedIn | None) -> Actor:
    """Who is asking, from what the store says of them.

    Raises:
        NotSignedIn: the session has ended.
    """
    if found is None:
        raise NotSignedIn
    name, _ = runtime.vault.open_person("accounts", caller.account_id, found.sealed_identity)
    return Actor(caller.account_id, caller.session_id, name, found.memberships)


def work_of(runtime: Runtime, uow: UnitOfWork, caller: Caller) -> Work:
    """What a use case needs, in a transaction: the epoch is read before anything that a decision rests on.

    Raises:
        ClockBehind: there is no time by which to decide.
        NotSignedIn: the session has ended.
    """
    mark = log.mark(uow)
    return Work(runtime, uow, runtime.instant(mark), actor_of(runtime, uow, caller), mark.epoch)


def actor_known(runtime: Runtime, uow: UnitOfWork, account_id: AccountId) -> Actor | None:
    """Somebody as the store knows them now, signed in or not; None when there is no such account."""
    found = accounts.known(uow, account_id)
    if found is None:
        return None
    name, _ = runtime.vault.open_person("accounts", account_id, found.sealed_identity)
    return Actor(account_id, None, name, found.memberships)


def work_for(runtime: Runtime, uow: UnitOfWork, account_id: AccountId) -> Work:
    """What a use case needs, in a transaction, where it is carried out for somebody who asked for it before.

    Raises:
        ClockBehind: there is no time by which to decide.
        NotSignedIn: there is no such account.
    """
    mark = log.mark(uow)
    actor = actor_known(runtime, uow, account_id)
    if actor is None:
        raise NotSignedIn
    return Work(runtime, uow, runtime.instant(mark), actor, mark.epoch)


def _attempts(runtime: Runtime, begin: Callable[[UnitOfWork], Work], use_case: Callable[[Work], T]) -> T:
    """Carry out a use case, anew when somebody's access changed meanwhile; the last time holding the log throughout."""
    for _ in range(_TRIES):
        try:
            return _carried_out(runtime, lambda uow: use_case(begin(uow)))
        except Overtaken:
            continue

    def while_holding_the_log(uow: UnitOfWork) -> T:
        log.take_turn(uow)
        return use_case(begin(uow))

    return _carried_out(runtime, while_holding_the_log)


def _carried_out(runtime: Runtime, use_case: Callable[[UnitOfWork], T]) -> T:
    """One transaction. What it ended for good is kept outside the database before anybody is told.

    Raises:
        LogDiverged: the log is not the one that its anchors know; nothing was done.
        AnchorsAway: what ended cannot be kept outside the database: it has ended, and nothing is answered until it is.
    """
    runtime.anchoring.require_open()
    try:
        with runtime.database.writing() as uow:
            outcome = use_case(uow)
    except Conflict:  # it may say that something has ended, which another process has not been able to keep yet
        runtime.anchoring.keep_endings()
        raise
    if uow.ended or (isinstance(outcome, Answered) and outcome.repeated):
        runtime.anchoring.keep_endings()
    return outcome


def _once(
    work: Work, use_case: Callable[[Work], T | Refused], render: Callable[[T], bytes], once: Once
) -> Answered | Refused:
    vault, account_id = work.runtime.vault, work.actor.account_id
    key, request = vault.digest("idempotency_key", once.key), vault.digest("idempotent_request", once.request)
    idempotency.forget_older(work.uow, work.at - ANSWERS_KEPT, account_id)
    if not idempotency.claim(work.uow, account_id, key, request, work.at):
        kept = idempotency.find(work.uow, account_id, key)
        if kept is None or kept.request_digest != request:
            raise KeyReused
        if kept.sealed_answer is None:
            return _again(work, use_case)
        return Answered(vault.open_answer(account_id, key, kept.sealed_answer), repeated=True)
    outcome = use_case(work)
    if isinstance(outcome, Refused):
        idempotency.release(work.uow, account_id, key)
        return outcome
    body = render(outcome)
    idempotency.keep(work.uow, account_id, key, vault.seal_answer(account_id, key, body))
    return Answered(body, repeated=False)


def _again(work: Work, use_case: Callable[[Work], T | Refused]) -> Refused:
    """Answer a repeat whose kept answer was dropped: refused like any other where access has gone.

    Raises:
        Conflict: access remains; what the use case did again is undone with its transaction.
    """
    outcome = use_case(work)
    if isinstance(outcome, Refused):
        return outcome
    raise Conflict(Clash.DONE_ALREADY)
