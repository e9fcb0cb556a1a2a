"""Running PostgreSQL's own tools: where they are, whether they are new enough, and no password where others see it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import URL, make_url

from passport_api.domain.backups import BackupRefused

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_TABLE = re.compile(r'(?:dumping contents of|processing data for) table "(?:[^".]*\.)?([^"]*)"')
_VERSIONS_A_MAJOR = 10_000
"""A server says 150020 for 15.20."""


@dataclass(frozen=True, slots=True)
class Tool:
    """pg_dump or pg_restore, for one database."""

    path: str
    name: str
    url: URL

    def run(self, arguments: Sequence[str], say: Callable[[str], None]) -> None:
        """Run it to its end, saying which table it is at.

        Raises:
            BackupRefused: it failed; the message is its last line.
        """
        last = ""
        process = subprocess.Popen(  # noqa: S603 - the tool was looked up, and its arguments are ours
            [self.path, "--verbose", "--no-password", f"--dbname={self._without_password()}", *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        with process as running:
            for line in running.stderr or ():
                if table := _TABLE.search(line):
                    say(f"{self.name}: {table[1]}")
                elif "error:" in line:
                    last = line.strip()
        if process.returncode != 0:
            raise BackupRefused(f"{self.name} failed: {last or f'it ended with {process.returncode}'}")

    def _without_password(self) -> str:
        query = {key: value for key, value in self.url.query.items() if key != "password"}
        bare = URL.create(
            "postgresql", self.url.username, None, self.url.host, self.url.port, self.url.database, query=query
        )
        return bare.render_as_string(hide_password=False)

    def _environment(self) -> dict[str, str]:
        """An argument is seen by everybody on the machine; the environment by the service's own user alone."""
        password = self.url.password or self.url.query.get("password")
        return {**os.environ, **({"PGPASSWORD": str(password)} if password else {}), "LC_MESSAGES": "C"}


def tool(name: str, url: str, server_version: int) -> Tool:
    """Find pg_dump or pg_restore on PATH.

    Raises:
        BackupRefused: it is missing, or older than the server.
    """
    wanted = server_version // _VERSIONS_A_MAJOR
    path = shutil.which(name)
    if path is None:
        raise BackupRefused(f"{name} is not on PATH: install PostgreSQL's client, version {wanted} or newer.")
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout  # noqa: S603
    version = _VERSION.search(said)
    if version is None or int(version[1]) < wanted:
        found = said.strip() or "something else"
        raise BackupRefused(f"{name} is older than the server: it is {found}, and the server is version {wanted}.")
    return Tool(path, name, make_url(url))
