"""How an endpoint describes itself: schemas, who may call, and each way it can refuse."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Request
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import INCLUDE, RAISE, fields
from marshmallow import Schema as MarshmallowSchema
from webargs.core import missing, parse_json
from webargs.flaskparser import FlaskParser, is_json_request

from backend.core.caller import ACCESS, Access
from backend.core.errors import (
    PROBLEM_JSON,
    DomainError,
    InvalidInput,
    MalformedJson,
    NotAllowed,
    NotLoggedIn,
    UnsupportedMediaType,
)

View = TypeVar("View", bound=Callable[..., object])
_REFUSALS = "xiangbang_refusals"


class FieldProblem(MarshmallowSchema):
    field = fields.String(metadata={"example": "lines.0.quantity"})
    message = fields.String(metadata={"example": "必填"})


class Problem(MarshmallowSchema):
    """RFC 9457 problem details with this service's members; some codes bring more of their own."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(metadata={"example": "/docs/errors#out_of_stock"})
    title = fields.String(metadata={"description": "For people, in Chinese."})
    status = fields.Integer()
    code = fields.String(metadata={"description": "Stable, for programs."})
    field = fields.String(metadata={"description": "The input at fault, where there is one."})
    request_id = fields.String()
    errors = fields.List(fields.Nested(FieldProblem), metadata={"description": "All of them."})
    quote = fields.Dict(metadata={"description": "With `total_differs`: the new quote."})
    sku_ids = fields.List(fields.String(), metadata={"description": "The SKUs at fault."})
    available = fields.Integer(metadata={"description": "With `out_of_stock`: units left."})
    min_quantity = fields.Integer()
    purchase_limit = fields.Integer()
    state = fields.String(metadata={"description": "The state the order was found in."})
    step = fields.String(metadata={"description": "The step that it does not allow."})
    product_id = fields.String(metadata={"description": "The product that is there already."})
    wechat_code = fields.String(metadata={"description": "WeChat's own code."})


class Api(SmorestApi):
    """flask-smorest with our problem document; errors are handled in `core.errors`."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Left to `handle_problems`, which answers in problem+json."""

    def _register_pagination_header(self) -> None:
        """Lists go on by cursor, not by page numbers."""

    def _register_responses(self) -> None:
        """Whatever an operation does not name is a problem document too."""
        problem = {
            "description": "Any other problem",
            "content": {PROBLEM_JSON: {"schema": Problem}},
        }
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, problem, lazy=True)


def refuses(*errors: type[DomainError]) -> Callable[[View], View]:
    """Say which domain errors an endpoint answers with, for the specification."""

    def decorator(view: View) -> View:
        setattr(view, _REFUSALS, errors)
        return view

    return decorator


class InputParser(FlaskParser):
    """Reads a body as JSON or refuses it; no body at all counts as an empty object."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json_request(req):
            raise UnsupportedMediaType
        try:
            return parse_json(body)
        except (ValueError, RecursionError) as error:
            # Besides bad syntax: numbers and nesting beyond what Python will read.
            raise MalformedJson from error


class Blueprint(SmorestBlueprint):
    """A room's endpoints; their documentation carries access, refusals and an operation id."""

    ARGUMENTS_PARSER = InputParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._document_access_and_refusals)

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """As flask-smorest's, but the schema is made once and not for each request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **kwargs)

    def _store_endpoint_docs(
        self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any
    ) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for name, documented in self._docs[endpoint].items():
            if name != "parameters":
                documented["view"] = obj

    @staticmethod
    def _document_access_and_refusals(
        doc: dict[str, Any], doc_info: dict[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        view = doc_info["view"]
        access: Access = getattr(view, ACCESS)
        refusals = list(getattr(view, _REFUSALS, ()))
        doc["operationId"] = view.__name__
        doc["x-access"] = str(access)
        if not access.public:
            doc["security"] = [{"bearer": []}]
            refusals += [NotLoggedIn, NotAllowed]
        if "arguments" in doc_info or doc.get("parameters") or doc.get("requestBody"):
            refusals.append(InvalidInput)
        if doc.get("requestBody"):
            refusals.append(MalformedJson)
        doc.setdefault("responses", {}).update(document_refusals(refusals))
        return doc


def document_refusals(errors: list[type[DomainError]]) -> dict[str, Any]:
    """OpenAPI responses, one a status, with an example for each code."""
    responses: dict[str, Any] = {}
    for error in sorted(set(errors), key=lambda e: (e.status, e.code)):
        response = responses.setdefault(
            str(error.status),
            {
                "description": "",
                "content": {
                    PROBLEM_JSON: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {},
                    }
                },
            },
        )
        named = [part for part in (response["description"], f"`{error.code}`") if part]
        response["description"] = ", ".join(named)
        response["content"][PROBLEM_JSON]["examples"][error.code] = {
            "value": {
                "type": f"/docs/errors#{error.code}",
                "title": error.message,
                "status": error.status,
                "code": error.code,
            }
        }
    return responses
