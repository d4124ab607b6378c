"""ONNX Runtime in this process. The artifact's digest is verified on the bytes that are loaded.

A model takes either one matrix (its columns are the inputs in declared order) or one tensor an input,
named alike. In a matrix, true is 1, a numeric category is its number, any other category its position
among the declared categories, and a missing value NaN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from remit.gateway.contract import Artifact, Field, ScoreOutput
from remit.gateway.runtimes import Features
from remit.kernel.problems import Broken

_DTYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
Feeder = Callable[[Sequence[Features]], dict[str, npt.NDArray[Any]]]
_REMEDY = "Export the model again and register it as a new version."


def verified_bytes(artifact: Artifact, store: Path) -> bytes:
    """Return the artifact's bytes.

    Raises:
        Broken: it cannot be read, or its digest is not the one the bundle names.
    """
    path = store / artifact.path
    if store.resolve() not in path.resolve().parents:
        raise Broken(f"Artifact path {artifact.path!r} leaves the artifact store.", remedy=_REMEDY)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Broken(
            f"Artifact {artifact.name} cannot be read: {error.strerror}.",
            remedy="Restore it from backup: its digest tells whether the copy is the right one.",
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != artifact.sha256:
        raise Broken(
            f"Artifact {artifact.name} is not what was approved: its SHA-256 is {found[:12]}…, "
            f"the remit is for {artifact.sha256[:12]}….",
            remedy="Restore the approved file from backup, or have this one approved as a new version.",
        )
    return content


class OnnxRuntime:
    """One loaded ONNX model; safe to call from several threads."""

    def __init__(self, content: bytes, inputs: Sequence[Field], output: ScoreOutput) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise Broken(
                f"ONNX Runtime cannot load the artifact: {_first_line(error)}", remedy=_REMEDY
            ) from error
        self._fields = tuple(inputs)
        self._output, self._column = self._score_output(output)
        self._feed = self._feeder()

    def score(self, rows: Sequence[Features]) -> list[float]:
        """Return one finite score a row (see `Runtime`)."""
        try:
            (tensor,) = self._session.run([self._output], self._feed(rows))
        except Exception as error:
            raise Broken(f"The model failed on its inputs: {_first_line(error)}", remedy=_REMEDY) from error
        scores: list[float] = tensor.reshape(len(rows), -1)[:, self._column].tolist()
        if not all(map(isfinite, scores)):
            raise Broken("The model yielded a score that is not a finite number.", remedy=_REMEDY)
        return scores

    def _score_output(self, wanted: ScoreOutput) -> tuple[str, int]:
        outputs = {node.name: node for node in self._session.get_outputs()}
        name = wanted.name or next((n for n in outputs if "prob" in n.lower()), list(outputs)[-1])
        if name not in outputs:
            raise Broken(f"The model has no output {name!r}; it has {', '.join(outputs)}.", remedy=_REMEDY)
        if not outputs[name].type.startswith("tensor("):
            raise Broken(
                f"Output {name!r} is a {outputs[name].type}, not a tensor.",
                remedy="Export the model with zipmap=False.",
            )
        return name, wanted.column

    def _feeder(self) -> Feeder:
        nodes = self._session.get_inputs()
        names = [field.name for field in self._fields]
        if len(nodes) == 1 and nodes[0].name not in names:
            return self._matrix_feeder(nodes[0])
        if {node.name for node in nodes} != set(names):
            raise Broken(
                f"The model takes {', '.join(sorted(n.name for n in nodes))}, "
                f"the schema declares {', '.join(sorted(names))}.",
                remedy="Register the version with a schema of the same inputs.",
            )
        return self._column_feeder(nodes)

    def _matrix_feeder(self, node: Any) -> Feeder:
        width = node.shape[1] if len(node.shape) == 2 else None
        if isinstance(width, int) and width != len(self._fields):
            raise Broken(
                f"The model takes {width} inputs, the schema declares {len(self._fields)}.",
                remedy="Register the version with a schema of the same inputs.",
            )
        dtype, encoders = _dtype(node), [(field.name, _encoder(field)) for field in self._fields]
        # numpy turns true into 1 and an empty cell into NaN by itself, and much faster
        as_they_are = all(map(_is_numeric, self._fields))

        def feed(rows: Sequence[Features]) -> dict[str, npt.NDArray[Any]]:
            if as_they_are:
                cells: list[list[Any]] = [[row.get(name) for name, _ in encoders] for row in rows]
            else:
                cells = [[encode(row.get(name)) for name, encode in encoders] for row in rows]
            return {node.name: np.array(cells, dtype=dtype)}

        return feed

    def _column_feeder(self, nodes: Sequence[Any]) -> Feeder:
        fields = {field.name: field for field in self._fields}
        columns = [(n.name, n.type == "tensor(string)", len(n.shape) == 2, n) for n in nodes]
        dtypes = {name: object if text else _dtype(node) for name, text, _, node in columns}
        encoders = {name: _text if text else _encoder(fields[name]) for name, text, _, _ in columns}

        def feed(rows: Sequence[Features]) -> dict[str, npt.NDArray[Any]]:
            tensors = {}
            for name, _, two_dimensional, _ in columns:
                column = np.array([encoders[name](row.get(name)) for row in rows], dtype=dtypes[name])
                tensors[name] = column.reshape(-1, 1) if two_dimensional else column
            return tensors

        return feed


def _dtype(node: Any) -> type[np.generic]:
    if node.type not in _DTYPES:
        raise Broken(f"Input {node.name!r} is a {node.type}, which is not served.", remedy=_REMEDY)
    return _DTYPES[node.type]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _is_numeric(field: Field) -> bool:
    return field.kind != "category" or all(isinstance(c, int | float) for c in field.categories)


def _encoder(field: Field) -> Callable[[Any], float]:
    if _is_numeric(field):
        return lambda value: float("nan") if value is None else float(value)
    positions = {category: float(position) for position, category in enumerate(field.categories)}
    return lambda value: float("nan") if value is None else positions[value]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
