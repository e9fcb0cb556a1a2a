"""Wording checks."""

CHECK = {
    "text": "When the bell rang Tam hid under a table. She is attention seeking.",
    "kind": "observation",
}

CHECKED = {
    "findings": [
        {
            "strength": "strong",
            "field": "text",
            "start": 49,
            "end": 66,
            "matched": "attention seeking",
            "category": "child_blaming",
            "why": "It treats a need for an adult's care as a fault.",
            "instead": 'Say what the child needed, such as "looks for an adult when the room is loud".',
            "source": {
                "title": "Why language matters",
                "publisher": "NSPCC Learning",
                "year": "2022 to 2025",
                "address": "https://learning.nspcc.org.uk/news?type=26003",
            },
        }
    ]
}
