"""What anchor files have kept from their first lines on, held against the database when a process starts.

At every turn a file is asked for its last line alone. That is enough while its lines only grow and the database itself
says what has ended; whoever repeats old lines at its end, or deletes from the database that something had ended, is
seen here. Signatures are verified of what contradicts the database and of nothing else, so that a file of a hundred
thousand lines is read in a few seconds.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from passport_api.anchors.contract import AnchorUnavailable
from passport_api.anchors.file import FileAnchor
from passport_api.domain.anchor_records import AnchorRecord, EndingsList, RecordMalformed
from passport_api.domain.checkpoints import Checkpoint
from passport_api.domain.endings import PlacedEnding
from passport_api.domain.generations import generation_of
from passport_api.services.anchored_log import DatabaseLog

_Claim = tuple[EndingsList, AnchorRecord]
_BATCH = 500


class AnchorHistory:
    """What was found when each of a log's anchor files was read from its beginning."""

    def __init__(self, log: DatabaseLog, files: Sequence[FileAnchor]) -> None:
        self._log = log
        self._unread = list(files)
        self._ended: list[PlacedEnding] = []
        self._largest: dict[str, Checkpoint] = {}

    def catch_up(self) -> None:
        """Read each file that was not read yet; one that is away is read once it is back."""
        for file in list(self._unread):
            try:
                self._read(file)
            except AnchorUnavailable:
                continue
            self._unread.remove(file)

    def is_undone(self) -> bool:
        """Whether something that a file keeps as ended is not ended in the database now."""
        return bool(self._log.not_in_force(self._ended))

    def beyond(self, label: str, newest: Checkpoint) -> Checkpoint | None:
        """What a file knows of the log's present generation beyond its newest line and the database has otherwise."""
        largest = self._largest.get(label)
        if largest is None or largest.origin != newest.origin or self._log.holds(largest):
            return None
        return largest

    def _read(self, file: FileAnchor) -> None:
        # What no later line goes beyond, largest first: of a file whose lines only grow, its last line alone.
        edge: list[_Claim] = []
        ended: list[PlacedEnding] = []
        every = _claims(file)
        while claims := list(islice(every, _BATCH)):
            ended += self._undone_in(claims)
            for claim in claims:
                while edge and self._age(edge[-1]) <= self._age(claim):
                    edge.pop()
                edge.append(claim)
        self._ended += ended
        largest = next((listed.checkpoint for listed, record in edge if self._is_signed(record)), None)
        if largest is not None:
            self._largest[file.label] = largest

    def _undone_in(self, claims: Sequence[_Claim]) -> Iterator[PlacedEnding]:
        kept = {placed: record for listed, record in claims for placed in listed.endings}
        undone = self._log.not_in_force(list(kept))
        return (placed for placed in undone if self._is_signed(kept[placed]))

    def _age(self, claim: _Claim) -> tuple[int, int]:
        checkpoint = claim[0].checkpoint
        return generation_of(self._log.base, checkpoint.origin) or 0, checkpoint.size

    def _is_signed(self, record: AnchorRecord) -> bool:
        try:
            record.opened(self._log.opened)
        except RecordMalformed:
            return False
        return True


def _claims(file: FileAnchor) -> Iterator[_Claim]:
    """What each line says, whoever signed it; what cannot be read is for `passport-api doctor` to name."""
    for line in file.lines():
        try:
            record = AnchorRecord.parse(line)
            yield record.claimed(), record
        except RecordMalformed:
            continue
