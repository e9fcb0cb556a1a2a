"""The bytes of a manifest and of a key-backup generation, in exactly one spelling, and the text that is signed."""

import json
from hashlib import sha256
from typing import Any, TypeVar

from passport_api.domain.backups.keys import KeyGeneration
from passport_api.domain.backups.manifest import Manifest
from passport_api.domain.backups.parts import FORMAT, BackupMalformed, Fields

Document = TypeVar("Document", Manifest, KeyGeneration)


def signed_text(document: Manifest | KeyGeneration) -> str:
    """The text whose signature goes with a document: what it is, and the digest of all that it says."""
    said = json.dumps(document.fields(), sort_keys=True, separators=(",", ":"))
    return f"{document.TITLE}\nsha256 {sha256(said.encode()).hexdigest()}\n"


def encode(document: Manifest | KeyGeneration, signature: str) -> bytes:
    """A document and its signature, as the bytes of a file."""
    return json.dumps({**document.fields(), "signature": signature}, indent=1).encode() + b"\n"


def decode(kind: type[Document], content: bytes) -> tuple[Document, str]:
    """Read a document and its signature, which is not looked at yet.

    One spelling alone is read: what is signed is then every byte, and nothing hides beside it.

    Raises:
        BackupMalformed: the bytes are not exactly what `encode` writes.
    """
    said = _said(content)
    try:
        document, signature = kind.of_fields(said), said["signature"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BackupMalformed(f"not a {kind.TITLE}") from error
    if not isinstance(signature, str) or encode(document, signature) != content:
        raise BackupMalformed("not as this release writes it")
    return document, signature


def _said(content: bytes) -> Fields:
    try:
        said: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BackupMalformed("not JSON") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BackupMalformed(f"not of format {FORMAT}, the one that this release reads")
    return said
