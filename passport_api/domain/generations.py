"""The log's name through its generations.

A log must never sign two histories under one name (c2sp.org/tlog-checkpoint). A log that lost its newest entries for
good goes on under another name, which says of which log it is the second, the third.
"""


def origin_of(base: str, generation: int) -> str:
    """The log's name in a generation: the first has the plain name."""
    return base if generation == 1 else f"{base}/{generation}"


def generation_of(base: str, origin: str) -> int | None:
    """Which generation of a log a name is; None for another log's name."""
    if origin == base:
        return 1
    number = origin.removeprefix(f"{base}/")
    if number == origin or not (number.isascii() and number.isdigit()) or len(number) > 9:  # noqa: PLR2004 - absurd
        return None
    generation = int(number)
    return generation if origin_of(base, generation) == origin else None
