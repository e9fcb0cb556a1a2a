"""A proof to keep in one file, for whoever runs the service to hand out."""

from passport_api.domain.merkle import inclusion_proof, leaf_hash
from passport_api.domain.proofs import KeptProof
from passport_api.services.runtime import Runtime
from passport_api.store import log


def prove(runtime: Runtime, position: int) -> KeptProof | None:
    """Prove that an entry is in the log as its newest checkpoint has it; None when there is no such entry there.

    Holds no content.
    """
    newest = runtime.anchoring.checkpoint()
    with runtime.database.reading() as uow:
        kept = log.at_position(uow, position) if position < newest.checkpoint.size else None
        if kept is None:
            return None
        hashes = inclusion_proof(log.Nodes(uow), position, newest.checkpoint.size)
    return KeptProof(position, leaf_hash(kept.leaf.data()), hashes, newest.note)
