"""The text files of `data`: what a practitioner can read and add to without reading code."""

from importlib import resources


def lines_of(name: str) -> list[str]:
    """Return the lines of a table, without its comments and empty lines."""
    text = (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def words_of(name: str) -> frozenset[str]:
    """Return every word of a table."""
    return frozenset(word for line in lines_of(name) for word in line.split())


def sets_of(name: str) -> dict[str, frozenset[str]]:
    """Return the words under each heading of a table, a heading being `[in brackets]`."""
    sets: dict[str, set[str]] = {}
    for line in lines_of(name):
        if line.startswith("["):
            current = sets[line.strip("[]")] = set()
        else:
            current.update(line.split())
    return {heading: frozenset(words) for heading, words in sets.items()}
