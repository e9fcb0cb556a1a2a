"""What a password must be: long, and not one of the obvious. Length beats composition (NIST SP 800-63B s.3.1.1)."""

import unicodedata

from passport_api.domain.errors import InvalidField

MIN_LENGTH = 12
MAX_LENGTH = 256
_MIN_DIFFERENT = 5
_ORNAMENT = "0123456789!?.,;:-_@#$%&*+ "
_OBVIOUS = frozenset(
    {
        "",
        "administrator",
        "changeme",
        "iloveyou",
        "letmein",
        "mypassword",
        "passport",
        "passw0rd",
        "password",
        "passwordpassword",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopas",
        "qwertyuiopasdf",
        "qwertyqwerty",
        "school",
        "socialworker",
        "teacher",
        "welcome",
        "yourpassword",
    }
)
"""Words that people lengthen with digits and marks; compared without them."""


def normalised_password(password: str) -> str:
    """A password as it is hashed: NFKC, so that the same keys on two systems give the same (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, field: str = "/password") -> None:
    """Hold a new password against the rule.

    Raises:
        InvalidField: it is too short, too long, made of very few different characters, or one of the obvious.
    """
    password = normalised_password(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidField(field, f"Must have between {MIN_LENGTH} and {MAX_LENGTH} characters.")
    if len(set(password)) < _MIN_DIFFERENT:
        raise InvalidField(field, f"Must have at least {_MIN_DIFFERENT} different characters.")
    if password.casefold().strip(_ORNAMENT) in _OBVIOUS:
        raise InvalidField(field, "Too easy to guess: try three random words.")
