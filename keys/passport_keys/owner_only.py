"""Small secret files that only their owner can read: read, written anew, and told apart when they were replaced."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from passport_keys.errors import KeyFileExposed, KeyFileInvalid, SecretMissing

MOST_BYTES: Final = 1 << 20
_MOST_SECRET_BYTES: Final = 1024
_OWNER_ONLY: Final = frozenset({0o600, 0o400})
_CREDENTIALS_DIRECTORY: Final = "CREDENTIALS_DIRECTORY"
_ROOT: Final = 0
# systemd gives a credential to the service's user by an access list, whose mask shows as the group's read bit.
_CREDENTIAL_BITS: Final = 0o440

Stamp = tuple[int, int, int]
"""What changes with a file: its inode, the time of its last change (of its mode too) in nanoseconds, its size."""


def stamp_of(path: Path) -> Stamp | None:
    """Give a file's stamp; None for one that is not there: reading it says what is wrong."""
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_ino, status.st_ctime_ns, status.st_size


@contextmanager
def directory_of(path: Path) -> Iterator[int]:
    """Hold the file's directory open, so that what is checked is what is used.

    Raises:
        KeyFileExposed: Everybody may write to it.
        KeyFileInvalid: There is no such directory.
    """
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        raise KeyFileInvalid(f"There is no directory {path.parent}.") from None
    try:
        if os.fstat(directory).st_mode & stat.S_IWOTH:
            raise KeyFileExposed(f"Everybody may write to {path.parent}: chmod o-w it, or keep keys elsewhere.")
        yield directory
    finally:
        os.close(directory)


def write_new(path: Path, content: bytes) -> None:
    """Write a file of mode 0600, durably.

    Raises:
        FileExistsError: Something is there already; it is never overwritten.
        OSError: It could not be written whole; nothing is left behind.
        KeyFileExposed, KeyFileInvalid: As `directory_of`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with directory_of(path) as directory:
        descriptor = os.open(path.name, flags, 0o600, dir_fd=directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), 0o600)  # whatever the umask took away
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.fsync(directory)
        except BaseException:
            # Half a key file would stand in the way of the next attempt.
            os.unlink(path.name, dir_fd=directory)
            raise


def replace(path: Path, content: bytes) -> None:
    """Replace a file whole, durably: whoever reads it, after a crash too, reads the old one or the new one.

    The caller keeps others from replacing it at the same time.

    Raises:
        OSError: It could not be; the old one is still there.
        KeyFileExposed, KeyFileInvalid: As `directory_of`.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)  # what a replacement that was killed left behind
    write_new(beside, content)
    beside.replace(path)
    with directory_of(path) as directory:
        os.fsync(directory)


def read(path: Path) -> bytes:
    """Read a file, after making sure that nobody else could have read or replaced it.

    Raises:
        KeyFileExposed: It is not a plain file of mode 0600 or 0400 owned by the current user, or everybody may write
            to its directory.
        KeyFileInvalid: It is missing, or larger than `MOST_BYTES`.
    """
    with _opened(path) as descriptor:
        _require_owner_only(path, os.fstat(descriptor))
        return _content(path, descriptor, MOST_BYTES)


def secret_path(name: str) -> Path:
    """Where a secret file is: an absolute path as it is, a bare name among the credentials that systemd passes.

    Raises:
        SecretMissing: It is a bare name, and no credentials were passed ($CREDENTIALS_DIRECTORY), or is neither.
    """
    path = Path(name)
    if path.is_absolute():
        return path
    folder = os.environ.get(_CREDENTIALS_DIRECTORY)
    if folder is None or path.name != name:
        raise SecretMissing(
            "A secret file is an absolute path, or the bare name of a systemd credential (LoadCredential=)."
        )
    return Path(folder) / name


def read_secret(name: str) -> bytes:
    """Read a passphrase or a PIN, without the line's end that editors add.

    Args:
        name: As `secret_path` takes it.

    Raises:
        KeyFileExposed: Somebody else can read it, or replace it.
        SecretMissing: There is none, it is empty, or it is longer than 1 KiB.
    """
    path = secret_path(name)
    try:
        with _opened(path) as descriptor:
            status = os.fstat(descriptor)
            if Path(name).is_absolute() or not _is_passed_credential(status):
                _require_owner_only(path, status)
            content = _content(path, descriptor, _MOST_SECRET_BYTES)
    except KeyFileInvalid as error:
        raise SecretMissing(str(error)) from None
    secret = content.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise SecretMissing(f"{path} is empty.")
    return secret


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # O_NONBLOCK: a pipe put in the file's place must be refused, not waited on.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with directory_of(path) as directory:
        try:
            descriptor = os.open(path.name, flags, dir_fd=directory)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise KeyFileExposed(f"{path} is a symbolic link: name the file itself.") from None
            raise KeyFileInvalid(f"{path} cannot be opened: {error.strerror}.") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _content(path: Path, descriptor: int, most: int) -> bytes:
    # Not fdopen before the checks: it fails on a directory before they can name it.
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise KeyFileInvalid(f"{path} is longer than {most} bytes.")
    return content


def _is_passed_credential(status: os.stat_result) -> bool:
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_uid in {_ROOT, os.geteuid()}
        and stat.S_IMODE(status.st_mode) & ~_CREDENTIAL_BITS == 0
    )


def _require_owner_only(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileExposed(f"{path} is not a regular file.")
    if status.st_uid != os.geteuid():
        raise KeyFileExposed(f"{path} belongs to user {status.st_uid}, not to the user running this.")
    mode = stat.S_IMODE(status.st_mode)
    if mode not in _OWNER_ONLY:
        raise KeyFileExposed(f"{path} has mode {mode:04o}: only its owner may read it (chmod 600).")
