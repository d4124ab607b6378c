"""Completes the OpenAPI document with what `exchange` and `errors` do for every operation."""

from __future__ import annotations

import json
from typing import Any

from remit.api import errors
from remit.inventory import record

_TAG = {"type": "string", "pattern": '^(W/)?".*"$'}
_PARAMETERS: dict[str, dict[str, Any]] = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Do it only if the GET of this address still answers this entity tag, else 412.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Answer 304 without content if the entity tag is still this one.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Do it once, however often it is sent under this key within a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    },
}
_READ = [{"$ref": "#/components/parameters/IfNoneMatch"}]
_CHANGE = [{"$ref": "#/components/parameters/IfMatch"}]
_ADD = [*_CHANGE, {"$ref": "#/components/parameters/IdempotencyKey"}]
_FAULT = {
    "description": "What is wrong",
    "content": {errors.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def completed(document: Any) -> Any:
    """Return the document with the headers that every operation reads and answers, and its faults."""
    parts = document["components"]
    parts["schemas"]["Problem"] = errors.SCHEMA
    parts["schemas"] |= _published()
    parts["parameters"] = _PARAMETERS
    parts["headers"] = {"ETag": {"description": "The entity tag of this content.", "schema": _TAG}}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            asked = {"get": _READ, "post": _ADD}.get(method, _CHANGE)
            operation["parameters"] = [*operation.get("parameters", []), *asked]
            if method == "get":
                for answer in operation["responses"].values():
                    answer["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
                operation["responses"][304] = {"description": "It is as you know it"}
            operation["responses"]["default"] = _FAULT
    return document


def _published() -> dict[str, Any]:
    """Return the published definition of a model's record, its parts beside it as the document has them."""
    definition = dict(record.schema())
    names = {name: "Record" + name.title().replace("_", "") for name in definition["$defs"]}
    text = json.dumps({"ModelRecord": definition, **{names[n]: s for n, s in definition["$defs"].items()}})
    for name, place in names.items():
        text = text.replace(f'"#/$defs/{name}"', f'"#/components/schemas/{place}"')
    found: dict[str, Any] = json.loads(text)
    for member in ("$schema", "$id", "$defs"):
        found["ModelRecord"].pop(member, None)
    return found
