"""Keeping the log's anchors up to date, and serving nothing while an anchor says that the log was rolled back.

What ended for good is in every anchor file before anybody is answered; checkpoints follow after so many entries or
seconds. An anchor file that cannot be written, and a database that is behind, forked or edited against any anchor, both
shut the service; it opens by itself once the cause has gone.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from passport_api.anchors.contract import Anchor, AnchorDiverged, Anchored, AnchorUnavailable
from passport_api.anchors.file import FileAnchor
from passport_api.domain.checkpoints import signature_line, split_note
from passport_api.services.anchor_history import AnchorHistory
from passport_api.services.anchored_log import DatabaseLog
from passport_api.store.log import Head

_PATIENCE_SECONDS = 1.0
"""How often an anchor over the network is asked by a shut service, and how long one that failed is left alone."""


class LogDiverged(Exception):
    """The database's log is not the one that its anchors know: nothing is served until an operator has mended it."""


class AnchorsAway(Exception):
    """What is to be kept outside the database cannot be written there now."""


class Standing(Enum):
    """Whether the service may serve."""

    OPEN = "open"
    AWAY = "away"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one anchor said when it was last asked.

    Attributes:
        anchor: its label.
        standing: OPEN when it agrees.
        what: what is wrong, for the operator; None when it agrees.
    """

    anchor: str
    standing: Standing
    what: str | None = None


class Anchoring:
    """The log's anchors, and whether the service may serve. Used by several threads at once.

    Args:
        log: the log as anchors see it.
        anchors: where its checkpoints are kept; none keeps nothing, and then nothing is noticed.
        monotonic: seconds that never run backwards.
        entries: how many entries there are at most between two checkpoints.
    """

    def __init__(
        self, log: DatabaseLog, anchors: Sequence[Anchor], monotonic: Callable[[], float], entries: int
    ) -> None:
        self.log = log
        self.due = threading.Event()
        self.files = tuple(anchor for anchor in anchors if isinstance(anchor, FileAnchor))
        self._remote = tuple(anchor for anchor in anchors if not isinstance(anchor, FileAnchor))
        self.anchors: tuple[Anchor, ...] = (*self.files, *self._remote)
        self._history = AnchorHistory(log, self.files)
        self._monotonic = monotonic
        self._entries = entries
        self._looking = threading.Lock()
        self._asked_at = float("-inf")
        self._unkept = False
        self._undone = False
        self._standing = Standing.OPEN
        self._highest = (0, 0)
        self._published: Anchored | None = None

    @property
    def standing(self) -> Standing:
        """Whether the service may serve, as was last found."""
        if self._undone:
            return Standing.DIVERGED
        return Standing.AWAY if self._unkept and self._standing is Standing.OPEN else self._standing

    def begin(self) -> None:
        """Begin to keep a log that is still empty in anchor files that keep nothing yet; then check.

        A log that has entries already is kept from the operator's word on (`enrol`): an anchor that is missing may
        have been taken away.
        """
        head = self.log.head()
        if head.size == 0 and head.generation == 1:
            for anchor in self.files:
                if not anchor.is_begun:
                    anchor.enrol(self.log)
        self.check_endings()
        self.check()

    def enrol(self) -> None:
        """Begin to keep the log in every anchor file that does not keep its present generation yet.

        Raises:
            AnchorUnavailable: one cannot be written.
            AnchorDiverged: one keeps another log.
        """
        for anchor in self.files:
            anchor.enrol(self.log)
        self.check()
        self.check_endings()

    def missing(self) -> list[str]:
        """The labels of the anchor files that are not there, though the log has entries: new, or taken away."""
        return [anchor.label for anchor in self.files if not anchor.is_there]

    def check(self) -> list[Finding]:
        """Hold the database's log against every anchor, and shut or open the service accordingly.

        An anchor over the network that does not answer says nothing either way, as long as another one does.
        """
        findings = [self._asked(anchor) for anchor in self.anchors]
        said = {finding.standing for finding in findings}
        file_away = any(finding.standing is Standing.AWAY for finding in findings[: len(self.files)])
        if self._is_shorter():
            findings.append(Finding("the database", Standing.DIVERGED, "it has fewer entries than it had: rolled back"))
            said.add(Standing.DIVERGED)
        if self.anchors and not self.log.adds_up():
            findings.append(Finding("the database", Standing.DIVERGED, "its head is not that of its entries"))
            said.add(Standing.DIVERGED)
        if Standing.DIVERGED in said:
            self._standing = Standing.DIVERGED
        elif file_away or (findings and Standing.OPEN not in said):
            self._standing = Standing.AWAY
        else:
            self._standing = Standing.OPEN
        return findings

    def check_endings(self) -> None:
        """Shut the service while something that is kept as ended is not: a revocation undone by hand, say."""
        self._history.catch_up()
        self._undone = bool(self.log.undone()) or self._history.is_undone()

    def require_open(self) -> None:
        """Go on only where the service may serve; where it was shut, look first whether the cause has gone.

        Raises:
            LogDiverged: an anchor knows another log.
            AnchorsAway: what ended cannot be kept outside the database, or no anchor confirms the log.
        """
        if self._is_open():
            return
        if self._looking.acquire(blocking=False):  # whoever comes while another looks is refused, and does not queue
            try:
                self._look_again()
            finally:
                self._looking.release()
        self._refuse_unless_open()

    def entered(self, head: Head) -> None:
        """Notice where the log stands as an entry is appended: it never gets shorter, and is due for a checkpoint.

        Raises:
            LogDiverged: it is shorter than this process has seen it.
        """
        reached = (head.generation, head.size)
        if reached < self._highest:
            self._standing = Standing.DIVERGED
            raise LogDiverged
        self._highest = reached
        if self._published is not None and head.size - self._published.checkpoint.size >= self._entries:
            self.due.set()

    def keep_endings(self) -> None:
        """Write what has ended to every anchor file, before anybody is told that it has.

        Raises:
            AnchorsAway: one could not be written; the service is shut until it can.
            LogDiverged: one knows another log.
        """
        taken = self._update_files()
        self._refuse_unless_open()
        if len(taken) < len(self.files):  # opened meanwhile, by another thread's record: this one's may not be in it
            raise AnchorsAway

    def publish(self) -> Anchored:
        """Bring every anchor up to the log's present size; gives the newest checkpoint, with what cosigned it."""
        self.due.clear()
        taken = self._update_files()
        if self._standing is not Standing.DIVERGED:  # what an anchor file contradicts is not put before a witness
            taken += [anchored for anchor in self._remote if (anchored := self._updated(anchor)) is not None]
        self._published = _merged(taken) if taken else self.log.newest()
        return self._published

    def checkpoint(self) -> Anchored:
        """The log's newest checkpoint: the last that was published, as long as the log has not grown.

        Raises:
            LogDiverged: an anchor knows another log, which a checkpoint of this one would contradict.
            AnchorsAway: it cannot be kept outside the database.
        """
        published, head = self._published, self.log.head()
        current = published is not None and published.checkpoint.size == head.size
        if published is not None and current and published.checkpoint.origin == self.log.origin:
            return published
        published = self.publish()
        self._refuse_unless_open()
        return published

    def _is_shorter(self) -> bool:
        """Whether this process has seen entries that are there no more, anchored or not."""
        highest = self._highest  # read first: others append, and raise it, while the head is read
        head = self.log.head()
        return (head.generation, head.size) < highest

    def _update_files(self) -> list[Anchored]:
        if self._is_shorter():
            self._standing = Standing.DIVERGED
            raise LogDiverged
        taken = [self._updated(anchor) for anchor in self.files]
        self._unkept = None in taken
        return [anchored for anchored in taken if anchored is not None]

    def _updated(self, anchor: Anchor) -> Anchored | None:
        try:
            return anchor.update(self.log)
        except AnchorUnavailable:
            return None
        except AnchorDiverged:
            self._standing = Standing.DIVERGED
            return None

    def _asked(self, anchor: Anchor) -> Finding:
        try:
            kept = anchor.kept(self.log)
        except AnchorUnavailable as error:
            return Finding(anchor.label, Standing.AWAY, str(error) or "it does not answer")
        except AnchorDiverged as error:
            return Finding(anchor.label, Standing.DIVERGED, error.what)
        if kept is None:
            return self._keeps_nothing(anchor)
        beyond = self._history.beyond(anchor.label, kept.checkpoint)
        if beyond is not None or not self.log.holds(kept.checkpoint):
            size, here = (beyond or kept.checkpoint).size, self.log.head().size
            behind = f"the database has {here}: it was rolled back" if here < size else "the database has others"
            return Finding(anchor.label, Standing.DIVERGED, f"it knows {size} entries and {behind}")
        return Finding(anchor.label, Standing.OPEN)

    def _keeps_nothing(self, anchor: Anchor) -> Finding:
        if not anchor.keeps_endings:
            return Finding(anchor.label, Standing.AWAY, "it has cosigned nothing of this log yet")
        what = f"it keeps nothing of {self.log.origin}: where it is new, run `passport-api anchors enrol`"
        return Finding(anchor.label, Standing.DIVERGED, what)

    def _is_open(self) -> bool:
        return self.standing is Standing.OPEN

    def _refuse_unless_open(self) -> None:
        match self.standing:
            case Standing.DIVERGED:
                raise LogDiverged
            case Standing.AWAY:
                raise AnchorsAway
            case Standing.OPEN:
                return

    def _look_again(self) -> None:
        """Files are asked at every turn; what is over the network only now and then."""
        if self._remote and self._monotonic() - self._asked_at < _PATIENCE_SECONDS:
            return
        try:
            self.publish()
            self.check()
            self.check_endings()
        finally:
            self._asked_at = self._monotonic()  # afterwards: an answer may take longer than the pause


def _merged(taken: Sequence[Anchored]) -> Anchored:
    """The largest checkpoint among those taken, with every signature that any of its notes carries."""
    largest = max(taken, key=lambda anchored: anchored.checkpoint.size)
    same = [anchored.note for anchored in taken if anchored.checkpoint == largest.checkpoint]
    signatures = {
        (name, key_id): signature_line(name, key_id, signature)
        for note in same
        for name, key_id, signature in split_note(note)[1]
    }
    return Anchored(largest.checkpoint, f"{split_note(largest.note)[0]}\n{''.join(signatures.values())}")
