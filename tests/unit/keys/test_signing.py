"""Signing against the published vectors: RFC 8032 section 7.1 and RFC 8037 appendix A."""

import jwt
import pytest

from passport_keys.signing import MlDsaSigningKey, SigningKey, verify

# RFC 8032 section 7.1, tests 1 and 2: private, public, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
]
# RFC 8037 appendix A.1 and A.3: the key of the first vector, and its thumbprint.
RFC_8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_8037_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.fixture(scope="module")
def rfc_key() -> SigningKey:
    return SigningKey.from_private_bytes(bytes.fromhex(VECTORS[0][0]))


@pytest.mark.parametrize("vector", VECTORS, ids=["test 1", "test 2"])
def test_the_vectors_of_rfc_8032_hold(vector):
    private, public, message, signature = map(bytes.fromhex, vector)
    key = SigningKey.from_private_bytes(private)
    assert (key.public_bytes(), key.sign(message)) == (public, signature)
    assert verify(public, signature, message)


def test_the_key_id_is_the_thumbprint_of_rfc_8037(rfc_key):
    assert rfc_key.key_id == RFC_8037_THUMBPRINT


def test_the_jwk_holds_the_public_key_and_what_it_is_for(rfc_key):
    assert rfc_key.jwk() == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": RFC_8037_X,
        "use": "sig",
        "alg": "EdDSA",
        "kid": RFC_8037_THUMBPRINT,
    }


def test_every_flipped_bit_of_a_signature_is_refused():
    key = SigningKey.generate()
    signature = key.sign(b"checkpoint")
    for bit in range(512):
        altered = bytearray(signature)
        altered[bit // 8] ^= 1 << bit % 8
        assert not verify(key.public_bytes(), bytes(altered), b"checkpoint")


def test_another_message_or_key_is_refused():
    key = SigningKey.generate()
    signature = key.sign(b"checkpoint")
    assert not verify(key.public_bytes(), signature, b"Checkpoint")
    assert not verify(SigningKey.generate().public_bytes(), signature, b"checkpoint")


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
def test_what_is_not_a_public_key_verifies_nothing(public):
    assert not verify(public, bytes(64), b"")


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65)])
def test_what_is_not_a_signature_does_not_verify(rfc_key, signature):
    assert not verify(rfc_key.public_bytes(), signature, b"")


def test_a_key_survives_its_private_bytes():
    key = SigningKey.generate()
    again = SigningKey.from_private_bytes(key.private_bytes())
    assert (again.key_id, again.public_bytes()) == (key.key_id, key.public_bytes())


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_private_bytes_of_another_length_are_refused(length):
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey.from_private_bytes(bytes(length))


def test_a_token_signed_with_the_private_pem_verifies_with_the_public_pem_and_with_the_jwk():
    key = SigningKey.generate()
    token = jwt.encode({"sub": "person-1"}, key.private_pem(), algorithm="EdDSA", headers={"kid": key.key_id})
    for public in (key.public_pem(), jwt.PyJWK(key.jwk())):
        assert jwt.decode(token, public, algorithms=["EdDSA"]) == {"sub": "person-1"}


def test_the_repr_hides_the_private_bytes(rfc_key):
    shown = repr(rfc_key) + str(rfc_key)
    assert VECTORS[0][0][:8] not in shown
    assert repr(rfc_key.private_bytes())[2:10] not in shown
    assert RFC_8037_THUMBPRINT in shown


def test_an_mldsa_key_is_the_same_from_the_same_seed_and_its_signatures_verify_and_no_others():
    key, other = (MlDsaSigningKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2))
    assert MlDsaSigningKey.from_private_bytes(key.private_bytes()).public_bytes() == key.public_bytes()
    assert (len(key.public_bytes()), len(key.sign(b"note"))) == (1952, 3309)
    assert verify(key.public_bytes(), key.sign(b"note"), b"note")
    assert not verify(key.public_bytes(), key.sign(b"note"), b"another")
    assert not verify(key.public_bytes(), other.sign(b"note"), b"note")
    assert not verify(key.public_bytes(), b"short", b"note")
    assert key.key_id in repr(key)


def test_an_mldsa_seed_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32"):
        MlDsaSigningKey.from_private_bytes(bytes(31))
