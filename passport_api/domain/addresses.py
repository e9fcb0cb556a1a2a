"""Where a webhook may lead: to a public address of the internet, by https, and never into a private network (SSRF)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from passport_api.domain.errors import InvalidField

LONGEST_URL = 2000
_PORTS = {"https": 443, "http": 80}
_FIELD = "/url"

_NOT_PUBLIC_4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's own, to every machine in it
        "169.254.0.0/16",  # link-local, and where clouds hand out credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays to IPv6, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_PUBLIC_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in another's clothes
        "3fff::/20",  # documentation
    )
)
"""Whatever else is not public is outside 2000::/3: loopback, mapped IPv4, NAT64, local, multicast."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook leads.

    Attributes:
        path: with its query.
    """

    https: bool
    host: str
    port: int
    path: str


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, the same for everybody (IANA's special registries, RFC 6890)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    return parsed in _PUBLIC_6 and not any(parsed in network for network in _NOT_PUBLIC_6)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def target_of(url: str, *, loopback: bool = False) -> Target:
    """Read a webhook's URL.

    Args:
        url: what somebody gave.
        loopback: whether this machine itself may be meant, and http be spoken with it: for development only.

    Raises:
        InvalidField: it is no https URL of a public host.
    """
    if len(url) > LONGEST_URL or not all("!" <= letter <= "~" for letter in url):
        raise InvalidField(_FIELD, f"Must be at most {LONGEST_URL} characters of ASCII, without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidField(_FIELD, "Must be a URL.") from error
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise InvalidField(_FIELD, "Must begin with https://.")
    if not parts.hostname or port == 0:
        raise InvalidField(_FIELD, "Must name a host.")
    if "@" in parts.netloc or parts.fragment:
        raise InvalidField(_FIELD, "Must hold no user, no password and no #.")
    literal = _literal(parts.hostname)
    if literal is not None and not may_call(str(literal), loopback=loopback):
        raise InvalidField(_FIELD, "Must be a public address of the internet.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port or _PORTS[parts.scheme], path)


def may_call(address: str, *, loopback: bool = False) -> bool:
    """Whether an address that a host's name led to may be called."""
    return is_public(address) or (loopback and is_loopback(address))


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
