"""A schema with a trap in it cannot be put on a route."""

import marshmallow as ma
import pytest
from marshmallow import fields, validate

from passport_api.api.edge import Blueprint
from passport_api.api.edge.schema_checks import check_request_schema
from unit.api.edge.toy import Thing, Whole

blueprint = Blueprint("checks", __name__)


class Careless(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    name = fields.String()


def schema(field):
    return ma.Schema.from_dict({"urn": field})


@pytest.mark.parametrize(
    "field",
    [
        fields.String(validate=validate.Regexp(r"^[0-9]{6}$")),
        fields.String(validate=[validate.Length(6), validate.Regexp(r"[0-9]{6}")]),
        fields.List(fields.String(validate=validate.Regexp("^a$"))),
        fields.Dict(keys=fields.String(validate=validate.Regexp("^a$"))),
        fields.Nested(ma.Schema.from_dict({"a": fields.String(validate=validate.Regexp("^a$"))})),
        fields.Constant("passport"),
        fields.Nested(Careless),
    ],
)
def test_a_field_that_lets_too_much_through_is_refused_when_declared(field):
    with pytest.raises(TypeError):
        blueprint.arguments(schema(field))


def test_a_schema_that_ignores_unknown_fields_is_refused():
    with pytest.raises(TypeError, match="unknown fields"):
        blueprint.arguments(Careless)


def test_a_list_is_neither_a_body_nor_an_answer():
    with pytest.raises(TypeError, match="never a list"):
        blueprint.arguments(Thing(many=True))
    with pytest.raises(TypeError, match="items"):
        blueprint.response(200, Thing(many=True))


@pytest.mark.parametrize("validator", [Whole("^[0-9]{6}$"), validate.Regexp(r"^[0-9]{6}\Z")])
def test_a_pattern_for_the_whole_text_is_accepted(validator):
    check_request_schema(schema(fields.String(validate=validator)))


def test_a_route_takes_one_query_schema():
    one, two = schema(fields.String()), schema(fields.String())
    with pytest.raises(TypeError, match="One query schema"):

        @blueprint.arguments(one, location="query")
        @blueprint.arguments(two, location="query")
        def view(_one, _two):
            """Never registered."""
