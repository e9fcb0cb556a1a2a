"""A witness for access logs: it cosigns checkpoints of logs that only grew, remembers the latest, and knows no more.

Source: c2sp.org/tlog-witness. It is run by somebody who cannot change the service's database, elsewhere.
"""
