"""What a password must be: long, and not one of the obvious. Length beats composition (NCSC, NIST SP 800-63B)."""

from passport_api.domain.errors import InvalidField

MIN_LENGTH = 12
MAX_LENGTH = 256
_MIN_DIFFERENT = 5


def check_password(password: str, field: str = "/password") -> None:
    """Hold a new password against the rule.

    Raises:
        InvalidField: it is too short, too long, or made of very few different characters.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidField(field, f"Must have between {MIN_LENGTH} and {MAX_LENGTH} characters.")
    if len(set(password)) < _MIN_DIFFERENT:
        raise InvalidField(field, f"Must have at least {_MIN_DIFFERENT} different characters.")
