"""Sealing and opening what the store keeps: each thing under its own key, in its own place."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from passport_api.domain.access_log import Entry, Leaf
from passport_api.domain.alerts import AlertDetails
from passport_api.domain.challenges import Challenge
from passport_api.domain.children import Child
from passport_api.domain.consents import Terms
from passport_api.domain.corrections import version_hash
from passport_api.domain.ids import AlertId, ChallengeId, ConsentId, PassportId, SearchCorrectionId, SearchId, WebhookId
from passport_api.domain.protected_lists import ProtectedList, comparable
from passport_api.domain.protection.terms import ProtectedKind
from passport_api.domain.searches import Mending, Sought
from passport_api.domain.statements import Statement
from passport_api.domain.webhooks import Secret
from passport_api.services import encoding
from passport_api.store.protected_lists import SealedList
from passport_api.store.statements import SealedStatement
from passport_keys.blind_index import BlindIndex
from passport_keys.keyring import Keyring
from passport_keys.providers import WrappedKey
from passport_keys.sealing import DataKey, Place, Purpose

_NOBODY = "service"
_PERSON_COLUMNS = {"accounts": "sealed_identity", "invitations": "sealed_invitee"}


@dataclass(frozen=True, slots=True)
class PassportSeals:
    """Seals and opens one passport's content with that passport's data key."""

    passport_id: PassportId
    owner: str
    key: DataKey

    def seal_statement(self, statement: Statement) -> SealedStatement:
        """Seal one version of a statement."""
        place = Place("statements", "sealed_statement", str(statement.statement_id), statement.version, self.owner)
        sealed = self.key.derive(Purpose.STATEMENTS).seal(place, encoding.encode_statement(statement))
        return SealedStatement(statement.statement_id, statement.version, sealed)

    def open_statement(self, kept: SealedStatement) -> Statement:
        """Open one version of a statement.

        Raises:
            SealBroken: it is not what was sealed here.
        """
        place = Place("statements", "sealed_statement", str(kept.statement_id), kept.version, self.owner)
        plaintext = self.key.derive(Purpose.STATEMENTS).unseal(place, kept.sealed)
        return encoding.decode_statement(plaintext, kept.statement_id, kept.version, version_hash(kept.sealed))

    def seal_challenge(self, challenge_id: ChallengeId, challenge: Challenge) -> bytes:
        """Seal somebody's word that a statement is wrong."""
        place = Place("challenges", "sealed_challenge", str(challenge_id), 1, self.owner)
        return self.key.derive(Purpose.STATEMENTS).seal(place, encoding.encode_challenge(challenge))

    def open_challenge(self, challenge_id: ChallengeId, sealed: bytes) -> Challenge:
        """Open somebody's word that a statement is wrong."""
        place = Place("challenges", "sealed_challenge", str(challenge_id), 1, self.owner)
        return encoding.decode_challenge(self.key.derive(Purpose.STATEMENTS).unseal(place, sealed))

    def seal_reasons(self, challenge_id: ChallengeId, reasons: str) -> bytes:
        """Seal why a challenge came to what it did."""
        place = Place("challenges", "sealed_reasons", str(challenge_id), 1, self.owner)
        return self.key.derive(Purpose.STATEMENTS).seal(place, encoding.encode_reasons(reasons))

    def open_reasons(self, challenge_id: ChallengeId, sealed: bytes) -> str:
        """Open why a challenge came to what it did."""
        place = Place("challenges", "sealed_reasons", str(challenge_id), 1, self.owner)
        return encoding.decode_reasons(self.key.derive(Purpose.STATEMENTS).unseal(place, sealed))

    def seal_list(self, version: int, said: ProtectedList) -> SealedList:
        """Seal one version of the protected list."""
        sealed = self.key.derive(Purpose.IDENTITY).seal(self._list_place(version), encoding.encode_list(said))
        return SealedList(version, sealed)

    def open_list(self, kept: SealedList) -> ProtectedList:
        """Open one version of the protected list.

        Raises:
            SealBroken: it is not what was sealed here.
        """
        plaintext = self.key.derive(Purpose.IDENTITY).unseal(self._list_place(kept.version), kept.sealed)
        return encoding.decode_list(plaintext)

    def seal_details(self, alert_id: AlertId, details: AlertDetails) -> bytes:
        """Seal what raised an alert."""
        place = Place("alerts", "sealed_details", str(alert_id), 1, self.owner)
        return self.key.derive(Purpose.STATEMENTS).seal(place, encoding.encode_details(details))

    def open_details(self, alert_id: AlertId, sealed: bytes) -> AlertDetails:
        """Open what raised an alert."""
        place = Place("alerts", "sealed_details", str(alert_id), 1, self.owner)
        return encoding.decode_details(self.key.derive(Purpose.STATEMENTS).unseal(place, sealed))

    def seal_note(self, alert_id: AlertId, note: str) -> bytes:
        """Seal what came of an alert."""
        place = Place("alerts", "sealed_note", str(alert_id), 1, self.owner)
        return self.key.derive(Purpose.STATEMENTS).seal(place, encoding.encode_reasons(note))

    def open_note(self, alert_id: AlertId, sealed: bytes) -> str:
        """Open what came of an alert."""
        place = Place("alerts", "sealed_note", str(alert_id), 1, self.owner)
        return encoding.decode_reasons(self.key.derive(Purpose.STATEMENTS).unseal(place, sealed))

    def seal_child(self, child: Child) -> bytes:
        """Seal who the passport is about."""
        return self.key.derive(Purpose.IDENTITY).seal(self._child_place(), encoding.encode_child(child))

    def open_child(self, sealed: bytes) -> Child:
        """Open who the passport is about."""
        return encoding.decode_child(self.key.derive(Purpose.IDENTITY).unseal(self._child_place(), sealed))

    def seal_terms(self, consent_id: ConsentId, terms: Terms) -> bytes:
        """Seal what a consent allows."""
        place = Place("consents", "sealed_terms", str(consent_id), 1, self.owner)
        return self.key.derive(Purpose.IDENTITY).seal(place, encoding.encode_terms(terms))

    def open_terms(self, consent_id: ConsentId, sealed: bytes) -> Terms:
        """Open what a consent allows."""
        place = Place("consents", "sealed_terms", str(consent_id), 1, self.owner)
        return encoding.decode_terms(self.key.derive(Purpose.IDENTITY).unseal(place, sealed))

    def seal_entry(self, entry: Entry) -> Leaf:
        """Seal an entry about this passport."""
        place = Place("log_entries", "sealed_payload", str(entry.entry_id), 1, self.owner)
        sealed = self.key.derive(Purpose.LOG).seal(place, encoding.encode_entry(entry))
        return Leaf(entry.entry_id, self.passport_id, sealed)

    def open_entry(self, leaf: Leaf) -> Entry:
        """Open an entry about this passport."""
        place = Place("log_entries", "sealed_payload", str(leaf.entry_id), 1, self.owner)
        plaintext = self.key.derive(Purpose.LOG).unseal(place, leaf.sealed_payload)
        return encoding.decode_entry(plaintext, leaf.entry_id, leaf.passport_id)

    def _list_place(self, version: int) -> Place:
        return Place("protected_lists", "sealed_list", self.owner, version, self.owner)

    def _child_place(self) -> Place:
        return Place("passports", "sealed_child", self.owner, 1, self.owner)


@dataclass(frozen=True, slots=True)
class Vault:
    """Every key the services use. Holds no plaintext of its own."""

    keyring: Keyring
    service_key: DataKey
    index: BlindIndex

    def passport(self, passport_id: PassportId, wrapping_key_id: str, wrapped_key: bytes) -> PassportSeals:
        """Open a passport's data key."""
        owner = str(passport_id)
        return PassportSeals(passport_id, owner, self.keyring.data_key(owner, WrappedKey(wrapping_key_id, wrapped_key)))

    def new_passport(self, passport_id: PassportId) -> tuple[PassportSeals, WrappedKey]:
        """Make a new passport's data key."""
        owner = str(passport_id)
        key, wrapped = self.keyring.new_data_key(owner)
        return PassportSeals(passport_id, owner, key), wrapped

    def forget(self, passport_id: PassportId) -> None:
        """Drop a passport's data key from memory, once it is erased."""
        self.keyring.forget(str(passport_id))

    def forget_every(self) -> None:
        """Drop every passport's data key from memory."""
        self.keyring.forget_every()

    def seal_person(self, table: str, row: UUID, name: str, email: str) -> bytes:
        """Seal who an account or an invitation is for."""
        place = Place(table, _PERSON_COLUMNS[table], str(row), 1, _NOBODY)
        return self.service_key.derive(Purpose.SERVICE).seal(place, encoding.encode_person(name, email))

    def open_person(self, table: str, row: UUID, sealed: bytes) -> tuple[str, str]:
        """Open a person's name and email address."""
        place = Place(table, _PERSON_COLUMNS[table], str(row), 1, _NOBODY)
        return encoding.decode_person(self.service_key.derive(Purpose.SERVICE).unseal(place, sealed))

    def seal_entry(self, entry: Entry) -> Leaf:
        """Seal an entry that is about no passport."""
        place = Place("log_entries", "sealed_payload", str(entry.entry_id), 1, _NOBODY)
        sealed = self.service_key.derive(Purpose.LOG).seal(place, encoding.encode_entry(entry))
        return Leaf(entry.entry_id, None, sealed)

    def open_entry(self, leaf: Leaf) -> Entry:
        """Open an entry that is about no passport."""
        place = Place("log_entries", "sealed_payload", str(leaf.entry_id), 1, _NOBODY)
        plaintext = self.service_key.derive(Purpose.LOG).unseal(place, leaf.sealed_payload)
        return encoding.decode_entry(plaintext, leaf.entry_id, leaf.passport_id)

    def seal_answer(self, account_id: UUID, key_digest: bytes, answer: bytes) -> bytes:
        """Seal what an idempotent request was answered."""
        return self.service_key.derive(Purpose.SERVICE).seal(_answer_place(account_id, key_digest), answer)

    def open_answer(self, account_id: UUID, key_digest: bytes, sealed: bytes) -> bytes:
        """Open what an idempotent request was answered."""
        return self.service_key.derive(Purpose.SERVICE).unseal(_answer_place(account_id, key_digest), sealed)

    def seal_secrets(self, webhook_id: WebhookId, secrets: Sequence[Secret]) -> bytes:
        """Seal what a webhook's events are signed with."""
        return self.service_key.derive(Purpose.SERVICE).seal(
            _secrets_place(webhook_id), encoding.encode_secrets(secrets)
        )

    def open_secrets(self, webhook_id: WebhookId, sealed: bytes) -> tuple[Secret, ...]:
        """Open what a webhook's events are signed with, the newest first."""
        return encoding.decode_secrets(
            self.service_key.derive(Purpose.SERVICE).unseal(_secrets_place(webhook_id), sealed)
        )

    def seal_sought(self, search_id: SearchId, sought: Sought) -> bytes:
        """Seal what a search looks for."""
        place = Place("searches", "sealed_search", str(search_id), 1, _NOBODY)
        return self.service_key.derive(Purpose.SERVICE).seal(place, encoding.encode_sought(sought))

    def open_sought(self, search_id: SearchId, sealed: bytes) -> Sought:
        """Open what a search looks for."""
        place = Place("searches", "sealed_search", str(search_id), 1, _NOBODY)
        return encoding.decode_sought(self.service_key.derive(Purpose.SERVICE).unseal(place, sealed))

    def seal_mending(self, correction_id: SearchCorrectionId, mending: Mending) -> bytes:
        """Seal what is to become of what a search found."""
        place = Place("search_corrections", "sealed_correction", str(correction_id), 1, _NOBODY)
        return self.service_key.derive(Purpose.SERVICE).seal(place, encoding.encode_mending(mending))

    def open_mending(self, correction_id: SearchCorrectionId, sealed: bytes) -> Mending:
        """Open what is to become of what a search found."""
        place = Place("search_corrections", "sealed_correction", str(correction_id), 1, _NOBODY)
        return encoding.decode_mending(self.service_key.derive(Purpose.SERVICE).unseal(place, sealed))

    def email_index(self, email: str) -> bytes:
        """The blind index of an email address, whatever its case."""
        return self.index.of("email", email.strip().casefold())

    def number_index(self, kind: ProtectedKind, number: str) -> bytes:
        """The blind index of a UPN or NHS number that is or may be a former one, however it is written."""
        return self.index.of(f"former_{kind.value}", comparable(number))

    def digest(self, kind: str, secret: str) -> bytes:
        """A keyed digest of a token or a key, so that the database holds nothing that opens a door."""
        return self.index.of(kind, secret)


def _answer_place(account_id: UUID, key_digest: bytes) -> Place:
    return Place("idempotency_keys", "sealed_answer", f"{account_id}/{key_digest.hex()}", 1, _NOBODY)


def _secrets_place(webhook_id: WebhookId) -> Place:
    return Place("webhook_endpoints", "sealed_secrets", str(webhook_id), 1, _NOBODY)
