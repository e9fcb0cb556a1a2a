"""The plainest thing a team would write instead: Flask, the SQLAlchemy ORM, a JWT, plain rows and a plain log row.

It keeps everything readable by whoever reads the database, and proves nothing afterwards. It is here to be measured
against. `python -m bench.plain_service PORT` serves it; BENCH_DATABASE_URL and BENCH_KEY come from the environment.
"""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy import JSON, DateTime, Engine, ForeignKey, String, Text, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from werkzeug.exceptions import NotFound

from passport_api.config import Settings

LEVELS = {"everyday": 0, "need_to_know": 1, "restricted": 2}
CEILINGS = {"class_teacher": 0, "designated_teacher": 1, "designated_safeguarding_lead": 2}


class Base(DeclarativeBase):
    """Plain tables."""

    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(200), unique=True)


class Membership(Base):
    """A role in an organisation."""

    __tablename__ = "memberships"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    organisation_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class Passport(Base):
    """A child's passport."""

    __tablename__ = "passports"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_name: Mapped[str] = mapped_column(String(200))
    known_as: Mapped[str | None] = mapped_column(String(200))
    date_of_birth: Mapped[date]


class Statement(Base):
    """A statement about the child."""

    __tablename__ = "statements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), index=True)
    version: Mapped[int]
    section: Mapped[str] = mapped_column(String(64))
    detail_level: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    author_name: Mapped[str] = mapped_column(String(200))
    author_role: Mapped[str] = mapped_column(String(64))
    author_organisation: Mapped[str | None] = mapped_column(String(200))
    recorded_on: Mapped[date]
    review_on: Mapped[date | None]


class Consent(Base):
    """What a parent allowed."""

    __tablename__ = "consents"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    recipient_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(64))
    scope: Mapped[dict[str, Any]]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AccessLog(Base):
    """Who opened what."""

    __tablename__ = "access_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID]
    passport_id: Mapped[UUID] = mapped_column(index=True)
    consent_id: Mapped[UUID]
    sections: Mapped[list[Any]]
    statements: Mapped[list[Any]]


def connect(url: str, threads: int) -> Engine:
    """Open the database with the protected service's pragmas and pool."""
    engine = create_engine(url, pool_size=threads + 2)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def create_app(engine: Engine, private_key: str) -> Flask:
    """The service: one route."""
    app = Flask("plain", static_folder=None)
    public_key = Path(private_key).with_suffix(".pub").read_text(encoding="ascii")
    app.config.update(
        JWT_ALGORITHM="EdDSA",
        JWT_PRIVATE_KEY=Path(private_key).read_text(encoding="ascii"),
        JWT_PUBLIC_KEY=public_key,
    )
    JWTManager(app)
    sessions = sessionmaker(engine)

    @app.get("/v1/views/<uuid:view_id>")
    @jwt_required()  # type: ignore[untyped-decorator]  # flask-jwt-extended leaves it untyped
    def open_view(view_id: UUID) -> Response:
        with sessions() as session:
            body = _open(session, UUID(get_jwt_identity()), view_id)
            session.commit()
        return jsonify(body)

    return app


def token(app: Flask, account_id: UUID) -> str:
    """Sign an access token for an account."""
    with app.app_context():
        return str(create_access_token(str(account_id)))


def create() -> Flask:
    """What the WSGI server loads."""
    engine = connect(os.environ["BENCH_DATABASE_URL"], Settings("", "").threads)
    return create_app(engine, os.environ["BENCH_KEY"])


def _open(session: Session, account_id: UUID, view_id: UUID) -> dict[str, Any]:
    now = datetime.now(UTC)  # noqa: TID251 - a service of its own, written plainly
    consent = session.get(Consent, view_id)
    if consent is None or consent.revoked_at or not _aware(consent.valid_from) <= now < _aware(consent.valid_until):
        raise NotFound
    membership = session.scalars(
        select(Membership).where(
            Membership.account_id == account_id,
            Membership.organisation_id == consent.recipient_id,
            Membership.ended_at.is_(None),
        )
    ).first()
    if membership is None or membership.role not in CEILINGS:
        raise NotFound
    passport = session.get_one(Passport, consent.passport_id)
    statements = session.scalars(
        select(Statement).where(Statement.passport_id == passport.id).order_by(Statement.id)
    ).all()
    sections: dict[str, list[Statement]] = {section: [] for section in consent.scope}
    for statement in statements:
        if statement.section in sections:
            level = min(LEVELS[consent.scope[statement.section]], CEILINGS[membership.role])
            if LEVELS[statement.detail_level] <= level:
                sections[statement.section].append(statement)
    shown = [[str(statement.id), statement.version] for held in sections.values() for statement in held]
    entry = AccessLog(
        at=now,
        action="view.opened",
        outcome="allowed",
        account_id=account_id,
        passport_id=passport.id,
        consent_id=consent.id,
        sections=list(sections),
        statements=shown,
    )
    session.add(entry)
    session.flush()
    return {
        "id": str(consent.id),
        "purpose": consent.purpose,
        "role": membership.role,
        "child": {"name": passport.child_name, "known_as": passport.known_as},
        "valid_until": consent.valid_until.isoformat(),
        "sections": [
            {
                "section": section,
                "detail_level": consent.scope[section],
                "statements": [_render(each, now.date()) for each in held],
            }
            for section, held in sections.items()
        ],
        "log_entry": entry.id,
    }


def _render(statement: Statement, today: date) -> dict[str, Any]:
    return {
        "id": str(statement.id),
        "version": statement.version,
        "section": statement.section,
        "detail_level": statement.detail_level,
        "kind": statement.kind,
        "text": statement.text,
        "source": statement.source,
        "author": {
            "name": statement.author_name,
            "role": statement.author_role,
            "organisation": statement.author_organisation,
        },
        "recorded_on": statement.recorded_on.isoformat(),
        "review_on": None if statement.review_on is None else statement.review_on.isoformat(),
        "out_of_date": statement.review_on is not None and statement.review_on < today,
    }


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _set_up_sqlite(raw: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "wal_autocheckpoint=4000",
    ):
        raw.execute(f"PRAGMA {pragma}")


def main() -> None:
    """Serve as `passport-api serve` does: the same server, workers and threads."""
    defaults = Settings("", "")
    Granian(
        "bench.plain_service:create",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        factory=True,
        workers=defaults.workers,
        blocking_threads=defaults.threads,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
