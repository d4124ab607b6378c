"""A BPMN 2.0 file that is not trusted, read and checked: what is not supported is refused by name and line.

No document type, entity, network access or script gets through; conditions are CEL over declared facts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from lxml import etree

from remit.kernel.problems import Invalid, Problem
from remit.policy import Environment

LARGEST = 2_000_000
MOST_NODES = 200
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
SUBJECT = "subject"
PROPERTIES = frozenset({"role", "stage", "sla", "kind", "approval", "outcomes", "service", "gate"})
_TASKS = {"userTask": "user", "manualTask": "user", "serviceTask": "service"}
_NODES = {*_TASKS, "startEvent", "endEvent", "exclusiveGateway", "inclusiveGateway", "parallelGateway"}
_SUPPORTED = {
    *_NODES,
    "definitions",
    "collaboration",
    "participant",
    "process",
    "laneSet",
    "lane",
    "flowNodeRef",
    "incoming",
    "outgoing",
    "sequenceFlow",
    "conditionExpression",
    "documentation",
    "extensionElements",
    "association",
    "textAnnotation",
    "text",
}
_SUPPORTED_EXTENSIONS = {"properties", "property"}
_SCRIPTS = {"script", "scriptTask", "preScript", "postScript", "executionListener", "taskListener"}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# CEL does not allow these as names of facts
_RESERVED = {"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function"} | {
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", SUBJECT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """A task of a definition and what its extension properties say.

    `sla_days` counts working days. `outcomes` are the answers a person may give; empty for a service.
    """

    id: str
    name: str
    kind: Literal["user", "service"]
    lane: str
    role: str = ""
    stage: str = ""
    sla_days: int = 0
    purpose: str = ""
    approval: str = ""
    outcomes: tuple[str, ...] = ()
    service: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A process that passed every check. `digest` is the SHA-256 of its XML, in hex."""

    key: str
    name: str
    digest: str
    xml: bytes
    elements: Mapping[str, Element]
    ends: Mapping[str, str]
    flows: tuple[tuple[str, str, str], ...]
    start: str


@lru_cache(maxsize=64)
def read(xml: bytes) -> Definition:
    """Return the definition in `xml`.

    Raises:
        Invalid: not BPMN, or something in it is not supported; the detail names the element and its line.
    """
    root = parsed(xml)
    _refuse_unsupported(root)
    process = _only(root, "process")
    if process.get("isExecutable") != "true":
        raise _wrong(process, "it is not marked executable", 'Set isExecutable="true".')
    _refuse_odd_references(process)
    elements = {e.id: e for e in (_element(node, root) for node in process if _local(node) in _TASKS)}
    _check_conditions(process, elements)
    flows = tuple(
        (f.get("id"), f.get("sourceRef"), f.get("targetRef")) for f in _all(process, "sequenceFlow")
    )
    return Definition(
        key=process.get("id"),
        name=process.get("name") or process.get("id"),
        digest=hashlib.sha256(xml).hexdigest(),
        xml=xml,
        elements=elements,
        ends={e.get("id"): _properties(e).get("stage", "") for e in _all(process, "endEvent")},
        flows=flows,
        start=_only(process, "startEvent").get("id"),
    )


def ahead(definition: Definition, now: set[str]) -> set[str]:
    """Return what lies ahead of the waiting tasks when no flow goes back."""
    forward: dict[str, list[str]] = {}
    back = back_flows(definition)
    for flow, source, target in definition.flows:
        if flow not in back:
            forward.setdefault(source, []).append(target)
    found: set[str] = set()
    frontier = [target for source in now for target in forward.get(source, [])]
    while frontier:
        here = frontier.pop()
        if here not in found:
            found.add(here)
            frontier += forward.get(here, [])
    return found


def back_flows(definition: Definition) -> set[str]:
    """Return the flows that close a loop, seen from the start (depth first)."""
    leaving: dict[str, list[tuple[str, str]]] = {}
    for flow, source, target in definition.flows:
        leaving.setdefault(source, []).append((flow, target))
    back: set[str] = set()
    path: list[str] = []
    finished: set[str] = set()

    def visit(node: str) -> None:
        path.append(node)
        for flow, target in leaving.get(node, []):
            if target in path:
                back.add(flow)
            elif target not in finished:
                visit(target)
        path.pop()
        finished.add(node)

    visit(definition.start)
    return back


def environment(elements: Mapping[str, Element]) -> Environment:
    """Return the facts that the conditions of a process may name."""
    return Environment({SUBJECT: "map"} | dict.fromkeys(elements, "map"))


def parsed(xml: bytes) -> Any:
    """Return the root element; entities stay unexpanded and nothing is fetched."""
    if len(xml) > LARGEST:
        raise Invalid(f"The definition has {len(xml)} bytes, more than {LARGEST}.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(f"The definition is not XML: {error}.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Invalid(
            "Line 1: the definition declares a document type, which could expand without end.",
            remedy="Remove the <!DOCTYPE ...> declaration.",
        )
    if root.tag != f"{{{BPMN}}}definitions":
        raise Invalid("The definition is not BPMN 2.0.", remedy="Export it as BPMN 2.0 XML.")
    return root


def _refuse_unsupported(root: Any) -> None:
    for node in root.iter(etree.Element):
        name = etree.QName(node)
        if name.localname in _SCRIPTS:
            raise _wrong(node, "scripts do not run in a process", "Use a service task or a CEL condition.")
        known = {BPMN: _SUPPORTED, SPIFF: _SUPPORTED_EXTENSIONS}.get(name.namespace or "")
        if known is not None and name.localname not in known:
            raise _wrong(node, "this element is not supported", f"Use only: {', '.join(sorted(_NODES))}.")
    for process in root.iter(f"{{{BPMN}}}process"):
        for flow in _all(process, "sequenceFlow"):
            if not flow.get("sourceRef") or not flow.get("targetRef"):
                raise _wrong(flow, "a flow needs a source and a target")


def _refuse_odd_references(process: Any) -> None:
    nodes = {n.get("id"): n for n in process if _local(n) in _NODES}
    if len(nodes) > MOST_NODES:
        raise Invalid(f"The definition has {len(nodes)} elements, more than {MOST_NODES}.")
    for identifier, node in nodes.items():
        if not identifier or not _IDENTIFIER.fullmatch(identifier) or identifier in _RESERVED:
            raise _wrong(
                node, "the id cannot be named in a condition", "Use letters, digits and underscores."
            )
    ids = [n.get("id") for n in process.iter(etree.Element) if n.get("id")]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise Invalid(f"The id {twice[0]} is given twice.")
    for flow in _all(process, "sequenceFlow"):
        for end in (flow.get("sourceRef"), flow.get("targetRef")):
            if end not in nodes:
                raise _wrong(flow, f"it leads from or to {end}, which is not there")
    reached = _reach(process)
    for identifier, node in nodes.items():
        if identifier not in reached:
            raise _wrong(node, "no flow leads here from the start")


def _reach(process: Any) -> set[str]:
    flows = [(f.get("sourceRef"), f.get("targetRef")) for f in _all(process, "sequenceFlow")]
    reached, frontier = set(), [_only(process, "startEvent").get("id")]
    while frontier:
        here = frontier.pop()
        reached.add(here)
        frontier += [b for a, b in flows if a == here and b not in reached]
    return reached


def _element(node: Any, root: Any) -> Element:
    properties = _properties(node)
    kind = _TASKS[_local(node)]
    needed = ("service", "stage") if kind == "service" else ("role", "stage", "outcomes")
    if missing := [name for name in needed if not properties.get(name)]:
        raise _wrong(node, f"it lacks the extension property {missing[0]}")
    days = properties.get("sla", "0")
    if not days.isdigit():
        raise _wrong(node, f"its sla {days!r} is not a whole number of working days")
    identifier = node.get("id")
    lanes = [
        r.getparent().get("name") or "" for r in root.iter(f"{{{BPMN}}}flowNodeRef") if r.text == identifier
    ]
    return Element(
        id=identifier,
        name=node.get("name") or identifier,
        kind="service" if kind == "service" else "user",
        lane=lanes[0] if lanes else "",
        role=properties.get("role", ""),
        stage=properties["stage"],
        sla_days=int(days),
        purpose=properties.get("kind", identifier),
        approval=properties.get("approval", ""),
        outcomes=tuple(o.strip() for o in properties.get("outcomes", "").split(",") if o.strip()),
        service=properties.get("service", ""),
        gate=properties.get("gate", ""),
    )


def _properties(node: Any) -> dict[str, str]:
    found = {}
    for item in node.iter(f"{{{SPIFF}}}property"):
        if item.get("name") not in PROPERTIES:
            known = ", ".join(sorted(PROPERTIES))
            raise _wrong(item, f"{item.get('name')!r} is not a property Remit reads", f"Use one of: {known}.")
        found[item.get("name")] = item.get("value") or ""
    return found


def _check_conditions(process: Any, elements: Mapping[str, Element]) -> None:
    facts = environment(elements)
    choosing = {
        g.get("id"): g for kind in ("exclusive", "inclusive") for g in _all(process, f"{kind}Gateway")
    }
    leaving: dict[str, int] = {}
    certain: set[str] = set()
    for flow in _all(process, "sequenceFlow"):
        source = flow.get("sourceRef")
        leaving[source] = leaving.get(source, 0) + 1
        text = "".join(c.text or "" for c in _all(flow, "conditionExpression")).strip()
        default = source in choosing and choosing[source].get("default") == flow.get("id")
        if default or text == "true":
            certain.add(source)
        if text and source not in choosing:
            raise _wrong(flow, "only an exclusive or inclusive gateway has conditions")
        if text:
            try:
                facts.compile(text)
            except Problem as problem:
                raise _wrong(flow, f"its condition is wrong: {problem.detail.rstrip('.')}") from problem
    for identifier, gateway in choosing.items():
        if leaving.get(identifier, 0) > 1 and identifier not in certain:
            raise _wrong(gateway, "no way is left when none of its conditions holds", "Name a default flow.")


def _wrong(node: Any, what: str, remedy: str = "") -> Invalid:
    named = node.get("id") or (node.getparent() is not None and node.getparent().get("id")) or ""
    place = f"Line {node.sourceline}: {_local(node)} {named}".rstrip()
    return Invalid(f"{place}: {what}.", remedy=remedy)


def _local(node: Any) -> str:
    return str(etree.QName(node).localname) if isinstance(node.tag, str) else ""


def _all(node: Any, name: str) -> list[Any]:
    return list(node.findall(f"{{{BPMN}}}{name}"))


def _only(node: Any, name: str) -> Any:
    found = _all(node, name)
    if len(found) != 1:
        raise Invalid(f"The definition has {len(found)} elements {name}; it needs exactly one.")
    return found[0]
