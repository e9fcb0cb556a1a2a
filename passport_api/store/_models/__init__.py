"""The tables. Private to the store: everything above speaks of domain objects and records.

Bytes columns whose name begins with `sealed` or `wrapped` are ciphertext. Plain columns hold ids, times, enumerated
words and the names of organisations: nothing about a child or a family.
"""

from passport_api.store._models.base import Base
from passport_api.store._models.children import (
    Acknowledgement,
    Challenge,
    Consent,
    ConsentApproval,
    CorrectionNotice,
    DataKey,
    Erasure,
    Parent,
    Passport,
    PassportIdentifier,
    Statement,
    Transition,
)
from passport_api.store._models.log import Decision, Ending, LogEntry, LogHead, LogSubtree
from passport_api.store._models.outbox import OutboxNotice, WebhookEndpoint
from passport_api.store._models.people import (
    Account,
    IdempotencyKey,
    Invitation,
    Membership,
    Organisation,
    RefreshToken,
    ServiceKey,
    Session,
)
from passport_api.store._models.protection import Alert, FormerNumber, OfferedNumber, ProtectedList
from passport_api.store._models.searches import Search, SearchCorrection, SearchCorrectionItem, SearchHit

__all__ = [
    "Account",
    "Acknowledgement",
    "Alert",
    "Base",
    "Challenge",
    "Consent",
    "ConsentApproval",
    "CorrectionNotice",
    "DataKey",
    "Decision",
    "Ending",
    "Erasure",
    "FormerNumber",
    "IdempotencyKey",
    "Invitation",
    "LogEntry",
    "LogHead",
    "LogSubtree",
    "Membership",
    "OfferedNumber",
    "Organisation",
    "OutboxNotice",
    "Parent",
    "Passport",
    "PassportIdentifier",
    "ProtectedList",
    "RefreshToken",
    "Search",
    "SearchCorrection",
    "SearchCorrectionItem",
    "SearchHit",
    "ServiceKey",
    "Session",
    "Statement",
    "Transition",
    "WebhookEndpoint",
]
