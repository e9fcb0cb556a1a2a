"""A service's database and anchor file, copied for each attack on them, and all who could notice one."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from passport_api.cli import main
from passport_api.config import Settings, for_folder, to_environment
from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.ids import EntryId, PassportId
from passport_api.domain.merkle import Frontier, leaf_hash
from passport_api.domain.people import Capacity
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Step
from passport_api.store import log, passports
from passport_keys.providers.local_file import LocalFileProvider
from passport_keys.signing import SigningKey
from support.databases import fresh_database
from support.raw_database import RawDatabase, Row
from support.service import Clock, Service, listening
from support.witnesses import start_witness
from support.world import Family, Person, World

EARLY, SIZE = 300, 320
"""The log's sizes when checkpoints were kept elsewhere: more than one perfect subtree of 256 entries."""


@dataclass
class Scene:
    """What there truly is, and what was kept elsewhere.

    Attributes:
        older: a copy of the database from before anything had ended but invitations.
        older_rows: some of its rows.
        older_lines: the anchor file of that time.
        notes: checkpoints kept elsewhere, by the log's size.
        subjects: what has ended, by its kind.
    """

    backend: str
    settings: Settings
    folder: Path
    clock: Clock
    family: Family
    sibling: Family
    reader: Person
    consent: str
    signing_key: SigningKey
    key: str
    older: str = ""
    notes: dict[int, str] = field(default_factory=dict)
    subjects: dict[str, uuid.UUID] = field(default_factory=dict)
    older_rows: dict[str, list[Row]] = field(default_factory=dict)
    older_lines: list[bytes] = field(default_factory=list)


@dataclass
class Place:
    """One attack's own copy of the database, the anchor file and the keys."""

    scene: Scene
    folder: Path
    settings: Settings
    database: RawDatabase
    closing: ExitStack

    @property
    def anchor(self) -> Path:
        return self.folder / "anchors/log.anchor"

    def lines(self) -> list[bytes]:
        return self.anchor.read_bytes().splitlines(keepends=True)

    def write_lines(self, lines: list[bytes]) -> None:
        self.anchor.write_bytes(b"".join(lines))

    def command(self, *words: str) -> Result:
        """Run `passport-api` here."""
        ran = CliRunner().invoke(main, words, env=to_environment(self.settings))
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def verify(self) -> Result:
        """`passport-api log verify` against what was kept elsewhere."""
        words = ["log", "verify", "--public-key", self.scene.key]
        for size, note in self.scene.notes.items():
            path = self.folder / f"checkpoint-{size}"
            path.write_text(note, encoding="utf-8")
            words += ["--checkpoint", str(path)]
        return self.command(*words)

    def have_a_witness(self) -> None:
        """Have a witness that somebody else runs cosign the log as it is, and be asked from now on."""
        witness = start_witness(self.folder / "witness", [self.scene.key])
        self.closing.callback(witness.stop)
        self.settings = replace(self.settings, anchors=(*self.settings.anchors, witness.setting))
        with self.serving() as service:
            service.runtime.anchoring.publish()

    @contextmanager
    def serving(self) -> Iterator[Service]:
        """The service, begun here."""
        with listening(self.settings, self.scene.clock, self.scene.backend, self.folder) as service:
            yield service

    def put_back(self, older: str) -> None:
        """Put an older copy of the whole database in the place of this one."""
        self.database.close()
        _drop(self.settings.database_url)
        _copy(older, self.settings.database_url)


@contextmanager
def scene(backend: str, folder: Path) -> Iterator[Scene]:
    """A family, another child of theirs, much that has ended, and a log of 320 entries that is anchored."""
    clock = Clock()
    with fresh_database(backend, folder) as url:
        LocalFileProvider.create(folder / "keys.json", clock())
        settings = replace(for_folder(folder), database_url=url)
        with listening(settings, clock, backend, folder) as service:
            made, finish = _begun(service, World(service))
        made.older = _another(url, folder)
        _copy(url, made.older)
        made.older_rows = _rows(url)
        made.older_lines = (folder / "anchors/log.anchor").read_bytes().splitlines(keepends=True)
        with listening(settings, clock, backend, folder) as service:
            finish(service)
        try:
            yield made
        finally:
            _drop(made.older)


@contextmanager
def place(scene: Scene, folder: Path) -> Iterator[Place]:
    """A copy of everything, to be attacked."""
    url = _another(scene.settings.database_url, folder)
    _copy(scene.settings.database_url, url)
    shutil.copytree(scene.folder / "anchors", folder / "anchors")
    shutil.copy(scene.folder / "keys.json", folder / "keys.json")
    settings = replace(for_folder(folder), database_url=url)
    database = RawDatabase(url)
    try:
        with ExitStack() as closing:
            yield Place(scene, folder, settings, database, closing)
    finally:
        database.close()
        _drop(url)


def _begun(service: Service, world: World) -> tuple[Scene, Callable[[Service], None]]:
    family, erased = world.family(), world.family()
    sibling = world.sibling(family)
    for each in (family, sibling):
        world.statement(each, "regulation", "everyday")
    reader = world.member(family.school_id, "designated_teacher")
    leaver = world.member(family.school_id, "designated_safeguarding_lead")
    admin, manager = world.admin(family.school_id), world.member(erased.custodian_id, "manager")
    revoked = world.consent(family, purpose="adoption_support")["id"]
    superseded = world.consent(family)["id"]
    assert reader.get(f"/v1/views/{revoked}").status_code == 200
    invitation = {"name": "Ola Wren", "email": "ola@wren.example", "passport_id": family.passport_id}
    invited = family.social_worker.made("/v1/invitations", invitation)
    move = {"kind": "area_move", "from_id": family.from_id, "to_id": family.school_id, "planned_date": world.day(20)}
    moved = family.parent.made(f"/v1/passports/{family.passport_id}/transitions", move)["id"]
    key = service.client().get("/v1/log/key").text.strip()
    made = Scene(
        service.backend, service.settings, service.folder, service.clock, family, sibling, reader, "",
        service.runtime.keys.log, key,
    )  # fmt: skip

    def finish(again: Service) -> None:
        later, parent = World(again), family.parent.at(again)
        parent.made(f"/v1/consents/{revoked}/revocation")
        made.consent = later.consent(replace(family, parent=parent))["id"]
        accepted = {"token": invited["token"], "password": "a long enough password"}
        assert again.client().post("/v1/invitations/acceptance", json=accepted).status_code == 200
        assert admin.at(again).http.delete(f"/v1/memberships/{leaver.membership_id}").status_code in {200, 204}
        path = f"/v1/transitions/{moved}"
        match = {"If-Match": parent.get(path).headers["ETag"]}
        assert parent.http.patch(path, json={"state": "cancelled"}, headers=match).status_code == 200
        proposals = f"/v1/passports/{erased.passport_id}/erasures"
        proposal = erased.social_worker.at(again).made(proposals, {"ground": "parents_asked"})
        manager.at(again).made(f"/v1/erasures/{proposal['id']}/confirmation")
        made.subjects = {
            "consent_revoked": uuid.UUID(revoked),
            "consent_superseded": uuid.UUID(superseded),
            "invitation_used": uuid.UUID(str(invited["id"])),
            "membership_ended": uuid.UUID(str(leaver.membership_id)),
            "transition_cancelled": uuid.UUID(moved),
            "passport_erased": uuid.UUID(erased.passport_id),
        }
        for size in (EARLY, SIZE):
            grow(again, family.passport_id, size)
            made.notes[size] = again.runtime.anchoring.publish().note

    return made, finish


def grow(service: Service, passport_id: str, size: int) -> None:
    """Append entries about a child's passport until the log has a size."""

    def append(step: Step) -> None:
        record = passports.find(step.uow, PassportId(uuid.UUID(passport_id)))
        assert record is not None
        seals = step.runtime.vault.passport(record.passport_id, record.wrapping_key_id, record.wrapped_key)
        head = log.take_turn(step.uow)
        who = Capacity("Robin Okafor", "designated_teacher", "A school")
        entries = [
            Entry(EntryId(step.runtime.new_id()), step.at, "view.opened", Outcome.ALLOWED, who, None, seals.passport_id)
            for _ in range(size - head.size)
        ]
        log.append(step.uow, head, [seals.seal_entry(entry) for entry in entries], at=step.at, new_epoch=False)

    perform_unattended(service.runtime, append)


def leaf_hash_of(entry: Row) -> bytes:
    """What a leaf commits to, worked out from the row alone."""
    passport = bytes(16) if entry["passport_id"] is None else entry["passport_id"].bytes
    return leaf_hash(entry["id"].bytes + passport + entry["sealed_payload"])


def mended(entries: list[Row], head: Row) -> dict[str, list[Row]]:
    """Every table of the log made to agree with its entries, as somebody with the source code would."""
    frontier, subtrees, rows = Frontier(), [], []
    for position, entry in enumerate(entries):
        row = {**entry, "position": position, "leaf_hash": leaf_hash_of(entry)}
        frontier, completed = frontier.append(row["leaf_hash"])
        rows.append(row)
        subtrees += [{"height": height, "position": at, "hash": root} for height, at, root in completed]
    edge = {"size": frontier.size, "frontier": frontier.to_bytes()}
    return {"log_entries": rows, "log_subtrees": subtrees, "log_head": [{**head, **edge}]}


def _rows(url: str) -> dict[str, list[Row]]:
    database = RawDatabase(url)
    rows = {table: database.rows(table) for table in ("data_keys", "passports", "log_entries")}
    database.close()
    return rows


def _another(url: str, folder: Path) -> str:
    made = make_url(url)
    name = uuid.uuid4().hex
    database = str(folder / f"{name}.db") if made.get_backend_name() == "sqlite" else f"passport_test_{name}"
    return made.set(database=database).render_as_string(hide_password=False)


def _copy(source: str, target: str) -> None:
    """Copy a database that nobody has open."""
    made, wanted = make_url(source), make_url(target)
    if made.get_backend_name() == "sqlite":
        for suffix in ("", "-wal"):
            path = Path(f"{made.database}{suffix}")
            if path.exists():
                shutil.copy(path, f"{wanted.database}{suffix}")
        return
    _administer(source, f'CREATE DATABASE "{wanted.database}" TEMPLATE "{made.database}"')


def _drop(url: str) -> None:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{made.database}{suffix}").unlink(missing_ok=True)
        return
    _administer(url, f'DROP DATABASE IF EXISTS "{made.database}" WITH (FORCE)')


def _administer(url: str, statement: str) -> None:
    server = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
