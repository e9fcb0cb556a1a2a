"""An anchor that is a witness: it cosigns the log's checkpoints over HTTP (c2sp.org/tlog-witness), and keeps one.

A witness's word counts when its key signed it. What it answers without a signature, that it has seen more of the log or
another log, stops the service: over http, whoever is on the way could say so. Use https outside one machine.
"""

import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from passport_api.anchors.contract import AnchorDiverged, Anchored, AnchoredLog, AnchorUnavailable
from passport_api.config import SettingInvalid
from passport_api.domain.checkpoints import Checkpoint, CheckpointMalformed, KeyMalformed, NoteRejected
from passport_api.domain.cosignatures import CosignerKey, cosigned_at, only_cosignatures, parse_cosigner_key
from passport_api.domain.witnessing import Submission, origin_hash
from passport_api.exchange import NoAnswer, Server
from passport_keys.signing import verify

SCHEME = "witness:"
_TRIES = 8
"""How often an update begins anew because other workers were faster."""
_HOW = "PASSPORT_ANCHORS: a witness is witness:https://HOST/PREFIX#KEY, with the key that `witness-key` prints"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the witness answered: its status, and its body as text."""

    status: int
    text: str


class WitnessAnchor:
    """A witness, as the log's anchor."""

    keeps_endings = False

    def __init__(self, url: str, server: Server, cosigner: CosignerKey) -> None:
        self._url = url
        self._server = server
        self._cosigner = cosigner
        self._last_seen: dict[str, int] = {}

    @property
    def label(self) -> str:
        """The witness's name and where it is asked."""
        return f"witness {self._cosigner.name} at {self._url}"

    def kept(self, log: AnchoredLog) -> Anchored | None:
        """The checkpoint that the witness cosigned last; see `Anchor.kept`."""
        answer = self._ask("GET", f"/{origin_hash(log.origin)}/checkpoint")
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise self._unavailable(f"it answers {answer.status}")
        self._check_cosigned(answer.text)
        body = log.opened(answer.text)
        if body is None:
            raise AnchorDiverged(f"{self.label} cosigned a checkpoint that no key of this log signed")
        checkpoint = _read(body)
        if checkpoint is None or checkpoint.origin != log.origin:
            raise AnchorDiverged(f"{self.label} cosigned a checkpoint that is not one of {log.origin}")
        return Anchored(checkpoint, answer.text)

    def update(self, log: AnchoredLog) -> Anchored:
        """Have the log's checkpoint now cosigned; see `Anchor.update`."""
        for _ in range(_TRIES):
            newest = log.newest()
            old = min(self._last_seen.get(log.origin, 0), newest.checkpoint.size)
            answer = self._submit(log, old, newest)
            match answer.status:
                case HTTPStatus.OK:
                    self._last_seen[log.origin] = newest.checkpoint.size
                    return Anchored(newest.checkpoint, newest.note + self._cosignature(newest.note, answer.text))
                case HTTPStatus.CONFLICT:
                    self._last_seen[log.origin] = self._size_told(answer, log)
                case HTTPStatus.UNPROCESSABLE_ENTITY:
                    raise AnchorDiverged(
                        f"{self.label} has cosigned another history of the log: its {old} entries do not begin"
                        f" the {newest.checkpoint.size} that the log has"
                    )
                case _:
                    raise self._unavailable(f"it answers {answer.status}")
        raise self._unavailable(f"others were faster, {_TRIES} times")

    def _submit(self, log: AnchoredLog, old: int, newest: Anchored) -> _Said:
        proof = log.consistency(old, newest.checkpoint.size)
        return self._ask("POST", "/add-checkpoint", Submission(old, tuple(proof), newest.note).written())

    def _size_told(self, answer: _Said, log: AnchoredLog) -> int:
        """The size that the witness says it has cosigned, once the log is known to be at least that long."""
        told = re.fullmatch("(0|[1-9][0-9]{0,18})\n", answer.text)
        if told is None:
            raise self._unavailable("it answers a conflict without a size")
        size = int(told[1])
        now = log.newest().checkpoint.size  # read again: another worker may have made it longer, and told the witness
        if size > now:
            raise AnchorDiverged(f"{self.label} has cosigned {size} entries of the log, which has {now}")
        return size

    def _cosignature(self, note: str, lines: str) -> str:
        """The witness's own lines in its answer; others' are left out."""
        self._check_cosigned(note + lines)
        return only_cosignatures(note + lines, self._cosigner)

    def _check_cosigned(self, note: str) -> None:
        try:
            cosigned_at(note, self._cosigner, verify)
        except NoteRejected as error:
            raise self._unavailable(f"its answer is not cosigned by its key: {error.fault}") from error

    def _ask(self, method: str, path: str, body: bytes | None = None) -> _Said:
        try:
            answer = self._server.ask(method, path, body)
            return _Said(answer.status, answer.text())
        except NoAnswer as error:
            raise self._unavailable(str(error)) from error

    def _unavailable(self, why: str) -> AnchorUnavailable:
        return AnchorUnavailable(f"{self.label}: {why}")


def parse(setting: str) -> WitnessAnchor:
    """Make the anchor of a setting such as `witness:https://witness.example/w1#witness.example/w1+1a2b3c4d+BKey=`.

    The key stands after the `#`: it is never sent.

    Raises:
        SettingInvalid: the setting names no such server, or no witness's key.
    """
    url, _, key = setting.removeprefix(SCHEME).partition("#")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingInvalid(f"{_HOW}: that is no address.") from error
    if not setting.startswith(SCHEME) or parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise SettingInvalid(f"{_HOW}: that is no http or https address.")
    if parts.username is not None or parts.query or not re.fullmatch("[!-~]*", parts.path):
        raise SettingInvalid(f"{_HOW}: an address has no user, no query and no other characters than ASCII.")
    try:
        cosigner = parse_cosigner_key(key)
    except KeyMalformed as error:
        raise SettingInvalid(f"{_HOW}: {error}.") from error
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    server = Server(parts.hostname, port or _PORTS[parts.scheme], tls, parts.path.rstrip("/"))
    return WitnessAnchor(url, server, cosigner)


def _read(body: str) -> Checkpoint | None:
    try:
        return Checkpoint.parse(body)
    except CheckpointMalformed:
        return None
