"""A SoftHSM token of a test's own, made as an operator makes one; where there is no SoftHSM, that is said loudly."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from passport_keys.providers import token_session

_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so")
_HOW = "apt-get install softhsm2, or set PASSPORT_TEST_SOFTHSM to its libsofthsm2.so"
TOKEN = "passport"
PIN = "4711-test"


def softhsm_module() -> str | None:
    """Where SoftHSM's module is; None where it is not installed."""
    named = os.environ.get("PASSPORT_TEST_SOFTHSM")
    found = [path for path in ((named,) if named else _MODULES) if Path(path).exists()]
    return found[0] if found and shutil.which("softhsm2-util") else None


def require_softhsm() -> str:
    """Where SoftHSM's module is; skip where it is not installed, saying so loudly; in CI fail instead."""
    module = softhsm_module()
    if module is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"SoftHSM is not installed and CI=true: {_HOW}.")
        pytest.skip(f"THE PKCS #11 PART WAS SKIPPED: {_HOW}.")
    return module


@contextmanager
def fresh_token(folder: Path) -> Iterator[str]:
    """The `pkcs11:` URL of a new, empty token in a folder."""
    module = require_softhsm()
    tokens, configuration, pin = folder / "tokens", folder / "softhsm2.conf", folder / "pin"
    tokens.mkdir()
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--so-pin", "12345678", "--pin", PIN],
            check=True,
            capture_output=True,
            timeout=60,
        )
        read_configuration_anew(module)
        token_session._process.logged_in.clear()
        yield f"pkcs11:token={TOKEN};module-path={module}?pin-source={pin}"


def read_configuration_anew(module: str) -> None:
    """Have the module in this process look for tokens again; every session it had is gone."""
    import pkcs11

    pkcs11.lib(module).reinitialize()
