"""Reading a list to its end, as a caller does: by the link that each page gives to the next."""

from typing import Any, Protocol

import httpx


class Reads(Protocol):
    """Somebody who asks over HTTP."""

    def get(self, url: str, /) -> httpx.Response:
        """Ask for one page."""
        ...


def every(reader: Reads, path: str) -> list[Any]:
    """Every item of a list, page by page."""
    items: list[Any] = []
    page: str | None = path
    while page is not None:
        answer = reader.get(page)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        page = answer.json()["next"]
    return items
