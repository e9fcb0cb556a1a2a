"""What emails say: in one place, in plain English, with no name of a person and nothing of any child.

A kind of notice that is emailed has its words here; one that has none goes to webhooks alone.
"""

from dataclasses import dataclass
from html import escape

from passport_api.domain.outbox import Kind
from passport_api.senders.contract import Letter


@dataclass(frozen=True, slots=True)
class Words:
    """What an email of one kind says. `{organisation}` stands for whom it was sent to.

    Attributes:
        subject: one line.
        happened: what happened.
        next: what to do about it.
        action: what the link says.
    """

    subject: str
    happened: str
    next: str
    action: str


WORDS: dict[Kind, Words] = {
    Kind.VIEW_AVAILABLE: Words(
        subject="Something was shared with {organisation}",
        happened="Something was shared with {organisation}. You can read it now.",
        next="Please sign in to see what it is. When you have read it, say so there. "
        "Then the people who shared it can see that you have.",
        action="Sign in to read it",
    ),
    Kind.STATEMENT_CORRECTED: Words(
        subject="Something that {organisation} was given has been corrected",
        happened="Something that was shared with {organisation} has been corrected or taken back.",
        next="Please sign in to see which part it is. Change or destroy every copy that you have. "
        "Then say there that you have done it. If you gave it to somebody else, say that too: we will tell them.",
        action="Sign in to see which part",
    ),
    Kind.CORRECTION_CHASED: Words(
        subject="Please answer: something that {organisation} was given has been corrected",
        happened="We told {organisation} that something it was given has been corrected or taken back. "
        "Nobody has answered yet.",
        next="A wrong sentence can follow somebody for years. Please sign in, change or destroy every copy that you "
        "have, and say there that you have done it.",
        action="Sign in to answer",
    ),
    Kind.ALERT_RAISED: Words(
        subject="Something at {organisation} waits for you to look at it",
        happened="Something that {organisation} keeps needs somebody to look at it.",
        next="Please sign in and look at your list of alerts. It says what to look at, and why. "
        "When you have dealt with it, say there what came of it.",
        action="Sign in to see the list",
    ),
    Kind.PROTECTION_CHANGED: Words(
        subject="Somebody edited a list that you keep",
        happened="Somebody edited a list that you keep together.",
        next="Please sign in and look at it. The log there says who did it, and when. "
        "If you did not expect it, talk to them.",
        action="Sign in to look at it",
    ),
    Kind.CHALLENGE_MADE: Words(
        subject="Somebody says that something {organisation} holds is wrong",
        happened="Somebody says that something in the records of {organisation} is wrong or unfair.",
        next="Please sign in to see which part it is. You have one month: correct it, or say why it stands.",
        action="Sign in to see which part",
    ),
    Kind.CHALLENGE_DUE: Words(
        subject="A week or less: something {organisation} holds is said to be wrong",
        happened="We told {organisation} that something in its records is said to be wrong or unfair. "
        "Nobody has resolved it yet. Its last day is in a week or less.",
        next="Please sign in and resolve it: correct it, or say why it stands.",
        action="Sign in to resolve it",
    ),
    Kind.CHALLENGE_OVERDUE: Words(
        subject="Late: something {organisation} holds is said to be wrong",
        happened="We told {organisation} that something in its records is said to be wrong or unfair. "
        "Nobody has resolved it, and the month for it has ended.",
        next="Please sign in and resolve it today: correct it, or say why it stands.",
        action="Sign in to resolve it",
    ),
    Kind.CHALLENGE_RESOLVED: Words(
        subject="Something that was said to be wrong has been looked into",
        happened="Something was said to be wrong or unfair. It has been looked into, and there is an answer.",
        next="Please sign in. If you may still read it, you find the answer there.",
        action="Sign in to find the answer",
    ),
}

_YOURS = "your organisation"
_WHY_NOTHING = "To keep it safe, we do not say in an email what it is or who it is about."
_WHY_YOU = "You get this email because of your role there. Please do not reply to it: nobody reads the answers."
_WHY_YOU_ALONE = "You get this email because you have an account. Please do not reply to it: nobody reads the answers."

_TEXT = """Hello,

{happened}

{next}

{action}: {url}

{why_nothing}

{why_you}
"""

_HTML = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
</head>
<body style="margin: 0; padding: 24px; background-color: #ffffff; color: #0b0c0c;
 font-family: Helvetica, Arial, sans-serif; font-size: 19px; line-height: 1.4;">
<div role="article" lang="en-GB" aria-label="{subject}" style="max-width: 580px;">
<p>Hello,</p>
<p>{happened}</p>
<p>{next}</p>
<p><a href="{url}" style="color: #1d70b8; text-decoration: underline;">{action}</a><br>{url}</p>
<p>{why_nothing}</p>
<p style="color: #484949;">{why_you}</p>
</div>
</body>
</html>
"""


def letter_of(kind: Kind, organisation: str | None, url: str, *, for_themselves: bool = False) -> Letter:
    """Write the email of one kind.

    Args:
        kind: one that has words.
        organisation: its name; None where that is better not said, and then it is "your organisation".
        url: where to sign in.
        for_themselves: whether it is for somebody as themselves, whatever their role is.
    """
    words = WORDS[kind]
    named = {"organisation": " ".join((organisation or _YOURS).split())}
    parts = {
        "subject": words.subject.format(**named),
        "happened": words.happened.format(**named),
        "next": words.next.format(**named),
        "action": words.action,
        "url": url,
        "why_nothing": _WHY_NOTHING,
        "why_you": _WHY_YOU_ALONE if for_themselves else _WHY_YOU,
    }
    safe = {name: escape(part) for name, part in parts.items()}
    return Letter(parts["subject"], _TEXT.format(**parts), _HTML.format(**safe))
