"""The HTTP edge: everything between a socket and a view that knows no passport.

`install` puts it on an application; `Api`, `Blueprint` and `access` declare routes; `Problem` answers errors.
"""

from passport_api.api.edge.access import Access, Caller, access, access_of, routes_without_access
from passport_api.api.edge.blueprints import Api, Blueprint
from passport_api.api.edge.contract import openapi_document, to_yaml
from passport_api.api.edge.etags import etag_of, not_modified, require_if_match
from passport_api.api.edge.headers import allow_caching, request_id
from passport_api.api.edge.installation import EdgeSettings, install
from passport_api.api.edge.pages import (
    PageQuery,
    id_position_of,
    number_position_of,
    page,
    position_of,
)
from passport_api.api.edge.problem_types import PROBLEM_TYPES, ProblemType, Slug
from passport_api.api.edge.problems import FieldError, Problem, invalid_field, problem_response
from passport_api.api.edge.service_log import capture_library_logs, describe, log_of, make_log
from passport_api.api.edge.tokens import register_token_problems

__all__ = [
    "PROBLEM_TYPES",
    "Access",
    "Api",
    "Blueprint",
    "Caller",
    "EdgeSettings",
    "FieldError",
    "PageQuery",
    "Problem",
    "ProblemType",
    "Slug",
    "access",
    "access_of",
    "allow_caching",
    "capture_library_logs",
    "describe",
    "etag_of",
    "id_position_of",
    "install",
    "invalid_field",
    "log_of",
    "make_log",
    "not_modified",
    "number_position_of",
    "openapi_document",
    "page",
    "position_of",
    "problem_response",
    "register_token_problems",
    "request_id",
    "require_if_match",
    "routes_without_access",
    "to_yaml",
]
