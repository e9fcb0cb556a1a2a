"""The whole disaster, with real processes: load, back up, go on writing, lose the machine, restore, recover, verify.

What survives is what an operator keeps elsewhere: the backups, the key provider's file and the anchor file. `make
drill` plays it on both kinds of database and states what was lost; a test plays it smaller and holds it to that.
"""

import argparse
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from passport_api.config import Settings
from passport_api.domain.backups import Manifest, decode
from passport_api.domain.checkpoints import parse_verifier_key, verifier_key
from passport_keys.providers.local_file import LocalFileProvider
from support import disaster
from support.databases import BACKENDS
from support.lists import every
from support.served import Served, serve
from support.service import Clock, listening
from support.world import PASSWORD, Family, Person, World

_STATEMENT = {"section": "regulation", "detail_level": "everyday", "source": "parent"}
_AFTER = ("After the backup: 1.", "After the backup: 2.", "After the backup: 3.")
Json = dict[str, Any]


@dataclass
class Town:
    """Those who play, and what is so when the backup is made.

    Attributes:
        revoked: a consent that is revoked after the backup.
        token: an invitation that is accepted after the backup.
        erased: a family whose passport is erased after the backup, and the manager who confirms it.
    """

    family: Family
    reader: Person
    revoked: str
    token: str
    erased: Family
    manager: Person
    others: list[Family]


@dataclass
class Report:
    """What happened.

    Attributes:
        acknowledged: every statement that was answered, in order.
        back: those of them that are there after the recovery.
        shut: what was answered from the restored database before it was recovered, by what was asked.
        after: what was answered after the recovery, by what was asked.
        said: what each command printed.
    """

    backend: str
    backed_up: int = 0
    size_at_loss: int = 0
    acknowledged: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    shut: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def lost(self) -> list[str]:
        """The statements that were answered and are gone."""
        return [text for text in self.acknowledged if text not in self.back]


def play(backend: str, folder: Path, families: int, tell: Callable[[str], None]) -> Report:
    """Play the whole disaster in a folder; gives what happened."""
    with disaster.target(backend, folder) as url:
        return _Drill(backend, folder, url, tell).play(families)


class _Drill:
    def __init__(self, backend: str, folder: Path, url: str, tell: Callable[[str], None]) -> None:
        self._elsewhere = folder / f"{backend}-elsewhere"
        self._elsewhere.mkdir(mode=0o700)
        self._settings = Settings(
            database_url=url,
            key_url=f"file:{self._elsewhere / 'keys.json'}",
            anchors=(f"file:{self._elsewhere / 'anchors' / 'log.anchor'}",),
        )
        self._folder = folder
        self._tell = tell
        self._report = Report(backend)

    def play(self, families: int) -> Report:
        self._tell(f"{self._report.backend}: {families + 2} families move in")
        town = self._load(families)
        with self._serving() as served:
            backup = self._back_up_while_writing(served, town)
            self._go_on(served, town)
            keys = self._newest_keys()
            self._report.size_at_loss = self._size(served, town)
            self._tell(
                f"the machine is lost: kill -9, at {self._report.size_at_loss} entries, and the database is gone"
            )
            served.kill()
        disaster.lose(self._settings.database_url)
        self._restore(backup, keys)
        with self._serving(ready=503) as served:
            self._report.shut = self._asked(served, town)
            self._tell(f"restored, not recovered: {_counted(self._report.shut)}")
            self._run("doctor", "doctor", exits=1)
            self._run("recover", "recover", "--yes")
        with self._serving() as served:
            self._report.after = self._asked(served, town)
            parent = served.signed_in(town.family.parent.email, PASSWORD)
            there = every(parent, f"/v1/passports/{town.family.passport_id}/statements")
            self._report.back = [each["text"] for each in there]
        self._verify(backup)
        self._state()
        return self._report

    def _load(self, families: int) -> Town:
        LocalFileProvider.create(self._elsewhere / "keys.json", Clock()())
        disaster.make_empty(self._settings.database_url)
        self._run("init", "init")
        with listening(self._settings, Clock(), self._report.backend, self._folder) as service:
            world = World(service)
            family, erased = world.family(), world.family()
            invitation = {"name": "Ola Wren", "email": "ola@wren.example", "passport_id": family.passport_id}
            return Town(
                family=family,
                reader=world.member(family.school_id, "designated_teacher"),
                revoked=world.consent(family)["id"],
                token=family.social_worker.made("/v1/invitations", invitation)["token"],
                erased=erased,
                manager=world.member(erased.custodian_id, "manager"),
                others=[world.family() for _ in range(families)],
            )

    @contextmanager
    def _serving(self, ready: int = 200) -> Iterator[Served]:
        served = serve(self._settings, self._elsewhere / "output", ready)
        try:
            yield served
        finally:
            served.stop()

    def _back_up_while_writing(self, served: Served, town: Town) -> Path:
        """One writer, so that what comes back must be a beginning of what it was answered."""
        http = served.signed_in(town.family.parent.email, PASSWORD)
        enough, wrote = threading.Event(), threading.Event()

        def write() -> None:
            while not enough.is_set():
                text = f"Statement {len(self._report.acknowledged) + 1}."
                answer = http.post(f"/v1/passports/{town.family.passport_id}/statements", json=_written(text))
                assert answer.status_code == 201, answer.text
                self._report.acknowledged.append(text)
                wrote.set()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert wrote.wait(30)
            self._run("backup", "backup", "--to", str(self._elsewhere / "backups"))
        finally:
            enough.set()
            writer.join()
        (backup,) = [each for each in (self._elsewhere / "backups").iterdir() if each.name != "keys"]
        self._report.backed_up = decode(Manifest, (backup / "manifest.json").read_bytes())[0].log.size
        self._tell(f"backed up at {self._report.backed_up} entries, while statements were written")
        return backup

    def _go_on(self, served: Served, town: Town) -> None:
        """What comes after the backup: statements, and three things that must never come back."""
        parent = served.signed_in(town.family.parent.email, PASSWORD)
        for text in _AFTER:
            assert parent.post(_statements(town), json=_written(text)).status_code == 201
            self._report.acknowledged.append(text)
        assert parent.post(f"/v1/consents/{town.revoked}/revocation").status_code == 200
        accepted = served.client().post("/v1/invitations/acceptance", json=_accepting(town))
        assert accepted.status_code == 200, accepted.text
        worker = served.signed_in(town.erased.social_worker.email, PASSWORD)
        manager = served.signed_in(town.manager.email, PASSWORD)
        proposed = worker.post(f"/v1/passports/{town.erased.passport_id}/erasures", json={"ground": "parents_asked"})
        assert proposed.status_code == 201, proposed.text
        confirmed = manager.post(f"/v1/erasures/{proposed.json()['id']}/confirmation")
        assert confirmed.status_code in {200, 201}, confirmed.text
        self._tell("afterwards: three statements, a revocation, an accepted invitation, an erasure")

    def _newest_keys(self) -> Path:
        """After an erasure the keys are backed up anew, and the older generations are destroyed."""
        backups = str(self._elsewhere / "backups")
        self._run("backup of keys", "backup", "--keys-only", "--to", backups)
        self._run("older keys destroyed", "backups", "prune-keys", backups, "--yes")
        (keys,) = (self._elsewhere / "backups" / "keys").iterdir()
        return keys

    def _restore(self, backup: Path, keys: Path) -> None:
        self._run("verify", "backups", "verify", str(backup), "--keys", str(keys))
        self._run("restore", "restore", "--from", str(backup), "--keys", str(keys))

    def _asked(self, served: Served, town: Town) -> dict[str, int]:
        """What is answered when everything is asked for that must not come back, and that it is up."""
        asked = {
            "ready": served.client().get("/readyz"),
            "sign in": served.client().post("/v1/auth/login", json=_signing_in(town.family.parent)),
            "the used invitation": served.client().post("/v1/invitations/acceptance", json=_accepting(town)),
        }
        if asked["sign in"].status_code == 200:
            reader = served.signed_in(town.reader.email, PASSWORD)
            worker = served.signed_in(town.erased.social_worker.email, PASSWORD)
            asked["the revoked view"] = reader.get(f"/v1/views/{town.revoked}")
            asked["the erased passport"] = worker.get(f"/v1/passports/{town.erased.passport_id}")
        return {what: answer.status_code for what, answer in asked.items()}

    def _size(self, served: Served, town: Town) -> int:
        parent: httpx.Client = served.signed_in(town.family.parent.email, PASSWORD)
        checkpoint = parent.get("/v1/log/checkpoint")
        assert checkpoint.status_code == 200, checkpoint.text
        return int(checkpoint.text.splitlines()[1])

    def _verify(self, backup: Path) -> None:
        """The log as it goes on begins with the one that was backed up, under the name that it had then."""
        kept = self._elsewhere / "checkpoint"
        kept.write_text(decode(Manifest, (backup / "manifest.json").read_bytes())[0].log.checkpoint, encoding="utf-8")
        said = self._run("log key", "log", "key").splitlines()[0]
        first = verifier_key(self._settings.log_origin, parse_verifier_key(said).public_key)
        self._run("doctor afterwards", "doctor")
        self._run("log verify", "log", "verify", "--checkpoint", str(kept), "--public-key", first)

    def _state(self) -> None:
        report = self._report
        self._tell(f"recovered: {_counted(report.after)}")
        self._tell(f"{len(report.back)} of {len(report.acknowledged)} statements are there; lost for good:")
        meanwhile = [text for text in report.lost if text not in _AFTER]
        for text in (*meanwhile[:1], *(["  …"] if meanwhile[2:] else []), *meanwhile[1:][-1:]):
            self._tell(f"  {text}")
        for text in report.lost[len(meanwhile) :]:
            self._tell(f"  {text}")
        self._tell(report.said["log verify"].splitlines()[0])

    def _run(self, name: str, *words: str, exits: int = 0) -> str:
        done = disaster.command(self._settings, *words)
        assert done.returncode == exits, f"{words}: {done.stdout}{done.stderr}"
        self._report.said[name] = done.stdout
        return done.stdout


def _statements(town: Town) -> str:
    return f"/v1/passports/{town.family.passport_id}/statements"


def _written(text: str) -> Json:
    return {**_STATEMENT, "text": text}


def _accepting(town: Town) -> Json:
    return {"token": town.token, "password": PASSWORD}


def _signing_in(person: Person) -> Json:
    return {"email": person.email, "password": PASSWORD}


def _counted(answers: dict[str, int]) -> str:
    return ", ".join(f"{what} {status}" for what, status in answers.items())


def main() -> None:
    """Play it on every kind of database, and say what happens."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--families", type=int, default=20, help="how many families there are besides")
    parser.add_argument("--database", action="append", choices=BACKENDS, help="only this one; may be repeated")
    asked = parser.parse_args()
    for backend in asked.database or BACKENDS:
        with tempfile.TemporaryDirectory(prefix="passport-drill-") as folder:
            play(backend, Path(folder), asked.families, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
