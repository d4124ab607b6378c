"""What the doors are, who is sent to them, and what should happen: read from the code and `doors.yaml`."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import typer
import yaml
from django.urls import get_resolver

from remit.cli import main
from remit.people import rules

HERE = Path(__file__).parent
MATRIX = HERE / "matrix.csv"
NOBODY, NO_ROLE, ELSEWHERE = "nobody", "no role", "owner elsewhere"
IN, REFUSED, ABSENT, SIGN_IN = "in", "refused", "not there", "sign in"
# what is no page: assets, and the addresses that answer for all others
_NOT_DOORS = ("api/", "scim/", "account/email/")


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: `kind` is page, operation or command; `rule` is a line of `doors.yaml`."""

    kind: str
    name: str
    method: str
    rule: str

    @property
    def pattern(self) -> str:
        """The address of a page, or the name, without the verb that is tried."""
        return self.name.partition(" verb=")[0]

    @property
    def takes(self) -> str:
        """What it takes, without the marks."""
        return self.rule.split()[0]

    def marked(self, mark: str) -> bool:
        """Tell whether the rule bears a mark, as `doors.yaml` explains them."""
        return mark in self.rule.split()[1:]


def persons() -> list[str]:
    """Return everybody who is sent: a holder of each role, and three who hold none here."""
    return [NOBODY, NO_ROLE, ELSEWHERE, *sorted(rules.roles())]


def expected(door: Door, person: str) -> str:
    """Return what should happen to a person at a door, from the permissions and the door's rule."""
    if door.takes == "open" or (person == NOBODY and door.marked("?")):
        return IN
    if door.takes == "none":
        return ABSENT
    if person == NOBODY:
        return SIGN_IN
    if door.takes == "signed_in":
        return IN
    if person in {NO_ROLE, ELSEWHERE} and (door.marked("@") or door.marked("at")):
        return ABSENT if door.marked("@") else REFUSED
    held = {NO_ROLE: set(), ELSEWHERE: {"model_owner"}}.get(person, {person})
    return IN if rules.allowed(held, door.takes) and not door.marked("own") else REFUSED


def doors() -> list[Door]:
    """Return every door that has a rule."""
    pages = [("page", name, given) for name, given in _declared()["pages"].items()]
    operations = [("operation", name, {"call": rule}) for name, rule in _declared()["operations"].items()]
    commands = [("command", name, {"run": rule}) for name, rule in _declared()["commands"].items()]
    return [
        Door(kind, name, method, rule)
        for kind, name, given in (*pages, *operations, *commands)
        for method, rule in given.items()
    ]


def page_names() -> list[str]:
    """Return the pattern of every page."""
    return [name for name in _patterns(get_resolver(), "") if not name.startswith(_NOT_DOORS)]


@cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return method, address and description of every operation of the API, by its id."""
    from remit.api.urls import api

    found = {}
    for address, methods in api.get_openapi_schema()["paths"].items():
        for method, described in methods.items():
            if isinstance(described, dict) and "operationId" in described:
                found[described["operationId"]] = (method, address, described)
    return found


def instance(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """Return something small that fits a schema of the API's description, with what is known by name."""
    if "$ref" in schema:
        return instance(_components()[schema["$ref"].rpartition("/")[2]], known)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return instance(schema[several][0], known)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        asked = schema.get("required", ())
        return {name: _value(name, properties[name], known) for name in asked}
    if kind == "array":
        return [instance(schema["items"], known)] if schema.get("items") else []
    formats = {"uuid": str(uuid4()), "date": "2026-01-01", "date-time": "2027-01-01T00:00:00Z"}
    text = formats.get(schema.get("format", ""), "text".ljust(schema.get("minLength", 0), "x"))
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(kind, text)


def _value(name: str, schema: dict[str, Any], known: dict[str, Any]) -> Any:
    given = known.get(name)
    fits = given is not None and given in schema.get("enum", [given])
    return given if fits else instance(schema, known)


@cache
def _components() -> dict[str, Any]:
    from remit.api.urls import api

    return api.get_openapi_schema()["components"]["schemas"]


def command_names() -> list[str]:
    """Return every command that does something."""
    return [
        leaf
        for name, (module, _) in main.commands().items()
        for leaf in _leaves(name, typer.main.get_command(importlib.import_module(module).app))
    ]


def table() -> str:
    """Return the whole matrix as CSV: a line a door, a column a person."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["kind", "door", "by", "takes", *persons()])
    for door in doors():
        asked = [expected(door, person) for person in persons()]
        writer.writerow([door.kind, door.name, door.method, door.rule, *asked])
    return out.getvalue()


@cache
def _declared() -> dict[str, Any]:
    return yaml.safe_load((HERE / "doors.yaml").read_text("utf-8"))


def _patterns(resolver: Any, before: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _patterns(each, path)
        else:
            yield path


def _leaves(name: str, command: Any) -> Iterator[str]:
    nested = getattr(command, "commands", None)
    if not nested:
        yield name
        return
    for inner, each in nested.items():
        yield from _leaves(f"{name} {inner}", each)
