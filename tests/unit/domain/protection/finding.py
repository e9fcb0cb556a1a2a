"""What tests of protection share: a matcher of a few terms, and the wording that it finds."""

from passport_api.domain.protection.matcher import compile_terms
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm


def found(text, *terms, kind="relative_name", in_use=()):
    """The wording of each hit, in order."""
    matcher = compile_terms([ProtectedTerm(ProtectedKind(kind), term) for term in terms], in_use=in_use)
    hits = matcher.find(text)
    assert matcher.stops(text) is bool(hits)
    return [text[hit.start : hit.end] for hit in hits]
