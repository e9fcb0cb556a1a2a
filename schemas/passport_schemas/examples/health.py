"""Health."""

HEALTH = {"status": "ok"}
