"""Proofs about the log (RFC 9162)."""

from marshmallow import fields, validate

from passport_schemas.base import Answer, Count, Strict

_LARGEST = 2**53 - 1


class InclusionQuery(Strict):
    """The size of the log to prove against."""

    size = Count(
        validate=validate.Range(1, _LARGEST),
        metadata={
            "description": "A size that the log has had since the entry: to check the proof offline, the one in the "
            "checkpoint that is kept, its second line. The log's present size when not given.",
            "examples": [132],
        },
    )


class ConsistencyQuery(Strict):
    """Two sizes of the log."""

    from_ = Count(
        required=True,
        data_key="from",
        validate=validate.Range(0, _LARGEST),
        metadata={"description": "The earlier size, from a checkpoint that one has kept.", "examples": [128]},
    )
    to = Count(
        required=True,
        validate=validate.Range(0, _LARGEST),
        metadata={"description": "The later size.", "examples": [132]},
    )


def _hash(description: str) -> fields.String:
    metadata = {"description": description, "contentEncoding": "base64", "pattern": "^[A-Za-z0-9+/]{43}=$"}
    return fields.String(required=True, metadata=metadata)


def _number(description: str) -> fields.Integer:
    return fields.Integer(required=True, validate=validate.Range(min=0), metadata={"description": description})


class InclusionProof(Answer):
    """Proof that an entry is in the log (RFC 9162 section 2.1.3)."""

    entry = _number("The entry's place in the log, from 0.")
    size = _number("The size of the log that it is proved to be in.")
    leaf_hash = _hash("The entry's leaf hash (SHA-256), base64.")
    hashes = fields.List(
        _hash("A node's hash."), required=True, metadata={"description": "From the leaf towards the root, base64."}
    )


class ConsistencyProof(Answer):
    """Proof that the log only grew (RFC 9162 section 2.1.4)."""

    from_ = fields.Integer(
        required=True,
        data_key="from",
        validate=validate.Range(min=0),
        metadata={"description": "The earlier size."},
    )
    to = _number("The later size.")
    hashes = fields.List(
        _hash("A node's hash."),
        required=True,
        metadata={"description": "As RFC 9162 section 2.1.4 orders them, base64."},
    )
