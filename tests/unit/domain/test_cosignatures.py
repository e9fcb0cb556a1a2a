"""Cosignatures, held against the specification's example and against notes that its reference implementation made."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.checkpoints import KeyMalformed, NoteFault, NoteRejected, split_note, verifier_key
from passport_api.domain.cosignatures import (
    COSIGNATURE,
    CosignerKey,
    cosign,
    cosigned_at,
    cosigned_message,
    cosigner_key,
    only_cosignatures,
    parse_cosigner_key,
)
from passport_keys.signing import SigningKey, verify

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors/cosignatures.json").read_text(encoding="utf-8")
)
PUBLISHED, REFERENCE = VECTORS["specification"], VECTORS["reference"]
PRIVATE = SigningKey.from_private_bytes(bytes.fromhex(REFERENCE["seed"]))
KEY = CosignerKey(REFERENCE["name"], PRIVATE.public_bytes())
OTHER = SigningKey.from_private_bytes(b"\x01" * 32)
AT = REFERENCE["time"]
NOTE = REFERENCE["notes"][0]
BODY, LINE = NOTE.partition("\n\n")[0] + "\n", NOTE.partition("\n\n")[2]


def fault_of(note: str, key: CosignerKey = KEY) -> NoteFault:
    with pytest.raises(NoteRejected) as caught:
        cosigned_at(note, key, verify)
    return caught.value.fault


def test_the_published_cosignature_states_its_time_and_message():
    body, signatures = split_note(PUBLISHED["note"])
    (cosignature,) = [signature for name, _, signature in signatures if name == "witness.example.com/w1"]
    assert int.from_bytes(cosignature[:8]) == PUBLISHED["time"]
    assert len(cosignature) == 72
    assert cosigned_message(body, PUBLISHED["time"]).decode() == PUBLISHED["message"]


@pytest.mark.parametrize("note", REFERENCE["notes"])
def test_what_the_reference_implementation_cosigned_verifies(note):
    assert cosigned_at(note, parse_cosigner_key(REFERENCE["verifier_key"]), verify) == AT


@pytest.mark.parametrize("note", REFERENCE["notes"])
def test_cosigning_gives_the_line_that_the_reference_implementation_gives(note):
    body, _ = split_note(note)
    assert f"{body}\n{cosign(body, KEY, AT, PRIVATE.sign)}" == note


def test_a_cosigner_key_is_written_back_as_it_was_read():
    key = parse_cosigner_key(REFERENCE["verifier_key"])
    assert key == KEY
    assert cosigner_key(key.name, key.public_key) == REFERENCE["verifier_key"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        REFERENCE["verifier_key"] + "\n",
        REFERENCE["verifier_key"].replace("e75f6532", "e75f6533"),
        REFERENCE["verifier_key"].replace("w1", "w2"),
        verifier_key(KEY.name, KEY.public_key),
    ],
)
def test_what_is_not_a_cosigners_key_is_refused(text):
    with pytest.raises(KeyMalformed):
        parse_cosigner_key(text)


def test_a_logs_signature_by_the_same_key_is_no_cosignature():
    blob = split_note(NOTE)[1][0][1] + PRIVATE.sign(BODY.encode())
    assert fault_of(f"{BODY}\n— {KEY.name} {base64.b64encode(blob).decode()}\n") is NoteFault.BAD_SIGNATURE


def test_the_time_is_part_of_what_is_signed():
    blob = base64.b64decode(LINE.rsplit(" ", 1)[1])
    later = blob[:4] + (AT + 1).to_bytes(8) + blob[12:]
    assert fault_of(f"{BODY}\n— {KEY.name} {base64.b64encode(later).decode()}\n") is NoteFault.BAD_SIGNATURE


@pytest.mark.parametrize("at", [0, -1, 1 << 63])
def test_a_time_that_no_cosignature_can_state_is_not_signed(at):
    with pytest.raises(ValueError, match="1970"):
        cosign(BODY, KEY, at, PRIVATE.sign)


@pytest.mark.parametrize("at", [0, 1 << 63])
def test_a_cosignature_without_a_time_is_refused_though_its_signature_is_right(at):
    blob = bytes.fromhex("e75f6532") + at.to_bytes(8) + PRIVATE.sign(cosigned_message(BODY, at))
    assert fault_of(f"{BODY}\n— {KEY.name} {base64.b64encode(blob).decode()}\n") is NoteFault.BAD_SIGNATURE


@given(cut=st.integers(1, 72))
def test_a_cosignature_cut_short_is_refused(cut):
    blob = base64.b64decode(LINE.rsplit(" ", 1)[1])[:-cut]
    fault = fault_of(f"{BODY}\n— {KEY.name} {base64.b64encode(blob).decode()}\n")
    assert fault in {NoteFault.BAD_SIGNATURE, NoteFault.MALFORMED}


@given(at=st.integers(0, len(BODY) - 2), character=st.characters(min_codepoint=33, max_codepoint=126))
def test_a_changed_body_is_refused(at, character):
    changed = BODY[:at] + character + BODY[at + 1 :]
    if changed != BODY:
        assert fault_of(NOTE.replace(BODY, changed)) is NoteFault.BAD_SIGNATURE


def test_others_cosignatures_are_ignored_and_their_own_alone_are_picked_out():
    other = CosignerKey("witness.example/w2", OTHER.public_bytes())
    both = NOTE + cosign(BODY, other, AT + 5, OTHER.sign)
    assert cosigned_at(both, KEY, verify) == AT
    assert cosigned_at(both, other, verify) == AT + 5
    assert only_cosignatures(both, KEY) == LINE
    assert fault_of(NOTE, other) is NoteFault.NOT_SIGNED


def test_a_key_of_the_same_name_is_another():
    assert fault_of(NOTE, CosignerKey(KEY.name, OTHER.public_bytes())) is NoteFault.NOT_SIGNED


def test_of_several_the_latest_counts_and_none_may_be_wrong():
    later = cosign(BODY, KEY, AT + 9, PRIVATE.sign)
    assert cosigned_at(NOTE + later, KEY, verify) == AT + 9
    wrong = cosign(BODY, KEY, AT + 9, OTHER.sign)
    assert fault_of(NOTE + wrong) is NoteFault.BAD_SIGNATURE


def test_the_kind_is_the_one_assigned():
    assert COSIGNATURE == b"\x04"
