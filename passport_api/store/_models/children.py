"""Passports, and what belongs to one child's passport."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base


class Passport(Base):
    """One child's passport: its custodian and its sealed identity, which is gone once it is erased."""

    __tablename__ = "passports"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    custodian_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sealed_child: Mapped[bytes | None]
    requires_both_parents: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    __table_args__ = (Index("ix_passports_of_custodian", "custodian_id", "id"),)


class DataKey(Base):
    """A passport's data key, wrapped. Apart from the content, so that backups can keep the two apart."""

    __tablename__ = "data_keys"
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"), primary_key=True)
    wrapping_key_id: Mapped[str] = mapped_column(String(200))
    wrapped_key: Mapped[bytes]
    __table_args__ = (Index("ix_data_keys_by_wrapping_key", "wrapping_key_id", "passport_id"),)


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
    """A version of a statement. Appended; once another took its place or withdrew it, it has ended for good."""

    __tablename__ = "statements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    sealed_statement: Mapped[bytes]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    version_id: Mapped[UUID] = mapped_column(unique=True)
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_statements_of_passport", "passport_id", "id", "version"),)


class Challenge(Base):
    """Somebody's word that a statement is wrong or unfair, and what the custodian found."""

    __tablename__ = "challenges"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    statement_id: Mapped[UUID]
    version: Mapped[int]
    sealed_challenge: Mapped[bytes]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    withheld_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    finding: Mapped[str | None]
    sealed_reasons: Mapped[bytes | None]
    __table_args__ = (
        Index("ix_challenges_of_statement", "statement_id", "id"),
        Index("ix_challenges_of_passport", "passport_id", "id"),
    )


class CorrectionNotice(Base):
    """What an organisation that received a statement is told of its correction, and what it answered."""

    __tablename__ = "correction_notices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    statement_id: Mapped[UUID]
    version: Mapped[int]
    kind: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    told_by: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    issued_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    copies: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("statement_id", "version", "organisation_id"),
        Index("ix_correction_notices_to_organisation", "organisation_id", "id"),
        Index("ix_correction_notices_of_passport", "passport_id", "id"),
    )


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


class Erasure(Base):
    """A proposal to erase a passport, and its confirmation by a second person, who is never the first."""

    __tablename__ = "erasures"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    passport_id: Mapped[UUID] = mapped_column(ForeignKey("passports.id"))
    custodian_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    ground: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        Index("ix_erasures_of_passport", "passport_id", "id"),
        Index("ix_erasures_of_custodian", "custodian_id", "id"),
    )


class Acknowledgement(Base):
    """A reader's word that they have read a view."""

    __tablename__ = "acknowledgements"
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    given_at: Mapped[datetime]
