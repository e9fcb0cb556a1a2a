"""Organisations, the people in them, how they sign in, and the service's own keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base


class ServiceKey(Base):
    """The service's own keys (data, blind index, token and checkpoint signing), each wrapped by the key provider."""

    __tablename__ = "service_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    key_id: Mapped[str]
    wrapping_key_id: Mapped[str] = mapped_column(String(200))
    wrapped_key: Mapped[bytes]
    public_key: Mapped[bytes | None]
    created_at: Mapped[datetime]
    active_from: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("purpose", "key_id"),)


class Organisation(Base):
    """A school, a local authority or an adoption agency."""

    __tablename__ = "organisations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(String(200))
    urn: Mapped[str | None] = mapped_column(String(6), unique=True)
    authority_code: Mapped[str | None] = mapped_column(String(3))
    gss_code: Mapped[str | None] = mapped_column(String(9))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_organisations_by_authority_code", "authority_code"),)


class Account(Base):
    """A person who can sign in. Who they are is sealed; their address is found by a keyed blind index."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_index: Mapped[bytes] = mapped_column(unique=True)
    sealed_identity: Mapped[bytes]
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Membership(Base):
    """A role that an account holds, or held, in an organisation."""

    __tablename__ = "memberships"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_memberships_of_account", "account_id"),
        Index("ix_memberships_of_organisation", "organisation_id", "id"),
        Index(
            "uq_memberships_current",
            "account_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Session(Base):
    """A sign-in: one family of refresh tokens."""

    __tablename__ = "sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_sessions_of_account", "account_id"),)


class RefreshToken(Base):
    """One refresh token, kept as a digest, used at most once."""

    __tablename__ = "refresh_tokens"
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_refresh_tokens_of_session", "session_id"),)


class Invitation(Base):
    """A one-time link to become a parent on a passport, or staff of an organisation."""

    __tablename__ = "invitations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    sealed_invitee: Mapped[bytes]
    passport_id: Mapped[UUID | None] = mapped_column(ForeignKey("passports.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str | None]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    failed_attempts: Mapped[int] = mapped_column(default=0)
    __table_args__ = (CheckConstraint("(passport_id IS NULL) <> (organisation_id IS NULL)", name="one_purpose"),)


class IdempotencyKey(Base):
    """What a POST with an Idempotency-Key answered the first time, sealed."""

    __tablename__ = "idempotency_keys"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key_digest: Mapped[bytes] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    sealed_answer: Mapped[bytes | None]
    created_at: Mapped[datetime]
