"""The generated client is what the API says today."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from remit.api.urls import api
from remit.client import generate

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "src" / "remit" / "client" / "generated"
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(), default=str))


@pytest.mark.parametrize("name", sorted(generate.sources(DOCUMENT)))
def test_it_is_current(name: str) -> None:
    assert (GENERATED / name).read_text(encoding="utf-8") == generate.sources(DOCUMENT)[name], (
        "run `make docs`"
    )


def test_make_docs_writes_it() -> None:
    docs = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    assert docs["CLIENT"] == GENERATED
    assert docs["client"]() == generate.sources(DOCUMENT)


def test_every_operation_is_a_method_of_both() -> None:
    from remit.client import AsyncClient, Client

    names = {op["operationId"] for methods in DOCUMENT["paths"].values() for op in methods.values()}
    assert names <= set(dir(Client))
    assert names <= set(dir(AsyncClient))


def test_two_parameters_of_one_name_are_refused() -> None:
    body = {"type": "object", "properties": {"key": {"type": "string"}}}
    operation = {
        "operationId": "clash",
        "summary": "Clash",
        "parameters": [{"in": "path", "name": "key", "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"200": {}},
    }
    document = {"paths": {"/api/v1/x/{key}": {"post": operation}}, "components": {"schemas": {}}}
    with pytest.raises(ValueError, match="twice"):
        generate.sources(document)
