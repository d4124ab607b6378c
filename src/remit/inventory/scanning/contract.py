"""What a scan says, and what each of its rules means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")
EXPANDED: Final = 4 << 30
"""How many bytes the files of one scan may hold once everything in them is unpacked."""
DEPTH: Final = 6
"""How deep archives and pickles may lie in one another."""

_ENOUGH: Final = 100
_RETRAIN = "Save the model in a format that is data only (ONNX, JSON, safetensors), or without this object."
_AGAIN = "Export the file again and register what a tool of the format can read."
RULES: Final[dict[str, tuple[Severity, str]]] = {
    "pickle.import": ("critical", _RETRAIN),
    "pickle.call": ("critical", _RETRAIN),
    "pickle.computed_import": ("critical", _RETRAIN),
    "pickle.extension": ("critical", _RETRAIN),
    "pickle.persistent_id": ("critical", _RETRAIN),
    "pickle.patch": ("critical", _RETRAIN),
    "pickle.unreadable": ("high", _AGAIN),
    "pickle.ambiguous": ("critical", _AGAIN),
    "pickle.buffers": ("high", "Save it without out-of-band buffers."),
    "pickle.trailing": ("high", "Save one object a file and nothing behind it."),
    "array.object": ("medium", "Store numbers and text of a fixed width rather than objects."),
    "array.unreadable": ("high", _AGAIN),
    "compressed.unreadable": ("high", _AGAIN),
    "bomb": ("high", "Register the files unpacked, each within the limit."),
    "archive.unreadable": ("high", _AGAIN),
    "archive.escape": ("critical", "Pack the archive with relative names that stay within it."),
    "archive.twice": ("high", "Name each entry of the archive once."),
    "archive.disguised": ("high", "Register the archive alone, without what stands before it."),
    "archive.encrypted": ("high", "Register the files unencrypted: the store guards them."),
    "onnx.unreadable": ("high", _AGAIN),
    "onnx.escape": ("critical", "Save external data beside the model, under a plain file name."),
    "onnx.missing_data": ("high", "Register the external data file with the version."),
    "onnx.custom_operator": (
        "high",
        "Use standard operators, or register and review the library that brings these.",
    ),
    "onnx.hidden_payload": ("high", "Remove what is no part of the model from its properties."),
    "code.native": ("critical", "Register models and data; deliver programs by the software's own channel."),
    "code.macro": ("high", "Remove the macros, or have them reviewed and ask for an exception."),
    "code.embedded": ("high", "Rebuild the model from named layers."),
    "office.external_link": ("medium", "Bring what the link fetches into the workbook."),
    "unknown_format": (
        "high",
        "Export to ONNX, JSON, CSV, Parquet, safetensors or pickle, or review it and ask for an exception.",
    ),
    "unfetched": ("high", "Make the file reachable, then scan again."),
    "oci.layers": ("medium", "Register the files that the image holds as artifacts of their own."),
    "secret.private_key": ("critical", "Revoke the key, remove it and register the cleaned file."),
    "secret.token": ("critical", "Revoke the token, remove it and register the cleaned file."),
    "secret.connection": ("high", "Change the password, remove it and register the cleaned file."),
    "secret.assigned": (
        "medium",
        "If it is a real secret, change it, remove it and register the cleaned file.",
    ),
}


@dataclass(frozen=True, slots=True)
class Weakness:
    """One thing that is wrong with a file, or that keeps it from being judged."""

    severity: Severity
    rule: str
    where: str
    what: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(slots=True)
class Findings:
    """What one scan has found so far, and how much it may still unpack."""

    rows: list[Weakness] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    siblings: frozenset[str] = frozenset()
    expandable: int = EXPANDED
    _noted: set[Weakness] = field(default_factory=set)
    _times: Counter[str] = field(default_factory=Counter)

    def add(self, rule: str, where: str, what: str) -> None:
        """Note a weakness, once; of one rule, a hundred times at most."""
        severity, remedy = RULES[rule]
        row = Weakness(severity, rule, where, what, remedy)
        if row not in self._noted and self._times[rule] < _ENOUGH:
            self._noted.add(row)
            self._times[rule] += 1
            self.rows.append(row)


def counted(rows: Iterable[Weakness]) -> dict[str, int]:
    """Return how many rows there are of each severity."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for row in rows:
        counts[row.severity] += 1
    return {str(severity): count for severity, count in counts.items()}
