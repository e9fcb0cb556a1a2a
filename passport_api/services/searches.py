"""Searches: a social worker has their organisation's own passports looked through for a phrase.

Looking through them is a worker's (see services.searching). What it finds is shown once the search has finished, to the
organisation's social workers, and showing it is an access to each passport that it stands in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from passport_api.domain.access_log import Entry
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import OrganisationId, PassportId, SearchId, StatementId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.phrases import Phrase, Span, phrase_of
from passport_api.domain.searches import Hit, Progress, SearchFacts, SearchStatus, Sought
from passport_api.services import journal
from passport_api.services.admission import admit_to_organisation, seals_of
from passport_api.services.runtime import Work
from passport_api.services.statements import KeptStatement, opened, seen_of
from passport_api.services.vault import PassportSeals
from passport_api.store import passports, searches, statements
from passport_api.store.searches import SearchRecord


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """A search as the organisation's social workers see it.

    Attributes:
        sought: what it looks for, and why; None once a passport in which that stood has been erased.
        made_by: the name of who made it.
    """

    facts: SearchFacts
    sought: Sought | None
    made_by: str


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A statement in which a phrase was found, as it is now.

    Attributes:
        found: in which version, and what became of it since.
        places: where the phrase stands in the text as it is now.
    """

    found: Hit
    newest: KeptStatement
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class HitPage:
    """Some of what a search found, and whether more follows."""

    hits: tuple[ShownHit, ...]
    goes_on: bool


@dataclass(frozen=True, slots=True)
class AdmittedSearch:
    """A search that the actor may use as asked."""

    record: SearchRecord
    capacity: Capacity


def make(work: Work, organisation_id: OrganisationId, sought: Sought) -> ShownSearch | Refused:
    """Ask for a search of every passport that an organisation holds."""
    admitted = admit_to_organisation(work, OrganisationUse.MAKE_SEARCH, organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    facts = SearchFacts(
        search_id=SearchId(work.runtime.new_id()),
        organisation_id=organisation_id,
        made_by=work.actor.account_id,
        made_at=work.at,
        status=SearchStatus.WAITING,
        progress=Progress(0, passports.count_of_custodian(work.uow, organisation_id), 0),
        hits=0,
        ended_at=None,
    )
    searches.add(work.uow, facts, work.runtime.vault.seal_sought(facts.search_id, sought))
    note(work, OrganisationUse.MAKE_SEARCH, admitted.value, facts.search_id)
    return ShownSearch(facts, sought, work.actor.name)


def read(work: Work, search_id: SearchId) -> ShownSearch | Refused:
    """How far a search has come; logged."""
    admitted = admit(work, OrganisationUse.READ_SEARCH, search_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = _shown(work, admitted.record)
    note(work, OrganisationUse.READ_SEARCH, admitted.capacity, search_id)
    return shown


def list_of_organisation(
    work: Work, organisation_id: OrganisationId, after: SearchId | None, limit: int
) -> list[ShownSearch] | Refused:
    """An organisation's searches, newest first; logged."""
    admitted = admit_to_organisation(work, OrganisationUse.LIST_SEARCHES, organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = [_shown(work, each) for each in searches.of_organisation(work.uow, organisation_id, after, limit)]
    journal.write(work, journal.entry_of(work, OrganisationUse.LIST_SEARCHES.value, admitted.value), None)
    return shown


def list_hits(work: Work, search_id: SearchId, after: StatementId | None, limit: int) -> HitPage | Refused:
    """What a finished search found, oldest statement first, each as it is now.

    It is an access to each passport that this page shows of, and is in that passport's own log.

    Raises:
        Conflict: the search has not finished, or was cancelled.
    """
    admitted = admit(work, OrganisationUse.READ_HITS, search_id)
    if isinstance(admitted, Refused):
        return admitted
    phrase = finished_phrase(work, admitted.record)
    found = searches.hits_of(work.uow, search_id, after, limit + 1)
    hits = found[:limit]
    records = passports.among(work.uow, {hit.passport_id for hit in hits})
    seals = {passport_id: seals_of(work, record) for passport_id, record in records.items()}
    newest = statements.newest_of(work.uow, [hit.statement_id for hit in hits])
    shown = []
    for hit in hits:
        if hit.passport_id in seals:
            kept = opened(seals[hit.passport_id], newest[hit.statement_id])
            shown.append(ShownHit(hit, kept, phrase.spans(kept.statement.text)))
    _note_showing(work, admitted, seals, shown)
    return HitPage(tuple(shown), goes_on=len(found) > limit)


def cancel(work: Work, search_id: SearchId) -> ShownSearch | Refused:
    """End a search before it has finished: nothing of what it found is kept. One that has ended stays as it is."""
    admitted = admit(work, OrganisationUse.CANCEL_SEARCH, search_id)
    if isinstance(admitted, Refused):
        return admitted
    searches.cancel(work.uow, search_id, work.at)
    cancelled = searches.find(work.uow, search_id)
    if cancelled is None:
        raise AssertionError("a search vanished within its transaction")
    shown = _shown(work, cancelled)
    note(work, OrganisationUse.CANCEL_SEARCH, admitted.capacity, search_id)
    return shown


def admit(work: Work, use: OrganisationUse, search_id: SearchId) -> AdmittedSearch | Refused:
    """Decide what the actor may do with a search; a refusal is logged and registered."""
    found = searches.find(work.uow, search_id)
    admitted = admit_to_organisation(work, use, None if found is None else found.facts.organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    if found is None:
        raise AssertionError("granted without a search")
    return AdmittedSearch(found, admitted.value)


def note(work: Work, use: OrganisationUse, capacity: Capacity, search_id: SearchId, more: str = "") -> None:
    """Log what was done with a search, as an entry about no passport. Call it last."""
    entry = journal.entry_of(work, use.value, capacity)
    journal.write(work, replace(entry, detail=f"search {search_id}{more}"), None)


def finished_phrase(work: Work, record: SearchRecord) -> Phrase:
    """What a search that has finished looked for.

    Raises:
        Conflict: it has not, or was cancelled.
    """
    if record.facts.status is SearchStatus.CANCELLED or record.sealed is None:
        raise Conflict(Clash.SEARCH_CANCELLED)
    if record.facts.status is not SearchStatus.FINISHED:
        raise Conflict(Clash.SEARCH_UNFINISHED)
    return phrase_in(work.runtime.vault.open_sought(record.facts.search_id, record.sealed))


def phrase_in(sought: Sought) -> Phrase:
    """The phrase of a search, as it is compared."""
    phrase = phrase_of(sought.phrase)
    if phrase is None:
        raise AssertionError("a phrase was taken that means nothing")
    return phrase


def _note_showing(
    work: Work, admitted: AdmittedSearch, seals: dict[PassportId, PassportSeals], shown: Sequence[ShownHit]
) -> None:
    search_id, use = admitted.record.facts.search_id, OrganisationUse.READ_HITS.value
    said = f"search {search_id}"
    entries: list[tuple[Entry, PassportSeals | None]] = [
        (replace(journal.entry_of(work, use, admitted.capacity), detail=said), None)
    ]
    for passport_id in dict.fromkeys(each.found.passport_id for each in shown):
        here = [each.newest.statement for each in shown if each.found.passport_id == passport_id]
        entry = replace(
            journal.entry_of(work, use, admitted.capacity, passport_id),
            sections=tuple(dict.fromkeys(statement.section for statement in here)),
            statements=seen_of(here),
            detail=said,
        )
        entries.append((entry, seals[passport_id]))
    journal.write_all(work, entries)


def _shown(work: Work, record: SearchRecord) -> ShownSearch:
    vault, facts = work.runtime.vault, record.facts
    name, _ = vault.open_person("accounts", facts.made_by, record.sealed_maker)
    sought = None if record.sealed is None else vault.open_sought(facts.search_id, record.sealed)
    return ShownSearch(facts, sought, name)
