"""Envelope encryption: key providers that wrap data keys, and data keys that seal content to its place."""
