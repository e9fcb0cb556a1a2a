"""What the errors of AWS KMS mean here: away, refused, unknown or altered. The names are those of its API reference."""

from typing import Final

from botocore.exceptions import ClientError

from passport_keys.errors import KeyStoreError, ProviderRefused, ProviderUnavailable, UnknownKey, WrapRejected

_AWAY: Final = frozenset(
    {
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_REJECTED: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_NOT_USABLE: Final = frozenset({"DisabledException", "KMSInvalidStateException"})
_SERVER_FAULT: Final = 500


def refusal_of(error: ClientError, operation: str) -> KeyStoreError:
    """Say what an error that KMS answered means for whoever asked for a key."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _REJECTED:
        return WrapRejected()
    if code == "NotFoundException":
        return UnknownKey("AWS KMS has no such key or alias; `passport-api init` makes the first.")
    if code in _NOT_USABLE:
        return UnknownKey("AWS KMS has that key, and it is disabled or about to be deleted.")
    if code in _AWAY or status >= _SERVER_FAULT:
        return ProviderUnavailable(f"AWS KMS cannot {operation} now: {code}.")
    return ProviderRefused(f"AWS KMS refuses {operation}: {code}.")
