"""What every route must say of itself: who may call it, and what calling it writes in the access log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from flask import Flask

Caller = Literal[
    "anyone",
    "signed_in",
    "parent",
    "young_person",
    "custodian",
    "manager",
    "recipient",
    "authority",
    "org_admin",
    "operator",
    "auditor",
]
View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "declared_access"


@dataclass(frozen=True, slots=True)
class Access:
    """A route's declaration.

    Attributes:
        callers: who may call it; `("anyone",)` alone means that no sign-in is asked for.
        logs: the action that a call writes in the access log, or "nothing".
    """

    callers: tuple[Caller, ...]
    logs: str

    @property
    def is_open(self) -> bool:
        """Whether the route answers without a sign-in."""
        return self.callers == ("anyone",)


def access(*, callers: tuple[Caller, ...], logs: str) -> Callable[[View], View]:
    """Declare a view's access; in whatever order it stands among other decorators.

    Args:
        callers: who may call, "anyone" only by itself.
        logs: the access-log action, or "nothing".

    Raises:
        ValueError: the declaration says nothing, contradicts itself or names an unknown caller.
    """
    if not callers or not set(callers) <= set(get_args(Caller)):
        raise ValueError(f"Name callers among {', '.join(get_args(Caller))}.")
    if "anyone" in callers and callers != ("anyone",):
        raise ValueError('"anyone" includes every other caller.')
    if not logs:
        raise ValueError('Say what the call logs, or "nothing".')

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, Access(callers, logs))
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """The declaration of a view function, None when it has none."""
    declared = getattr(view, _ATTRIBUTE, None)
    return declared if isinstance(declared, Access) else None


def routes_without_access(app: Flask) -> list[str]:
    """Every URL rule whose view declares nothing: a test holds this empty."""
    return [rule.rule for rule in app.url_map.iter_rules() if not access_of(app.view_functions[rule.endpoint])]
