"""Checkpoints and signed notes, held against the examples that their specifications publish."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    KeyMalformed,
    NoteFault,
    NoteRejected,
    add_signature,
    note_key_id,
    open_note,
    parse_verifier_key,
    sign_note,
    verifier_key,
)

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors/signed_notes.json").read_text(encoding="utf-8")
)
PUBLISHED = VECTORS["note"]
ROOT = bytes(range(32))
NAME = "log.example/passports"
BODY = Checkpoint(NAME, 42, ROOT).body()
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OTHER_PUBLIC = OTHER.public_key().public_bytes_raw()


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signed(body: str = BODY, name: str = NAME) -> str:
    return sign_note(body, name, PUBLIC, PRIVATE.sign)


def line(name: str, blob: bytes) -> str:
    return f"— {name} {base64.b64encode(blob).decode()}\n"


def fault_of(note: str) -> NoteFault:
    with pytest.raises(NoteRejected) as caught:
        open_note(note, NAME, PUBLIC, verify)
    return caught.value.fault


def test_the_published_note_opens_with_the_published_key():
    key = parse_verifier_key(PUBLISHED["verifier_key"])
    assert key.name == "PeterNeumann"
    assert open_note(PUBLISHED["signed"], key.name, key.public_key, verify) == PUBLISHED["body"]


def test_signing_the_published_text_gives_the_published_note():
    # A published signing key is PRIVATE+KEY+name+id+base64(type byte, seed).
    seed = base64.b64decode(PUBLISHED["published_signing_key"].split("+", 4)[4])[1:]
    key = parse_verifier_key(PUBLISHED["verifier_key"])
    sign = Ed25519PrivateKey.from_private_bytes(seed).sign
    assert sign_note(PUBLISHED["body"], key.name, key.public_key, sign) == PUBLISHED["signed"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PUBLISHED["verifier_key"], "PeterNeumann"),
        (VECTORS["verifier_key"]["text"], VECTORS["verifier_key"]["name"]),
    ],
)
def test_a_published_verifier_key_is_written_back_as_it_was_read(text, name):
    key = parse_verifier_key(text)
    assert key.name == name
    assert verifier_key(key.name, key.public_key) == text
    assert note_key_id(key.name, key.public_key).hex() == text.split("+")[1]


def test_the_published_checkpoint_is_written_back_as_it_was_read():
    example = VECTORS["checkpoint_body"]
    checkpoint = Checkpoint.parse(example["text"])
    assert (checkpoint.origin, checkpoint.size) == (example["origin"], example["size"])
    assert checkpoint.body() == example["text"]


@given(
    origin=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1),
    size=st.integers(0, 2**63 - 1),
    root=st.binary(min_size=32, max_size=32),
)
def test_any_checkpoint_is_read_back_as_it_was_written(origin, size, root):
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.parse(checkpoint.body()) == checkpoint


ENCODED = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        f"{NAME}\n42\n{ENCODED}",
        f"{NAME}\n42\n{ENCODED}\n\n",
        f"{NAME}\n42\n{ENCODED}\nextension\n",
        f"\n{NAME}\n42\n{ENCODED}\n",
        f"\n42\n{ENCODED}\n",
        f"{NAME}\r\n42\r\n{ENCODED}\r\n",
        f"{NAME}\x00\n42\n{ENCODED}\n",
        f"{NAME}\x85\n42\n{ENCODED}\n",
        f"{NAME}\u2028\n42\n{ENCODED}\n",
        f"{NAME}\ud800\n42\n{ENCODED}\n",
        f"{NAME}\n042\n{ENCODED}\n",
        f"{NAME}\n-1\n{ENCODED}\n",
        f"{NAME}\n+42\n{ENCODED}\n",
        f"{NAME}\n4_2\n{ENCODED}\n",
        f"{NAME}\n 42\n{ENCODED}\n",
        f"{NAME}\n4٢\n{ENCODED}\n",
        f"{NAME}\n{2**63}\n{ENCODED}\n",
        f"{NAME}\n{'9' * 5000}\n{ENCODED}\n",
        f"{NAME}\n42\n{ENCODED} \n",
        f"{NAME}\n42\n{ENCODED.rstrip('=')}\n",
        f"{NAME}\n42\n{ENCODED[:-2]}9=\n",
        f"{NAME}\n42\n{ENCODED.replace('/', '_')[:-4]}____\n",
        f"{NAME}\n42\n{base64.b64encode(ROOT[1:]).decode()}\n",
        f"{NAME}\n42\né\n",
    ],
)
def test_a_text_that_is_not_exactly_a_checkpoint_is_refused(text):
    with pytest.raises(CheckpointMalformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, ROOT), ("two\nlines", 1, ROOT), (NAME, -1, ROOT), (NAME, 2**63, ROOT), (NAME, 1, ROOT[1:])],
)
def test_a_checkpoint_that_could_not_be_read_back_cannot_be_made(origin, size, root):
    with pytest.raises(CheckpointMalformed):
        Checkpoint(origin, size, root)


def test_a_signed_checkpoint_opens_to_itself():
    assert open_note(signed(), NAME, PUBLIC, verify) == BODY


def test_a_body_with_empty_lines_and_quoted_signatures_opens_to_itself():
    body = f"first\n\n{line(NAME, bytes(68))}\n\n"
    assert open_note(signed(body), NAME, PUBLIC, verify) == body


@given(at=st.integers(0, len(BODY) - 2), character=st.characters(min_codepoint=33, max_codepoint=126))
@settings(deadline=None)
def test_a_changed_body_is_refused(at, character):
    changed = BODY[:at] + character + BODY[at + 1 :]
    if changed != BODY:
        assert fault_of(signed().replace(BODY, changed)) is NoteFault.BAD_SIGNATURE


@given(at=st.integers(4, 67), bit=st.integers(0, 7))
@settings(deadline=None)
def test_a_changed_signature_is_refused(at, bit):
    blob = bytearray(note_key_id(NAME, PUBLIC) + PRIVATE.sign(BODY.encode()))
    blob[at] ^= 1 << bit
    assert fault_of(f"{BODY}\n{line(NAME, bytes(blob))}") is NoteFault.BAD_SIGNATURE


def test_a_signature_of_another_length_is_refused():
    blob = note_key_id(NAME, PUBLIC) + PRIVATE.sign(BODY.encode())
    for wrong in (blob[:-1], blob + b"\0"):
        assert fault_of(f"{BODY}\n{line(NAME, wrong)}") is NoteFault.BAD_SIGNATURE


def test_signatures_of_unknown_keys_are_ignored():
    own = signed().removeprefix(f"{BODY}\n")
    same_name = line(NAME, note_key_id(NAME, OTHER_PUBLIC) + OTHER.sign(BODY.encode()))
    same_id = line("witness.example", note_key_id(NAME, PUBLIC) + bytes(64))
    other_type = line("witness.example", bytes(5000))
    note = f"{BODY}\n{same_name}{same_id}{own}{other_type}"
    assert open_note(note, NAME, PUBLIC, verify) == BODY


def test_a_note_that_only_others_signed_is_refused():
    same_name = line(NAME, note_key_id(NAME, OTHER_PUBLIC) + OTHER.sign(BODY.encode()))
    same_id = line("witness.example", note_key_id(NAME, PUBLIC) + PRIVATE.sign(BODY.encode()))
    assert fault_of(f"{BODY}\n{same_name}{same_id}") is NoteFault.NOT_SIGNED


def test_a_right_signature_does_not_excuse_a_wrong_one_by_the_same_key():
    wrong = line(NAME, note_key_id(NAME, PUBLIC) + bytes(64))
    assert fault_of(signed() + wrong) is NoteFault.BAD_SIGNATURE


def test_a_note_may_carry_many_signatures_but_not_endlessly_many():
    stranger = line("witness.example", bytes(68))
    assert open_note(signed() + stranger * 99, NAME, PUBLIC, verify) == BODY
    assert fault_of(signed() + stranger * 100) is NoteFault.MALFORMED


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        BODY,
        f"{BODY}\n",
        signed().removesuffix("\n"),
        signed() + "\n",
        signed().replace("\n\n", "\n"),
        signed().replace("—", "-"),
        signed().replace("— ", "—"),
        signed().replace("— ", "—\u00a0"),
        signed().replace(f" {NAME} ", "  "),
        signed().replace(f" {NAME} ", f" {NAME}  "),
        signed().replace(f" {NAME} ", " with+plus "),
        signed().replace(f" {NAME} ", " non\u2003breaking "),
        signed().replace("\n— ", "\r\n— "),
        signed().replace("42", "4\t2"),
        signed().replace("42", "4\x002"),
        signed().replace("42", "4\ud8002"),
        f"{signed()}— witness.example \n",
        f"{signed()}— witness.example\n",
        f"{signed()}— witness.example !!!!\n",
        f"{signed()}— witness.example AAAAAAB=\n",
        f"{signed()}{line('witness.example', bytes(4))}",
        f"{signed()}trailing words\n",
    ],
)
def test_a_malformed_note_is_refused(note):
    assert fault_of(note) is NoteFault.MALFORMED


@given(parts=st.lists(st.sampled_from(["\n", "— ", NAME, " ", "AAAAAAA=", "+", "x"])))
def test_no_heap_of_parts_of_notes_is_trusted(parts):
    assert fault_of("".join(parts)) in set(NoteFault)


@pytest.mark.parametrize("body", ["", "no newline", "tab\t\n", "carriage\r\n", "half \ud800\n"])
def test_a_body_that_no_note_can_hold_is_not_signed(body):
    with pytest.raises(NoteRejected, match="malformed"):
        signed(body)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "non\u00a0breaking", "line\nbreak", "half\ud800"])
def test_a_key_has_a_name_that_fits_in_a_note(name):
    with pytest.raises(KeyMalformed):
        verifier_key(name, PUBLIC)
    with pytest.raises(KeyMalformed):
        signed(name=name)
    with pytest.raises(KeyMalformed):
        open_note(signed(), name, PUBLIC, verify)


GOOD_KEY = verifier_key(NAME, PUBLIC)
KEY_ID = note_key_id(NAME, PUBLIC).hex()


def key_line(blob: bytes) -> str:
    return f"{NAME}+{KEY_ID}+{base64.b64encode(blob).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        f"{NAME}+{KEY_ID}",
        GOOD_KEY + "\n",
        " " + GOOD_KEY,
        GOOD_KEY.replace(KEY_ID, KEY_ID.upper()),
        GOOD_KEY.replace(KEY_ID, "00000000"),
        GOOD_KEY.replace(NAME, "other.example"),
        GOOD_KEY.replace(NAME, "log.example+passports"),
        key_line(PUBLIC),
        key_line(b"\x04" + PUBLIC),
        key_line(b"\x01" + PUBLIC[1:]),
    ],
)
def test_a_verifier_key_that_is_not_exactly_right_is_refused(text):
    with pytest.raises(KeyMalformed):
        parse_verifier_key(text)


def test_a_public_key_that_begins_like_its_type_byte_is_read_whole():
    public = b"\x01" * 32
    assert parse_verifier_key(verifier_key(NAME, public)).public_key == public


def test_a_note_with_an_old_and_a_new_signature_opens_with_either_key():
    note = add_signature(signed(), NAME, OTHER_PUBLIC, OTHER.sign)
    assert note.startswith(signed())
    for public_key in (PUBLIC, OTHER_PUBLIC):
        assert open_note(note, NAME, public_key, verify) == BODY


def test_a_note_whose_second_signature_is_wrong_still_opens_with_the_first_key_and_not_with_the_second():
    note = add_signature(signed(), NAME, OTHER_PUBLIC, PRIVATE.sign)
    assert open_note(note, NAME, PUBLIC, verify) == BODY
    with pytest.raises(NoteRejected, match="bad signature"):
        open_note(note, NAME, OTHER_PUBLIC, verify)


def test_an_mldsa_key_has_a_type_of_our_own_in_its_id_and_in_its_text():
    public = bytes(1952)
    typed = b"\xfftransition-passport/note-signature/ML-DSA-65/v1" + public
    key_id = hashlib.sha256(NAME.encode() + b"\n" + typed).digest()[:4]
    text = f"{NAME}+{key_id.hex()}+{base64.b64encode(typed).decode()}"
    assert verifier_key(NAME, public) == text
    assert parse_verifier_key(text).public_key == public


def test_no_signature_is_added_to_what_is_no_note():
    with pytest.raises(NoteRejected):
        add_signature(BODY, NAME, PUBLIC, PRIVATE.sign)
