"""Files that nobody but their owner can read, replace or redirect: what a secret may be kept in."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from passport_keys.errors import KeyFileExposed, KeyFileInvalid

_OWNER_ONLY: Final = frozenset({0o600, 0o400})


@contextmanager
def directory_of(path: Path) -> Iterator[int]:
    """Hold a file's directory open, so that what is checked is what is used; refuse one that all may write to.

    Raises:
        KeyFileInvalid: There is no such directory.
        KeyFileExposed: Everybody may write to it.
    """
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise KeyFileInvalid(f"There is no directory {path.parent}.") from None
    try:
        if os.fstat(directory).st_mode & stat.S_IWOTH:
            raise KeyFileExposed(f"Everybody may write to {path.parent}: chmod o-w it, or keep keys elsewhere.")
        yield directory
    finally:
        os.close(directory)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, durably, for its owner alone.

    Raises:
        FileExistsError: Something is there already; it is never overwritten.
        KeyFileExposed: Everybody may write to the directory.
        KeyFileInvalid: There is no such directory.
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


def read_owner_only(path: Path) -> bytes:
    """Read a file, after making sure that nobody else could have read or replaced it.

    Raises:
        KeyFileExposed: It is not a plain file of mode 0600 or 0400 owned by the current user, or everybody may write
            to its directory.
        KeyFileInvalid: It is missing, or cannot be opened.
    """
    # O_NONBLOCK: a pipe put in the file's place must be refused, not waited on.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with directory_of(path) as directory:
        try:
            descriptor = os.open(path.name, flags, dir_fd=directory)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise KeyFileExposed(f"{path} is a symbolic link: name the file itself.") from None
            raise KeyFileInvalid(f"{path} cannot be opened: {error.strerror}.") from None
        # Not fdopen: it fails on a directory before the check can name it.
        try:
            _require_owner_only(path, os.fstat(descriptor))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)


def _require_owner_only(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileExposed(f"{path} is not a regular file.")
    if status.st_uid != os.geteuid():
        raise KeyFileExposed(f"{path} belongs to user {status.st_uid}, not to the user running this.")
    mode = stat.S_IMODE(status.st_mode)
    if mode not in _OWNER_ONLY:
        raise KeyFileExposed(f"{path} has mode {mode:04o}: only its owner may read it (chmod 600).")
