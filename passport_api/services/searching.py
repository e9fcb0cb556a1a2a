"""Looking through a custodian's passports for a phrase, batch by batch, for whoever asked for it.

Nothing is held while statements are opened and compared: what they were read at is an epoch of the log, and a batch is
kept only if that is still the epoch. What a batch found, that every passport of it was looked through (in that
passport's own log) and where the search goes on stand or fall together: a process that dies at any moment loses no hit,
makes none twice, and leaves the search to whoever comes once its lease is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from passport_api.domain.access import decide_in_organisation
from passport_api.domain.access_log import Entry
from passport_api.domain.decisions import Refused
from passport_api.domain.ids import PassportId, SearchId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.phrases import Phrase
from passport_api.domain.searches import Hit, Sought
from passport_api.domain.statements import Statement
from passport_api.services import execution, journal
from passport_api.services.admission import admit_to_organisation
from passport_api.services.background import claimed
from passport_api.services.execution import perform_unattended
from passport_api.services.journal import Overtaken
from passport_api.services.runtime import Runtime, Step, Work
from passport_api.services.searches import phrase_in
from passport_api.services.statements import seen_of
from passport_api.services.vault import PassportSeals
from passport_api.store import log, passports, searches
from passport_api.store.passports import PassportRecord
from passport_api.store.searches import Advance, SearchRecord
from passport_keys.errors import KeyStoreError, ProviderUnavailable

KEPT = timedelta(days=90)
"""How long a search is remembered after it ended."""
BATCH = 20
"""How many passports are looked through in one transaction."""
_FORGOTTEN_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A search that is this process's alone until then."""

    search_id: SearchId
    until: datetime


@dataclass(frozen=True, slots=True)
class _Looked:
    """A passport that was looked through.

    Attributes:
        seals: None when its key does not open: nothing of it was read.
        found: the statements in which the phrase stands.
        is_whole: whether every statement could be opened.
    """

    passport_id: PassportId
    seals: PassportSeals | None
    found: tuple[Statement, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Batch:
    """Passports that were looked through, as they were at an epoch of the log."""

    epoch: int
    looked: tuple[_Looked, ...]
    ends: bool


class Searching:
    """Takes searches and carries them on. Used by several processes at once.

    Args:
        runtime: the service's parts.
        lease: for how long a search is taken at each batch: longer than any batch takes.
        batch: how many passports are looked through in one transaction.
    """

    def __init__(self, runtime: Runtime, lease: timedelta, batch: int = BATCH) -> None:
        self._runtime = runtime
        self._batch = batch
        self._lease = lease

    def take(self) -> Taken | None:
        """Take the oldest search that has not ended and that nobody has; None when there is none.

        Raises:
            StoreUnavailable: the database does not answer.
            LogDiverged: the database is not the one that the log's anchors know.
        """
        taken = claimed(self._runtime, self._lease, searches.any_free, searches.claim)
        return None if taken is None else Taken(*taken)

    def carry_on(self, taken: Taken) -> Taken | None:
        """Look through the next passports; gives the search as it is taken from now on, or None when it has ended.

        It has ended as well for whoever lost it, and when its maker has lost the role that it takes.

        Raises:
            ProviderUnavailable: the key store does not answer: nothing was kept of this batch.
            StoreUnavailable: the database does not answer; likewise.
        """
        for size in (self._batch, self._batch, 1):
            try:
                record, batch = self._look(taken.search_id, size)
                if record is None or batch is None:
                    return None
                return perform_unattended(self._runtime, self._keeping(taken, record, batch))
            except Overtaken:
                continue

        def while_holding_the_log(step: Step) -> Taken | None:
            log.take_turn(step.uow)
            record, batch = self._look(taken.search_id, 1)
            return None if record is None or batch is None else self._keep(step, taken, record, batch)

        return perform_unattended(self._runtime, while_holding_the_log)

    def let_go(self, taken: Taken) -> None:
        """Leave a search to whoever comes next."""
        perform_unattended(self._runtime, lambda step: searches.let_go(step.uow, taken.search_id, taken.until))

    def tidy(self) -> None:
        """Forget searches that ended long ago."""
        while perform_unattended(
            self._runtime, lambda step: searches.forget_ended(step.uow, step.at - KEPT, _FORGOTTEN_AT_ONCE)
        ):
            pass

    def _look(self, search_id: SearchId, size: int) -> tuple[SearchRecord | None, _Batch | None]:
        """Look through the next passports, in no transaction; None of either when the search has ended."""
        with self._runtime.database.reading() as uow:
            epoch = log.mark(uow).epoch  # read first: what is read below is no older
            record = searches.find(uow, search_id)
            if record is None or record.sealed is None or record.facts.ended_at is not None:
                return None, None
            found = passports.of_custodian(uow, record.facts.organisation_id, record.last_passport_id, size)
        phrase = phrase_in(self._sought(record))
        looked = tuple(self._look_through(each, phrase) for each in found)
        return record, _Batch(epoch, looked, ends=len(found) < size)

    def _look_through(self, record: PassportRecord, phrase: Phrase) -> _Looked:
        try:
            seals = self._runtime.vault.passport(record.passport_id, record.wrapping_key_id, record.wrapped_key)
        except ProviderUnavailable:
            raise
        except KeyStoreError:  # this one key is broken: it must not hide what stands in the other passports
            return _Looked(record.passport_id, None, (), is_whole=False)
        found, is_whole = [], True
        for statement in self._standing(seals):
            if statement is None:
                is_whole = False
            elif phrase.is_in(statement.text):
                found.append(statement)
        return _Looked(record.passport_id, seals, tuple(found), is_whole)

    def _standing(self, seals: PassportSeals) -> Iterator[Statement | None]:
        """A passport's statements, one after the other; None for one that does not open."""
        with self._runtime.database.reading() as uow:
            kept = searches.standing_of(uow, seals.passport_id)
        for each in kept:
            try:
                yield seals.open_statement(each)
            except KeyStoreError:
                yield None

    def _keeping(self, taken: Taken, record: SearchRecord, batch: _Batch) -> Callable[[Step], Taken | None]:
        return lambda step: self._keep(step, taken, record, batch)

    def _keep(self, step: Step, taken: Taken, record: SearchRecord, batch: _Batch) -> Taken | None:
        """Keep what a batch found, if whoever asked for it may still look, and nobody's access changed meanwhile."""
        organisation_id = record.facts.organisation_id
        work = execution.work_for(step.runtime, step.uow, record.facts.made_by)
        decision = decide_in_organisation(OrganisationUse.LOOK_THROUGH, work.actor, organisation_id)
        if isinstance(decision, Refused):
            searches.cancel(work.uow, taken.search_id, work.at)
            admit_to_organisation(work, OrganisationUse.LOOK_THROUGH, organisation_id)
            return None
        work = replace(work, epoch=batch.epoch)
        until = None if batch.ends else work.at + self._lease
        if not searches.advance(work.uow, taken.search_id, taken.until, until, _advance(batch)):
            return None
        if batch.ends:
            searches.finish(work.uow, taken.search_id, work.at)
        _note(work, decision.value, batch, self._sought(record).reason)
        return None if until is None else Taken(taken.search_id, until)

    def _sought(self, record: SearchRecord) -> Sought:
        if record.sealed is None:
            raise AssertionError("a search goes on whose phrase is forgotten")
        return self._runtime.vault.open_sought(record.facts.search_id, record.sealed)


def _advance(batch: _Batch) -> Advance:
    return Advance(
        looked_at=len(batch.looked),
        unreadable=sum(not each.is_whole for each in batch.looked),
        hits=tuple(
            Hit(statement.statement_id, each.passport_id, statement.version)
            for each in batch.looked
            for statement in each.found
        ),
        last_passport_id=batch.looked[-1].passport_id if batch.looked else None,
    )


def _note(work: Work, capacity: Capacity, batch: _Batch, reason: str) -> None:
    """Log in every passport that was opened that it was, and why. What was looked for is not said there."""
    entries: list[tuple[Entry, PassportSeals | None]] = [
        (
            replace(
                journal.entry_of(work, OrganisationUse.LOOK_THROUGH.value, capacity, each.passport_id),
                sections=tuple(dict.fromkeys(statement.section for statement in each.found)),
                statements=seen_of(list(each.found)),
                detail=reason,
            ),
            each.seals,
        )
        for each in batch.looked
        if each.seals is not None
    ]
    if entries:
        journal.write_all(work, entries)
