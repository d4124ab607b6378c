"""MLflow: the signature in a model's `MLmodel` file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from remit.inventory.inference.contract import Draft, draft_of
from remit.kernel.problems import Invalid
from remit.measure.contract import Column, Kind

FORMAT = "MLflow"
_KINDS: Final[dict[str, Kind]] = {
    "string": "category",
    "object": "category",
    "str": "category",
    "boolean": "boolean",
    "bool": "boolean",
    "datetime": "timestamp",
    "datetime64": "timestamp",
}


def reads(path: Path, name: str) -> bool:
    """Whether a file is an `MLmodel`, which has no ending."""
    del path
    return name.rsplit("/", 1)[-1] == "MLmodel"


def draft(path: Path) -> Draft:
    """Return what the signature says; see `inference.Reader`."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        signature = document["signature"]
        given = json.loads(signature["inputs"])
        answers = json.loads(signature["outputs"]) if signature.get("outputs") else []
    except (yaml.YAMLError, ValueError, KeyError, TypeError, UnicodeDecodeError, OSError) as error:
        raise Invalid("it has no signature; log the model with one.") from error
    notes: dict[str, str] = {}
    inputs = list(_inputs(given, notes))
    return draft_of([*inputs, *_outputs(answers, {c.name for c in inputs})], FORMAT, used=True, notes=notes)


def _inputs(given: list[Mapping[str, Any]], notes: dict[str, str]) -> Iterator[Column]:
    for index, entry in enumerate(given):
        name = str(entry.get("name") or f"input_{index}")
        if entry.get("type") != "tensor":
            yield Column(name, kind=_kind(entry.get("type")))
            continue
        described = entry.get("tensor-spec", {})
        shape = described.get("shape", [])
        wide = shape[-1] if len(shape) > 1 and isinstance(shape[-1], int) and shape[-1] > 0 else 1
        for number in range(min(wide, 2_000)):
            column = name if wide == 1 else f"{name}_{number}"
            notes[column] = "The signature gives a tensor and does not name its columns."
            yield Column(column, kind=_kind(described.get("dtype")))


def _outputs(answers: list[Mapping[str, Any]], taken: set[str]) -> Iterator[Column]:
    for index, entry in enumerate(answers[:1]):
        name = str(entry.get("name") or ("prediction" if index == 0 else f"output_{index}"))
        form = (
            entry.get("tensor-spec", {}).get("dtype") if entry.get("type") == "tensor" else entry.get("type")
        )
        column = name if name not in taken else f"{name}_out"
        if str(form) in {"double", "float", "float32", "float64"}:
            yield Column(column, role="score")
        else:
            yield Column(column, role="prediction", kind="category")


def _kind(form: Any) -> Kind:
    return _KINDS.get(str(form).rstrip("[ns]") if str(form).startswith("datetime") else str(form), "numeric")
