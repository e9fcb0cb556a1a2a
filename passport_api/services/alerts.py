"""Alerts: raised for a custodian's reviewer in the transaction of what raised them, and settled with a note.

Whoever raises one does so before the log is written to. The custodian's social workers are told by email; what it is
about they read here, once they have signed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from passport_api.domain.access import Use
from passport_api.domain.alerts import TAKES_ANOTHER, AlertDetails, AlertFacts, AlertKind, AlertStatus
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import AlertId, ChallengeId, OrganisationId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.outbox import Kind
from passport_api.domain.statements import Statement
from passport_api.services import journal
from passport_api.services.admission import Admitted, admit, admit_to_organisation, note
from passport_api.services.outbox import notify_organisation
from passport_api.services.runtime import Step, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import alerts
from passport_api.store.alerts import AlertRecord, Version


@dataclass(frozen=True, slots=True)
class Subject:
    """The passport that an alert is about, and who is told."""

    seals: PassportSeals
    custodian_id: OrganisationId


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert as a custodian's reviewer sees it."""

    facts: AlertFacts
    details: AlertDetails
    note: str | None


def raise_stopped(step: Step, subject: Subject, stopped: Iterable[Statement], by: AlertDetails) -> None:
    """Alert a custodian to statements that views leave out, once for each version of each.

    Args:
        step: the transaction.
        subject: whose they are.
        stopped: the statements.
        by: who wrote or would have read them.
    """
    versions = [(each.statement_id, each.version) for each in stopped]
    _raise_new(step, subject, AlertKind.STATEMENT_STOPPED, versions, by)


def are_raised(step: Step, stopped: Iterable[Statement]) -> bool:
    """Whether a custodian has been alerted to every one of some statements that views leave out."""
    versions = {(each.statement_id, each.version) for each in stopped}
    return alerts.raised(step.uow, AlertKind.STATEMENT_STOPPED, versions) == versions


def raise_kept_wording(step: Step, subject: Subject, statement: Statement, by: AlertDetails) -> None:
    """Show a custodian's reviewer a wording that somebody kept although it harms; the statement says why."""
    versions = [(statement.statement_id, statement.version)]
    _raise_new(step, subject, AlertKind.WORDING_KEPT, versions, by)


def raise_hushed(step: Step, subject: Subject, challenge_id: ChallengeId, version: Version, by: AlertDetails) -> None:
    """Alert a custodian to a challenge whose words views leave out."""
    raise_alert(step, subject, AlertKind.CHALLENGE_HUSHED, replace(by, about=str(challenge_id)), version)


def raise_shaken(step: Step, subject: Subject, opinions: Iterable[Statement], corrected: Statement) -> None:
    """Flag to a custodian the opinions that rest on what was corrected; anew once the flag before is settled."""
    versions = [(each.statement_id, each.version) for each in opinions]
    details = AlertDetails(corrected.author, str(corrected.statement_id))
    _raise_new(step, subject, AlertKind.OPINION_RESTS_ON_CORRECTED, versions, details, open_ones=True)


def raise_alert(
    step: Step,
    subject: Subject,
    kind: AlertKind,
    details: AlertDetails,
    version: Version | None = None,
    *,
    tell: bool = True,
) -> AlertFacts:
    """Raise one alert, and tell the custodian that there is one, unless they are told of another at the same time."""
    facts = AlertFacts(
        alert_id=AlertId(step.runtime.new_id()),
        passport_id=subject.seals.passport_id,
        kind=kind,
        statement_id=None if version is None else version[0],
        version=None if version is None else version[1],
        raised_at=step.at,
    )
    alerts.add(step.uow, AlertRecord(facts, subject.seals.seal_details(facts.alert_id, details)))
    if tell:
        notify_organisation(step, Kind.ALERT_RAISED, subject.custodian_id, facts.alert_id)
    return facts


def details_of(work: Work, admitted: Admitted) -> AlertDetails:
    """Whose doing it is, of somebody who was admitted."""
    return AlertDetails(admitted.grounds.capacity, account_id=work.actor.account_id)


def subject_of(admitted: Admitted) -> Subject:
    """The passport that somebody was admitted to, as what an alert is about."""
    return Subject(admitted.seals, admitted.record.custodian_id)


def list_of_custodian(
    work: Work, organisation_id: OrganisationId, status: AlertStatus, after: AlertId | None, limit: int
) -> list[AlertFacts] | Refused:
    """A custodian's alerts in one status, newest first, without what is sealed of them; logged."""
    admitted = admit_to_organisation(work, OrganisationUse.LIST_ALERTS, organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    found = alerts.of_custodian(work.uow, organisation_id, status, after, limit)
    journal.write(work, journal.entry_of(work, OrganisationUse.LIST_ALERTS.value, admitted.value), None)
    return [record.facts for record in found]


def read(work: Work, alert_id: AlertId) -> ShownAlert | Refused:
    """Read an alert, as the custodian; logged."""
    admitted = _admit(work, Use.READ_ALERT, alert_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = _shown(work, admitted, alert_id)
    note(work, admitted)
    return shown


def settle(work: Work, alert_id: AlertId, said: str) -> ShownAlert | Refused:
    """Say what came of an alert, as the custodian. What it stopped stays stopped for as long as its words stand.

    Raises:
        Conflict: it has been settled, or is about what the actor wrote.
    """
    admitted = _admit(work, Use.SETTLE_ALERT, alert_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = _shown(work, admitted, alert_id)
    if shown.facts.settled_at is not None:
        raise Conflict(Clash.ALERT_SETTLED)
    if shown.facts.kind in TAKES_ANOTHER and shown.details.account_id == work.actor.account_id:
        raise Conflict(Clash.OWN_ALERT)
    alerts.settle(work.uow, alert_id, admitted.seals.seal_note(alert_id, said), work.actor.account_id, work.at)
    settled = _shown(work, admitted, alert_id)
    note(work, admitted)
    return settled


def _raise_new(
    step: Step,
    subject: Subject,
    kind: AlertKind,
    versions: list[Version],
    details: AlertDetails,
    *,
    open_ones: bool = False,
) -> None:
    if not versions:
        return
    known = alerts.raised(step.uow, kind, versions, open_ones=open_ones)
    new = [version for version in versions if version not in known]
    for number, version in enumerate(new):
        raise_alert(step, subject, kind, details, version, tell=number == 0)


def _admit(work: Work, use: Use, alert_id: AlertId) -> Admitted | Refused:
    found = alerts.find(work.uow, alert_id)
    return admit(work, use, None if found is None else found.facts.passport_id)


def _shown(work: Work, admitted: Admitted, alert_id: AlertId) -> ShownAlert:
    """An alert, read now that the passport is held."""
    found = alerts.find(work.uow, alert_id)
    if found is None:
        raise AssertionError("an alert is gone while its passport is held")
    seals = admitted.seals
    said = None if found.sealed_note is None else seals.open_note(alert_id, found.sealed_note)
    return ShownAlert(found.facts, seals.open_details(alert_id, found.sealed_details), said)
