"""Former numbers: whoever uses one is answered as if nobody knew it, and the custodian learns of it.

A child who has a new UPN and a new NHS number can be looked for by the former ones. Every UPN and NHS number in a
signed-in person's request is kept as a blind index, whether it is known or not, so that both take alike long; the
worker compares each with the former ones and forgets it.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote_plus

from passport_api.domain.access import capacity_of
from passport_api.domain.access_log import NUMBER_OFFERED, Entry, Outcome
from passport_api.domain.alerts import AlertDetails, AlertKind
from passport_api.domain.decisions import Reason
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import EntryId, OfferId, PassportId
from passport_api.domain.protection.leaks import LeakKind, numbers_in
from passport_api.domain.protection.terms import ProtectedKind
from passport_api.services import journal
from passport_api.services.admission import facts_of, seals_of
from passport_api.services.alerts import Subject, raise_alert
from passport_api.services.execution import actor_known, perform_unattended
from passport_api.services.journal import Asked
from passport_api.services.runtime import Caller, Runtime, Step
from passport_api.services.vault import PassportSeals
from passport_api.store import alerts, decisions, offers, passports, protected_lists
from passport_api.store.offers import Offer
from passport_keys.errors import KeyStoreError, ProviderUnavailable

MOST = 50
"""How many numbers a request may have: nobody moves more children at once."""

_KINDS = {LeakKind.UPN: ProtectedKind.UPN, LeakKind.NHS_NUMBER: ProtectedKind.NHS_NUMBER}


def keep(runtime: Runtime, caller: Caller, body: bytes, query: bytes) -> None:
    """Keep the numbers of a request until they are compared: those that are known and those that are not alike.

    Raises:
        InvalidField: there are more than `MOST`: none is passed over.
        StoreUnavailable: they could not be kept; the request is not to be answered.
        LogDiverged: nothing is served.
    """
    found = numbers_in(f"{_text_of(body)}\n{unquote_plus(query.decode('ascii', 'replace'))}")
    if not found:
        return
    if len(found) > MOST:
        raise InvalidField("", f"Has more than {MOST} UPNs and NHS numbers.")
    runtime.anchoring.require_open()
    index, now = runtime.vault.number_index, runtime.clock()
    new = [
        Offer(
            offer_id=OfferId(runtime.new_id()),
            value_index=index(_KINDS[kind], number),
            kind=_KINDS[kind],
            account_id=caller.account_id,
            offered_at=now,
        )
        for kind, number in found
    ]
    with runtime.database.writing() as uow:
        waiting = offers.waiting_of(uow, caller.account_id, [each.value_index for each in new])
        offers.add(uow, [each for each in new if each.value_index not in waiting])


def _text_of(body: bytes) -> str:
    """What a body says: with its escapes undone where it is JSON that has any."""
    text = body.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n".join(_strings_of(said))


def _strings_of(said: object) -> Iterator[str]:
    """Every string and number in what was said, however deep."""
    waiting = [said]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += [*members.keys(), *members.values()]
            case list() as items:
                waiting += items
            case each:
                yield str(each)


class Comparing:
    """Compares numbers that were offered, one at a time. Used by several processes at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def take(self) -> Literal[True] | None:
        """Whether there is anything to compare; None when there is not.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with self._runtime.database.reading() as uow:
            return offers.any_waiting(uow) or None

    def carry_on(self, _taken: Literal[True], /) -> Literal[True] | None:
        """Compare the number that was offered first; None when none is left.

        Raises:
            ProviderUnavailable: the key store does not answer: the number is kept, and compared again.
            StoreUnavailable: the database does not answer.
        """
        return perform_unattended(self._runtime, _compared)

    def let_go(self, _taken: Literal[True], /) -> None:
        """Nothing: a number is compared and forgotten in one transaction, and is nobody's between them."""

    def tidy(self) -> None:
        """Nothing: a number is forgotten when it is compared."""


def _compared(step: Step) -> Literal[True] | None:
    offer = offers.oldest(step.uow)
    if offer is None:
        return None
    offers.remove(step.uow, offer.offer_id)
    known_once = protected_lists.known_once_by(step.uow, offer.value_index)
    entries = [alerted for passport_id in known_once if (alerted := _alerted(step, offer, passport_id)) is not None]
    if entries:
        first = journal.write_all(step, entries)
        rows = [(first + n, journal.decision_of(entry, Asked())) for n, (entry, _) in enumerate(entries)]
        decisions.add(step.uow, rows)
    return True


def _alerted(step: Step, offer: Offer, passport_id: PassportId) -> tuple[Entry, PassportSeals | None] | None:
    """Alert a custodian to a number that was offered; gives the entry that says so. None when it was just erased.

    Where the passport's key does not open, nothing can be said in its own log: the service's says it.
    """
    record = passports.find(step.uow, passport_id)  # held: it is not erased meanwhile
    actor = actor_known(step.runtime, step.uow, offer.account_id)
    if record is None or actor is None:
        return None
    by = capacity_of(actor, record.custodian_id, facts_of(record, passports.parents_of(step.uow, passport_id)))
    entry = Entry(
        entry_id=EntryId(step.runtime.new_id()),
        at=step.at,
        action=NUMBER_OFFERED,
        outcome=Outcome.DENIED,
        actor=by,
        account_id=offer.account_id,
        passport_id=passport_id,
        reason=Reason.NO_SUCH_THING,
        detail=f"a former {offer.kind.value}",
    )
    try:
        seals = seals_of(step, record)
    except ProviderUnavailable:
        raise
    except KeyStoreError:
        return replace(entry, passport_id=None), None
    details = AlertDetails(by, offer.kind.value, offer.account_id)
    if not any(known == details for known in _open_about(step, seals)):
        raise_alert(step, Subject(seals, record.custodian_id), AlertKind.NUMBER_OFFERED, details)
    return entry, seals


def _open_about(step: Step, seals: PassportSeals) -> Iterator[AlertDetails]:
    """What is open already: who goes on using a number is not alerted to each time."""
    for record in alerts.of_passport(step.uow, seals.passport_id, AlertKind.NUMBER_OFFERED):
        yield seals.open_details(record.facts.alert_id, record.sealed_details)
