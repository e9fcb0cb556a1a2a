"""Proofs about the log (RFC 9162)."""

from marshmallow import fields, validate

from passport_schemas.base import Answer, Strict

_LARGEST = 2**53 - 1


class InclusionQuery(Strict):
    """The size of the log to prove against; its present size when not given."""

    size = fields.Integer(load_default=None, validate=validate.Range(1, _LARGEST))


class ConsistencyQuery(Strict):
    """Two sizes of the log."""

    from_ = fields.Integer(required=True, data_key="from", validate=validate.Range(0, _LARGEST))
    to = fields.Integer(required=True, validate=validate.Range(0, _LARGEST))


def _hash(description: str) -> fields.String:
    return fields.String(required=True, metadata={"description": description, "format": "byte"})


class InclusionProof(Answer):
    """Proof that an entry is in the log."""

    entry = fields.Integer(required=True)
    size = fields.Integer(required=True)
    leaf_hash = _hash("The entry's leaf hash, base64.")
    hashes = fields.List(_hash("From the leaf towards the root, base64."), required=True)


class ConsistencyProof(Answer):
    """Proof that the log only grew."""

    from_ = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    hashes = fields.List(_hash("As RFC 9162 section 2.1.4 orders them, base64."), required=True)
