"""The registry of key providers. A new provider is one module here and one line in `PROVIDERS`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from passport_keys.errors import UnknownProvider
from passport_keys.providers import local_file
from passport_keys.providers.contract import KeyProvider, WrappedKey

__all__ = ["PROVIDERS", "KeyProvider", "WrappedKey", "open_provider"]

# URL scheme -> what opens the rest of the URL.
PROVIDERS: Final[Mapping[str, Callable[[str], KeyProvider]]] = MappingProxyType(
    {
        "file": local_file.open_location,
    }
)


def open_provider(url: str) -> KeyProvider:
    """Open the key provider that a URL names, such as `file:/var/lib/passport/kek.json`.

    Raises:
        UnknownProvider: No provider answers to the scheme.
        KeyStoreError: The provider refuses to open.
    """
    scheme, _, location = url.partition(":")
    opener = PROVIDERS.get(scheme)
    if opener is None:
        # The URL itself stays out of the message: another scheme's may hold a credential.
        raise UnknownProvider(f"A key store URL starts with one of: {', '.join(sorted(PROVIDERS))}.")
    return opener(location)
