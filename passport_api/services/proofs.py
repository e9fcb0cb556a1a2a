"""A proof to keep in one file, for whoever runs the service to hand out."""

from passport_api.domain.merkle import inclusion_proof, leaf_hash
from passport_api.domain.proofs import KeptProof
from passport_api.services.log import checkpoint
from passport_api.services.runtime import Step
from passport_api.store import log


def prove(step: Step, origin: str, position: int) -> KeptProof | None:
    """Prove that an entry is in the log as it is now; None when the log has no such entry. Holds no content."""
    size = log.head(step.uow).size
    kept = log.at_position(step.uow, position) if position < size else None
    if kept is None:
        return None
    hashes = inclusion_proof(log.Nodes(step.uow), position, size)
    return KeptProof(position, leaf_hash(kept.leaf.data()), hashes, checkpoint(step, origin))
