"""Signing in and out."""

from passport_schemas.examples import family

_REFRESH_TOKEN = "vYh3m0pQ7sT2xW9zA4bC6dE8fG1hJ5kL0nM3oP7qR2s"  # noqa: S105 - made up

SIGN_IN = {"email": "p.nair@tollandbridge.example", "password": "marigold teapot lighthouse"}

REFRESH = {"refresh_token": _REFRESH_TOKEN}

TOKENS = {
    "access_token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTk5ZjBiMiJ9.c2lnbmF0dXJl",
    "refresh_token": _REFRESH_TOKEN,
    "token_type": "Bearer",
    "expires_in": 600,
}

ME = {
    "id": family.DESIGNATED_TEACHER,
    "name": "Priya Nair",
    "memberships": [
        {
            "organisation_id": family.RECEIVING_SCHOOL,
            "organisation": "Tolland Bridge School",
            "role": "designated_teacher",
        }
    ],
}

KEYS = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "use": "sig",
            "alg": "EdDSA",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        }
    ]
}
"""The public key of RFC 8037's appendix A."""
