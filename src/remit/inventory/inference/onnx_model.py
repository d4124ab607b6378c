"""ONNX: the inputs and outputs of the graph."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from remit.inventory.inference.contract import Draft, draft_of
from remit.inventory.scanning import onnx_file
from remit.kernel.problems import Invalid
from remit.measure.contract import Column, Kind

FORMAT = "ONNX"
_KINDS: Final[dict[int, Kind]] = {8: "category", 9: "boolean"}
_WIDEST: Final = 2_000


def reads(path: Path, name: str) -> bool:
    """Whether a file is ONNX by its name."""
    del path
    return name.lower().endswith(".onnx")


def draft(path: Path) -> Draft:
    """Return what the graph takes and gives; see `inference.Reader`."""
    try:
        with path.open("rb") as stream:
            model = onnx_file.read(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)))
    except (onnx_file.NotOnnx, ValueError, OSError) as error:
        raise Invalid(f"it cannot be read as ONNX ({error}).") from error
    notes: dict[str, str] = {}
    inputs = [c for value in model.inputs if value.name not in model.constants for c in _inputs(value, notes)]
    return draft_of([*inputs, *_outputs(model, {c.name for c in inputs})], FORMAT, used=True, notes=notes)


def _inputs(value: onnx_file.Value, notes: dict[str, str]) -> Iterator[Column]:
    kind = _KINDS.get(value.element, "numeric")
    wide = value.shape[-1] if value.shape and len(value.shape) > 1 else 1
    if wide is None or wide > _WIDEST:
        raise Invalid(f"its input {value.name} has no fixed number of columns.")
    if wide <= 1:
        yield Column(value.name, kind=kind)
        return
    for index in range(wide):
        name = f"{value.name}_{index}"
        notes[name] = f"Column {index + 1} of the input {value.name}; ONNX does not name it."
        yield Column(name, kind=kind)


def _outputs(model: onnx_file.Onnx, taken: set[str]) -> Iterator[Column]:
    scored = predicted = False
    for value in model.outputs:
        name = value.name.lower()
        if not scored and ("prob" in name or "score" in name):
            scored = True
            bounds = (0.0, 1.0) if "prob" in name else (None, None)
            column = "score" if "score" not in taken else value.name
            yield Column(column, role="score", minimum=bounds[0], maximum=bounds[1])
        elif not predicted and ("label" in name or value.element in _KINDS):
            predicted = True
            yield Column(value.name, role="prediction", kind="category", categories=tuple(model.labels))
