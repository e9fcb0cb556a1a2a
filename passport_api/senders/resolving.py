"""Looking up a host's name once, in bounded time, and taking none of its addresses unless all of them are public.

The connection then goes to the very address that was checked: a name that leads elsewhere the next time it is asked
(DNS rebinding) leads nowhere.
"""

import socket
import threading

from passport_api.domain.addresses import may_call

SECONDS = 5.0


class NoSuchHost(Exception):
    """The name leads nowhere, or nobody says where in time."""


class NotPublic(Exception):
    """The name leads to an address that may not be called."""


def address_of(host: str, port: int, *, loopback: bool = False) -> str:
    """The address to connect to.

    Args:
        host: a name, or an address.
        port: the port.
        loopback: whether this machine itself may be meant: for development only.

    Raises:
        NoSuchHost: it leads nowhere.
        NotPublic: one of its addresses is not the internet's.
    """
    addresses = _looked_up(host, port)
    if not all(may_call(address, loopback=loopback) for address in addresses):
        raise NotPublic
    return addresses[0]


def _looked_up(host: str, port: int) -> list[str]:
    """Every address of a name. The system's own resolver knows no limit of time: it is asked in a thread, and left."""
    found: list[str] = []

    def look_up() -> None:
        try:
            found.extend(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):  # UnicodeError for a name that no host can have
            return

    asking = threading.Thread(target=look_up, name="resolving", daemon=True)
    asking.start()
    asking.join(SECONDS)
    if asking.is_alive() or not found:
        raise NoSuchHost
    return found
