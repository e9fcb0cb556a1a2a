"""The rules of the passport: standard library only, no I/O, no clock and no randomness of its own."""
