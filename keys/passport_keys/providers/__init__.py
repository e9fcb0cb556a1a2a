"""The registry of key providers. A new provider is one module here and one line in `PROVIDERS`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from passport_keys.errors import ProviderMissing, UnknownProvider
from passport_keys.providers import local_file
from passport_keys.providers.contract import KeyProvider, WrappedKey

__all__ = ["PROVIDERS", "KeyProvider", "WrappedKey", "open_provider"]


def _of_extra(extra: str, module: str) -> Callable[[str], KeyProvider]:
    """What opens a provider whose library comes with an extra of the package, and is imported only when asked for."""

    def open_location(location: str) -> KeyProvider:
        try:
            opener: Callable[[str], KeyProvider] = import_module(f"{__name__}.{module}").open_location
        except ImportError:
            raise ProviderMissing(f"This key store needs more: pip install 'passport-api[{extra}]'.") from None
        return opener(location)

    return open_location


# URL scheme -> what opens the rest of the URL.
PROVIDERS: Final[Mapping[str, Callable[[str], KeyProvider]]] = MappingProxyType(
    {
        "awskms": _of_extra("aws", "aws_kms"),
        "file": local_file.open_location,
        "pkcs11": _of_extra("pkcs11", "pkcs11"),
    }
)


def open_provider(url: str) -> KeyProvider:
    """Open the key provider that a URL names, such as `file:/var/lib/passport/kek.json`.

    Raises:
        UnknownProvider: No provider answers to the scheme.
        ProviderMissing: What the provider needs is not installed.
        KeyStoreError: The provider refuses to open.
    """
    scheme, _, location = url.partition(":")
    opener = PROVIDERS.get(scheme)
    if opener is None:
        # The URL itself stays out of the message: another scheme's may hold a credential.
        raise UnknownProvider(f"A key store URL starts with one of: {', '.join(sorted(PROVIDERS))}.")
    return opener(location)
