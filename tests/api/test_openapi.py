"""The description is complete, and nothing is open that it does not say."""

import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest

import remit.api
from remit.api import app
from remit.api.urls import api
from remit.kernel.ids import uuid7

METHODS = {"get", "post", "put", "patch", "delete"}
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(), default=str))
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]


def test_every_module_with_a_router_is_in_it():
    folder = Path(remit.api.__file__).parent
    with_router = {
        module.name
        for module in pkgutil.iter_modules([str(folder)])
        if module.name != "urls" and hasattr(importlib.import_module(f"remit.api.{module.name}"), "router")
    }
    assert with_router == set(app.routers())
    tags = {tag for _, _, operation in OPERATIONS for tag in operation["tags"]}
    assert tags == {name.replace("_", " ").capitalize() for name in with_router}


def test_the_nouns_that_the_api_promises_are_there():
    nouns = [
        "use-cases",
        "models",
        "versions",
        "gates",
        "evidence",
        "remits",
        "decisions",
        "outcomes",
        "ledger",
    ]
    paths = " ".join(DOCUMENT["paths"])
    assert all(f"/{noun}" in paths for noun in nouns)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_every_operation_says_what_it_does_takes_and_gives(method, path, operation):
    assert method in METHODS
    assert path.startswith(app.ROOT)
    assert operation["summary"]
    assert operation["description"].strip()
    assert operation["security"] == [{"Bearer": []}, {"SessionAuth": []}]
    good = [code for code in operation["responses"] if code.startswith("2")]
    assert good
    for code in good:
        content = operation["responses"][code]["content"]
        files = set(content) - {"application/json"}
        schema = content["application/json"]["schema"]
        assert files or _resolved(schema).get("properties"), "an answer without fields"
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    for parameter in _parameters(operation):
        assert parameter["schema"]


def test_reads_are_conditional_and_additions_repeatable():
    for method, path, operation in OPERATIONS:
        names = {parameter["name"] for parameter in _parameters(operation)}
        assert ("If-None-Match" in names) == (method == "get"), path
        assert ("If-Match" in names) == (method != "get"), path
        assert ("Idempotency-Key" in names) == (method == "post"), path


def test_a_change_answers_what_reading_it_answers():
    """So the entity tag of its answer is the one to send with the next change."""
    for path, methods in DOCUMENT["paths"].items():
        for method in {"put", "patch"} & methods.keys():
            assert _answer(methods[method]) == _answer(methods["get"]), path


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_lists_have_an_end():
    for _, path, operation in OPERATIONS:
        if "items" in _resolved(_answer(operation)).get("properties", {}):
            limit = {p["name"]: p["schema"] for p in _parameters(operation)}["limit"]
            assert limit["maximum"] == 200, path


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    for kind, name in re.findall(r'"#/components/(\w+)/([^"]+)"', text):
        assert name in DOCUMENT["components"][kind]


def test_the_document_is_served(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["paths"].keys() == DOCUMENT["paths"].keys()


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_nobody_gets_anything_without_signing_in(client, method, path, operation):
    answer = getattr(client, method)(_filled(path), content_type="application/json")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"]
    assert answer.json()["remedy"]


def _parameters(operation):
    known = DOCUMENT["components"]["parameters"]
    return [known[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation["parameters"]]


def _filled(path):
    """The path with something of the right form in each place."""
    return re.sub(r"\{(\w+)\}", lambda m: "1" if m[1] == "entry" else str(uuid7()), path)


def _answer(operation):
    code = next(code for code in operation["responses"] if code != "default")
    return operation["responses"][code]["content"]["application/json"]["schema"]


def _resolved(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
