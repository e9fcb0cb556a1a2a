"""The worker as an operator runs it: `passport-api worker` in a process of its own, to be watched and to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passport_api.config import Settings, to_environment

_COMMAND = Path(sys.executable).with_name("passport-api")


@dataclass
class Working:
    """A running worker."""

    process: subprocess.Popen[bytes]
    output: Path

    def kill(self) -> None:
        """End it with the signal that none can catch."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def said(self) -> str:
        """All that it wrote so far, and those before it."""
        return self.output.read_text(encoding="utf-8")


@contextmanager
def working(settings: Settings, output: Path) -> Iterator[Working]:
    """Run `passport-api worker` for as long as the block lasts, or until it is killed."""
    with output.open("ab") as sink:
        process = subprocess.Popen(
            [str(_COMMAND), "worker"],
            env={**os.environ, **to_environment(settings)},
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Working(process, output)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=30)
