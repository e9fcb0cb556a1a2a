"""Recognising what must not be said: a passport's protected terms, and what leaks in any text (docs/protection.md).

`terms` holds what is protected, `matcher` finds it, `leaks` finds what no text should hold. Nothing here stores, asks
or logs: given the same text and terms it answers the same.
"""
