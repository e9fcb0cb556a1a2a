"""Identifiers of the things the service keeps. Each is a UUIDv7 (RFC 9562), made outside the domain."""

from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
AlertId = NewType("AlertId", UUID)
ChallengeId = NewType("ChallengeId", UUID)
ConsentId = NewType("ConsentId", UUID)
CorrectionNoticeId = NewType("CorrectionNoticeId", UUID)
EntryId = NewType("EntryId", UUID)
ErasureId = NewType("ErasureId", UUID)
InvitationId = NewType("InvitationId", UUID)
MembershipId = NewType("MembershipId", UUID)
NoticeId = NewType("NoticeId", UUID)
OfferId = NewType("OfferId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
PassportId = NewType("PassportId", UUID)
SearchCorrectionId = NewType("SearchCorrectionId", UUID)
SearchId = NewType("SearchId", UUID)
SessionId = NewType("SessionId", UUID)
StatementId = NewType("StatementId", UUID)
TransitionId = NewType("TransitionId", UUID)
WebhookId = NewType("WebhookId", UUID)
