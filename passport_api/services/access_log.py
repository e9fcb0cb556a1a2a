"""Reading who has looked: the access log and the decision register of one passport."""

from dataclasses import dataclass

from passport_api.domain.access import Use
from passport_api.domain.access_log import Decision, Entry
from passport_api.domain.decisions import Refused
from passport_api.domain.ids import PassportId
from passport_api.services.admission import admit, note
from passport_api.services.runtime import Work
from passport_api.store import decisions, log


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry with its place in the log."""

    position: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class RegisteredDecision:
    """A decision with the place of its entry in the log."""

    position: int
    decision: Decision


def list_entries(work: Work, passport_id: PassportId, before: int | None, limit: int) -> list[LoggedEntry] | Refused:
    """Who did what with a passport, newest first. Reading it is an entry too, which the next reading shows."""
    admitted = admit(work, Use.READ_ACCESS_LOG, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    kept = log.of_passport(work.uow, passport_id, before, limit)
    entries = [LoggedEntry(row.position, admitted.seals.open_entry(row.leaf)) for row in kept]
    note(work, admitted)
    return entries


def list_decisions(
    work: Work, passport_id: PassportId, before: int | None, limit: int
) -> list[RegisteredDecision] | Refused:
    """Every release and every refusal of a passport, newest first; logged."""
    admitted = admit(work, Use.READ_DECISIONS, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    rows = decisions.of_passport(work.uow, passport_id, before, limit)
    note(work, admitted)
    return [RegisteredDecision(position, decision) for position, decision in rows]
