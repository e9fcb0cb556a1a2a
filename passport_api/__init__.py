"""The adoption transition passport: consented, sealed summaries of a child's history, released when they move."""
