"""What an operator does from the command line, in the log."""

from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.ids import EntryId, PassportId
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime, Step


def entry_of(step: Step, action: str, detail: str, passport_id: PassportId | None = None) -> Entry:
    """What the operator did: about a passport, or about none."""
    return Entry(
        entry_id=EntryId(step.runtime.new_id()),
        at=step.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=Capacity("command line", Role.OPERATOR.value),
        account_id=None,
        passport_id=passport_id,
        detail=detail,
    )


def note(step: Step, action: str, detail: str) -> None:
    """Log what the operator does, about no passport, as the last thing of a transaction."""
    journal.write(step, entry_of(step, action, detail), None)


def note_alone(runtime: Runtime, action: str, detail: str) -> None:
    """Log what the operator does, in a transaction of its own."""
    perform_unattended(runtime, lambda step: note(step, action, detail))
