"""What tests build on: databases, a service over real HTTP, and people to call it."""
