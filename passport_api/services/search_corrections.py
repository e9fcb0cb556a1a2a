"""Correcting together what a search found: asked for here, carried out by a worker (see services.search_correcting)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from passport_api.domain.decisions import Refused
from passport_api.domain.errors import InvalidField, WordingHeld
from passport_api.domain.findings import in_order, strong_among
from passport_api.domain.ids import SearchCorrectionId, SearchId, StatementId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.protection.remarks import leaking_in
from passport_api.domain.searches import CorrectionFacts, Mending, SearchStatus
from passport_api.domain.statements import StatementKind
from passport_api.services.runtime import Work
from passport_api.services.searches import admit, finished_phrase, note
from passport_api.services.wording_checks import check_wording
from passport_api.store import search_corrections, searches
from passport_api.store.search_corrections import CorrectionRecord


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction of what a search found, as the organisation's social workers see it.

    Attributes:
        mending: what is to become of the statements; None once a passport among them has been erased.
        made_by: the name of who asked for it.
    """

    facts: CorrectionFacts
    mending: Mending | None
    made_by: str


def ask(
    work: Work, search_id: SearchId, mending: Mending, statement_ids: Sequence[StatementId] | None
) -> ShownCorrection | Refused:
    """Ask that what a search found be corrected: some of it, or with None all of it.

    Each statement is corrected by itself, and only if it stands as it was when it was found.

    Raises:
        Conflict: the search has not finished, or was cancelled.
        InvalidField: it did not find one of the statements.
        WordingHeld: what is to stand instead has wordings that must be changed: nobody spreads another.
    """
    admitted = admit(work, OrganisationUse.ASK_CORRECTION, search_id)
    if isinstance(admitted, Refused):
        return admitted
    searches.hold(work.uow, search_id)
    held = searches.find(work.uow, search_id)
    if held is None:
        raise AssertionError("a search is gone while it is held")
    finished_phrase(work, held)
    if mending.instead is not None:
        _check_wording(mending.instead)
    if statement_ids is not None:
        _check_found(work, search_id, statement_ids)
    facts = CorrectionFacts(
        correction_id=SearchCorrectionId(work.runtime.new_id()),
        search_id=search_id,
        made_by=work.actor.account_id,
        made_at=work.at,
        status=SearchStatus.WAITING,
        done=0,
        of=0,
        corrected=0,
        ended_at=None,
    )
    sealed = work.runtime.vault.seal_mending(facts.correction_id, mending)
    count = search_corrections.add(work.uow, facts, sealed, statement_ids)
    note(work, OrganisationUse.ASK_CORRECTION, admitted.capacity, search_id, f"; {count} statements")
    return ShownCorrection(replace(facts, of=count), mending, work.actor.name)


def list_of_search(
    work: Work, search_id: SearchId, after: SearchCorrectionId | None, limit: int
) -> list[ShownCorrection] | Refused:
    """The corrections of what a search found, newest first; logged."""
    admitted = admit(work, OrganisationUse.READ_CORRECTIONS, search_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = [_shown(work, each) for each in search_corrections.of_search(work.uow, search_id, after, limit)]
    note(work, OrganisationUse.READ_CORRECTIONS, admitted.capacity, search_id)
    return shown


def _check_wording(instead: str) -> None:
    wordings = check_wording(instead, StatementKind.OBSERVATION)
    findings = in_order((*wordings, *leaking_in(instead, ())))
    if strong_among(findings):
        raise WordingHeld(findings, "/instead")


def _check_found(work: Work, search_id: SearchId, statement_ids: Sequence[StatementId]) -> None:
    found = {hit.statement_id for hit in searches.hits_among(work.uow, search_id, statement_ids)}
    for number, statement_id in enumerate(statement_ids):
        if statement_id not in found:
            raise InvalidField(f"/statements/{number}", "Must be a statement that this search found.")


def _shown(work: Work, record: CorrectionRecord) -> ShownCorrection:
    vault, facts = work.runtime.vault, record.facts
    name, _ = vault.open_person("accounts", facts.made_by, record.sealed_maker)
    mending = None if record.sealed is None else vault.open_mending(facts.correction_id, record.sealed)
    return ShownCorrection(facts, mending, name)
