"""What each kind of model says beyond what all say: JSON Schemas in `data/kinds/`, one a kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from remit.kernel.problems import Invalid

_DATA = Path(__file__).parent.parent / "data" / "kinds"
Part = Literal["model", "version"]


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema document of a kind; `$defs` has `model` and `version`.

    Raises:
        Invalid: there is no such kind.
    """
    file = _DATA / f"{kind}.json"
    if kind not in names():
        raise Invalid(f"There is no kind {kind!r}.", fields={"kind": f"Choose one of: {', '.join(names())}."})
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


@cache
def names() -> tuple[str, ...]:
    """Return every kind that has a schema, in alphabetical order."""
    return tuple(sorted(file.stem for file in _DATA.glob("*.json")))


def check(kind: str, details: Mapping[str, Any], *, of: Part = "version") -> None:
    """Check what a model or a version of a kind says in its details; saying nothing is allowed.

    Raises:
        Invalid: something is wrong or unknown; `fields` names each by its path, such as
            `details.prompts.0.sha256`.
    """
    fields = dict(_faults(kind, details, of))
    if fields:
        raise Invalid(f"The details are not those of the kind {kind}.", fields=fields)


def _faults(kind: str, details: Mapping[str, Any], of: Part) -> Iterator[tuple[str, str]]:
    for error in sorted(_validator(kind, of).iter_errors(details), key=lambda e: [str(p) for p in e.path]):
        path = ".".join(["details", *(str(part) for part in error.path)])
        if error.validator == "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            says = f"Remit does not know this here; known are: {', '.join(known) or 'none'}."
            yield from ((f"{path}.{name}", says) for name in sorted(set(error.instance) - set(known)))
        elif error.validator == "required":
            for name in set(error.validator_value) - set(error.instance):
                asked = error.schema["properties"][name].get("description", "")
                yield f"{path}.{name}", f"Say this too. {asked}".strip()
        else:
            yield path, _said(error)


def _said(error: Any) -> str:
    """Return the schema's own description where it says more than the validator does."""
    described = error.schema.get("description", "")
    if error.validator == "enum":
        return f"Choose one of: {', '.join(str(value) for value in error.validator_value)}."
    if error.validator in {"pattern", "format"}:
        return f"{str(error.instance)[:80]!r} does not fit. {described}".strip()
    return f"{error.message[:1].upper()}{error.message[1:200]}."


@cache
def _validator(kind: str, of: Part) -> Any:
    # a tenth of a second to import, which the command line need not pay
    from jsonschema import Draft202012Validator

    document = schema(kind)
    return Draft202012Validator(
        {**document, "$ref": f"#/$defs/{of}"}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
