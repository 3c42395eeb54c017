"""The API specification and the pages made from it say what the application does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend import Service
from backend.api_spec import generated_documents, specification
from backend.core.errors import DomainError
from tests.conftest import ROOT
from tests.test_bad_input import GENERAL_CODES, Json, kinds, path_of
from tests.test_examples import EXAMPLES, SIGNED_BY_WECHAT

PROBLEM = "application/problem+json"
OUTSIDE_THE_SPECIFICATION = {
    ("GET", "/"),
    ("GET", "/docs/"),
    ("GET", "/docs/<path:path>"),
    ("GET", "/docs/errors"),
    ("GET", "/healthz"),
    ("GET", "/openapi.json"),
    ("GET", "/readyz"),
    ("POST", "/uploads"),
}
"""Pages for people, probes for machines, and a signed form that the store names: no client is
generated for them."""


@pytest.fixture(scope="module")
def document(service: Service) -> Json:
    with service.app_context():
        return dict(json.loads(json.dumps(specification())))


@pytest.fixture(scope="module")
def browser(service: Service) -> FlaskClient:
    return service.test_client()


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation with a name for messages."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation


def problems_of(operation: Json) -> Iterator[tuple[int, str, Json]]:
    """Status, code and example of every way in which an operation says it can refuse."""
    for status, response in operation["responses"].items():
        if status.isdigit() and int(status) >= 400:
            for code, example in response["content"][PROBLEM]["examples"].items():
                yield int(status), code, example["value"]


@pytest.mark.parametrize(
    "path", ["miniprogram-api-spec/openapi.yaml", "docs/access.md", "docs/errors.md"]
)
def test_a_generated_document_is_up_to_date(service: Service, path: str) -> None:
    with service.app_context():
        documents = generated_documents()
    assert path in documents
    written = (ROOT / path).read_text(encoding="utf-8")
    assert written == documents[path], f"{path} is out of date: run make spec"


def test_nothing_is_generated_that_no_test_compares(service: Service) -> None:
    with service.app_context():
        assert set(generated_documents()) == {
            "miniprogram-api-spec/openapi.yaml",
            "docs/access.md",
            "docs/errors.md",
        }


def test_the_specification_is_valid_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_the_specification_describes_every_endpoint_for_clients(document: Json) -> None:
    described = {name for name, _ in operations(document)}
    expected = {
        f"{method} {path_of(rule)}"
        for method, rule in (EXAMPLES.keys() | SIGNED_BY_WECHAT) - OUTSIDE_THE_SPECIFICATION
    }
    assert described == expected


def test_every_operation_says_what_it_does_for_whom(document: Json) -> None:
    for name, operation in operations(document):
        assert operation.get("summary") or operation.get("description"), name
        assert operation.get("operationId"), name
        assert operation.get("x-access"), name
        assert operation.get("tags"), name
        needs_login = operation["x-access"] not in {"everybody", "WeChat Pay, by its signature"}
        assert ("security" in operation) == needs_login, name


def test_operation_ids_are_unique(document: Json) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_property_has_a_type(document: Json) -> None:
    def untyped(schema: Json, path: str) -> Iterator[str]:
        if "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
            return
        if not kinds(schema):
            yield path
        for name, member in schema.get("properties", {}).items():
            yield from untyped(member, f"{path}.{name}")
        if "array" in kinds(schema):
            yield from untyped(schema.get("items", {}), f"{path}[]")

    schemas = document["components"]["schemas"].items()
    assert [path for name, schema in schemas for path in untyped(schema, name)] == []
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert list(untyped(parameter["schema"], f"{name} {parameter['name']}")) == []


def test_every_pattern_means_the_same_in_javascript(document: Json) -> None:
    r"""JSON Schema's patterns are ECMA 262, which knows no `\A`, `\Z` or `(?P<…>)`."""
    patterns = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(document))
    assert patterns
    for written in patterns:
        pattern = json.loads(written)
        assert re.fullmatch(r"\^.*\$", pattern), f"{pattern} is not anchored"
        assert not re.search(r"\\[AZ]|\(\?", pattern), pattern


def test_every_success_says_what_it_answers(document: Json) -> None:
    for name, operation in operations(document):
        successes = {s: r for s, r in operation["responses"].items() if s.startswith("2")}
        assert len(successes) == 1, name
        ((status, response),) = successes.items()
        assert ("content" in response) == (status != "204"), name


def test_every_refusal_is_a_problem_with_a_known_code(document: Json) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status.isdigit() and int(status) >= 400:
                assert list(response["content"]) == [PROBLEM], (name, status)
                assert response["content"][PROBLEM]["examples"], (name, status)
        for status, code, example in problems_of(operation):
            error = DomainError.registry[code]
            assert error.status == status, (name, code)
            assert example["title"] == error.message
            assert example["type"] == f"/docs/errors#{code}"


def test_the_answer_to_everything_else_is_a_problem_too(document: Json) -> None:
    for name, operation in operations(document):
        default: Any = operation["responses"].get("default", {})
        if "$ref" in default:
            default = document["components"]["responses"][default["$ref"].rpartition("/")[2]]
        assert list(default.get("content", {PROBLEM: {}})) == [PROBLEM], name


def test_every_error_is_used_or_general(document: Json) -> None:
    used = {code for _, operation in operations(document) for _, code, _ in problems_of(operation)}
    unused = DomainError.registry.keys() - used - GENERAL_CODES
    assert not unused, f"no operation says that it refuses with {unused}: see @refuses"
    assert DomainError.registry.keys() >= GENERAL_CODES


def test_what_an_operation_says_first_is_what_it_checks_first(document: Json) -> None:
    for name, operation in operations(document):
        codes = {code for _, code, _ in problems_of(operation)}
        if "security" in operation:
            assert {"not_logged_in", "not_allowed"} <= codes, name
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            assert {"invalid_input", "malformed_json"} <= codes, name


def test_the_page_for_reading_the_specification_is_served_by_ourselves(
    browser: FlaskClient,
) -> None:
    page = browser.get("/docs/")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any(path.endswith(".js") for path in loaded)
    assert any(path.endswith(".css") for path in loaded)
    for path in loaded:
        assert path.startswith("/docs/"), f"{path} is not on our own server"
        asset = browser.get(path)
        assert asset.status_code == 200, path
        assert asset.data, path
    assert '"url": "/openapi.json"' in page.text


@pytest.mark.parametrize("path", ["/docs/", "/docs/errors", "/docs/index.css"])
def test_a_page_loads_nothing_from_elsewhere(browser: FlaskClient, path: str) -> None:
    text = browser.get(path).text
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.?[a-z0-9]*", text))
    assert addresses <= {"http://localhost"}, "the host asked is the only one named"


def test_the_style_sheet_of_the_page_loads_nothing_from_elsewhere(browser: FlaskClient) -> None:
    style = browser.get("/docs/swagger-ui.css").text
    assert re.findall(r"url\(\s*['\"]?(?:https?:)?//", style) == []
    assert "@import" not in style


def test_the_page_of_errors_lists_every_code(browser: FlaskClient) -> None:
    page = browser.get("/docs/errors").text
    for code, error in DomainError.registry.items():
        assert f'id="{code}"' in page
        assert error.message in page


def test_the_address_without_a_slash_leads_there_too(browser: FlaskClient) -> None:
    response = browser.get("/docs")
    assert (response.status_code, response.location) == (308, "http://localhost/docs/")


def test_the_json_is_the_file(browser: FlaskClient) -> None:
    written = (ROOT / "miniprogram-api-spec" / "openapi.yaml").read_text(encoding="utf-8")
    assert browser.get("/openapi.json").json == yaml.safe_load(written), "run make spec"
