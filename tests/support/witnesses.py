"""A witness as its operator runs it, in a process of its own, and a log in memory that asks it to cosign."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from passport_api.anchors.contract import Anchored
from passport_api.domain.checkpoints import Checkpoint, NoteRejected, VerifierKey, open_note, sign_note, verifier_key
from passport_api.domain.cosignatures import CosignerKey, parse_cosigner_key
from passport_api.domain.endings import PlacedEnding
from passport_api.domain.merkle import Frontier, Node, leaf_hash
from passport_api.domain.merkle_proofs import NodeRange, consistency_proof
from passport_api.domain.witnessing import Submission, origin_hash
from passport_keys.signing import SigningKey, verify

COMMAND = Path(sys.executable).with_name("passport-api")
NAME = "witness.example/w1"
ORIGIN = "log.example/passports"
_DEADLINE = 60


@dataclass
class MemoryLog:
    """A log in memory with its key: what a service's log is to an anchor. Two words make two histories."""

    word: bytes = b""
    origin: str = ORIGIN
    key: SigningKey = field(default_factory=SigningKey.generate)
    hashes: list[bytes] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    frontiers: list[Frontier] = field(default_factory=lambda: [Frontier()])

    def grown(self, size: int) -> "MemoryLog":
        """Append entries up to a size; gives the log itself."""
        while self.size < size:
            hashed = leaf_hash(self.word + self.size.to_bytes(4))
            frontier, completed = self.frontiers[-1].append(hashed)
            self.hashes.append(hashed)
            self.frontiers.append(frontier)
            self.nodes.extend(completed)
        return self

    def cut(self, size: int) -> "MemoryLog":
        """A copy of it as it was at a size, with the same key: a backup, restored."""
        return MemoryLog(self.word, self.origin, self.key).grown(size)

    @property
    def size(self) -> int:
        return len(self.hashes)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.origin, self.key.public_bytes())

    @property
    def vkey(self) -> str:
        return verifier_key(self.origin, self.key.public_bytes())

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        at = self.size if size is None else size
        return Checkpoint(self.origin, at, self.frontiers[at].root())

    def note(self, size: int | None = None) -> str:
        return self.sign(self.checkpoint(size).body())

    def asks(self, old: int, size: int | None = None) -> bytes:
        """An honest request to have a size cosigned."""
        at = self.size if size is None else size
        return Submission(old, tuple(self.consistency(old, at) if old <= at else ()), self.note(at)).written()

    # What an anchor asks of a log.

    def newest(self) -> Anchored:
        return Anchored(self.checkpoint(), self.note())

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(self, old, new)

    def holds(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.size <= self.size and checkpoint == self.checkpoint(checkpoint.size)

    def endings(self, _start: int, _end: int) -> list[PlacedEnding]:
        return []

    def sign(self, body: str) -> str:
        return sign_note(body, self.origin, self.key.public_bytes(), self.key.sign)

    def opened(self, note: str) -> str | None:
        try:
            return open_note(note, self.origin, self.key.public_bytes(), verify)
        except NoteRejected:
            return None

    # What proofs read.

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        stored = [*((0, index, leaf) for index, leaf in enumerate(self.hashes)), *self.nodes]
        return [
            [root for at, index, root in stored if at == height and start <= index < end]
            for height, start, end in ranges
        ]


@dataclass
class Running:
    """A witness that runs."""

    base_url: str
    process: subprocess.Popen[bytes]
    output: Path
    cosigner: CosignerKey
    vkey: str

    @property
    def setting(self) -> str:
        """It as one of the service's anchors."""
        return f"witness:{self.base_url}#{self.vkey}"

    def post(self, body: bytes) -> httpx.Response:
        return httpx.post(f"{self.base_url}/add-checkpoint", content=body, timeout=30)

    def newest(self, origin: str = ORIGIN) -> httpx.Response:
        return httpx.get(f"{self.base_url}/{origin_hash(origin)}/checkpoint", timeout=30)

    def kill(self) -> None:
        """End every process of it at once, with the signal that none can catch."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in good order, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()


def words(folder: Path, logs: Sequence[str], name: str = NAME) -> list[str]:
    """The words of the command that starts a witness."""
    return [
        "witness", "--state", str(folder), "--name", name, *(word for log in logs for word in ("--log", log))
    ]  # fmt: skip


def start_witness(folder: Path, logs: Sequence[str], name: str = NAME) -> Running:
    """Start `passport-api witness` on a free port and wait until it is up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = folder.with_suffix(f".{port}.output")
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [str(COMMAND), *words(folder, logs, name), "--port", str(port)],
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    base_url = f"http://127.0.0.1:{port}"
    deadline, pause = time.monotonic() + _DEADLINE, threading.Event()
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended by itself: {output.read_text()!r}"
        try:
            if httpx.get(f"{base_url}/healthz", timeout=1).status_code == 200:
                first = output.read_text(encoding="utf-8").splitlines()[0]
                vkey = first.removeprefix("witness: ")
                return Running(base_url, process, output, parse_cosigner_key(vkey), vkey)
        except httpx.TransportError:
            pause.wait(0.02)
    process.kill()
    pytest.fail(f"it did not come up: {output.read_text()!r}")
