"""Where a statement went: read from the releases themselves, so that nothing that was given out is missing."""

from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.ids import ConsentId, OrganisationId, StatementId
from passport_api.domain.people import Capacity
from passport_api.services.runtime import Work
from passport_api.services.vault import PassportSeals
from passport_api.store import decisions


@dataclass(frozen=True, slots=True)
class Receipt:
    """One release of a statement: to whom, when, and in which version."""

    position: int
    at: datetime
    organisation_id: OrganisationId
    reader: Capacity
    consent_id: ConsentId | None
    version: int


def receipts_of(work: Work, seals: PassportSeals, statement_id: StatementId, start: int = 0) -> list[Receipt]:
    """Every release that held a version of a statement, oldest first.

    Args:
        work: the transaction.
        seals: the passport's.
        statement_id: which.
        start: the place in the log from which to look.
    """
    wanted = str(statement_id)
    found = []
    for released in decisions.releases_of(work.uow, seals.passport_id, start):
        entry = seals.open_entry(released.leaf)
        for seen in entry.statements:
            if seen.statement_id == wanted:
                receipt = Receipt(
                    position=released.position,
                    at=entry.at,
                    organisation_id=released.recipient_id,
                    reader=entry.actor,
                    consent_id=entry.consent_id,
                    version=seen.version,
                )
                found.append(receipt)
    return found
