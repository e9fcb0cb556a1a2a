"""What can go wrong with keys and sealed content; no error here carries key material, plaintext or ciphertext."""


class KeyStoreError(Exception):
    """Any failure of the key store."""


class UnknownProvider(KeyStoreError):
    """A key store URL whose scheme no provider answers to."""


class KeyFileExposed(KeyStoreError):
    """Somebody other than the current user can read, replace or redirect the key file."""


class KeyFileInvalid(KeyStoreError):
    """The key file is missing, or is not a key file of a format this release reads."""


class KeyStoreUrlInvalid(KeyStoreError):
    """A key store URL that its provider cannot use; the message does not repeat it."""


class SecretMissing(KeyStoreError):
    """The file that a passphrase or a PIN is read from is missing, empty or too long."""


class PassphraseRejected(KeyStoreError):
    """The passphrase does not open the key file, or the file was altered."""


class ProviderMissing(KeyStoreError):
    """What a provider needs is not installed; the message says what to install."""


class ProviderRefused(KeyStoreError):
    """The provider answers, and refuses: it knows us not, or the key store is not set up as it must be."""


class UnknownKey(KeyStoreError):
    """A wrapped key names a key-encryption key that the provider does not hold."""


class KeyInUse(KeyStoreError):
    """The active key-encryption key is not destroyed: new keys are wrapped under it."""


class ProviderUnavailable(KeyStoreError):
    """The provider does not answer, or not in time. Nothing weaker takes its place."""


class WrapRejected(KeyStoreError):
    """A wrapped key was altered, or belongs to another context."""


class SealBroken(KeyStoreError):
    """Sealed content does not open here: altered, moved, or sealed under another key. Says no more than that."""
