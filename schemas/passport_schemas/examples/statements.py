"""Statements: warm, specific, useful on Monday morning, and never blaming the child, who may read them one day."""

from typing import Any

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
    "hash": "4f1d0c6b8a27e953d1b06f84c2a97e35",
    **WRITE,
    "author": family.SOCIAL_WORKER_ACTING,
    "recorded_on": "2026-11-10",
    "out_of_date": False,
}

_CHILDS_WORDS = {
    "id": family.CHILDS_STATEMENT,
    "version": 1,
    "hash": "b90e57a1c4d826f3087a9be16d5c42f0",
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
    "hash": "7c3a9f02e6b14d58a0f7c1e29d8b6435",
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

_CORRECTION = {
    "kind": "replaced",
    "reason": "Ms Sandler asked us to say what helps, and not only what does not.",
}

_AS_KEPT: dict[str, Any] = {"status": "stands", "correction": None, "wording_reason": None, "rests_on": []}

KEPT = {**STATEMENT, **_AS_KEPT}

EXAMINED = {**KEPT, "findings": []}

STATEMENTS = {
    "items": [
        {**_CHILDS_WORDS, **_AS_KEPT},
        KEPT,
        {**_OPINION, **_AS_KEPT, "correction": _CORRECTION, "rests_on": [family.STATEMENT]},
    ],
    "next": None,
}

CORRECTED = {
    **KEPT,
    "version": 2,
    "hash": "e2d40b7f91c35a68f4027d9be81c6a53",
    "text": (
        "The first signs that Tam is getting worried are small: sleeves pulled over her hands, a run of quick jokes. "
        "At that point a quiet job or a walk to fill her bottle is usually all she needs."
    ),
    "recorded_on": "2026-12-01",
    "correction": {"kind": "replaced", "reason": "Tam says that asking the time is only asking the time."},
}

VERSIONS = {"items": [CORRECTED, {**KEPT, "status": "replaced"}], "next": None}

_CHALLENGE = {
    "id": family.CHALLENGE,
    "challenger": "young_person",
    "words": "I ask what the time is because I like to know what comes next. It does not mean that I am worried.",
    "due_on": "2026-12-18",
    "status": "open",
}

SECTIONS = [
    {
        "section": "about_me",
        "detail_level": "need_to_know",
        "statements": [{**_CHILDS_WORDS, "challenges": []}],
    },
    {
        "section": "regulation",
        "detail_level": "need_to_know",
        "statements": [{**STATEMENT, "challenges": [_CHALLENGE]}, {**_OPINION, "challenges": []}],
    },
]
"""The same as a designated teacher sees them."""
