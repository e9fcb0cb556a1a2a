"""Holds the running service against its own contract: schemathesis' engine, pointed at real ids and real people."""

import copy
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData

from passport_api.api.edge import openapi_document
from passport_api.domain.protection.terms import TermFault
from passport_schemas.examples import family as written
from support.service import Service

METHODS = ("get", "post", "put", "patch", "delete")

# What no schema can say, because it depends on what is kept, on other fields or on a check digit.
RULES = frozenset(
    {
        "Must be the date of birth of somebody who is not yet 26.",
        "Must be a local authority.",
        "Must be a size that the log has had since this entry.",
        "Must be a size that the log has had.",
        "Must be an open transition of this passport.",
        "Must be another organisation that is known here.",
        "Must have at least 3 letters or digits.",
        "Must be a statement that this search found.",
        "A challenge that is upheld comes with a correction, and no other.",
        "A parent or the custodian brings the young person's challenge.",
        "Must be in the future.",
        "Must be later than valid_from.",
        "Must be where the transition leads.",
        "Must be within ten years of today.",
        "Must differ from from_id.",
        "Must have at least 5 different characters.",
        "Must have between 12 and 256 characters.",
        "Must not be in the past.",
        "Must not be larger than to.",
        "Not a cursor of this list.",
        "Only an opinion says what it rests on.",
        "Say why the wordings stay that should be changed, or change them.",
        "Stands in the list already.",
        "There is no such statement in this passport.",
        "Not valid: has a wrong check digit.",
        "Not valid: has a wrong check letter.",
        "Not valid: is one digit repeated.",
        "There is no such organisation.",
        "This kind of organisation does not have this role.",
        "Too easy to guess: try three random words.",
        *(f"{fault[0].upper()}{fault[1:]}." for fault in TermFault),
    }
)


@dataclass
class Cast:
    """The ids that a run speaks of, each in the place of one that the contract's examples made up."""

    passport: str
    transition: str
    consent: str
    membership_to_change: str
    membership_to_end: str
    entry: int
    erasure: str
    statement: str
    challenge: str
    alert: str
    correction_notice: str
    search: str
    sending_authority: str
    receiving_authority: str
    primary_school: str
    receiving_school: str


@dataclass
class Outcome:
    """What a run found."""

    failures: list[str] = field(default_factory=list)
    answers: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def report(self) -> str:
        """What failed, in full."""
        return "\n\n".join(self.failures)

    def succeeded(self) -> set[str]:
        """The operations that were carried out at least once, by operationId."""
        return {name for name, statuses in self.answers.items() if any(200 <= status < 300 for status in statuses)}


def contract_of(service: Service) -> dict[str, Any]:
    """The contract, stricter than it is published: an answer may hold no field and no status that is not written."""
    document = openapi_document(service.app.extensions["passport_contract"])
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    for path in document["paths"].values():
        for operation in operations_of(path):
            del operation["responses"]["default"]
    return document


def about(cast: Cast, document: dict[str, Any]) -> dict[str, Any]:
    """A contract that speaks of the cast: requests name what there is, and so get past the first rule.

    Idempotency-Key is left out: generated requests repeat keys, and a mismatch would hide everything else about them.
    """
    document = json.loads(_with_real_ids(json.dumps(document), cast))
    # Sizes that the log has had, and the tag of any state: that of one changes with each change.
    examples = {"from": 1, "to": 2, "size": cast.entry + 1, "If-Match": "*"}
    for path in document["paths"].values():
        for parameter in path.get("parameters", []):
            if parameter["name"] == "entry":
                parameter["example"] = cast.entry
            parameter["schema"] = {"type": parameter["schema"]["type"], "enum": [parameter["example"]]}
        for operation in operations_of(path):
            kept = [each for each in operation.get("parameters", []) if each["name"] != "Idempotency-Key"]
            operation["parameters"] = kept
            for parameter in kept:
                if parameter["name"] in examples:
                    parameter["example"] = examples[parameter["name"]]
                    parameter["schema"].pop("examples", None)
    to_end = {"in": "path", "name": "membership_id", "required": True, "schema": {"enum": [cast.membership_to_end]}}
    document["paths"]["/v1/memberships/{membership_id}"]["delete"]["parameters"] = [to_end]
    _point_at(document["components"]["schemas"], cast)
    return document


def operations_of(path: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations of a path item."""
    return [operation for method, operation in path.items() if method in METHODS]


def run(
    service: Service,
    document: dict[str, Any],
    token: str | None,
    *,
    operations: Iterable[str],
    phases: Iterable[str],
    examples: int,
) -> Outcome:
    """Call operations as somebody, with every check that schemathesis has.

    Args:
        service: where.
        document: the contract, from `contract_of`.
        token: an access token, None for nobody.
        operations: operationIds.
        phases: of examples, coverage, fuzzing, stateful.
        examples: how many requests fuzzing makes for each operation, and chains of requests the stateful phase; the
            environment's PASSPORT_FUZZ says how many times as many, and makes them other ones each time.
    """
    times = int(os.environ.get("PASSPORT_FUZZ", "1"))
    config = SchemathesisConfig.from_dict(
        {
            "cache": {"enabled": False},
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples * times,
                "deterministic": times == 1,
                "no-shrink": True,
                "database": "none",
            },
            "phases": {
                name: {"enabled": name in set(phases)} for name in ("examples", "coverage", "fuzzing", "stateful")
            },
            "checks": {"missing_required_header": {"expected-statuses": [401, 422, 428]}},
        }
    )
    schema = schemathesis.openapi.from_dict(copy.deepcopy(document), config=config)
    schema = schema.include(operation_id=sorted(operations))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    schema.config.update(base_url=service.settings.base_url, headers=headers)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _collect(event.recorder, outcome)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            outcome.failures.append(f"schemathesis gave up: {event}")
    return outcome


def _collect(recorder: Any, outcome: Outcome) -> None:
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            operation = recorder.cases[case_id].value.operation
            outcome.answers[operation.definition.raw["operationId"]][interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            interaction = recorder.interactions.get(case_id)
            if not _is_a_rule(check.failure_info.failure, interaction):
                outcome.failures.append(_described(check.failure_info.failure, interaction))


def _is_a_rule(failure: Exception, interaction: Any) -> bool:
    """Whether a request that fits the schema was refused for what no schema can say."""
    if not isinstance(failure, RejectedPositiveData) or interaction.response.status_code not in {412, 422}:
        return False
    problem = json.loads(interaction.response.content)
    if problem["type"] in {"/problems/precondition_failed", "/problems/idempotency_mismatch"}:
        return True
    return all(error["detail"] in RULES for error in problem["errors"])


def _described(failure: Any, interaction: Any) -> str:
    request, response = interaction.request, interaction.response
    return (
        f"{failure.title}: {failure.message}\n  {request.method} {request.uri} {request.body!r}\n"
        f"  {response.status_code if response else None} {response.content[:500] if response else None!r}"
    )


def _with_real_ids(text: str, cast: Cast) -> str:
    real = {
        written.PASSPORT: cast.passport,
        written.TRANSITION: cast.transition,
        written.CONSENT: cast.consent,
        written.ERASURE: cast.erasure,
        written.STATEMENT: cast.statement,
        written.CHALLENGE: cast.challenge,
        written.ALERT: cast.alert,
        written.CORRECTION_NOTICE: cast.correction_notice,
        written.SEARCH: cast.search,
        written.TEACHERS_MEMBERSHIP: cast.membership_to_change,
        written.SENDING_AUTHORITY: cast.sending_authority,
        written.RECEIVING_AUTHORITY: cast.receiving_authority,
        written.PRIMARY_SCHOOL: cast.primary_school,
        written.RECEIVING_SCHOOL: cast.receiving_school,
    }
    for made_up, known in real.items():
        text = text.replace(made_up, known)
    return text


def _point_at(schemas: dict[str, Any], cast: Cast) -> None:
    """Make requests name what there is, so that more of them get past the first rule."""
    known = {
        "NewConsent": {"recipient_id": [cast.receiving_school], "transition_id": [cast.transition, None]},
        "NewTransition": {
            "from_id": [cast.primary_school],
            "to_id": [cast.receiving_school],
            "to_authority_id": [cast.receiving_authority, None],
        },
        "NewInvitation": {"passport_id": [cast.passport], "organisation_id": [cast.receiving_school]},
        "NewPassport": {"custodian_id": [cast.sending_authority, None]},
    }
    for schema, values in known.items():
        for name, ids in values.items():
            schemas[schema]["properties"][name]["enum"] = ids
