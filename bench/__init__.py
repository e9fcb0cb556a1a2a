"""Measures the protected release against the plainest endpoint a team would write: `python -m bench`."""
