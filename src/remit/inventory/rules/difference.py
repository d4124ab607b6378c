"""What differs between two versions, and whether it is material: declared rules, no opinion in code."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from remit.measure.contract import Column
from remit.proof import canonical

_FILE = Path(__file__).parent.parent / "data" / "change_rules.yaml"
_OPEN = math.inf


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a version learned from."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of a version."""

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that makes a version what it is, and what was measured on it.

    Attributes:
        columns: of the schema, in order.
        measures: values by what is measured, such as `auc` or `adverse_impact_ratio, afam`.
        data: what it learned from, if that is registered.
        files: its artifacts.
        environment: as registered; texts that read like versions are compared as versions.
        decision_rule: from score to action.
        details: what its kind says of it.
        terms: the remit terms that were proposed.
        code: the code reference.
        licence: as registered.
    """

    columns: tuple[Column, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    data: TrainingData | None = None
    files: tuple[File, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    decision_rule: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: by which rule, in what, from what to what; None where there was nothing."""

    rule: str
    what: str
    was: Any
    now: Any

    @property
    def label(self) -> str:
        """What kind of thing differs."""
        return str(_rule(self.rule)["label"])

    @property
    def material(self) -> bool:
        """Whether the rule calls it material."""
        return bool(_rule(self.rule)["material"])

    @property
    def because(self) -> str:
        """Why the rule says so."""
        return str(_rule(self.rule)["because"])


def differences(was: Content, now: Content) -> list[Difference]:
    """Return everything that differs between two versions, material differences first."""
    found = [
        *_schema(was.columns, now.columns),
        *_measures(was.measures, now.measures),
        *_data(was.data, now.data),
        *_files(was.files, now.files),
        *_environment(was.environment, now.environment),
        *_parts("decision_rule", None, was.decision_rule, now.decision_rule),
        *_parts("details.other", ("details.steering", "steering"), was.details, now.details),
        *_parts("terms.other", ("terms.scope", "scope"), was.terms, now.terms),
        *_text("code", was.code, now.code),
        *_text("licence", was.licence, now.licence),
    ]
    # by rule within each part, so that a reader finds those of one reason together
    rules = list(_rules()["rules"])
    return sorted(found, key=lambda row: (not row.material, rules.index(row.rule)))


def material(found: Iterable[Difference]) -> bool:
    """Whether a change is material: as soon as one of its differences is."""
    return any(row.material for row in found)


def _schema(was: Sequence[Column], now: Sequence[Column]) -> Iterator[Difference]:
    before, after = {c.name: c for c in was}, {c.name: c for c in now}
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None and new is not None:
            rule = "schema.input_added" if new.role == "feature" else "schema.column_added"
            yield Difference(rule, name, None, new.role)
        elif new is None and old is not None:
            rule = "schema.input_removed" if old.role == "feature" else "schema.column_removed"
            yield Difference(rule, name, old.role, None)
        elif old is not None and new is not None and old != new:
            yield from _column(old, new)


def _column(old: Column, new: Column) -> Iterator[Difference]:
    for part in ("role", "kind"):
        if getattr(old, part) != getattr(new, part):
            yield Difference(f"schema.{part}", old.name, getattr(old, part), getattr(new, part))
    was, now = _allowed(old), _allowed(new)
    if was != now:
        yield Difference("schema.narrower" if _within(new, old) else "schema.wider", old.name, was, now)
    was, now = (", ".join((*c.favourable, c.positive)).strip(", ") for c in (old, new))
    if was != now:
        yield Difference("schema.meaning", old.name, was or None, now or None)


def _allowed(column: Column) -> str:
    """Write what a column may hold."""
    if column.categories:
        return ", ".join(sorted(column.categories))
    if column.minimum is None and column.maximum is None:
        return "anything"
    low, high = ("" if side is None else f"{side:g}" for side in (column.minimum, column.maximum))
    return f"{low} to {high}".strip()


def _within(inner: Column, outer: Column) -> bool:
    """Whether everything that one column may hold, the other may hold too."""
    if outer.categories:
        return bool(inner.categories) and set(inner.categories) <= set(outer.categories)
    lows = [-_OPEN if c.minimum is None else c.minimum for c in (inner, outer)]
    highs = [_OPEN if c.maximum is None else c.maximum for c in (inner, outer)]
    return lows[0] >= lows[1] and highs[0] <= highs[1]


def _measures(was: Mapping[str, float], now: Mapping[str, float]) -> Iterator[Difference]:
    if not was or not now:
        # what was not measured yet says nothing; the gate asks for it
        return
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            yield Difference("metric.unknown", name, old, new)
        elif old != new:
            beyond = abs(new - old) > _tolerance(name, old, new) + 1e-12
            yield Difference("metric.beyond" if beyond else "metric.within", name, old, new)


def _tolerance(name: str, old: float, new: float) -> float:
    fixed = _rules()["tolerances"].get(name.split(",", maxsplit=1)[0])
    relative = float(_rules()["relative_tolerance"]) * max(abs(old), abs(new))
    return relative if fixed is None else float(fixed)


def _data(was: TrainingData | None, now: TrainingData | None) -> Iterator[Difference]:
    if was == now or (was and now and was.sha256 == now.sha256):
        return
    rule = "data.other"
    if was and now and was.name == now.name:
        larger = max(was.rows, now.rows)
        resized = larger and abs(was.rows - now.rows) / larger > float(_rules()["resized_beyond"])
        rule = "data.resized" if resized else "data.refreshed"
    yield Difference(rule, "", *(f"{d.name}, {d.rows:,} rows" if d else None for d in (was, now)))


def _files(was: Sequence[File], now: Sequence[File]) -> Iterator[Difference]:
    before, after = {f.name: f for f in was}, {f.name: f for f in now}
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            rule = "artifact.added" if old is None else "artifact.removed"
            yield Difference(rule, name, old and old.sha256, new and new.sha256)
            continue
        if old.media_type != new.media_type:
            yield Difference("artifact.format", name, old.media_type, new.media_type)
        if old.sha256 != new.sha256:
            yield Difference("artifact.changed", name, old.sha256, new.sha256)


def _environment(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = dict(_leaves(was)), dict(_leaves(now))
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        majors = [_major(value) for value in (old, new)]
        if majors == [None, None]:
            rule = "environment.other"
        elif old is None or new is None:
            rule = "environment.added" if old is None else "environment.removed"
        else:
            rule = "environment.version" if majors[0] == majors[1] else "environment.major"
        yield Difference(rule, name, old, new)


def _major(value: Any) -> int | None:
    """Return the major version of a text such as `1.9.1` or `==2.4`, or None when it is no version."""
    found = re.fullmatch(r"[=~^v]{0,2}(\d+)(\.\w+)+([+-].*)?", value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def _parts(
    rule: str, special: tuple[str, str] | None, was: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[Difference]:
    """Compare leaf by leaf; `special` is another rule, and the list of first parts that fall under it."""
    before, after = dict(_leaves(was)), dict(_leaves(now))
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if canonical.digest([old]) == canonical.digest([new]):
            continue
        named = special is not None and name.split(".")[0] in _rules()[special[1]]
        yield Difference(special[0] if special and named else rule, name, old, new)


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the parts of a document that hold no others, by their path; lists are compared whole."""
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _leaves(value[key], f"{at}.{key}" if at else str(key))
    elif at:
        yield at, value


def _text(rule: str, was: str, now: str) -> Iterator[Difference]:
    if was != now:
        yield Difference(rule, "", was or None, now or None)


def _rule(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _rules()["rules"][name]
    return found


@cache
def _rules() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read
