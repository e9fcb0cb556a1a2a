"""What somebody could tell two answers apart by."""

from dataclasses import dataclass

import httpx

from passport_api.app import new_id

_NEW_EACH_TIME = {"x-request-id", "date"}


@dataclass(frozen=True)
class Told:
    """All that an answer says, but for what is new in every answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def told(answer: httpx.Response) -> Told:
    """What an answer says: two that are alike in this cannot be told apart but by how long they took."""
    headers = sorted((name, value) for name, value in answer.headers.multi_items() if name not in _NEW_EACH_TIME)
    return Told(answer.status_code, tuple(headers), answer.content)


def nobodys_id() -> str:
    """An id that nothing has, made as every id here is."""
    return str(new_id())
