"""What may be wrong with an ONNX model: data elsewhere, operators of others, a payload that is no model."""

from __future__ import annotations

import mmap
from typing import Final

from remit.inventory.scanning import onnx_file
from remit.inventory.scanning.archives import escapes
from remit.inventory.scanning.contract import Findings

STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training"})
_PROPERTY: Final = 1 << 16
_PROGRAMS: Final = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"PK\x03\x04", b"\x80\x04", b"\x80\x05")


def examined(content: bytes | mmap.mmap, findings: Findings, where: str) -> None:
    """Note what is wrong with a model; a file that is none is unreadable."""
    try:
        model = onnx_file.read(memoryview(content))
    except onnx_file.NotOnnx as error:
        findings.add("onnx.unreadable", where, f"it is no ONNX model that can be read: {error}"[:200])
        return
    own = {domain for domain, _ in model.functions}
    for domain, operator in sorted(model.operators):
        if domain not in STANDARD and not (domain in own and (domain, operator) in model.functions):
            findings.add("onnx.custom_operator", where, f"operator {domain}::{operator}"[:200])
    for location in sorted(model.external):
        if escapes(location) or location.startswith(("file:", "http:", "https:")):
            findings.add("onnx.escape", where, f"keeps data in {location}"[:200])
        elif location.removeprefix("./") not in findings.siblings:
            findings.add("onnx.missing_data", where, f"needs {location}, which is not registered"[:200])
    for key, value in model.properties.items():
        if len(value) > _PROPERTY or value.startswith(_PROGRAMS):
            findings.add("onnx.hidden_payload", where, f"the property {key[:60]} holds {len(value):,} bytes")
