"""The composition root: the one place where time, ids, secrets, keys and the database come together."""

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TextIO
from uuid import UUID

import uuid_utils.compat
from flask import Flask

from passport_api.anchors import open_anchors
from passport_api.api import build_api
from passport_api.config import Settings
from passport_api.services.anchored_log import DatabaseLog
from passport_api.services.anchoring import Anchoring, Standing
from passport_api.services.execution import tidy
from passport_api.services.passwords import Passwords
from passport_api.services.recording import Recorder
from passport_api.services.runtime import Runtime
from passport_api.services.screening import Screening
from passport_api.services.service_keys import OpenedKeys, ServiceKeys, open_service_keys, read_service_keys
from passport_api.services.vault import Vault
from passport_api.store import log
from passport_api.store.database import Database
from passport_api.web import invitations as invitation_page
from passport_keys.blind_index import BlindIndex
from passport_keys.keyring import Keyring
from passport_keys.providers import open_provider


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)  # noqa: TID251 - the composition root is where time comes in


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): ids made later sort later."""
    return uuid_utils.compat.uuid7()


def new_secret() -> str:
    """A fresh URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


def build_runtime(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Runtime:
    """Open the database and the keys.

    Raises:
        KeyStoreError: the key store refuses, or is not the one this database was made with.
        StoreUnavailable: the database does not answer.
    """
    keyring = Keyring(open_provider(settings.key_url), monotonic, outage_seconds=settings.key_outage_seconds)
    database = Database(settings.database_url, settings.threads + 2, settings.wait_seconds)
    with ExitStack() as closing:  # what cannot be begun leaves no connection open
        closing.callback(database.close)
        runtime = _begun(settings, keyring, database, clock, passwords or Passwords())
        closing.pop_all()
    return runtime


def _begun(
    settings: Settings, keyring: Keyring, database: Database, clock: Callable[[], datetime], passwords: Passwords
) -> Runtime:
    with database.writing() as uow:
        log.found(uow)
        opened = open_service_keys(uow, keyring, new_id, clock(), with_mldsa=settings.log_mldsa)
    keys = ServiceKeys(opened, _reader(database, keyring), clock, time.monotonic)
    anchoring = Anchoring(
        DatabaseLog(database, lambda: keys, settings.log_origin),
        open_anchors(settings.anchors),
        time.monotonic,
        settings.anchor_entries,
    )
    anchoring.begin()
    runtime = Runtime(
        database=database,
        vault=Vault(keyring, keys.data, BlindIndex(keys.index.private_bytes())),
        keys=keys,
        recorder=Recorder(database, anchoring),
        anchoring=anchoring,
        screening=Screening(),
        passwords=passwords,
        clock=clock,
        new_id=new_id,
        new_secret=new_secret,
    )
    if anchoring.standing is Standing.OPEN:
        tidy(runtime)
    return runtime


def _reader(database: Database, keyring: Keyring) -> Callable[[OpenedKeys], OpenedKeys]:
    """How a running service learns of keys that came after it."""

    def read(known: OpenedKeys) -> OpenedKeys:
        with database.reading() as uow:
            return read_service_keys(uow, keyring, known)

    return read


def create_app(settings: Settings, runtime: Runtime | None = None, log_stream: TextIO | None = None) -> Flask:
    """Put the service together as a WSGI application; its log goes to standard error, or to a stream."""
    app = build_api(settings, runtime or build_runtime(settings), log_stream)
    invitation_page.register(app)
    return app
