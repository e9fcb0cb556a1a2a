"""Backups: made while the service serves, verified, put back, listed; and their keys destroyed."""

from passport_api.services.backups.making import Made, make, make_keys
from passport_api.services.backups.restoring import Restored, Wanted, restore, verify, verify_content
from passport_api.services.backups.shelf import Shelf
from passport_api.services.backups.trust import Lock

__all__ = ["Lock", "Made", "Restored", "Shelf", "Wanted", "make", "make_keys", "restore", "verify", "verify_content"]
