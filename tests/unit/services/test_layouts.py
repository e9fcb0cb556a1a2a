"""What is laid out for a reader, and what is not even handed on to be rendered."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from passport_api.domain.challenges import Challenge, Challenger
from passport_api.domain.children import Child
from passport_api.domain.ids import AccountId, ChallengeId, PassportId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.services.layouts import lay_out
from passport_api.services.screening import Screen, Screening
from passport_api.services.vault import PassportSeals
from passport_api.store.statements import Standing, StandingChallenge
from passport_keys.sealing import DataKey

SCOPE = {Section.REGULATION: DetailLevel.EVERYDAY}
PROTECTED = ProtectedList((ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Katherine Doyle"),))


def test_what_stands_beside_a_stopped_statement_is_left_out_with_it() -> None:
    passport_id = PassportId(uuid4())
    seals = PassportSeals(passport_id, str(passport_id), DataKey.generate())
    fine, stopped = (
        Statement(
            statement_id=StatementId(UUID(int=number)),
            version=1,
            section=Section.REGULATION,
            detail_level=DetailLevel.EVERYDAY,
            kind=StatementKind.OBSERVATION,
            text=text,
            source="parent",
            author=Capacity("Helen Fairweather", "parent"),
            recorded_on=date(2026, 11, 10),
        )
        for number, text in ((1, "It is warm."), (2, "Kate came."))
    )
    challenge_id = ChallengeId(uuid4())
    challenges = {
        each.statement_id: [
            StandingChallenge(
                challenge_id,
                seals.seal_challenge(challenge_id, Challenge(Challenger.PARENT, "No.")),
                True,
                datetime(2026, 11, 12, tzinfo=UTC),
                AccountId(uuid4()),
            )
        ]
        for each in (fine, stopped)
    }
    standing = Standing(
        [seals.seal_statement(fine), seals.seal_statement(stopped)], frozenset(), [], challenges, frozenset()
    )
    child = Child("Tam Fairweather", None, date(2015, 10, 9), None, None, ())
    screen = Screen(Screening(), seals, seals.seal_list(1, PROTECTED), child)
    layout = lay_out(screen, standing, SCOPE, DetailLevel.RESTRICTED)
    assert [each.text for section in layout.sections for each in section.statements] == ["It is warm."]
    assert set(layout.challenges) == {fine.statement_id}
    assert [each.text for each in layout.stopped] == ["Kate came."]
    assert layout.being_reviewed
