"""What is AWS KMS's own: whose keys are taken, where keys may travel, what is missing when it is missing."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import boto3
import pytest

from passport_keys.errors import KeyStoreUrlInvalid, ProviderRefused, UnknownKey
from passport_keys.providers import WrappedKey, open_provider
from support.kms import Kms, running_kms

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CONTEXT = b"data-key\0owner-1"


@pytest.fixture(scope="module")
def kms() -> Iterator[Kms]:
    with running_kms() as running:
        yield running


@pytest.fixture
def alias() -> str:
    return f"alias/{uuid4()}"


@pytest.fixture
def client(kms):
    return boto3.client("kms", region_name="eu-west-2", endpoint_url=f"http://127.0.0.1:{kms.port}")


def test_a_key_of_somebody_elses_does_not_unwrap_whatever_it_wrapped(kms, alias, client):
    provider = open_provider(kms.url(alias))
    provider.add_key(NOW)
    wrapped = provider.wrap(bytes(32), CONTEXT)
    bound = {"passport": "v1:ZGF0YS1rZXkAb3duZXItMQ=="}
    own = client.encrypt(KeyId=alias, Plaintext=bytes(32), EncryptionContext=bound)["CiphertextBlob"]
    assert provider.unwrap(replace(wrapped, ciphertext=own), CONTEXT) == bytes(32)
    theirs = client.create_key()["KeyMetadata"]
    planted = client.encrypt(KeyId=theirs["KeyId"], Plaintext=bytes(32), EncryptionContext=bound)["CiphertextBlob"]
    for name in (theirs["KeyId"], theirs["Arn"]):
        with pytest.raises(UnknownKey):
            provider.unwrap(WrappedKey(name, planted), CONTEXT)


def test_an_alias_that_names_a_key_of_somebody_elses_wraps_nothing(kms, alias, client):
    theirs = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName=alias, TargetKeyId=theirs)
    provider = open_provider(kms.url(alias))
    with pytest.raises(ProviderRefused, match="tagged"):
        provider.wrap(bytes(32), CONTEXT)
    with pytest.raises(ProviderRefused, match="tagged"):
        _ = provider.active_key_id


def test_a_store_without_a_key_says_how_to_make_one(kms, alias):
    provider = open_provider(kms.url(alias))
    assert provider.key_ids() == ()
    with pytest.raises(UnknownKey, match="init"):
        provider.wrap(bytes(32), CONTEXT)


def test_a_destroyed_key_is_disabled_at_once_and_deleted_in_seven_days(kms, alias, client):
    provider = open_provider(kms.url(alias))
    first = provider.add_key(NOW)
    provider.add_key(NOW)
    provider.destroy_key(first)
    metadata = client.describe_key(KeyId=first)["KeyMetadata"]
    assert (metadata["Enabled"], metadata["KeyState"]) == (False, "PendingDeletion")
    assert (metadata["DeletionDate"] - datetime.now(UTC)).days in {6, 7}  # noqa: TID251 - moto's clock is the real one


@pytest.mark.parametrize(
    "location",
    [
        "",
        "passport?region=eu-west-2",
        "alias/aws/s3?region=eu-west-2",
        "alias/a b?region=eu-west-2",
        "alias/p?region=eu-west-2&endpoint=http://kms.example",
        "alias/p?region=eu-west-2&endpoint=http://10.0.0.1",
        "alias/p?region=eu-west-2&endpoint=http://localhost.example:80",
        "alias/p?region=eu-west-2&timeout=0",
        "alias/p?region=eu-west-2&timeout=31",
        "alias/p?region=eu-west-2&access_key=hunter2",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(location):
    with pytest.raises(KeyStoreUrlInvalid) as refusal:
        open_provider(f"awskms:{location}")
    assert "hunter2" not in str(refusal.value)


def test_an_endpoint_from_the_environment_is_held_to_the_same(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://kms.example")
    with pytest.raises(KeyStoreUrlInvalid, match="https"):
        open_provider("awskms:alias/p?region=eu-west-2")


@pytest.mark.parametrize(("library", "url", "extra"), [("boto3", "awskms:a", "aws"), ("pkcs11", "pkcs11:a", "pkcs11")])
def test_a_missing_library_is_said_plainly_and_missed_only_when_asked_for(library, url, extra):
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from passport_keys.providers import open_provider\n"
        "from passport_keys.errors import ProviderMissing\n"
        f"try: open_provider({url!r})\n"
        "except ProviderMissing as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout
    assert f"passport-api[{extra}]" in said
