"""Use cases: one a function. Each loads, decides, acts and logs, inside the transaction that `execution` opens."""
