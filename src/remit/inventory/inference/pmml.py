"""PMML: the data dictionary, the mining schema and the output of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from remit.inventory.inference.contract import Draft, draft_of
from remit.kernel.problems import Invalid
from remit.measure.contract import Column, Kind, Role

FORMAT = "PMML"
_ROLES: Final[dict[str, Role]] = {
    "active": "feature",
    "target": "label",
    "predicted": "label",
    "analysisWeight": "weight",
    "frequencyWeight": "weight",
    "supplementary": "identifier",
    "order": "timestamp",
}
_LARGEST: Final = 256 << 20


def reads(path: Path, name: str) -> bool:
    """Whether a file is PMML by its name or its root."""
    if name.lower().endswith(".pmml"):
        return True
    with path.open("rb") as stream:
        return name.lower().endswith(".xml") and b"<PMML" in stream.read(4096)


def draft(path: Path) -> Draft:
    """Return what the model says of its fields; see `inference.Reader`."""
    root = _root(path)
    fields = {field.get("name", ""): field for field in root.findall(".//{*}DataDictionary/{*}DataField")}
    mining = root.find(".//{*}MiningSchema")
    if mining is None or not fields:
        raise Invalid("it has no data dictionary or no mining schema.")
    columns = [
        _column(field.get("name", ""), fields[field.get("name", "")], field.get("usageType", "active"))
        for field in mining.findall("{*}MiningField")
        if field.get("name") in fields
    ]
    scores = list(_outputs(root, {c.name for c in columns}))
    stated = scores[0][1] if scores else ""
    columns = [replace(c, positive=stated) if c.role == "label" and stated else c for c in columns]
    return draft_of([*columns, *(column for column, _ in scores)], FORMAT, used=True, notes={})


def _root(path: Path) -> Any:
    """Return the document's root; one with a DTD is refused, so that no entity is ever expanded.

    Raises:
        Invalid: it is no XML, too large, or has a DTD.
    """
    from lxml import etree

    if path.stat().st_size > _LARGEST:
        raise Invalid("it is too large to be read as PMML.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        tree = etree.parse(str(path), parser)
    except (etree.XMLSyntaxError, OSError) as error:
        raise Invalid(f"it is no XML that can be read ({str(error)[:120]}).") from error
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        raise Invalid("it has a document type definition, which a PMML file needs not.")
    return tree.getroot()


def _column(name: str, field: Any, usage: str) -> Column:
    role: Role = _ROLES.get(usage, "feature")
    values = tuple(
        v.get("value")
        for v in field.findall("{*}Value")
        if v.get("property", "valid") == "valid" and v.get("value")
    )
    kind = _kind(field, role)
    margins = list(field.findall("{*}Interval")) if kind == "numeric" else []
    low, high = (
        [float(i.get(side)) for i in margins if i.get(side) is not None]
        for side in ("leftMargin", "rightMargin")
    )
    whole = [len(side) == len(margins) and bool(margins) for side in (low, high)]
    return Column(
        name,
        role=role,
        kind=kind,
        minimum=min(low) if whole[0] else None,
        maximum=max(high) if whole[1] else None,
        categories=values if kind == "category" else (),
    )


def _kind(field: Any, role: Role) -> Kind:
    form = field.get("dataType", "double")
    if form.startswith(("date", "time")):
        return "timestamp"
    if form == "boolean":
        return "boolean"
    discrete = form == "string" or field.get("optype") in {"categorical", "ordinal"}
    return "category" if discrete or role == "label" else "numeric"


def _outputs(root: Any, taken: set[str]) -> Iterator[tuple[Column, str]]:
    """Yield the column of the first probability, with the value whose probability it states."""
    for field in root.findall(".//{*}Output/{*}OutputField"):
        name = field.get("name", "")
        if name not in taken and field.get("feature") == "probability":
            yield Column(name, role="score", minimum=0.0, maximum=1.0), field.get("value", "")
            return
