"""Pages. So far one: where a one-time invitation link leads."""
