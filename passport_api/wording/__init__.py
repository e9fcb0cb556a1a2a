"""The rules of the wording check, read from `rules.yaml`, which people who work with children may edit.

[docs/wording.md](../../docs/wording.md) says how. What a rule means is in `passport_api.domain.wording`.
"""

from functools import cache
from importlib import resources

from passport_api.domain.wording import Rules
from passport_api.domain.wording.notation import Notation
from passport_api.wording.document import RulesInvalid, read_document
from passport_api.wording.entries import patterns_of, rules_of, sources_of, usage_of

__all__ = ["RulesInvalid", "load", "parse"]


@cache
def load() -> Rules:
    """Read the rules that ship with the package; once, since they do not change while the service runs.

    Raises:
        RulesInvalid: the file is not as it should be.
    """
    return parse(resources.files(__name__).joinpath("rules.yaml").read_text(encoding="utf-8"))


def parse(text: str) -> Rules:
    """Read rules from YAML and hold them against everything that can be said of them without reading a sentence.

    Raises:
        RulesInvalid: it is not YAML, a field is missing or unknown, a rule is written twice, has an unknown category,
            strength or source, too few sentences, or a pattern that cannot be read. Names the rule and its line.
    """
    document = read_document(text)
    notation = Notation(
        lists=document.lists("lists"),
        forms=document.lists("forms"),
        never_between=tuple(document.lists("usage").get("never_between", ())),
    )
    return Rules(
        version=document.version,
        rules=rules_of(document, sources_of(document), notation),
        passes=patterns_of("passes", document.texts("passes"), notation),
        usage=usage_of(document, notation),
    )
