"""AWS KMS as moto serves it: a real HTTP server on a real socket, that can be stopped and started again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from moto.server import ThreadedMotoServer

_REGION = "eu-west-2"


@dataclass
class Kms:
    """A running server. What it holds outlives its being stopped."""

    server: ThreadedMotoServer
    port: int

    def url(self, alias: str = "alias/passport", timeout: int = 20) -> str:
        """The key store URL of an alias, with a timeout in seconds that a busy machine keeps."""
        return f"awskms:{alias}?region={_REGION}&endpoint=http://127.0.0.1:{self.port}&timeout={timeout}"

    def stop(self) -> None:
        """Let nobody connect any more."""
        self.server.stop()

    def start(self) -> None:
        """Answer again, where it did."""
        self.server = _started(self.port)


@contextmanager
def running_kms() -> Iterator[Kms]:
    """Serve until the block ends, with credentials where boto3 looks for them."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request helps nobody
    server = _started(0)
    kms = Kms(server, server.get_host_and_port()[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        try:
            yield kms
        finally:
            kms.stop()


def _started(port: int) -> ThreadedMotoServer:
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    return server
