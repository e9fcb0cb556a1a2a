"""What a WSGI server loads: `passport_api.witness.wsgi:create`, a factory that reads the environment."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from flask import Flask

from passport_api.domain.checkpoints import parse_verifier_key
from passport_api.witness.cosigning import Witness
from passport_api.witness.http import build

_STATE, _NAME, _LOGS = "PASSPORT_WITNESS_STATE", "PASSPORT_WITNESS_NAME", "PASSPORT_WITNESS_LOGS"


def to_environment(folder: Path, name: str, logs: Iterable[str]) -> dict[str, str]:
    """Write what a witness is run with as the environment that gives it back: how its process learns it."""
    return {_STATE: str(folder.resolve()), _NAME: name, _LOGS: "\n".join(logs)}


def create() -> Flask:
    """Build the witness from the environment."""
    keys = [parse_verifier_key(line) for line in os.environ[_LOGS].split("\n")]
    return build(Witness.opened(Path(os.environ[_STATE]), os.environ[_NAME], keys, time.time))
