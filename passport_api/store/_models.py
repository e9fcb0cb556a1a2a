"""The tables. Private to the store: everything above speaks of domain objects and records.

Bytes columns whose name begins with `sealed` or `wrapped` are ciphertext. Plain columns hold ids, times, enumerated
words and the names of organisations: nothing about a child or a family.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from passport_api.store._types import UtcDateTime

Position = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can find it on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class setting
        datetime: UtcDateTime,
        bytes: LargeBinary,
        str: String(64),
        UUID: Uuid,
    }


class ServiceKey(Base):
    """The service's own keys (data, blind index, token and checkpoint signing), each wrapped by the key provider."""

    __tablename__ = "service_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    key_id: Mapped[str]
    wrapping_key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    public_key: Mapped[bytes | None]
    created_at: Mapped[datetime]
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


class Passport(Base):
    """One child's passport: its custodian, its wrapped data key, its sealed identity."""

    __tablename__ = "passports"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    custodian_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    wrapping_key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    sealed_child: Mapped[bytes]
    requires_both_parents: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    __table_args__ = (Index("ix_passports_of_custodian", "custodian_id", "id"),)


class PassportIdentifier(Base):
    """A blind index of a current NHS number or UPN, unique within one custodian."""

    __tablename__ = "passport_identifiers"
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    custodian_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    value_index: Mapped[bytes]
    __table_args__ = (UniqueConstraint("custodian_id", "kind", "value_index"),)


class Parent(Base):
    """An account's parental relation to a passport."""

    __tablename__ = "parents"
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_parents_of_account", "account_id", "passport_id"),)


class Statement(Base):
    """A version of a statement. Appended, never updated; the newest version stands."""

    __tablename__ = "statements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    sealed_statement: Mapped[bytes]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    __table_args__ = (Index("ix_statements_of_passport", "passport_id", "id", "version"),)


class Transition(Base):
    """A move. Its state changes in place; each change is an entry in the access log."""

    __tablename__ = "transitions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    kind: Mapped[str]
    from_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    to_authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    planned_date: Mapped[date]
    state: Mapped[str]
    version: Mapped[int]
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (Index("ix_transitions_of_passport", "passport_id", "id"),)


class Consent(Base):
    """A consent. What it allows is sealed; the plain columns find it and can only end it sooner."""

    __tablename__ = "consents"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    transition_id: Mapped[UUID | None] = mapped_column(ForeignKey("transitions.id"))
    purpose: Mapped[str]
    sealed_terms: Mapped[bytes]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    approvals_needed: Mapped[int]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"))
    __table_args__ = (
        Index("ix_consents_of_passport", "passport_id", "id"),
        Index("ix_consents_for_recipient", "recipient_id", "id"),
    )


class ConsentApproval(Base):
    """A parent's agreement to a consent."""

    __tablename__ = "consent_approvals"
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    given_at: Mapped[datetime]


class Acknowledgement(Base):
    """A reader's word that they have read a view."""

    __tablename__ = "acknowledgements"
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    given_at: Mapped[datetime]


class LogEntry(Base):
    """A leaf of the log: who, what and why sealed under the passport's key (or the service's, for no passport)."""

    __tablename__ = "log_entries"
    position: Mapped[int] = mapped_column(Position, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    passport_id: Mapped[UUID | None]
    sealed_payload: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    __table_args__ = (Index("ix_log_entries_of_passport", "passport_id", "position"),)


class LogSubtree(Base):
    """The root of a perfect subtree whose height is a multiple of eight: what makes proofs cheap."""

    __tablename__ = "log_subtrees"
    height: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Position, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LogHead(Base):
    """The one row that appends take turns on: the tree's size and right edge, and the epoch of access."""

    __tablename__ = "log_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Position)
    frontier: Mapped[bytes]
    epoch: Mapped[int] = mapped_column(Position)
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)


class Decision(Base):
    """The decision register: every release and every refusal. Ids and words only; content stays in the log."""

    __tablename__ = "decisions"
    position: Mapped[int] = mapped_column(Position, ForeignKey("log_entries.position"), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    basis: Mapped[str]
    agreement: Mapped[str]
    agreement_note: Mapped[str | None] = mapped_column(String(200))
    passport_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None]
    recipient_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    __table_args__ = (
        Index("ix_decisions_of_passport", "passport_id", "position"),
        Index("ix_decisions_of_reader", "consent_id", "decided_by", "position"),
    )


class IdempotencyKey(Base):
    """What a POST with an Idempotency-Key answered the first time, sealed."""

    __tablename__ = "idempotency_keys"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key_digest: Mapped[bytes] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    sealed_answer: Mapped[bytes | None]
    created_at: Mapped[datetime]
