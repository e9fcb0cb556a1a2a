"""Key-encryption keys in AWS KMS: an alias names the active one, a tag says which are this key store's.

A key is wrapped by Encrypt, whose encryption context binds it to its place; it is named by the KMS key that really
encrypted it. Credentials come from boto3's own chain, and from nowhere else.
"""

import base64
import ipaddress
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

from passport_keys.errors import (
    KeyInUse,
    KeyStoreError,
    KeyStoreUrlInvalid,
    ProviderRefused,
    ProviderUnavailable,
    UnknownKey,
    WrapRejected,
)
from passport_keys.providers.aws_errors import refusal_of
from passport_keys.providers.circuit import Circuit
from passport_keys.providers.contract import WrappedKey, require_wrappable
from passport_keys.providers.location import Location

_TIMEOUT: Final = "2"
_LONGEST_TIMEOUT_SECONDS: Final = 30
STORE_TAG: Final = "passport-key-store"
CREATED_TAG: Final = "passport-key-created"
_CONTEXT: Final = "passport"
_SHORTEST_WINDOW_DAYS: Final = 7
_MOST_CIPHERTEXT_BYTES: Final = 6144
_ALIAS: Final = re.compile(r"alias/(?!aws/)[A-Za-z0-9/_-]{1,200}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_GONE_STATES: Final = frozenset({"Disabled", "PendingDeletion", "PendingReplicaDeletion"})


class AwsKmsProvider:
    """The key provider that keeps its key-encryption keys in AWS KMS."""

    __slots__ = ("_alias", "_circuit", "_client", "_lock", "_ours")

    def __init__(self, client: Any, alias: str, circuit: Circuit) -> None:
        self._client = client
        self._alias = alias
        self._circuit = circuit
        self._lock = Lock()
        self._ours: set[str] = set()

    def __repr__(self) -> str:
        return f"AwsKmsProvider({self._alias!r})"

    @property
    def active_key_id(self) -> str:
        """The KMS key that the alias names now; see `KeyProvider.active_key_id`.

        Raises:
            UnknownKey: The alias names none yet.
            ProviderRefused: The key has not this key store's tag.
        """
        described: str = self._described(self._alias)["KeyId"]
        self._require_active_is_ours(described)
        return described

    def key_ids(self) -> tuple[str, ...]:
        """Every KMS key of this key store's tag that is enabled, oldest first; see `KeyProvider.key_ids`."""
        found = []
        for key_id in self._every_key_id():
            tags = self._tags_if_told(key_id)
            if tags.get(STORE_TAG) == self._alias and self._described(key_id)["KeyState"] not in _GONE_STATES:
                found.append((tags.get(CREATED_TAG, ""), key_id))
        return tuple(key_id for _, key_id in sorted(found))

    def add_key(self, now: datetime) -> str:
        """Make a KMS key and point the alias at it; see `KeyProvider.add_key`."""
        tags = {STORE_TAG: self._alias, CREATED_TAG: now.isoformat()}
        made = self._ask(
            "create_key",
            Description="Wraps data keys of the passport service.",
            Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
        )
        key_id: str = made["KeyMetadata"]["KeyId"]
        try:
            self._point_alias_at(key_id)
        except KeyStoreError:
            with suppress(KeyStoreError):
                self._answer("schedule_key_deletion", {"KeyId": key_id, "PendingWindowInDays": _SHORTEST_WINDOW_DAYS})
            raise
        return key_id

    def destroy_key(self, key_id: str) -> None:
        """Disable a KMS key, at once, and have it deleted as soon as KMS does; see `KeyProvider.destroy_key`.

        KMS deletes a key after seven days at the soonest; until then an administrator of the AWS account could bring
        it back.
        """
        self._require_ours(key_id)
        if key_id == self.active_key_id:
            raise KeyInUse(f"Key {key_id!r} is the active one.")
        self._ask("disable_key", KeyId=key_id)
        with self._lock:
            self._ours.discard(key_id)
        self._ask("schedule_key_deletion", KeyId=key_id, PendingWindowInDays=_SHORTEST_WINDOW_DAYS)

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a key under the KMS key that the alias names; see `KeyProvider.wrap`."""
        require_wrappable(key)
        answer = self._encrypted(self._alias, key, context)
        key_id = answer["KeyId"].rpartition("/")[2]
        self._require_active_is_ours(key_id)
        return WrappedKey(key_id, answer["CiphertextBlob"])

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """Give back a wrapped key; see `KeyProvider.unwrap`."""
        self._require_ours(wrapped.key_id)
        if not 1 <= len(wrapped.ciphertext) <= _MOST_CIPHERTEXT_BYTES:
            raise WrapRejected
        try:
            return self._decrypted(wrapped.key_id, wrapped.ciphertext, context)
        except UnknownKey:
            # The key went meanwhile; or it is there, and the ciphertext itself names another one.
            with self._lock:
                self._ours.discard(wrapped.key_id)
            self._require_ours(wrapped.key_id)
            raise WrapRejected from None
        except ProviderRefused:
            # Access denied is said of a ciphertext that names another key too. What opens its own is not denied.
            own = self._encrypted(wrapped.key_id, secrets.token_bytes(16), context)
            self._decrypted(wrapped.key_id, own["CiphertextBlob"], context)
            raise WrapRejected from None

    def _encrypted(self, key_id: str, plaintext: bytes, context: bytes) -> dict[str, Any]:
        return self._ask("encrypt", KeyId=key_id, Plaintext=plaintext, EncryptionContext=_bound_to(context))

    def _decrypted(self, key_id: str, ciphertext: bytes, context: bytes) -> bytes:
        bound = _bound_to(context)
        plaintext: bytes = self._ask("decrypt", KeyId=key_id, CiphertextBlob=ciphertext, EncryptionContext=bound)[
            "Plaintext"
        ]
        return plaintext

    def _require_ours(self, key_id: str) -> None:
        """Refuse a key of somebody else's: whoever can write to the database names a key, and could name their own.

        Asked of KMS once for a key: afterwards KMS itself refuses one that was disabled.
        """
        with self._lock:
            if key_id in self._ours:
                return
        if _KEY_ID.fullmatch(key_id) is None:
            raise _unknown(key_id)
        described = self._described(key_id)
        if described["KeyState"] in _GONE_STATES or self._tags(key_id).get(STORE_TAG) != self._alias:
            raise _unknown(key_id)
        with self._lock:
            self._ours.add(key_id)

    def _require_active_is_ours(self, key_id: str) -> None:
        try:
            self._require_ours(key_id)
        except UnknownKey:
            raise ProviderRefused(
                f"{self._alias} names a key that is disabled, or not tagged {STORE_TAG}={self._alias}."
            ) from None

    def _described(self, key_id: str) -> dict[str, Any]:
        metadata: dict[str, Any] = self._ask("describe_key", KeyId=key_id)["KeyMetadata"]
        return metadata

    def _tags(self, key_id: str) -> dict[str, str]:
        answer = self._ask("list_resource_tags", KeyId=key_id)
        return {tag["TagKey"]: tag["TagValue"] for tag in answer["Tags"]}

    def _tags_if_told(self, key_id: str) -> Mapping[str, str]:
        """None for a key that others may read the tags of, and we not."""
        try:
            return self._tags(key_id)
        except ProviderRefused:
            return {}

    def _every_key_id(self) -> Iterator[str]:
        answer = self._ask("list_keys", Limit=1000)
        while True:
            yield from (each["KeyId"] for each in answer["Keys"])
            if not answer["Truncated"]:
                return
            answer = self._ask("list_keys", Limit=1000, Marker=answer["NextMarker"])

    def _point_alias_at(self, key_id: str) -> None:
        try:
            self._ask("update_alias", AliasName=self._alias, TargetKeyId=key_id)
        except UnknownKey:
            self._ask("create_alias", AliasName=self._alias, TargetKeyId=key_id)

    def _ask(self, operation: str, **parameters: object) -> dict[str, Any]:
        return self._circuit.through(lambda: self._answer(operation, parameters))

    def _answer(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        ask = getattr(self._client, operation)
        try:
            try:
                answer: dict[str, Any] = ask(**parameters)
            except ConnectionClosedError:  # an idle connection that the other side gave up: the next is a new one
                answer = ask(**parameters)
        except ClientError as error:
            raise refusal_of(error, operation) from None
        except (NoCredentialsError, PartialCredentialsError):
            raise ProviderRefused("boto3 finds no AWS credentials.") from None
        except BotoCoreError as error:
            raise ProviderUnavailable(f"AWS KMS does not answer: {type(error).__name__}.") from None
        return answer


def open_location(text: str) -> AwsKmsProvider:
    """Open the key store of an `awskms:` URL: `alias/NAME?region=REGION`, and perhaps `&endpoint=URL`.

    `&timeout=SECONDS` (1 to 30) bounds connecting and each wait for an answer; two seconds if it is not there. KMS is
    not asked anything yet.

    Raises:
        KeyStoreUrlInvalid: It names no alias, no region, or an endpoint that keys would travel to in the clear.
    """
    location = Location.parse(text, options=frozenset({"region", "endpoint", "timeout"}))
    if _ALIAS.fullmatch(location.path) is None:
        raise KeyStoreUrlInvalid("An awskms: URL names an alias: awskms:alias/passport?region=eu-west-2.")
    seconds = _seconds(location.options.get("timeout", _TIMEOUT))
    config = Config(
        connect_timeout=seconds,
        read_timeout=seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=32,
    )
    try:
        client = boto3.session.Session().client(
            "kms",
            region_name=location.options.get("region"),
            endpoint_url=location.options.get("endpoint"),
            config=config,
        )
    except NoRegionError:
        raise KeyStoreUrlInvalid("An awskms: URL names a region, or AWS_REGION does.") from None
    except (BotoCoreError, ValueError):
        raise KeyStoreUrlInvalid("The region or the endpoint of an awskms: URL cannot be used.") from None
    _require_private(client.meta.endpoint_url)
    return AwsKmsProvider(client, location.path, Circuit())


def _seconds(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _LONGEST_TIMEOUT_SECONDS:
        return int(text)
    raise KeyStoreUrlInvalid(f"A timeout of KMS is from 1 to {_LONGEST_TIMEOUT_SECONDS} seconds.")


def _require_private(endpoint: str) -> None:
    """Refuse an endpoint without TLS on another machine: keys are in what is sent and answered."""
    parts = urlsplit(endpoint)
    if parts.scheme == "https":
        return
    with suppress(ValueError):
        if ipaddress.ip_address(parts.hostname or "").is_loopback:
            return
    raise KeyStoreUrlInvalid("An endpoint of KMS is https://, or http:// on 127.0.0.1 for a test.")


def _bound_to(context: bytes) -> dict[str, str]:
    """The encryption context: KMS writes it into CloudTrail, so ids may be in it and nothing else."""
    return {_CONTEXT: f"v1:{base64.b64encode(context).decode()}"}


def _unknown(key_id: str) -> UnknownKey:
    return UnknownKey(f"This key store has no usable KMS key {key_id!r}.")
