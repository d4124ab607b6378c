"""The Open Inference Protocol v2 over the decision contract: tensors in, actions and scores out.

A row of the tensors is one decision, governed like any other. `parameters` carry purpose and channel.
An input tensor is named after the feature it holds; `subject` and `context.<name>` may be tensors too.
JSON tensors only: the binary extension is refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from remit.gateway.contract import DecisionAnswer, DecisionRequest, Field, Variant
from remit.kernel.problems import Refused

MOST_ROWS = 1_000
_DATATYPES = {"numeric": "FP64", "boolean": "BOOL", "category": "BYTES"}


class Tensor(msgspec.Struct, frozen=True, kw_only=True):
    """A named, shaped, typed list of values."""

    name: str
    shape: tuple[int, ...]
    datatype: str
    data: list[Any] = []
    parameters: dict[str, Any] = {}


class InferRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A v2 inference request."""

    inputs: tuple[Tensor, ...]
    id: str = ""
    parameters: dict[str, Any] = {}
    outputs: tuple[dict[str, Any], ...] = ()


def requests_of(infer: InferRequest) -> list[DecisionRequest]:
    """Return one decision request a row.

    Raises:
        Refused: clause `contract`; the tensors do not form rows, or purpose or channel is not a text.
    """
    texts = {name: infer.parameters.get(name, "") for name in ("purpose", "channel", "subject")}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise _malformed(f"The parameter {name} must be a text.")
    columns = {tensor.name: _values(tensor) for tensor in infer.inputs}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or len(columns) != len(infer.inputs):
        raise _malformed("The input tensors must have different names and the same number of rows.")
    count = lengths.pop()
    if not 0 < count <= MOST_ROWS:
        raise _malformed(f"A request holds 1 to {MOST_ROWS} rows; this one holds {count}.")
    subjects = columns.pop("subject", [texts["subject"]] * count)
    context = {n.removeprefix("context."): columns.pop(n) for n in list(columns) if n.startswith("context.")}
    return [
        DecisionRequest(
            features={name: values[row] for name, values in columns.items()},
            purpose=texts["purpose"],
            channel=texts["channel"],
            subject=str(subjects[row]),
            context={name: values[row] for name, values in context.items()},
        )
        for row in range(count)
    ]


def response_of(model: str, infer: InferRequest, answers: Sequence[DecisionAnswer]) -> dict[str, Any]:
    """Return the v2 response; `outputs` of the request chooses among its tensors.

    Raises:
        Refused: clause `contract`; an output is asked for that does not exist.
    """
    available = {
        "score": _tensor("score", "FP64", [answer.score for answer in answers]),
        "action": _tensor("action", "BYTES", [answer.action for answer in answers]),
        "decision_id": _tensor("decision_id", "BYTES", [answer.decision_id for answer in answers]),
        "decided_by": _tensor("decided_by", "BYTES", [answer.decided_by for answer in answers]),
        "version": _tensor("version", "BYTES", [answer.version for answer in answers]),
        "remit": _tensor("remit", "BYTES", [answer.remit for answer in answers]),
    }
    if any(answer.score is None for answer in answers):
        # a tensor has no empty cells: where the fallback rule decided, there is no score to send
        del available["score"]
    wanted = [str(output.get("name")) for output in infer.outputs] or list(available)
    unknown = [name for name in wanted if name not in available]
    if unknown:
        raise _malformed(f"There is no output {', '.join(unknown)}; there are {', '.join(available)}.")
    body = {
        "model_name": model,
        "model_version": answers[0].version,
        "outputs": [available[name] for name in wanted],
    }
    return body | ({"id": infer.id} if infer.id else {})


def check_outputs(infer: InferRequest) -> None:
    """Refuse unknown outputs before anything is decided.

    Raises:
        Refused: clause `contract`.
    """
    known = {"score", "action", "decision_id", "decided_by", "version", "remit"}
    unknown = [str(output.get("name")) for output in infer.outputs if output.get("name") not in known]
    if unknown:
        raise _malformed(f"There is no output {', '.join(unknown)}; there are {', '.join(sorted(known))}.")


def metadata(model: str, variants: Sequence[Variant]) -> dict[str, Any]:
    """Return the v2 model metadata of a route, from the inputs of its first variant."""
    return {
        "name": model,
        "versions": list(dict.fromkeys(variant.version for variant in variants)),
        "platform": "onnxruntime_onnx",
        "inputs": [_input(field) for field in variants[0].inputs],
        "outputs": [
            {"name": "score", "datatype": "FP64", "shape": [-1]},
            *(
                {"name": name, "datatype": "BYTES", "shape": [-1]}
                for name in ("action", "decision_id", "decided_by", "version", "remit")
            ),
        ],
    }


def _input(field: Field) -> dict[str, Any]:
    numeric = field.kind == "category" and all(isinstance(c, int | float) for c in field.categories)
    return {
        "name": field.name,
        "datatype": "FP64" if numeric else _DATATYPES[field.kind],
        "shape": [-1],
    }


def _values(tensor: Tensor) -> list[Any]:
    if len(tensor.shape) not in {1, 2} or (len(tensor.shape) == 2 and tensor.shape[1] != 1):
        raise _malformed(f"Tensor {tensor.name} must have shape [n] or [n, 1].")
    if "binary_data_size" in tensor.parameters:
        raise _malformed("Binary tensors are not served; send `data` as JSON (binary_data=False).")
    data = [cell[0] if isinstance(cell, list) and len(cell) == 1 else cell for cell in tensor.data]
    if len(data) != tensor.shape[0]:
        raise _malformed(f"Tensor {tensor.name} has shape {list(tensor.shape)} but {len(data)} values.")
    for value in data:
        if not isinstance(value, str | int | float) and value is not None:
            raise _malformed(f"Tensor {tensor.name} may hold numbers, texts, true or false only.")
    return data


def _tensor(name: str, datatype: str, data: Sequence[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": list(data)}


def _malformed(detail: str) -> Refused:
    return Refused(detail, clause="contract", remedy="See GET /v2/models/{use_case} for the inputs.")
