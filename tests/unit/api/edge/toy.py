"""A small application with nothing but the edge on it."""

import io
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import marshmallow as ma
from flask import Flask, Response, g, request
from flask_jwt_extended import JWTManager, create_access_token, jwt_required
from marshmallow import fields, validate

from passport_api.api.edge import (
    Api,
    Blueprint,
    EdgeSettings,
    PageQuery,
    Problem,
    access,
    docs,
    etag_of,
    install,
    not_modified,
    page,
    position_of,
    register_token_problems,
    require_if_match,
)

NOTHING = {"callers": ("anyone",), "logs": "nothing"}


class Whole(validate.Regexp):
    """A pattern that holds for the whole text."""

    def __call__(self, value: str) -> str:
        if not self.regex.fullmatch(value):
            raise ma.ValidationError("Not in the expected form.")
        return value


class Strict(ma.Schema):
    class Meta:
        unknown = ma.RAISE


class Part(Strict):
    name = fields.String(required=True, validate=validate.Length(1, 10))


class Thing(Strict):
    name = fields.String(required=True, validate=validate.Length(1, 4000))
    urn = fields.String(validate=Whole(r"^[0-9]{6}$"))
    count = fields.Integer(strict=True)
    ratio = fields.Float()
    scope = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["safety", "regulation"])),
        values=fields.String(validate=validate.OneOf(["everyday", "restricted"])),
    )
    parts = fields.List(fields.Nested(Part))
    anything = fields.Raw()

    @ma.validates_schema
    def refuse_contradiction(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("name") == "contradiction":
            raise ma.ValidationError("The name contradicts itself.")


class Filter(PageQuery):
    kind = fields.String()
    tags = fields.List(fields.String())


class Gone(Exception):
    """A named error of an inner layer."""


class Answer(ma.Schema):
    echo = fields.String()


class Listing(ma.Schema):
    items = fields.List(fields.Integer())
    next = fields.String(allow_none=True)


things = Blueprint("things", __name__, url_prefix="/v1", description="Things.")


@things.route("/things", methods=["POST"])
@access(callers=("parent", "custodian"), logs="thing.create")
@things.problems("conflict", "idempotency_mismatch")
@things.arguments(Thing, example={"name": "Bear"})
@things.response(201, Answer, example={"echo": "Bear"})
def create_thing(body):
    """Create a thing.

    It is created once.

    Args:
        body: not part of the contract.
    """
    return {"echo": body["name"]}


@things.route("/things", methods=["GET"])
@things.arguments(Filter, location="query")
@things.response(200, Listing)
@access(callers=("signed_in",), logs="nothing")
def list_things(query):
    """List things."""
    start = position_of(query, str, int)
    first = start[1] + 1 if start else 0
    found = list(range(first, min(first + query["limit"], 5)))
    return page(found, ("k", found[-1]) if found and found[-1] < 4 else None)


@things.route("/others", methods=["GET"])
@things.arguments(PageQuery, location="query")
@things.response(200, Listing)
@access(callers=("signed_in",), logs="nothing")
def list_others(query):
    """List other things."""
    position_of(query, str, int)
    return page([], None)


@things.route("/things/<uuid:thing_id>", methods=["GET"])
@access(**NOTHING)
@things.response(200, Answer)
def read_thing(thing_id):
    """Read a thing."""
    g.account_id = "account-1"
    tag = etag_of(str(thing_id), 1)
    if not_modified(tag):
        return Response(status=304, headers={"ETag": tag})
    return {"echo": "x"}, 200, {"ETag": tag}


@things.route("/things/<uuid:thing_id>", methods=["PATCH"])
@access(**NOTHING)
@things.problems("precondition_failed", "precondition_required", "not_found")
@things.arguments(Part)
@things.response(204)
def change_thing(_body, thing_id):
    """Change a thing."""
    require_if_match(etag_of(str(thing_id), 1))


@things.route("/missing", methods=["GET"])
@access(**NOTHING)
def missing():
    """Answer as if it were not there."""
    raise Problem("not_found")


@things.route("/bodiless", methods=["POST"])
@access(**NOTHING)
@things.response(204)
def bodiless():
    """Take no body."""


@things.route("/fault", methods=["GET"])
@access(**NOTHING)
def fault():
    """Fail in a way nobody expected."""
    secret = "Rosie Thornfield"
    try:
        return {}[secret]
    except KeyError as error:
        raise ValueError(f"could not read {secret}") from error


@things.route("/named", methods=["GET"])
@access(**NOTHING)
def named():
    """Fail as an inner layer would."""
    raise Gone("Rosie Thornfield")


@things.route("/private", methods=["GET"])
@access(callers=("signed_in",), logs="nothing")
@jwt_required()
def private():
    """Ask for a token."""
    return {"ok": True}


@things.route("/token", methods=["GET"])
@access(**NOTHING)
def token():
    """Give out a token."""
    return {
        "token": create_access_token("account-1"),
        "old": create_access_token("a", expires_delta=timedelta(seconds=-1)),
    }


@things.route("/limited", methods=["GET"])
@access(**NOTHING)
def limited():
    """Ask to come back later."""
    raise Problem("too_many_requests", headers={"Retry-After": "60"})


@things.route("/noisy", methods=["GET"])
@access(**NOTHING)
def noisy():
    """Try to say which software this is."""
    return {"ok": True}, 200, {"Server": "toy/1", "X-Powered-By": "toy", "X-RateLimit-Remaining": "3"}


def make_toy(log: io.StringIO | None = None, **settings: Any) -> Flask:
    """The application, as the composition root would make it."""
    ids = (f"made-{n:06}" for n in itertools.count())
    app = Flask("toy", static_folder=None)
    install(
        app,
        EdgeSettings(
            clock=lambda: datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
            new_request_id=lambda: next(ids),
            log_stream=log,
            exceptions={Gone: "conflict"},
            **settings,
        ),
    )
    app.config.update(JWT_SECRET_KEY="a key for toys only, of enough bytes")
    register_token_problems(JWTManager(app))
    api = Api(app, title="Toy & Co", version="1", description="A toy.")
    api.spec.components.schema("Finding", {"type": "object"})  # every problem document may have some
    api.register_blueprint(things)
    docs.register(app, api)
    app.extensions["toy-api"] = api

    @app.after_request
    def break_on_demand(response: Response) -> Response:
        if request.headers.get("X-Break") == "after":
            raise ValueError("Rosie Thornfield")
        return response

    return app
