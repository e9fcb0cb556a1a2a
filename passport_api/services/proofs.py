"""A proof to keep in one file, for whoever runs the service to hand out."""

from passport_api.domain.merkle import leaf_hash
from passport_api.domain.merkle_proofs import inclusion_proof
from passport_api.domain.proofs import KeptProof
from passport_api.services.runtime import Runtime
from passport_api.store import log
from passport_api.store.log_nodes import Nodes


def prove(runtime: Runtime, position: int) -> KeptProof | None:
    """Prove that an entry is in the log as its newest checkpoint has it; None when there is no such entry there.

    Holds no content.
    """
    newest = runtime.anchoring.checkpoint()
    with runtime.database.reading() as uow:
        _, kept = log.at_position(uow, position)
        if kept is None or position >= newest.checkpoint.size:
            return None
        hashes = inclusion_proof(Nodes(uow), position, newest.checkpoint.size)
    return KeptProof(position, leaf_hash(kept.leaf.data()), hashes, newest.note)
