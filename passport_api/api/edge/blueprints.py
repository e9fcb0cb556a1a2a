"""flask-smorest's Api and Blueprint with our reader, our problems and our declarations in place of its defaults.

Written against flask-smorest 0.47: what is overridden here is named in its own source as a hook or a default.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

import flask_smorest
from flask import Flask

from passport_api.api.edge.access import Access, access_of
from passport_api.api.edge.arguments import StrictParser
from passport_api.api.edge.contract_parts import (
    BEARER,
    BEARER_SCHEME,
    DEFAULT_RESPONSE,
    PROBLEM_SCHEMA,
    REQUEST_ID,
    REQUEST_ID_HEADER,
    default_response,
    problem_examples,
    problem_responses,
    response_of,
    with_request_id,
)
from passport_api.api.edge.contract_schemas import SchemaPlugin, sentence_of
from passport_api.api.edge.problem_types import PROBLEM_TYPES, Slug
from passport_api.api.edge.schema_checks import Declared, check_request_schema, check_response_schema

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """What leaves a view as it is typed."""

    def __call__(self, view: View, /) -> View:
        """Decorate a view."""
        ...


_PROBLEMS: Final = "declared_problems"
_OPENAPI: Final = "3.1.0"


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """Collects the contract; errors and documentation pages are ours, in `problems` and `docs`."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # each operation documents its own problems

    def __init__(
        self, app: Flask, *, title: str, version: str, description: str = "", more: Mapping[str, Any] | None = None
    ) -> None:
        """Begin the contract.

        Args:
            app: the application.
            title: what the API is called.
            version: which version of it this is.
            description: what it is for (CommonMark).
            more: other members of the document's `info`.
        """
        super().__init__(
            app,
            spec_kwargs={
                "title": title,
                "version": version,
                "openapi_version": _OPENAPI,
                "marshmallow_plugin": SchemaPlugin(),
                "info": {"description": description, **(more or {})},
                "servers": [{"url": "/", "description": "The service that this document came from."}],
            },
        )
        components = self.spec.components
        components.schema("Problem", PROBLEM_SCHEMA)
        components.security_scheme(BEARER, BEARER_SCHEME)
        components.header(REQUEST_ID, REQUEST_ID_HEADER)
        for slug, example in problem_examples().items():
            components.example(slug, example)

    def _register_error_handlers(self) -> None:
        """None of its own: `problems.register` answers every error."""

    def _register_pagination_header(self) -> None:
        """No such header, and no model of it in the contract: pages are cursors here."""

    def _register_responses(self) -> None:
        """One response for each problem type instead of one for each HTTP status."""
        for slug in PROBLEM_TYPES:
            self.spec.components.response(slug, response_of(slug), lazy=True)
        self.spec.components.response(DEFAULT_RESPONSE, default_response(), lazy=True)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # as above
    """Routes that read strictly, say who may call them, and document every problem."""

    ARGUMENTS_PARSER = StrictParser()
    PAGINATION_HEADER_NAME = None
    DOCSTRING_INFO_DELIMITER = ("---", "Args:", "Returns:", "Raises:")

    def __init__(self, name: str, import_name: str, *, description: str = "", url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, description=description, url_prefix=url_prefix)
        self._prepare_doc_cbks.append(_document_edge)

    def route(self, rule: str, **options: Any) -> Decorator:
        """Register a view function; it must carry `@access` beneath.

        Raises:
            TypeError: it does not.
        """
        decorate: Decorator = super().route(rule, **options)
        return decorate

    def arguments(self, schema: Declared, *, location: str = "json", **options: Any) -> Decorator:
        """Load a body or a query with a schema and pass it to the view, first after `self`.

        Raises:
            TypeError: the schema has one of the traps of `schema_checks`, or it is a second query schema.
        """
        check_request_schema(schema)
        decorate: Decorator = super().arguments(schema, location=location, **options)

        def apply(view: View) -> View:
            if location == "query" and takes_query(view):
                raise TypeError("One query schema a route: each would refuse the other's parameters.")
            return decorate(view)

        return apply

    def response(self, status_code: int, schema: Declared | None = None, **options: Any) -> Decorator:
        """Render what the view returns with a schema; unless it is described here, the schema describes it.

        Raises:
            TypeError: the schema is a list.
        """
        check_response_schema(schema)
        if schema is not None:
            options.setdefault("description", sentence_of(schema))
        decorate: Decorator = super().response(status_code, schema, **options)
        return decorate

    def text_response(self, description: str, example: str) -> Decorator:
        """Document an answer that is plain text."""
        decorate: Decorator = super().response(
            200, {"type": "string"}, content_type="text/plain", description=description, example=example
        )
        return decorate

    def alt_response(self, status_code: int, response: str | None = None, **options: Any) -> Decorator:
        """Document another answer that a view can give."""
        decorate: Decorator = super().alt_response(status_code, response, **options)
        return decorate

    def doc(self, **options: Any) -> Decorator:
        """Add to a view's documentation."""
        decorate: Decorator = super().doc(**options)
        return decorate

    def problems(self, *slugs: Slug) -> Decorator:
        """Document problems that a view can answer besides those that its declaration implies."""

        def declare(view: View) -> View:
            setattr(view, _PROBLEMS, (*getattr(view, _PROBLEMS, ()), *slugs))
            return view

        return declare

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        declared = access_of(obj)
        if declared is None:
            raise TypeError(f"{obj.__module__}.{obj.__qualname__} declares no access.")
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, info in self._docs[endpoint].items():
            if method != "parameters":
                info["edge"] = (obj.__name__, declared, getattr(obj, _PROBLEMS, ()))


def takes_query(view: Callable[..., Any]) -> bool:
    """Whether a view declares a query schema."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(each.get("in") == "query" for each in parameters)


def _document_edge(doc: dict[str, Any], info: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Document one operation's name, callers, log and problems. Runs last."""
    name: str
    declared: Access
    more: tuple[Slug, ...]
    name, declared, more = info["edge"]
    doc["operationId"] = name
    doc["security"] = [] if declared.is_open else [{BEARER: []}]
    doc["x-access"] = {"callers": list(declared.callers), "logs": declared.logs}
    # The parser's own 422 is one of the problems below.
    responses = {
        code: with_request_id(each, each.get("headers"))
        for code, each in doc.get("responses", {}).items()
        if str(code) != "422"
    }
    doc["responses"] = {**responses, **problem_responses(declared, has_body="requestBody" in doc, more=more)}
    callers = ", ".join(declared.callers).replace("_", " ")
    sentence = f"Callers: {callers}. Access log: {declared.logs}."
    described = info["docstring"].get("description")
    info["docstring"]["description"] = f"{described}\n\n{sentence}" if described else sentence
    return doc
