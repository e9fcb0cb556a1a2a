"""What a use case raises when it cannot go on. Refusals are not here: a refusal is a value (see decisions)."""

from enum import StrEnum

from passport_api.domain.findings import Finding
from passport_api.domain.ids import SessionId


class DomainError(Exception):
    """A rule was not met. The edge maps each subclass to one problem document."""


class InvalidField(DomainError):
    """A value breaks a rule. Names the field, never the value.

    Attributes:
        field: a JSON pointer (RFC 6901) into the request's body.
        detail: what is expected, in plain words.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


class WordingHeld(DomainError):
    """A text has wordings that must be changed, or kept with a reason.

    Attributes:
        findings: all that was found in it, in its order.
        field: where the reason would be given: a JSON pointer into the request's body.
    """

    def __init__(self, findings: tuple[Finding, ...], field: str) -> None:
        super().__init__(field)
        self.findings = findings
        self.field = field


class Clash(StrEnum):
    """Why a request cannot be carried out as things stand now."""

    ALREADY_APPROVED = "You have already agreed to this consent."
    DONE_ALREADY = "This request was carried out before; its answer is no longer kept."
    CONSENT_ENDED = "This consent has already ended."
    PASSPORT_EXISTS = "Your organisation already holds a passport for this child."
    STATE = "The move is not in a state that allows this."
    URN_TAKEN = "There is a school with this URN already."
    ALREADY_A_MEMBER = "This person already has this role here."
    MEMBERSHIP_ENDED = "This membership has already ended."
    LAST_ADMIN = "An organisation keeps at least one administrator."
    ERASURE_PROPOSED = "There is an open proposal to erase this passport already."
    ERASURE_NOT_OPEN = "This proposal is no longer open."
    STATEMENT_WITHDRAWN = "This statement was withdrawn already."
    OWN_ALERT = "You wrote what this alert is about: somebody else looks at it."
    ALERT_SETTLED = "This alert has been settled already."
    CHALLENGE_RESOLVED = "This challenge has been resolved already."
    SEARCH_UNFINISHED = "This search has not finished."
    SEARCH_CANCELLED = "This search was cancelled."
    NOT_OPENED = "Open the view before you acknowledge it."


class Conflict(DomainError):
    """The request is well formed and permitted, but clashes with the present state."""

    def __init__(self, clash: Clash) -> None:
        super().__init__(clash.value)
        self.clash = clash


class Stale(DomainError):
    """The thing changed since the caller read it (If-Match did not match)."""


class SignInFailed(DomainError):
    """Credentials, a refresh token or an invitation were not accepted. Says no more, on purpose."""


class TokenReused(SignInFailed):
    """A refresh token came a second time: somebody else holds it. Its session has been ended.

    Attributes:
        session_id: which session that was.
    """

    def __init__(self, session_id: SessionId) -> None:
        super().__init__()
        self.session_id = session_id


class NotSignedIn(DomainError):
    """The session has ended, or never was."""


class KeyReused(DomainError):
    """An Idempotency-Key came again with another request."""
