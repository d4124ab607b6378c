"""What crosses the boundary of `measure`: a data set's schema, a metric's row, a limit, its judgement.

Pure Python, no numpy and no Polars, so that any part may import it at no cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, get_args

from remit.kernel.problems import Invalid

Role = Literal[
    "identifier", "feature", "score", "prediction", "label", "weight", "timestamp", "protected", "amount"
]
Kind = Literal["numeric", "category", "boolean", "timestamp"]
RowStatus = Literal["measured", "insufficient", "not_computable"]
Verdict = Literal["ok", "watch", "breach", "insufficient", "not_computable"]
Scalar = bool | int | float | str

ROLES: Final = frozenset(get_args(Role))
KINDS: Final = frozenset(get_args(Kind))
SINGLE_ROLES: Final[tuple[Role, ...]] = ("score", "prediction", "label", "weight", "timestamp")
COUNTED_KINDS: Final = ("numeric", "category", "boolean")


def text_of(value: Scalar) -> str:
    """Return the one spelling under which a category is counted: `true`, `1` (also for 1.0), `approve`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its role, its kind, and what is allowed in it.

    Attributes:
        name: the column's name in the data.
        role: what it is for (see the glossary); identifiers and weights are carried, never counted.
        kind: how its values are read.
        minimum: smallest allowed value of a numeric column, inclusive; None for no bound.
        maximum: largest allowed value of a numeric column, inclusive; None for no bound.
        categories: the allowed values of a category column; empty for "those of the reference".
        favourable: of a prediction, the values that are good for the person decided about; of a label,
            the values for which the favourable prediction would have been the right one.
        positive: of a label, the value whose probability the score states.
    """

    name: str
    role: Role = "feature"
    kind: Kind = "numeric"
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    favourable: tuple[str, ...] = ()
    positive: str = ""

    @property
    def counted(self) -> bool:
        """Whether a profile counts this column's values."""
        return self.role not in {"identifier", "weight"} and self.kind in COUNTED_KINDS

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types, defaults omitted."""
        kept: dict[str, Any] = {"name": self.name, "role": self.role, "kind": self.kind}
        for item in fields(self)[3:]:
            value = getattr(self, item.name)
            if value not in (None, (), ""):
                kept[item.name] = list(value) if isinstance(value, tuple) else value
        return kept


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a data set, in order, with their roles."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        _check(self)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def only(self, role: Role) -> Column | None:
        """Return the column of a role that occurs once, or None."""
        return next((column for column in self.columns if column.role == role), None)

    def of_role(self, *roles: Role) -> tuple[Column, ...]:
        """Return the columns that have one of these roles."""
        return tuple(column for column in self.columns if column.role in roles)

    @property
    def favourable_labels(self) -> tuple[str, ...]:
        """The labels that deserve the favourable prediction: stated, or shared when both have one kind."""
        label, prediction = self.only("label"), self.only("prediction")
        if label is None:
            return ()
        if label.favourable or prediction is None or label.kind != prediction.kind:
            return label.favourable
        return prediction.favourable

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `Schema.of` reads them back."""
        return {"columns": [column.as_dict() for column in self.columns]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Schema:
        """Read a schema from plain types, as in YAML or JSON.

        Raises:
            Invalid: a field is unknown or wrong; `fields` is keyed `columns[i].field`.
        """
        listed = data.get("columns") if isinstance(data, Mapping) else None
        if not isinstance(listed, list) or not listed:
            raise Invalid(
                "The schema has no list of columns.",
                fields={"columns": "expected a list"},
                remedy="Write `columns:` followed by one entry a column, each with name, role and kind.",
            )
        return cls(tuple(_column(index, entry) for index, entry in enumerate(listed)))


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One measured number, with its interval, or the reason why there is none.

    Attributes:
        metric: the metric's name, such as `psi`.
        column: the column it is about; the protected attribute for fairness; empty for the whole.
        segment: `column=value` when it is about a part of the rows, else empty.
        window: the caller's name of the period.
        value: the number, in the metric's units; None when not computable. Never NaN.
        low: lower 95% limit, or None when the metric states no interval.
        high: upper 95% limit, likewise.
        n: the rows the number rests on.
        status: measured, insufficient (too few rows to rely on), not_computable.
        reason: why not, or what to know, in a plain sentence.
    """

    metric: str
    column: str = ""
    segment: str = ""
    window: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    status: RowStatus = "measured"
    reason: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.metric} of {self.column or 'all rows'}: {name} is {number}")

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a metric may go. Empty `column` or `segment` means every one."""

    metric: str
    direction: Literal["above", "below"]
    watch: float | None = None
    breach: float | None = None
    column: str = ""
    segment: str = ""

    def __post_init__(self) -> None:
        if self.direction not in {"above", "below"}:
            raise Invalid(f"A limit's direction is above or below, not {self.direction!r}.")
        if self.watch is None and self.breach is None:
            raise Invalid(f"The limit on {self.metric} names neither a watch nor a breach value.")
        if self.watch is not None and self.breach is not None and self._beyond(self.watch, self.breach):
            raise Invalid(
                f"The limit on {self.metric} would breach before it is watched.",
                remedy=f"With direction {self.direction}, the watch value comes before the breach value.",
            )

    def applies_to(self, row: MetricRow) -> bool:
        """Tell whether this limit is about that row."""
        return (
            row.metric == self.metric
            and self.column in {"", row.column}
            and (self.segment in {"", row.segment})
        )

    def passed_by(self, value: float) -> Literal["ok", "watch", "breach"]:
        """Return which of the two values this one has gone beyond; equal is still within."""
        if self.breach is not None and self._beyond(value, self.breach):
            return "breach"
        if self.watch is not None and self._beyond(value, self.watch):
            return "watch"
        return "ok"

    def _beyond(self, value: float, mark: float) -> bool:
        return value > mark if self.direction == "above" else value < mark

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `Limit.of` reads them back."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Limit:
        """Read a limit from plain types.

        Raises:
            Invalid: a field is unknown, missing or wrong.
        """
        known = {item.name for item in fields(cls)}
        if wrong := sorted(set(data) - known):
            message = f"A limit has no field {wrong[0]!r}."
            raise Invalid(
                message, fields={wrong[0]: "unknown"}, remedy=f"Fields: {', '.join(sorted(known))}."
            )
        metric, marks = data.get("metric"), [data.get("watch"), data.get("breach")]
        if not isinstance(metric, str) or not metric:
            raise Invalid("A limit names its metric.", fields={"metric": "required"})
        if any(
            mark is not None and (isinstance(mark, bool) or not isinstance(mark, int | float))
            for mark in marks
        ):
            raise Invalid(f"The limit on {metric} is not a number.", fields={"breach": "expected a number"})
        return cls(**{"direction": "", **data})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row against a limit."""

    row: MetricRow
    limit: Limit
    status: Verdict = field(default="not_computable")


def judge(row: MetricRow, limit: Limit) -> Verdict:
    """Return ok, watch or breach; a row without a reliable number keeps its own status and never passes."""
    if row.status != "measured" or row.value is None:
        return "insufficient" if row.status == "insufficient" else "not_computable"
    return limit.passed_by(row.value)


def judge_all(rows: Iterable[MetricRow], limits: Iterable[Limit]) -> list[Judgement]:
    """Judge every row by every limit about it; a limit that no row answers is judged not_computable."""
    measured = list(rows)
    judged: list[Judgement] = []
    for limit in limits:
        about = [row for row in measured if limit.applies_to(row)] or [
            MetricRow(
                limit.metric,
                column=limit.column,
                segment=limit.segment,
                status="not_computable",
                reason="nothing was measured under this limit",
            )
        ]
        judged += [Judgement(row, limit, judge(row, limit)) for row in about]
    return judged


def _column(index: int, entry: Any) -> Column:
    where = f"columns[{index}]"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise Invalid(f"Column {index + 1} of the schema has no name.", fields={f"{where}.name": "required"})
    name = entry["name"]
    known = {item.name for item in fields(Column)}
    for key in entry:
        if key not in known:
            raise _wrong(
                where, str(key), name, "is not a field of a column", f"Fields: {', '.join(sorted(known))}."
            )
    values: dict[str, Any] = {"name": name}
    for key, allowed in (("role", ROLES), ("kind", KINDS)):
        value = entry.get(key, getattr(Column(name), key))
        if value not in allowed:
            raise _wrong(where, key, name, f"is {value!r}", f"Use one of {', '.join(sorted(allowed))}.")
        values[key] = value
    for key in ("minimum", "maximum"):
        values[key] = _number(where, key, name, entry.get(key))
    category = values["kind"] == "category"
    for key in ("categories", "favourable"):
        given = entry.get(key) or []
        if not isinstance(given, list | tuple):
            raise _wrong(where, key, name, "is not a list", f"Write `{key}: [value, ...]`.")
        values[key] = tuple(_value(where, key, name, item, category=category) for item in given)
    if (positive := entry.get("positive")) not in (None, ""):
        values["positive"] = _value(where, "positive", name, positive, category=category)
    return Column(**values)


def _number(where: str, key: str, name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(where, key, name, f"is {value!r}", "Give a finite number, or leave it out.")
    return float(value)


def _value(where: str, key: str, name: str, value: Any, *, category: bool) -> str:
    if not isinstance(value, Scalar):
        raise _wrong(where, key, name, f"holds {value!r}", "Give plain values.")
    if category and isinstance(value, bool):
        remedy = 'YAML reads yes, no, on and off as booleans; put the value in quotes: "yes".'
        raise _wrong(where, key, name, f"holds the boolean {text_of(value)} in a category column", remedy)
    return text_of(value)


def _wrong(where: str, key: str, name: str, what: str, remedy: str) -> Invalid:
    return Invalid(f"Column {name!r}: {key} {what}.", fields={f"{where}.{key}": what}, remedy=remedy)


def _check(schema: Schema) -> None:
    seen: set[str] = set()
    for index, column in enumerate(schema.columns):
        where = f"columns[{index}]"
        if column.name in seen:
            raise _wrong(where, "name", column.name, "appears twice", "Name each column once.")
        seen.add(column.name)
        _check_column(where, column)
    for role in SINGLE_ROLES:
        same = schema.of_role(role)
        if len(same) > 1:
            where = f"columns[{schema.columns.index(same[1])}]"
            remedy = f"Keep one {role} column."
            raise _wrong(where, "role", same[1].name, f"is a second {role} beside {same[0].name!r}", remedy)


def _check_column(where: str, column: Column) -> None:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None and low > high:
        raise _wrong(where, "minimum", column.name, f"{low} is over the maximum {high}", "Swap them.")
    if column.kind != "numeric" and (low is not None or high is not None):
        raise _wrong(where, "minimum", column.name, "bounds a column that is not numeric", "Leave it out.")
    if column.role in {"label", "prediction", "protected"} and column.kind not in {"category", "boolean"}:
        remedy = "Use kind boolean (for 0/1 as well) or category; group a number before it is measured."
        raise _wrong(where, "kind", column.name, f"{column.kind} does not fit a {column.role}", remedy)
    if column.role in {"score", "amount"} and column.kind != "numeric":
        raise _wrong(
            where, "kind", column.name, f"{column.kind} does not fit a {column.role}", "Use numeric."
        )
    if column.role == "label" and column.kind == "category" and not column.positive:
        remedy = "Name the value whose probability the score states."
        raise _wrong(where, "positive", column.name, "is missing for a category label", remedy)
