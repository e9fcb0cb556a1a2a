"""Keys for tokens and checkpoints succeed one another: published before they sign, taken for a while after."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import to_environment
from passport_api.domain.checkpoints import open_note, parse_verifier_key, split_note
from passport_api.domain.key_validity import Validity
from passport_api.services import rewrapping, signing_rotation
from passport_api.services.service_keys import make_key
from passport_api.store import service_keys
from passport_api.store.service_keys import ServiceKeyRecord
from passport_keys.keyring import Keyring
from passport_keys.signing import verify
from support.databases import BACKENDS
from support.service import Service, running_service
from support.world import PASSWORD, World

LEAD, OVERLAP = timedelta(minutes=10), timedelta(days=30)


@pytest.fixture(params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with running_service(request.param, tmp_path, log_mldsa=True) as running:
        yield running


@pytest.fixture
def world(service: Service) -> World:
    return World(service)


def a_minute_passes(service: Service) -> None:
    """The keys are due to be read again."""
    service.runtime.keys._read_at = float("-inf")


def published(service: Service) -> list[str]:
    return [key["kid"] for key in service.client().get("/.well-known/jwks.json").json()["keys"]]


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def sign_in(service: Service, email: str) -> str:
    answer = service.client().post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    return str(answer.json()["access_token"])


def test_a_new_token_key_is_published_then_signs_and_the_old_one_goes(service: Service, world: World) -> None:
    somebody = world.admin(world.school())
    (old,) = published(service)
    signing_rotation.rotate_tokens(service.runtime, LEAD)
    a_minute_passes(service)
    assert published(service)[0] == old
    new = published(service)[1]
    early = sign_in(service, somebody.email)
    assert kid(early) == old
    service.clock.advance(minutes=10, seconds=1)
    late = sign_in(service, somebody.email)
    assert kid(late) == new
    status = [service.client(token).get("/v1/me").status_code for token in (early, late)]
    assert status == [200, 200], "both are taken while tokens of the old key live"
    service.clock.advance(minutes=13)
    assert published(service) == [new]
    status = [service.client(token).get("/v1/me").status_code for token in (early, late)]
    assert status == [401, 200]


def test_after_a_leak_the_tokens_of_the_old_key_end_within_a_minute(service: Service, world: World) -> None:
    somebody = world.admin(world.school())
    token = sign_in(service, somebody.email)
    client = service.client(token)
    assert client.get("/v1/me").status_code == 200
    signing_rotation.replace_tokens(service.runtime)
    a_minute_passes(service)
    assert client.get("/v1/me").status_code == 401, "also where its signature was found good before"
    assert service.client(sign_in(service, somebody.email)).get("/v1/me").status_code == 200


def test_a_new_key_is_kept_under_the_key_encryption_key_that_is_active_by_then(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could be left under one that is destroyed a moment later."""
    made: list[ServiceKeyRecord] = []

    def overtaken(keyring: Keyring, purpose: str, row_id: UUID, validity: Validity) -> ServiceKeyRecord:
        made.append(make_key(keyring, purpose, row_id, validity))
        if len(made) == 1:
            rewrapping.begin(service.runtime)
        return made[-1]

    monkeypatch.setattr(signing_rotation, "make_key", overtaken)
    signing_rotation.rotate_tokens(service.runtime, LEAD)
    with service.runtime.database.reading() as uow:
        kept = {record.row_id: record.wrapping_key_id for record in service_keys.every(uow)}
    first, second = made
    assert first.row_id not in kept
    assert kept[second.row_id] == service.runtime.vault.keyring.provider.active_key_id


def test_a_process_that_meets_an_unknown_key_looks_for_it(service: Service, world: World) -> None:
    somebody = world.admin(world.school())
    keys = service.runtime.keys
    signing_rotation.replace_tokens(service.runtime)
    keys._read_at -= 5  # five seconds ago: not due for a minute, and not sought just now
    found = keys._read(keys._opened).tokens[-1]
    assert keys.token_key(found.key.key_id) is not None
    assert kid(sign_in(service, somebody.email)) == found.key.key_id


def test_checkpoints_carry_both_signatures_while_log_keys_overlap(service: Service) -> None:
    anchoring, name = service.runtime.anchoring, service.settings.log_origin

    def signed_by(note: str) -> list[int]:
        """Which of the published keys, in their order, a note opens with."""
        return [place for place, key in enumerate(verifiers()) if opens(note, key)]

    def verifiers() -> list[str]:
        return service.client().get("/v1/log/key").text.splitlines()

    def opens(note: str, key: str) -> bool:
        try:
            return bool(open_note(note, name, parse_verifier_key(key).public_key, verify))
        except ValueError:
            return False

    before = anchoring.log.newest().note
    assert signed_by(before) == [0, 1], "Ed25519, and ML-DSA-65 beside it"
    signing_rotation.rotate_log(service.runtime, LEAD, OVERLAP)
    a_minute_passes(service)
    assert signed_by(anchoring.log.newest().note) == [1, 3], "the new keys are published and do not sign yet"
    service.clock.advance(minutes=10, seconds=1)
    overlapping = anchoring.log.newest().note
    assert signed_by(overlapping) == [0, 1, 2, 3]
    assert len(split_note(overlapping)[1]) == 4
    service.clock.advance(days=30)
    assert signed_by(anchoring.log.newest().note) == [0, 2]
    assert signed_by(before) == [1, 3], "what the old keys signed stays verifiable"
    assert anchoring.log.opened(before) is not None


def test_a_log_verifies_with_either_kind_of_key(service: Service, tmp_path: Path) -> None:
    environment = to_environment(service.settings)
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(service.runtime.anchoring.log.newest().note, encoding="utf-8")
    keys = service.client().get("/v1/log/key").text.splitlines()
    assert [len(base64.b64decode(key.split("+", 2)[2])) for key in keys] == [33, 1952 + 48]
    for key in keys:
        words = ["log", "verify", "--checkpoint", str(kept), "--public-key", key]
        ran = CliRunner().invoke(main, words, env=environment)
        assert ran.output.startswith("verified: "), ran.output
    forged = kept.read_text(encoding="utf-8").replace("\n0\n", "\n7\n")
    kept.write_text(forged, encoding="utf-8")
    for key in keys:
        words = ["log", "verify", "--checkpoint", str(kept), "--public-key", key]
        assert "not to be trusted" in CliRunner().invoke(main, words, env=environment).output


def test_the_setting_is_on_or_off(service: Service) -> None:
    from passport_api.config import SettingInvalid, from_environment

    environment = to_environment(replace(service.settings, log_mldsa=True))
    assert from_environment(environment).log_mldsa
    with pytest.raises(SettingInvalid, match="PASSPORT_LOG_MLDSA"):
        from_environment({**environment, "PASSPORT_LOG_MLDSA": "perhaps"})
