"""Protected lists. Every name, number and address is invented."""

from passport_schemas.examples import family

_TERMS = [
    {"kind": "relative_name", "text": "Katherine Doyle"},
    {"kind": "address", "text": "14 Kiln Street, Marlow Bridge, ZZ9 9ZZ"},
    {"kind": "date", "text": "3 September 2015"},
    {"kind": "family_surname", "text": "Fairweather"},
]

NEW = {"terms": _TERMS, "names_in_use": ["Mrs Doyle"]}

KEPT = {
    "passport_id": family.PASSPORT,
    "version": 2,
    "terms": _TERMS,
    "names_in_use": ["Mrs Doyle"],
    "stopped": [{"id": family.OPINION, "version": 2}],
}

CHECK = {"text": "We moved to be near the sea, and the Fairweathers of Otter Lane are well.", "readers": "birth_family"}

CHECKED = {
    "findings": [
        {
            "strength": "strong",
            "field": "text",
            "start": 37,
            "end": 49,
            "matched": "Fairweathers",
            "category": "protected",
            "why": "It is on the protected list: whoever reads it could find the child.",
            "instead": "Say my family, our family, or use first names alone.",
            "source": {
                "title": "UK GDPR, Article 5(1)(c): data minimisation",
                "publisher": "The National Archives",
                "year": "2016",
                "address": "https://www.legislation.gov.uk/eur/2016/679/article/5",
            },
        }
    ]
}
