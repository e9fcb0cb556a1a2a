"""Makes flask-jwt-extended's refusals problem documents: 401 for every bad token, saying nothing of why.

Its defaults answer `{"msg"}`, with 422 for a malformed token.
"""

from typing import Any, Final

from flask import Response
from flask_jwt_extended import JWTManager

from passport_api.api.edge.problems import Problem, problem_response

# RFC 6750 section 3.1: an error code only when a token was sent.
_NO_TOKEN: Final = {"WWW-Authenticate": "Bearer"}
_BAD_TOKEN: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def register_token_problems(jwt: JWTManager) -> None:
    """Override every loader of a JWT manager that answers with an error."""
    jwt.unauthorized_loader(_unauthenticated)
    jwt.invalid_token_loader(_bad_token)
    jwt.expired_token_loader(_bad_token)
    jwt.revoked_token_loader(_bad_token)
    jwt.needs_fresh_token_loader(_bad_token)
    jwt.token_verification_failed_loader(_bad_token)
    jwt.user_lookup_error_loader(_bad_token)


def _unauthenticated(*_details: Any) -> Response:
    return problem_response(Problem("unauthenticated", headers=_NO_TOKEN))


def _bad_token(*_details: Any) -> Response:
    return problem_response(Problem("unauthenticated", headers=_BAD_TOKEN))
