"""The one table of problem types (RFC 9457): what the service answers when it cannot do what was asked."""

from dataclasses import dataclass
from typing import Literal

Slug = Literal[
    "bad_request",
    "invalid_body",
    "unauthenticated",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "not_acceptable",
    "conflict",
    "precondition_failed",
    "payload_too_large",
    "unsupported_media_type",
    "invalid_fields",
    "wording_held",
    "idempotency_mismatch",
    "precondition_required",
    "too_many_requests",
    "internal",
    "unavailable",
    "log_diverged",
]


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem.

    Attributes:
        slug: the last part of its `type` reference, `/problems/<slug>`.
        status: HTTP status code.
        title: the same short sentence every time.
        meaning: what happened and what to do, in plain words, shown at `/problems/<slug>`.
    """

    slug: Slug
    status: int
    title: str
    meaning: str

    @property
    def uri(self) -> str:
        """The relative reference that a problem document carries as its `type`."""
        return f"/problems/{self.slug}"


_TYPES = (
    ProblemType(
        "bad_request",
        400,
        "The request cannot be understood.",
        "Something about the request itself, such as its Host header, is not as HTTP has it.",
    ),
    ProblemType(
        "invalid_body",
        400,
        "The body is not JSON that can be read safely.",
        "Send one JSON object in UTF-8: no byte order mark, no name twice in one object, no more than 32 levels, "
        "whole numbers of at most 18 digits, no unpaired surrogates. `errors` points at what was refused.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "Sign in first.",
        "The request carries no access token, or one that is wrong, expired or withdrawn. Sign in or refresh, "
        "then send the new token as `Authorization: Bearer`.",
    ),
    ProblemType(
        "forbidden",
        403,
        "This account may not do that.",
        "The account is signed in and its role does not include this. Another person in the organisation may do it.",
    ),
    ProblemType(
        "not_found",
        404,
        "There is nothing here for you.",
        "Nothing has this address, or this account may not see it. The two are answered alike on purpose.",
    ),
    ProblemType(
        "method_not_allowed",
        405,
        "This address does not take that method.",
        "The `Allow` header lists the methods that it takes.",
    ),
    ProblemType(
        "not_acceptable",
        406,
        "There is no answer in the format asked for.",
        "Answers are `application/json`, problems `application/problem+json`.",
    ),
    ProblemType(
        "conflict",
        409,
        "This contradicts what is already recorded.",
        "Read the present state, then decide whether the request still makes sense.",
    ),
    ProblemType(
        "precondition_failed",
        412,
        "Somebody changed this since you read it.",
        "Read it again, look at what changed, then send the request with the new ETag in `If-Match`.",
    ),
    ProblemType(
        "payload_too_large",
        413,
        "The body is too large.",
        "A body may have 64 KiB. Nothing of it was kept.",
    ),
    ProblemType(
        "unsupported_media_type",
        415,
        "The body must be JSON.",
        "Send `Content-Type: application/json`, in UTF-8 and without a content coding.",
    ),
    ProblemType(
        "invalid_fields",
        422,
        "Some fields are not right.",
        "`errors` names each: a JSON pointer for the body (`/scope/regulation`), `query:limit` for a query "
        "parameter, `header:Idempotency-Key` for a header. Nothing was stored.",
    ),
    ProblemType(
        "wording_held",
        422,
        "Some wordings should be changed, or kept with a reason.",
        "`findings` says which words, why they harm and what to write instead. Change those that are strong, or send "
        "the same again with `wording_reason`. Nothing was stored.",
    ),
    ProblemType(
        "idempotency_mismatch",
        422,
        "This Idempotency-Key was used for another request.",
        "A key stands for one request. Send the first request unchanged, or a new key.",
    ),
    ProblemType(
        "precondition_required",
        428,
        "Say which version you are changing.",
        "Read it first and send its ETag in `If-Match`, so that nobody's change is lost.",
    ),
    ProblemType(
        "too_many_requests",
        429,
        "Too many requests.",
        "Wait for the number of seconds in `Retry-After`.",
    ),
    ProblemType(
        "internal",
        500,
        "Something went wrong here.",
        "The fault is in the service. Its operator can find it by the X-Request-Id header of the answer.",
    ),
    ProblemType(
        "unavailable",
        503,
        "The service cannot answer now.",
        "Try again later, after `Retry-After` where the answer has one.",
    ),
    ProblemType(
        "log_diverged",
        503,
        "The access log is not the one that is known elsewhere.",
        "The database was rolled back or changed: entries that are known outside it are not in it, or what had ended "
        "was brought back. "
        "Nothing is shown until its operator has dealt with it. Trying again does not help.",
    ),
)

PROBLEM_TYPES: dict[str, ProblemType] = {each.slug: each for each in _TYPES}

# A library's HTTP error says only a status; where two types share one, this is the plainer.
SLUG_OF_STATUS: dict[int, Slug] = {
    each.status: each.slug
    for each in _TYPES
    if each.slug not in {"invalid_body", "wording_held", "idempotency_mismatch", "log_diverged"}
}
