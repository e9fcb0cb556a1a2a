"""Statements: warm, specific, useful on Monday morning, and never blaming the child, who may read them one day."""

from passport_schemas.examples import family

WRITE = {
    "section": "regulation",
    "detail_level": "everyday",
    "kind": "observation",
    "text": (
        "The first signs that Tam is getting worried are small: sleeves pulled over her hands, a run of quick jokes, "
        "asking the time again and again. At that point a quiet job or a walk to fill her bottle is usually all she "
        "needs."
    ),
    "source": "parent",
    "review_on": "2027-10-13",
}

STATEMENT = {
    "id": family.STATEMENT,
    "version": 1,
    **WRITE,
    "author": family.SOCIAL_WORKER_ACTING,
    "recorded_on": "2026-11-10",
    "out_of_date": False,
}

_CHILDS_WORDS = {
    "id": family.CHILDS_STATEMENT,
    "version": 1,
    "section": "about_me",
    "detail_level": "everyday",
    "kind": "childs_words",
    "text": (
        "If I'm having a wobble please don't ask me why, because I don't know why yet. Sit near me and talk about "
        "something normal. I will tell you when my brain comes back on."
    ),
    "source": "child",
    "author": family.PARENT_ACTING,
    "recorded_on": "2026-11-10",
    "review_on": None,
    "out_of_date": False,
}

_OPINION = {
    "id": family.OPINION,
    "version": 2,
    "section": "regulation",
    "detail_level": "need_to_know",
    "kind": "opinion",
    "text": (
        "Professional opinion of Miriam Sandler, child psychotherapist, October 2026: being sent out or left alone "
        "sets off Tam's alarm; being near a calm adult turns it down. Time in with somebody works where time out "
        "does not, so please plan any sanction with Ms Nair first."
    ),
    "source": "therapist",
    "author": family.SOCIAL_WORKER_ACTING,
    "recorded_on": "2026-11-12",
    "review_on": "2027-10-31",
    "out_of_date": False,
}

STATEMENTS = {"items": [_CHILDS_WORDS, STATEMENT, _OPINION], "next": None}

SECTIONS = [
    {"section": "about_me", "detail_level": "need_to_know", "statements": [_CHILDS_WORDS]},
    {"section": "regulation", "detail_level": "need_to_know", "statements": [STATEMENT, _OPINION]},
]
"""The same as a designated teacher sees them."""
