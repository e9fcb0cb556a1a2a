"""What a database that was rolled back has lost, as its anchors know it; and letting it serve again.

An older copy of the database does not know what has ended since. All that ended is in the anchor files by kind and id:
it is ended again before anything is served. Whatever else the lost entries recorded is gone, and is said to be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passport_api.anchors.contract import AnchorUnavailable
from passport_api.anchors.file import FileAnchor
from passport_api.domain.access_log import Entry
from passport_api.domain.anchor_records import EndingsList, Stream
from passport_api.domain.checkpoints import Checkpoint
from passport_api.domain.endings import PlacedEnding
from passport_api.domain.generations import generation_of
from passport_api.domain.ids import PassportId
from passport_api.services import journal, log, operating
from passport_api.services.anchoring import Finding, Standing
from passport_api.services.log import Finding as LogFinding
from passport_api.services.runtime import Runtime, Step
from passport_api.services.vault import PassportSeals
from passport_api.store import endings, idempotency, passports, sessions, wiping
from passport_api.store import log as kept_log
from passport_keys.errors import KeyStoreError

RECOVERED = "log.recovered"
ENDED_AGAIN = "ending.enforced"


@dataclass(frozen=True, slots=True)
class Assessment:
    """How the database stands to what its anchors know.

    Attributes:
        findings: what each anchor says.
        generation: the database's generation of the log.
        newest_generation: the newest that any anchor knows.
        size: how many entries the database's log has.
        known: the newest checkpoint that an anchor file knows; None when none knows any.
        common: the size of the largest checkpoint that the database still agrees with.
        lost: what ended in entries that the database does not have or has otherwise, in order.
        not_in_force: all that ended, as anchors know it, and has not ended here.
        faults: what is wrong with the anchor files themselves, or that none tells what had ended.
        edits: what is wrong with the database's log in itself.
    """

    findings: tuple[Finding, ...]
    generation: int
    newest_generation: int
    size: int
    known: Checkpoint | None
    common: int
    lost: tuple[PlacedEnding, ...]
    not_in_force: tuple[PlacedEnding, ...]
    faults: tuple[str, ...]
    edits: tuple[LogFinding, ...]

    @property
    def diverged(self) -> bool:
        """Whether an anchor knows another log."""
        return any(finding.standing is Standing.DIVERGED for finding in self.findings)


class NothingToRecover(Exception):
    """Every anchor that answers agrees with the database, and all that ended is ended here."""


class AnchorsUnread(Exception):
    """Not all that an anchor keeps could be read: what had ended may be in what could not."""


class LogEdited(Exception):
    """The database's own log does not add up: it was edited, and no recovery mends that. Restore a backup."""


def assess(runtime: Runtime) -> Assessment:
    """Hold the database against all that its anchors have ever been told, and verify its log."""
    anchored_log = runtime.anchoring.log
    findings = tuple(runtime.anchoring.check())
    streams = [(anchor.label, _read(anchor, runtime)) for anchor in runtime.anchoring.files]
    records = [record for _, stream in streams for record in stream.records]
    newest = max(records, key=lambda record: _age(runtime, record), default=None)
    head = anchored_log.head()
    agreed = _largest_agreed(runtime, records)
    ended = _each_once([*(record.endings for record in records), tuple(anchored_log.undone())])
    with runtime.database.long_snapshot() as uow:
        not_in_force = tuple(endings.not_in_force(uow, ended))
        edits = tuple(log.verify(uow, [] if agreed is None else [agreed]))
    common = 0 if agreed is None else agreed.size
    return Assessment(
        findings=findings,
        generation=head.generation,
        newest_generation=max([head.generation, *(_age(runtime, record)[0] for record in records)]),
        size=head.size,
        known=None if newest is None else newest.checkpoint,
        common=common,
        lost=tuple(each for each in ended if each.position >= common),
        not_in_force=not_in_force,
        faults=_faults(streams),
        edits=edits,
    )


def recover(runtime: Runtime, assessment: Assessment, *, despite_faults: bool = False) -> int:
    """End again what had ended, let the log go on under its next name, and have every anchor file keep it.

    Everybody is signed out: a used refresh token of before must not be good again. Gives how many things were ended.

    Args:
        runtime: the service's parts.
        assessment: what was found.
        despite_faults: whether to go on though not all could be read: an operator's decision, which is logged.

    Raises:
        NothingToRecover: there is nothing to do.
        LogEdited: the database's log does not add up.
        AnchorsUnread: an anchor file is away, damaged or signed by a key that is not known; nothing was done.
        AnchorUnavailable: an anchor file cannot be written; what was done stays done: run it again.
    """
    if assessment.edits:
        raise LogEdited
    if not assessment.diverged and not assessment.not_in_force:
        raise NothingToRecover
    if assessment.faults and not despite_faults:
        raise AnchorsUnread
    with runtime.database.writing() as uow:
        step = Step(runtime, uow, runtime.clock())
        for each in assessment.not_in_force:
            endings.enforce(uow, each.ending, step.at)
        sessions.end_every(uow, step.at)
        idempotency.forget_every_answer(uow)
        entries = [_recovered(step, assessment), *_ended_again(step, assessment.not_in_force)]
        journal.write_all(step, entries, tuple(each.ending for each in assessment.not_in_force))
        if assessment.diverged:
            kept_log.begin_generation(uow, assessment.newest_generation + 1)
    wiping.wipe(runtime.database)  # what was erased again leaves no bytes behind
    runtime.anchoring.enrol()
    return len(assessment.not_in_force)


def _faults(streams: Sequence[tuple[str, Stream]]) -> tuple[str, ...]:
    faults = [f"{label}: {fault}" for label, stream in streams for fault in stream.faults]
    if not any(stream.records for _, stream in streams):
        faults.append("no anchor file tells what had ended")
    return tuple(faults)


def _read(anchor: FileAnchor, runtime: Runtime) -> Stream:
    try:
        return anchor.read(runtime.anchoring.log)
    except AnchorUnavailable as error:
        return Stream(faults=[str(error)])


def _age(runtime: Runtime, record: EndingsList) -> tuple[int, int]:
    generation = generation_of(runtime.anchoring.log.base, record.checkpoint.origin) or 0
    return generation, record.checkpoint.size


def _largest_agreed(runtime: Runtime, records: Sequence[EndingsList]) -> Checkpoint | None:
    """The largest checkpoint, of whichever generation, that the database still agrees with."""
    origins = {record.checkpoint.origin for record in records}
    named = ([record.checkpoint for record in records if record.checkpoint.origin == origin] for origin in origins)
    agreed = [found for checkpoints in named if (found := _largest_held(runtime, checkpoints)) is not None]
    return max(agreed, key=lambda checkpoint: checkpoint.size, default=None)


def _largest_held(runtime: Runtime, checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """Of one history's checkpoints the largest that holds: where one holds, all before it do."""
    by_size = sorted(checkpoints, key=lambda checkpoint: checkpoint.size)
    low, high = 0, len(by_size)
    while low < high:
        middle = (low + high) // 2
        if runtime.anchoring.log.holds(by_size[middle]):
            low = middle + 1
        else:
            high = middle
    return by_size[low - 1] if low else None


def _each_once(lists: Iterable[tuple[PlacedEnding, ...]]) -> list[PlacedEnding]:
    """Every ending once, whichever anchors and generations tell of it, in the order of the log."""
    known = {(each.ending.kind, each.ending.subject_id): each for listed in lists for each in reversed(listed)}
    return sorted(known.values(), key=lambda each: each.position)


def _recovered(step: Step, assessment: Assessment) -> tuple[Entry, PassportSeals | None]:
    known = 0 if assessment.known is None else assessment.known.size
    detail = (
        f"generation {assessment.generation} to {assessment.newest_generation + 1}: {known} entries were known "
        f"elsewhere, {assessment.common} of them are here; {len(assessment.not_in_force)} endings enforced; "
        f"{len(assessment.faults)} faults of anchors borne"
    )
    return operating.entry_of(step, RECOVERED, detail), None


def _ended_again(step: Step, ended: Sequence[PlacedEnding]) -> list[tuple[Entry, PassportSeals | None]]:
    """An entry for each thing that was ended again: in the family's own log where it is a passport's."""
    return [_entry_for(step, each) for each in ended]


def _entry_for(step: Step, placed: PlacedEnding) -> tuple[Entry, PassportSeals | None]:
    passport_id = endings.passport_of(step.uow, placed.ending)
    seals = None if passport_id is None else _seals(step, passport_id)
    about = passport_id if seals is not None else None
    ending = placed.ending
    detail = f"{ending.kind.value} {ending.subject_id}, since {ending.at.isoformat(timespec='seconds')}"
    return operating.entry_of(step, ENDED_AGAIN, detail, about), seals


def _seals(step: Step, passport_id: PassportId) -> PassportSeals | None:
    """The means to seal an entry; None for a passport whose key does not open: it must not stop a recovery."""
    record = passports.find(step.uow, passport_id)
    if record is None:
        return None
    try:
        return step.runtime.vault.passport(passport_id, record.wrapping_key_id, record.wrapped_key)
    except KeyStoreError:
        return None
