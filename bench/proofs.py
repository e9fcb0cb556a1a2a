"""How long an inclusion proof takes: computed in this process, and asked for over HTTP."""

import http.client
import time
from collections.abc import Callable
from statistics import median, quantiles

from bench.contenders import Pair
from bench.figures import Proofs
from bench.population import READERS
from passport_api.domain.merkle import leaf_hash, verify_inclusion
from passport_api.domain.merkle_proofs import inclusion_proof
from passport_api.store import log
from passport_api.store.log_nodes import Nodes

_TRIES = 300
_STRIDE = 1_000_003
"""A prime: positions all over the log, in no order that a cache would like."""


class Disproved(Exception):
    """A proof did not verify: what was measured is not a proof."""


def measure(pair: Pair) -> Proofs:
    """Prove entries all over the log, each of which records the reader who asks."""
    own = [try_ * _STRIDE % pair.scale.entries // READERS * READERS for try_ in range(_TRIES)]
    return Proofs(pair.scale.entries, _timed(own, _computed(pair)), _timed(own, _answered(pair)))


def _computed(pair: Pair) -> Callable[[int], None]:
    def prove(position: int) -> None:
        with pair.runtime.database.reading() as uow:
            size = log.head(uow).size
            inclusion_proof(Nodes(uow), position, size)

    with pair.runtime.database.reading() as uow:
        head, (_, kept) = log.head(uow), log.at_position(uow, 0)
        path = inclusion_proof(Nodes(uow), 0, head.size)
        if kept is None or not verify_inclusion(leaf_hash(kept.leaf.data()), 0, head.size, path, head.frontier.root()):
            raise Disproved
    return prove


def _answered(pair: Pair) -> Callable[[int], None]:
    reader = pair.protected.readers[0]
    headers = {"Authorization": f"Bearer {pair.protected.sign(reader)}"}
    connection = http.client.HTTPConnection("127.0.0.1", pair.protected.server.port, timeout=30)

    def prove(position: int) -> None:
        connection.request("GET", f"/v1/log/entries/{position}/inclusion-proof", headers=headers)
        answer = connection.getresponse()
        if answer.status != http.client.OK or not answer.read():
            raise Disproved(f"entry {position}: {answer.status}")

    return prove


def _timed(positions: list[int], prove: Callable[[int], None]) -> tuple[float, float]:
    took = []
    for position in positions:
        started = time.perf_counter()
        prove(position)
        took.append((time.perf_counter() - started) * 1000)
    return median(took), quantiles(took, n=100)[-1]
