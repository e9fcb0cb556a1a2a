"""Alerts."""

from typing import Any

from passport_schemas.examples import family

_ITEM: dict[str, Any] = {
    "id": family.ALERT,
    "passport_id": family.PASSPORT,
    "kind": "statement_stopped",
    "statement_id": family.OPINION,
    "version": 2,
    "status": "open",
    "raised_at": "2026-11-16T08:05:51.742209Z",
    "settled_at": None,
}

ALERTS = {"items": [_ITEM], "next": None}

ALERT = {**_ITEM, "by": family.TEACHER_ACTING, "about": None, "note": None}

_NOTE = "It named a relative. Corrected with Helen: it says her first mother now."

SETTLE = {"note": _NOTE}

SETTLED = {**ALERT, "status": "settled", "settled_at": "2026-11-17T09:12:03.118822Z", "note": _NOTE}
