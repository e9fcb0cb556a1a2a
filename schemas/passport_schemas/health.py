"""Health."""

from marshmallow import fields, validate

from passport_schemas.base import Answer


class Health(Answer):
    """That all is well; otherwise a problem document says what is not."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
