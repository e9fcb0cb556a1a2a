"""Former numbers: whoever uses one is answered as if nobody knew it, and the custodian learns of it.

A child who has a new UPN and a new NHS number can be looked for by the former ones. Every UPN and NHS number in a
signed-in person's request is kept as a blind index, whether it is known or not, so that both take alike long; the
worker compares each with the former ones and forgets it.
"""

from urllib.parse import unquote_plus

from passport_api.domain.access import capacity_of
from passport_api.domain.access_log import NUMBER_OFFERED, Entry, Outcome
from passport_api.domain.alerts import AlertDetails, AlertKind
from passport_api.domain.decisions import Reason
from passport_api.domain.ids import EntryId, OfferId, PassportId
from passport_api.domain.people import Actor
from passport_api.domain.protection.leaks import LeakKind, numbers_in
from passport_api.domain.protection.terms import ProtectedKind
from passport_api.services import journal
from passport_api.services.admission import facts_of, seals_of
from passport_api.services.alerts import Subject, raise_alert
from passport_api.services.execution import perform_unattended
from passport_api.services.journal import Asked
from passport_api.services.runtime import Caller, Runtime, Step
from passport_api.services.vault import PassportSeals
from passport_api.store import accounts, decisions, offers, passports, protected_lists
from passport_api.store.offers import Offer

MOST = 20
"""How many numbers of one request are looked at: nobody moves more children at once."""

_KINDS = {LeakKind.UPN: ProtectedKind.UPN, LeakKind.NHS_NUMBER: ProtectedKind.NHS_NUMBER}


def keep(runtime: Runtime, caller: Caller, body: bytes, query: bytes) -> None:
    """Keep the numbers of a request until they are compared: those that are known and those that are not alike.

    Raises:
        StoreUnavailable: they could not be kept; the request is not to be answered.
        LogDiverged: nothing is served.
    """
    said = f"{body.decode('utf-8', 'replace')}\n{unquote_plus(query.decode('ascii', 'replace'))}"
    found = numbers_in(said)[:MOST]
    if not found:
        return
    runtime.anchoring.require_open()
    index, now = runtime.vault.number_index, runtime.clock()
    with runtime.database.writing() as uow:
        offers.add(
            uow,
            [
                Offer(
                    OfferId(runtime.new_id()),
                    index(_KINDS[kind], number),
                    _KINDS[kind],
                    caller.account_id,
                    caller.session_id,
                    now,
                )
                for kind, number in found
            ],
        )


def compare_oldest(runtime: Runtime) -> bool:
    """Compare the number that was offered first; says whether there was one.

    Raises:
        KeyStoreError: a child's key does not open: the number is kept, and compared again.
        StoreUnavailable: the database does not answer.
    """
    with runtime.database.reading() as uow:
        if not offers.any_waiting(uow):
            return False
    return perform_unattended(runtime, _compared)


def _compared(step: Step) -> bool:
    offer = offers.oldest(step.uow)
    if offer is None:
        return False
    offers.remove(step.uow, offer.offer_id)
    known_once = protected_lists.known_once_by(step.uow, offer.value_index)
    entries = [alerted for passport_id in known_once if (alerted := _alerted(step, offer, passport_id)) is not None]
    if entries:
        first = journal.write_all(step, entries)
        rows = [(first + n, journal.decision_of(entry, Asked())) for n, (entry, _) in enumerate(entries)]
        decisions.add(step.uow, rows)
    return True


def _alerted(step: Step, offer: Offer, passport_id: PassportId) -> tuple[Entry, PassportSeals] | None:
    """Alert a custodian to a number that was offered; gives the entry that says so. None when it was just erased."""
    record, parents = passports.with_parents(step.uow, passport_id)
    account = accounts.known(step.uow, offer.account_id)
    if record is None or account is None:
        return None
    seals = seals_of(step, record)
    name, _ = step.runtime.vault.open_person("accounts", offer.account_id, account.sealed_identity)
    actor = Actor(offer.account_id, offer.session_id, name, account.memberships)
    by = capacity_of(actor, record.custodian_id, facts_of(record, parents))
    raise_alert(step, Subject(seals, record.custodian_id), AlertKind.NUMBER_OFFERED, AlertDetails(by, offer.kind.value))
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
    return entry, seals
