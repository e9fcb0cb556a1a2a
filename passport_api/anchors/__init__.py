"""Places outside the database where the log's checkpoints are kept: what is there cannot be rolled back with it."""
