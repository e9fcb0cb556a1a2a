"""The worker's part of searches, taken turn by turn by a test."""

from datetime import timedelta

from passport_api.services.search_correcting import Correcting
from passport_api.services.searching import Searching
from support.service import Service

LEASE = timedelta(seconds=60)


def search_to_the_end(service: Service, batch: int = 20) -> None:
    """Carry on every search until none is left."""
    searching = Searching(service.runtime, LEASE, batch)
    while taken := searching.take():
        while taken:
            taken = searching.carry_on(taken)


def correct_to_the_end(service: Service) -> None:
    """Carry on every correction of what searches found until none is left."""
    correcting = Correcting(service.runtime, LEASE)
    while taken := correcting.take():
        while taken:
            taken = correcting.carry_on(taken)
