"""Checking wording as somebody writes. Nothing is kept, and nothing of any child is looked up."""

from passport_api import wording
from passport_api.domain.findings import Finding
from passport_api.domain.statements import StatementKind
from passport_api.domain.wording import check


def check_wording(text: str, kind: StatementKind) -> tuple[Finding, ...]:
    """What a text says that could harm whom it is about, with what could be written instead."""
    return check(text, kind, wording.load())
