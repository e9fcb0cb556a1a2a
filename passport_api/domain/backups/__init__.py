"""Backups: what a manifest and a key-backup generation say, byte for byte, and when the two may be put together.

A backup is a folder: the content, without a single wrapped key, and a manifest. The wrapped keys of the same instant
are a generation of their own, kept apart, so that destroying a generation destroys what it alone could open.

Both files are JSON in exactly one spelling, and both are signed: the C2SP note in `signature` has two lines, what the
file is and the SHA-256 of everything else in it. No checkpoint has two lines, so neither passes for the other.
"""

from passport_api.domain.backups.documents import decode, encode, signed_text
from passport_api.domain.backups.keys import KeyGeneration, WrappedDataKey, WrappedServiceKey
from passport_api.domain.backups.manifest import Manifest
from passport_api.domain.backups.parts import (
    CONTENT,
    FORMAT,
    KEYS_FOLDER,
    KEYS_SUFFIX,
    MANIFEST,
    BackupMalformed,
    BackupRefused,
    FileDigest,
    LogState,
    is_name,
    name_at,
)

__all__ = [
    "CONTENT",
    "FORMAT",
    "KEYS_FOLDER",
    "KEYS_SUFFIX",
    "MANIFEST",
    "BackupMalformed",
    "BackupRefused",
    "FileDigest",
    "KeyGeneration",
    "LogState",
    "Manifest",
    "WrappedDataKey",
    "WrappedServiceKey",
    "decode",
    "encode",
    "is_name",
    "name_at",
    "signed_text",
]
