"""The wire: what requests may hold (unknown fields refused) and what answers look like."""
