"""Writes docs/reference from the code: `make docs`. A test fails while a page differs from the code."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

REFERENCE = Path(__file__).resolve().parent / "reference"
CLIENT = REFERENCE.parents[1] / "src" / "remit" / "client" / "generated"
NOTE = "<!-- Written by docs/generate.py; change the code, then run `make docs`. -->"


def cli() -> str:
    """Return every command with its arguments and options."""
    from remit.cli import main

    lines = [
        "# Command line",
        NOTE,
        "",
        "Every command takes `--help`. Exit codes: 0 done, 1 a problem, 2 a wrong call.",
    ]
    for name, (module, _) in main.commands().items():
        command = typer.main.get_command(importlib.import_module(module).app)
        lines += _command(f"remit {name}", command)
    return "\n".join([*lines, ""])


def _command(name: str, command: Any) -> Iterator[str]:
    nested = getattr(command, "commands", None)
    if nested:
        for inner, each in nested.items():
            yield from _command(f"{name} {inner}", each)
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [
        p for p in command.params if p.param_type_name == "option" and "completion" not in (p.name or "")
    ]
    words = " ".join(p.name.upper() for p in arguments)
    yield from (
        "",
        f"## `{name}`",
        "",
        f"`{name} {words}`".replace(" `", "`"),
        "",
        (command.help or "").strip(),
    )
    if arguments or options:
        yield from ("", "| argument or option | what it is |", "|---|---|")
    for each in arguments:
        yield f"| `{each.name.upper()}` | {each.help or ''} |"
    for each in options:
        usual = (
            ""
            if each.default in (None, False, "") or callable(each.default)
            else f" Usually `{each.default}`."
        )
        yield f"| `{', '.join(each.opts)}` | {each.help or ''}{usual} |"


def controls() -> str:
    """Return every control of the library, by gate."""
    from remit.governance.rules import controls as rules

    lines = [
        "# Controls",
        NOTE,
        "",
        "A control is a rule over facts; its status is computed, never typed in.",
    ]
    lines.append("The requirements named are Remit's own mapping, not legal advice.")
    for control in rules.library():
        where = f"Gates {', '.join(control.gates)}; tiers {', '.join(control.tiers)}"
        who = f"{control.severity} severity; answered by the {control.owner_role.replace('_', ' ')}."
        lines += ["", f"## {control.id} {control.title}", "", f"{where}; {who}", ""]
        lines += ["```cel", control.rule, "```", "", f"To mend it: {control.remedy}", ""]
        lines.append(f"Requirements: {', '.join(control.satisfies) or 'none'}.")
    return "\n".join([*lines, ""])


def metrics() -> str:
    """Return every metric with its formula, source, bounds, interval and blind spots."""
    from remit.measure.metrics import registry

    lines = [
        "# Metrics",
        NOTE,
        "",
        "A metric is a pure function of profiles. A row it cannot compute says why.",
    ]
    family = ""
    for metric in registry().values():
        if metric.family != family:
            family = metric.family
            lines += ["", f"## {family.capitalize()}"]
        low = "unbounded" if metric.lower is None else f"{metric.lower:g}"
        high = "unbounded" if metric.upper is None else f"{metric.upper:g}"
        lines += ["", f"### `{metric.name}`: {metric.title}", ""]
        lines += [f"- Formula: {metric.formula}", f"- Source: {metric.source}"]
        lines += [f"- Units: {metric.units}, from {low} to {high}", f"- Interval: {metric.interval}"]
        lines += [f"- Applies to: {metric.applies}", f"- Cannot see: {metric.blind}"]
    return "\n".join([*lines, ""])


def roles() -> str:
    """Return every role and what it may do."""
    from remit.people import rules

    lines = ["# Roles", NOTE, "", "| role | line of defence | duty |", "|---|---|---|"]
    lines += [f"| {role.name} (`{role.id}`) | {role.line} | {role.duty} |" for role in rules.roles().values()]
    return "\n".join([*lines, ""])


def openapi() -> str:
    """Return the API's description, as the server gives it."""
    from remit.api.urls import api

    return json.dumps(api.get_openapi_schema(), indent=1, default=str, ensure_ascii=False) + "\n"


def client() -> dict[str, str]:
    """Return the Python client's generated modules, by file name."""
    from remit.client import generate

    return generate.sources(json.loads(openapi()))


def model() -> str:
    """Return the published definition of a model's record."""
    from remit.inventory import record

    return json.dumps(record.schema(), indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "controls.md": controls,
    "metrics.md": metrics,
    "model.schema.json": model,
    "openapi.json": openapi,
    "roles.md": roles,
}


def main() -> None:
    """Write every page."""
    from remit.cli import installation

    installation.setup()
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        sys.stderr.write(f"docs/reference/{name}\n")
    for name, text in client().items():
        (CLIENT / name).write_text(text, encoding="utf-8")
        sys.stderr.write(f"src/remit/client/generated/{name}\n")


if __name__ == "__main__":
    main()
