"""Carrying out what somebody asked to be corrected of what a search found: statement by statement, each by itself.

Each is a correction like any other, in a transaction of its own: whoever received the statement is told, the version it
ends is anchored, and the family finds it in its log. A statement is taken off what is left to do in that transaction,
so that a process that dies at any moment corrects none twice and leaves none out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from passport_api.domain.access import Use, decide_in_organisation
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Conflict, InvalidField, Stale, WordingHeld
from passport_api.domain.ids import SearchCorrectionId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.searches import Hit, HitOutcome, Mending, SearchStatus, mended_text, review_day
from passport_api.domain.statements import Statement, StatementStatus
from passport_api.services import corrections
from passport_api.services.admission import Admitted, admit, admit_to_organisation, note
from passport_api.services.background import claimed
from passport_api.services.corrections import Corrected, NewCorrection
from passport_api.services.execution import perform_for, perform_unattended
from passport_api.services.runtime import Runtime, Step, Work
from passport_api.services.searches import phrase_in
from passport_api.services.statements import KeptStatement, opened, seen_of
from passport_api.services.writing import NewStatement
from passport_api.store import search_corrections, searches, statements
from passport_api.store.search_corrections import CorrectionRecord
from passport_keys.errors import KeyStoreError, ProviderUnavailable


@dataclass(frozen=True, slots=True)
class TakenCorrection:
    """A correction of what a search found that is this process's alone until then."""

    correction_id: SearchCorrectionId
    until: datetime


class _Lost(Exception):
    """Somebody else has the correction now, or has dealt with this statement: nothing was done."""


class Correcting:
    """Takes corrections of what searches found and carries them on. Used by several processes at once.

    Args:
        runtime: the service's parts.
        lease: for how long one is taken at each statement: longer than any correction takes.
    """

    def __init__(self, runtime: Runtime, lease: timedelta) -> None:
        self._runtime = runtime
        self._lease = lease

    def take(self) -> TakenCorrection | None:
        """Take the oldest that has not ended and that nobody has; None when there is none.

        Raises:
            StoreUnavailable: the database does not answer.
            LogDiverged: the database is not the one that the log's anchors know.
        """
        taken = claimed(self._runtime, self._lease, search_corrections.any_free, search_corrections.claim)
        return None if taken is None else TakenCorrection(*taken)

    def carry_on(self, taken: TakenCorrection) -> TakenCorrection | None:
        """Correct the next statement; gives the correction as it is taken from now on, or None when it has ended.

        It has ended as well for whoever lost it, and when whoever asked for it has lost the role that it takes.

        Raises:
            ProviderUnavailable: the key store does not answer: nothing was done.
            StoreUnavailable: the database does not answer; likewise.
            AnchorsAway: the statement was corrected, and that could not be kept outside the database yet.
        """
        with self._runtime.database.reading() as uow:
            record = search_corrections.find(uow, taken.correction_id)
            waiting = search_corrections.next_items(uow, taken.correction_id, 1)
        if record is None or record.facts.ended_at is not None:
            return None
        if not waiting:
            finished = SearchStatus.FINISHED
            perform_unattended(
                self._runtime, lambda step: search_corrections.end(step.uow, taken.correction_id, finished, step.at)
            )
            return None
        try:
            return self._deal_with(taken, record, waiting[0])
        except _Lost:
            return None

    def let_go(self, taken: TakenCorrection) -> None:
        """Leave a correction to whoever comes next."""
        perform_unattended(
            self._runtime, lambda step: search_corrections.extend(step.uow, taken.correction_id, taken.until, None)
        )

    def tidy(self) -> None:
        """Nothing: a correction is forgotten with its search."""

    def _deal_with(self, taken: TakenCorrection, record: CorrectionRecord, hit: Hit) -> TakenCorrection | None:
        try:
            return perform_for(
                self._runtime, record.facts.made_by, lambda work: self._correct(work, taken, record, hit)
            )
        except (Stale, Conflict):
            outcome = HitOutcome.CHANGED_SINCE
        except InvalidField:
            outcome = HitOutcome.NOT_ACCEPTED
        except ProviderUnavailable:
            raise
        except KeyStoreError:
            outcome = HitOutcome.UNREADABLE
        return perform_unattended(self._runtime, lambda step: self._settle(step, taken, record, hit, outcome))

    def _correct(
        self, work: Work, taken: TakenCorrection, record: CorrectionRecord, hit: Hit
    ) -> TakenCorrection | None:
        """Correct a statement, if it stands as it was found and whoever asked for it may still do so."""
        decision = decide_in_organisation(OrganisationUse.ASK_CORRECTION, work.actor, record.organisation_id)
        if isinstance(decision, Refused):
            search_corrections.end(work.uow, taken.correction_id, SearchStatus.CANCELLED, work.at)
            admit_to_organisation(work, OrganisationUse.ASK_CORRECTION, record.organisation_id)
            return None
        admitted = admit(work, Use.CORRECT_FOUND, hit.passport_id)
        if isinstance(admitted, Refused):  # it was erased meanwhile, and the correction with it
            return None
        newest = opened(admitted.seals, statements.versions_of(work.uow, hit.statement_id)[-1])
        mending, new = self._mended(record, hit, newest, work)
        outcome = new if isinstance(new, HitOutcome) else HitOutcome.CORRECTED
        goes_on = self._settle(work, taken, record, hit, outcome)
        if isinstance(new, HitOutcome):
            note(work, admitted, statements=seen_of([newest.statement]), detail=f"left as it is, {new.value}")
        else:
            _carry_out(work, admitted, hit, NewCorrection(mending.reason, new))
        return goes_on

    def _mended(
        self, record: CorrectionRecord, hit: Hit, newest: KeptStatement, work: Work
    ) -> tuple[Mending, NewStatement | HitOutcome | None]:
        """What is to take the statement's place (None: nothing), or why it is left as it is."""
        facts, vault = record.facts, self._runtime.vault
        if record.sealed is None or record.sealed_search is None:
            raise _Lost
        mending = vault.open_mending(facts.correction_id, record.sealed)
        if newest.status is not StatementStatus.STANDS or newest.statement.version != hit.version:
            return mending, HitOutcome.CHANGED_SINCE
        phrase = phrase_in(vault.open_sought(facts.search_id, record.sealed_search))
        text = mended_text(newest.statement, phrase, mending.instead)
        if text is None or isinstance(text, HitOutcome):
            return mending, text
        return mending, _like(newest.statement, text, work)

    def _settle(
        self, step: Step, taken: TakenCorrection, record: CorrectionRecord, hit: Hit, outcome: HitOutcome
    ) -> TakenCorrection:
        """Take a statement off what is left to do, and keep what becomes of it.

        Raises:
            _Lost: this process has the correction no more.
        """
        until = step.at + self._lease
        corrected = outcome is HitOutcome.CORRECTED
        if not search_corrections.extend(step.uow, taken.correction_id, taken.until, until):
            raise _Lost
        if not search_corrections.take_off(step.uow, taken.correction_id, hit, corrected=corrected):
            raise _Lost
        searches.settle_hit(step.uow, record.facts.search_id, hit.statement_id, outcome)
        return TakenCorrection(taken.correction_id, until)


def _carry_out(work: Work, admitted: Admitted, hit: Hit, new: NewCorrection) -> None:
    """Correct a statement as asked.

    What harms in the rest of it was there before: it stays, for the reason of the correction, and the custodian's
    reviewer is shown it.
    """

    def carry_out(correction: NewCorrection) -> Corrected:
        return corrections.carry_out(
            work, admitted, hit.statement_id, correction, lambda kept: kept.statement.version == hit.version
        )

    try:
        made = carry_out(new)
    except WordingHeld:
        if new.replacement is None:
            raise
        made = carry_out(replace(new, replacement=replace(new.replacement, wording_reason=new.reason)))
    after = made.version.kept.statement
    note(
        work,
        admitted,
        sections=(after.section,),
        statements=seen_of([after]),
        detail=made.detail,
        endings=[made.ending],
    )


def _like(before: Statement, text: str, work: Work) -> NewStatement:
    """What takes a statement's place: all of it as it was but the text, and what is not so any more."""
    return NewStatement(
        section=before.section,
        detail_level=before.detail_level,
        kind=before.kind,
        text=text,
        source=before.source,
        review_on=review_day(before, work.at.date()),
        wording_reason=before.wording_reason,
        rests_on=before.rests_on,
    )
