"""What is kept, and how it is asked for: private models, named queries, one unit of work."""
