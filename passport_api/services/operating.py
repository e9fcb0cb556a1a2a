"""What an operator does to the keys, in the log: entries about no passport, sealed under the service's key."""

from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.ids import EntryId
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime, Step


def note(step: Step, action: str, detail: str) -> None:
    """Log what the operator does, as the last thing of a transaction."""
    entry = Entry(
        entry_id=EntryId(step.runtime.new_id()),
        at=step.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=Capacity("command line", Role.OPERATOR.value),
        account_id=None,
        passport_id=None,
        detail=detail,
    )
    journal.write(step, entry, None)


def note_alone(runtime: Runtime, action: str, detail: str) -> None:
    """Log what the operator does, in a transaction of its own."""
    perform_unattended(runtime, lambda step: note(step, action, detail))
