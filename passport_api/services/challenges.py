"""Challenges: somebody says that a statement is wrong or unfair, and the custodian resolves it within a month.

From the moment that it is answered, every view shows the challenge beside the statement, in the challenger's own words;
while it is open, the custodian or the parents can have views leave the statement out. The custodian is told at once,
a week before the month ends, and when it has ended; whoever made it, and the parents, are told once it is resolved.
"""

from dataclasses import dataclass

from passport_api.domain.access import (
    Relation,
    Use,
)
from passport_api.domain.alerts import AlertDetails
from passport_api.domain.challenges import (
    Challenge,
    ChallengeFacts,
    Challenger,
    ChallengeStatus,
    Finding,
    challenge_status,
)
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict, InvalidField
from passport_api.domain.ids import ChallengeId, ConsentId, OrganisationId, StatementId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.outbox import Kind
from passport_api.services import corrections, journal, outbox
from passport_api.services.admission import Admitted, admit, admit_to_organisation, note
from passport_api.services.alerts import Subject, details_of, raise_hushed, subject_of
from passport_api.services.corrections import NewCorrection
from passport_api.services.protected_lists import screen_of
from passport_api.services.runtime import Work
from passport_api.services.statements import opened, seen_of
from passport_api.services.vault import PassportSeals
from passport_api.services.views import find_shown
from passport_api.store import challenges, statements
from passport_api.store.challenges import ChallengeRecord

_REPLACEMENT = "/correction/replacement"
_ADDED = Use.CHALLENGE_STATEMENT.value


@dataclass(frozen=True, slots=True)
class NewChallenge:
    """What somebody says.

    Attributes:
        for_young_person: whether it is the young person's challenge, which a parent or social worker brings.
        view_id: the view in which a reader was shown the statement; None for those responsible for the child.
    """

    words: str
    for_young_person: bool
    view_id: ConsentId | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the custodian finds.

    Attributes:
        correction: what becomes of the statement where the challenge is upheld; None where it is not.
    """

    finding: Finding
    reasons: str
    correction: NewCorrection | None


@dataclass(frozen=True, slots=True)
class ShownChallenge:
    """A challenge as those responsible for the child see it."""

    facts: ChallengeFacts
    status: ChallengeStatus
    challenge: Challenge
    reasons: str | None


@dataclass(frozen=True, slots=True)
class WaitingChallenge:
    """A challenge that waits for the custodian: nothing of the child, and nothing of what was said."""

    facts: ChallengeFacts
    status: ChallengeStatus


def make(work: Work, statement_id: StatementId, new: NewChallenge) -> ShownChallenge | Refused:
    """Say that a statement is wrong or unfair.

    Raises:
        Conflict: the statement was withdrawn already.
        InvalidField: a reader brings it for the young person.
    """
    if new.view_id is not None:
        return _made_by_reader(work, statement_id, new, new.view_id)
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.CHALLENGE_STATEMENT, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    newest = opened(admitted.seals, statements.versions_of(work.uow, statement_id)[-1]).statement
    if newest.is_withdrawn:
        raise Conflict(Clash.STATEMENT_WITHDRAWN)
    is_parent = admitted.grounds.relation is Relation.PARENT
    own = Challenger.PARENT if is_parent else Challenger.PROFESSIONAL
    challenge = Challenge(Challenger.YOUNG_PERSON if new.for_young_person else own, new.words)
    made = _keep(work, admitted.seals, statement_id, newest.version, challenge)
    _screen(work, subject_of(admitted), admitted.record.sealed_child, made, details_of(work, admitted))
    _tell_custodian(work, admitted.record.custodian_id, made.facts)
    note(work, admitted, sections=(newest.section,), statements=seen_of([newest]))
    return made


def read(work: Work, challenge_id: ChallengeId) -> ShownChallenge | Refused:
    """Read a challenge; logged."""
    admitted = _admit(work, Use.READ_CHALLENGES, challenge_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = _shown_again(work, admitted, challenge_id)
    note(work, admitted)
    return shown


def list_of_statement(
    work: Work, statement_id: StatementId, after: ChallengeId | None, limit: int
) -> list[ShownChallenge] | Refused:
    """A statement's challenges, newest first; logged."""
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.READ_CHALLENGES, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    records = challenges.of_statement(work.uow, statement_id, after, limit)
    shown = [_shown(work, admitted.seals, record) for record in records]
    note(work, admitted)
    return shown


def list_waiting(
    work: Work, organisation_id: OrganisationId, after: ChallengeId | None, limit: int
) -> list[WaitingChallenge] | Refused:
    """What waits for a custodian to resolve it, newest first; logged."""
    admitted = admit_to_organisation(work, OrganisationUse.LIST_CHALLENGES, organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    records = challenges.of_custodian(work.uow, organisation_id, after, limit)
    journal.write(work, journal.entry_of(work, OrganisationUse.LIST_CHALLENGES.value, admitted.value), None)
    return [WaitingChallenge(record.facts, challenge_status(record.facts, work.at)) for record in records]


def withhold(work: Work, challenge_id: ChallengeId) -> ShownChallenge | Refused:
    """Have every view leave the statement out while the challenge is open. Doing so again changes nothing.

    Raises:
        Conflict: it has been resolved.
    """
    return _set_withheld(work, challenge_id, Use.WITHHOLD_STATEMENT)


def show_again(work: Work, challenge_id: ChallengeId) -> ShownChallenge | Refused:
    """Have views show the statement again, with the challenge beside it. Doing so again changes nothing.

    Raises:
        Conflict: it has been resolved.
    """
    return _set_withheld(work, challenge_id, Use.SHOW_STATEMENT_AGAIN)


def resolve(work: Work, challenge_id: ChallengeId, resolution: Resolution) -> ShownChallenge | Refused:
    """Resolve a challenge, as the custodian: upheld with a correction of the statement, or not, with reasons.

    One that is not upheld stands beside the statement for good.

    Raises:
        Conflict: it has been resolved, or the statement was withdrawn meanwhile.
        InvalidField: the correction's review date is in the past, or it rests on what it cannot.
        WordingHeld: its wordings must be changed, or kept with a reason.
    """
    admitted = _admit(work, Use.RESOLVE_CHALLENGE, challenge_id)
    if isinstance(admitted, Refused):
        return admitted
    challenge = _open(work, challenge_id)
    made = None
    if resolution.correction is not None:
        made = corrections.carry_out(
            work, admitted, challenge.facts.statement_id, resolution.correction, where=_REPLACEMENT
        )
    sealed = admitted.seals.seal_reasons(challenge_id, resolution.reasons)
    challenges.resolve(work.uow, challenge_id, resolution.finding, sealed, work.actor.account_id, work.at)
    _tell_of_resolution(work, admitted, challenge)
    resolved = _shown_again(work, admitted, challenge_id)
    note(
        work,
        admitted,
        sections=() if made is None else (made.version.kept.statement.section,),
        statements=() if made is None else seen_of([made.version.kept.statement]),
        detail=resolution.finding.value if made is None else f"{resolution.finding.value}; {made.detail}",
        endings=[] if made is None else [made.ending],
    )
    return resolved


def _made_by_reader(
    work: Work, statement_id: StatementId, new: NewChallenge, view_id: ConsentId
) -> ShownChallenge | Refused:
    shown = find_shown(work, view_id, statement_id, _ADDED)
    if isinstance(shown, Refused):
        return shown
    if new.for_young_person:
        raise InvalidField("/for_young_person", "A parent or the custodian brings the young person's challenge.")
    challenge = Challenge(Challenger.PROFESSIONAL, new.words)
    made = _keep(work, shown.seals, statement_id, shown.statement.version, challenge)
    by = AlertDetails(shown.entry.actor, account_id=work.actor.account_id)
    _screen(work, Subject(shown.seals, shown.custodian_id), shown.sealed_child, made, by)
    _tell_custodian(work, shown.custodian_id, made.facts)
    journal.write(work, shown.entry, shown.seals)
    return made


def _keep(
    work: Work, seals: PassportSeals, statement_id: StatementId, version: int, challenge: Challenge
) -> ShownChallenge:
    facts = ChallengeFacts(
        challenge_id=ChallengeId(work.runtime.new_id()),
        passport_id=seals.passport_id,
        statement_id=statement_id,
        version=version,
        made_at=work.at,
    )
    sealed = seals.seal_challenge(facts.challenge_id, challenge)
    challenges.add(work.uow, ChallengeRecord(facts, work.actor.account_id, sealed))
    return ShownChallenge(facts, challenge_status(facts, work.at), challenge, None)


def _screen(work: Work, subject: Subject, sealed_child: bytes, made: ShownChallenge, by: AlertDetails) -> None:
    """Alert the custodian to words that views leave out; whoever wrote them is told nothing."""
    facts = made.facts
    if screen_of(work, subject.seals, sealed_child).stops(made.challenge.words):
        raise_hushed(work, subject, facts.challenge_id, (facts.statement_id, facts.version), by)


def _tell_custodian(work: Work, custodian_id: OrganisationId, facts: ChallengeFacts) -> None:
    """Have the custodian told, and told again; what has been resolved by then is not told."""
    outbox.notify_organisation(work, Kind.CHALLENGE_MADE, custodian_id, facts.challenge_id)
    outbox.notify_organisation(work, Kind.CHALLENGE_DUE, custodian_id, facts.challenge_id, facts.reminded_at)
    outbox.notify_organisation(work, Kind.CHALLENGE_OVERDUE, custodian_id, facts.challenge_id, facts.overdue_from)


def _tell_of_resolution(work: Work, admitted: Admitted, challenge: ChallengeRecord) -> None:
    """Have whoever made it, whatever they are by now, and every parent told, each once."""
    parents = (parent.account_id for parent in admitted.living_parents())
    for account_id in dict.fromkeys((challenge.made_by, *parents)):
        outbox.notify_person(work, Kind.CHALLENGE_RESOLVED, account_id, challenge.facts.challenge_id)


def _set_withheld(work: Work, challenge_id: ChallengeId, use: Use) -> ShownChallenge | Refused:
    admitted = _admit(work, use, challenge_id)
    if isinstance(admitted, Refused):
        return admitted
    withholds = use is Use.WITHHOLD_STATEMENT
    if withholds is not _open(work, challenge_id).facts.withholds:
        challenges.withhold(work.uow, challenge_id, work.at if withholds else None)
    changed = _shown_again(work, admitted, challenge_id)
    note(work, admitted)
    return changed


def _admit(work: Work, use: Use, challenge_id: ChallengeId) -> Admitted | Refused:
    found = challenges.find(work.uow, challenge_id)
    return admit(work, use, None if found is None else found.facts.passport_id)


def _open(work: Work, challenge_id: ChallengeId) -> ChallengeRecord:
    """A challenge that is not resolved, read now that the passport is held."""
    found = challenges.find(work.uow, challenge_id)
    if found is None or found.facts.finding is not None:
        raise Conflict(Clash.CHALLENGE_RESOLVED)
    return found


def _shown_again(work: Work, admitted: Admitted, challenge_id: ChallengeId) -> ShownChallenge:
    found = challenges.find(work.uow, challenge_id)
    if found is None:
        raise AssertionError("a challenge is gone while its passport is held")
    return _shown(work, admitted.seals, found)


def _shown(work: Work, seals: PassportSeals, record: ChallengeRecord) -> ShownChallenge:
    facts = record.facts
    reasons = None if record.sealed_reasons is None else seals.open_reasons(facts.challenge_id, record.sealed_reasons)
    challenge = seals.open_challenge(facts.challenge_id, record.sealed)
    return ShownChallenge(facts, challenge_status(facts, work.at), challenge, reasons)
