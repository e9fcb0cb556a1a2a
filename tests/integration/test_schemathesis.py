"""The running service against its contract: schemathesis, with all its checks, as every kind of account.

No request makes it fail (5xx), every answer is one that the contract describes (status, headers, media type, schema,
and not a field more), what does not fit the contract is refused and what fits is accepted, unless for a rule that no
schema can say. Throttled sign-ins are answers like others.

Bounded so that both databases take about a minute and a half: the boundary values of each operation by somebody who
may call it, a few random requests by everybody, a few chains of requests, the same ones every time. With
PASSPORT_FUZZ=20 in the environment it makes twenty times as many, others each time.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from passport_api.api.tokens import access_token
from passport_api.services import sessions
from passport_schemas.examples.sessions import SIGN_IN
from support.answers import nobodys_id
from support.conformance import Cast, about, contract_of, operations_of, run
from support.service import Service
from support.world import PASSWORD, Family, Person, World

ACCOUNTS = {
    "parent": {"parent"},
    "social_worker": {"custodian"},
    "manager": {"manager"},
    "designated_teacher": {"recipient"},
    "designated_safeguarding_lead": {"recipient"},
    "org_admin": {"org_admin"},
    "auditor": {"auditor", "signed_in"},
    "nobody": {"anyone"},
}
"""Each kind of account, with what the contract calls it as a caller."""

NEEDS_A_SECRET = {"sign_in", "refresh", "accept_invitation"}
"""What succeeds only with a password or a token that no contract holds."""

ENDS_THE_SESSION = "sign_out"


@dataclass
class Scene:
    """Families in the middle of a move, everybody around them, and the contract."""

    service: Service
    people: dict[str, Person | None]
    casts: dict[str, Cast]
    contract: dict[str, Any]

    def token(self, account: str) -> str | None:
        """A session of its own for each run, without signing in over HTTP: that may be throttled by now."""
        person = self.people[account]
        if person is None:
            return None
        who, _ = sessions.sign_in(self.service.runtime, person.email, PASSWORD)
        with self.service.app.app_context():
            return access_token(who)

    def callers(self) -> dict[str, set[str]]:
        """Who may call each operation."""
        return {
            operation["operationId"]: set(operation["x-access"]["callers"])
            for path in self.contract["paths"].values()
            for operation in operations_of(path)
        }

    def share_of(self, account: str) -> set[str]:
        """The operations whose first possible caller is this account, so that the accounts share them all."""
        first = {
            name: next(each for each, may in ACCOUNTS.items() if callers & may)
            for name, callers in self.callers().items()
        }
        return {name for name, each in first.items() if each == account}


@pytest.fixture(scope="module")
def scene(service: Service, world: World) -> Scene:
    waiting = world.family(requires_both_parents=True)
    writing, sharing, ending = world.family(), world.family(), world.family()
    school = sharing.school_id
    people: dict[str, Person | None] = {
        "parent": waiting.second_parent,
        "social_worker": writing.social_worker,
        "manager": world.manager(ending),
        **{role: world.member(school, role) for role in ("designated_teacher", "designated_safeguarding_lead")},
        "org_admin": world.admin(school),
        "auditor": world.member(school, "auditor"),
        "nobody": None,
    }
    shared = cast_of(world, sharing, people["designated_teacher"])
    apart = {
        "parent": cast_of(world, waiting),
        "social_worker": cast_of(world, writing),
        "manager": cast_of(world, ending),
    }
    return Scene(service, people, dict.fromkeys(ACCOUNTS, shared) | apart, contract_of(service))


def cast_of(world: World, family: Family, reader: Person | None = None) -> Cast:
    """A family with something to read, a consent, an entry in the log, and colleagues who come and go.

    What is proposed to be erased is another child's passport, so that there is something to read when it is gone.
    """
    statement, corrected = (world.statement(family, "about_me", "everyday")["id"] for _ in range(2))
    consent, notice = world.consent(family), nobodys_id()
    if reader is not None:
        reader.get(f"/v1/views/{consent['id']}")
        world.correct(family, corrected)
        notice = reader.get("/v1/correction-notices").json()["items"][0]["id"]
    newest = family.parent.get(f"/v1/passports/{family.passport_id}/access-log?limit=1").json()["items"][0]
    changing, ending = (world.member(family.school_id, "class_teacher") for _ in range(2))
    return Cast(
        passport=family.passport_id,
        transition=family.transition_id,
        consent=consent["id"],
        membership_to_change=str(changing.membership_id),
        membership_to_end=str(ending.membership_id),
        entry=newest["entry"],
        erasure=world.proposal(world.sibling(family))["id"],
        statement=statement,
        challenge=family.parent.made(f"/v1/statements/{statement}/challenges", {"words": "It is not so."})["id"],
        alert=world.alert(family),
        correction_notice=notice,
        search=world.search(family, "statement for about_me")["id"],
        sending_authority=family.custodian_id,
        receiving_authority=family.authority_id,
        primary_school=family.from_id,
        receiving_school=family.school_id,
    )


@pytest.mark.parametrize("account", sorted(ACCOUNTS.keys() - {"designated_safeguarding_lead"}))
def test_at_its_boundaries_an_operation_answers_as_written(account: str, scene: Scene) -> None:
    share = scene.share_of(account) - {ENDS_THE_SESSION}
    outcome = run(
        scene.service,
        about(scene.casts[account], scene.contract),
        scene.token(account),
        operations=share,
        phases=("examples", "coverage"),
        examples=1,
    )
    assert not outcome.failures, outcome.report()
    assert share - outcome.succeeded() <= NEEDS_A_SECRET


@pytest.mark.parametrize("account", ACCOUNTS)
def test_whoever_calls_whatever_it_answers_as_written(account: str, scene: Scene) -> None:
    everything = scene.callers().keys() - {ENDS_THE_SESSION}
    outcome = run(
        scene.service,
        about(scene.casts[account], scene.contract),
        scene.token(account),
        operations=everything,
        phases=("fuzzing",),
        examples=3,
    )
    assert not outcome.failures, outcome.report()
    assert outcome.answers.keys() == everything


@pytest.mark.parametrize("account", ["parent", "social_worker"])
def test_with_an_idempotency_key_an_operation_answers_as_written(account: str, scene: Scene) -> None:
    creating = {
        "parent": {"give_consent", "write_statement"},
        "social_worker": {"create_passport", "create_invitation"},
    }
    outcome = run(
        scene.service,
        scene.contract,
        scene.token(account),
        operations=creating[account],
        phases=("coverage",),
        examples=1,
    )
    assert not outcome.failures, outcome.report()
    assert outcome.answers.keys() == creating[account]


def test_a_sign_in_that_is_throttled_answers_as_written(scene: Scene) -> None:
    with scene.service.client() as http:
        for _ in range(12):
            http.post("/v1/auth/login", json=SIGN_IN)
    outcome = run(
        scene.service, scene.contract, None, operations={"sign_in"}, phases=("examples", "coverage"), examples=1
    )
    assert not outcome.failures, outcome.report()
    assert outcome.answers["sign_in"][429] > 0


@pytest.mark.parametrize("account", ["parent", "nobody"])
def test_signing_out_answers_as_written(account: str, scene: Scene) -> None:
    outcome = run(
        scene.service,
        scene.contract,
        scene.token(account),
        operations={ENDS_THE_SESSION},
        phases=("examples", "coverage", "fuzzing"),
        examples=1,
    )
    assert not outcome.failures, outcome.report()
    assert outcome.answers[ENDS_THE_SESSION]


@pytest.mark.parametrize("account", ["parent", "social_worker", "org_admin"])
def test_in_a_chain_of_requests_each_answers_as_written(account: str, scene: Scene) -> None:
    everything = scene.callers().keys() - {ENDS_THE_SESSION}
    outcome = run(
        scene.service,
        scene.contract,
        scene.token(account),
        operations=everything,
        phases=("stateful",),
        examples=5,
    )
    assert not outcome.failures, outcome.report()
    assert len(outcome.answers) > 5
