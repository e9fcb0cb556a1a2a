"""The log's checkpoint and proofs, for auditors and for whoever keeps the log's public key."""

import base64
from typing import Any

from flask import Response

from passport_api.api.calls import inspect, reply, runtime
from passport_api.api.edge import Blueprint, access
from passport_api.api.parameters import ENTRY
from passport_api.services import log
from passport_schemas import log as wire
from passport_schemas.examples import log as examples

blueprint = Blueprint("log", __name__, description="The log itself: what makes it impossible to edit unnoticed.")


@blueprint.route("/v1/log/checkpoint", methods=["GET"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.text_response("A C2SP signed note: origin, size, root hash.", example=examples.CHECKPOINT)
def read_checkpoint() -> Response:
    """The log's size and root now, signed: keep it, and the log can never be shown otherwise."""
    inspect(lambda work: work.actor)
    return Response(runtime().anchoring.checkpoint().note, content_type="text/plain; charset=utf-8")


@blueprint.route("/v1/log/key", methods=["GET"])
@access(callers=("anyone",), logs="nothing")
@blueprint.text_response("C2SP verifier keys, one a line, the newest first.", example=examples.KEY)
def read_log_key() -> Response:
    """The public keys that checkpoints are checked with: every one that ever signed, and one that soon will."""
    keys = "".join(f"{key}\n" for key in runtime().anchoring.log.verifier_keys())
    return Response(keys, content_type="text/plain; charset=utf-8")


@blueprint.route("/v1/log/entries/<int:entry>/inclusion-proof", methods=["GET"], parameters=[ENTRY])
@access(callers=("auditor", "parent", "custodian", "recipient"), logs="nothing")
@blueprint.problems("not_found")
@blueprint.arguments(wire.InclusionQuery, location="query")
@blueprint.response(200, wire.InclusionProof, example=examples.INCLUSION_PROOF)
def prove_inclusion(query: dict[str, Any], entry: int) -> Response:
    """Prove that an entry is in the log: to an auditor, to those responsible for the child, to whom it records."""
    proof = inspect(lambda work: log.prove_inclusion(work, entry, query.get("size")))
    return reply(
        {
            "entry": proof.position,
            "size": proof.size,
            "leaf_hash": _text(proof.leaf_hash),
            "hashes": [_text(each) for each in proof.hashes],
        }
    )


@blueprint.route("/v1/log/consistency-proof", methods=["GET"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.arguments(wire.ConsistencyQuery, location="query")
@blueprint.response(200, wire.ConsistencyProof, example=examples.CONSISTENCY_PROOF)
def prove_consistency(query: dict[str, Any]) -> Response:
    """Prove that the log only grew between two sizes."""
    proof = inspect(lambda work: log.prove_consistency(work, query["from_"], query["to"]))
    return reply({"from": proof.old, "to": proof.new, "hashes": [_text(each) for each in proof.hashes]})


def _text(hashed: bytes) -> str:
    return base64.b64encode(hashed).decode()
