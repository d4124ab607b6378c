"""The list of models: its facets, its views, its filter, and what stands beside each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.kernel import clock

PAGE = 50
_SOON, _URGENT = timedelta(days=60), timedelta(days=14)
# facet, the column it filters, whether it starts open
_COLUMNS = (
    ("tier", "Tier", "tier", True),
    ("stage", "Stage", "stage", True),
    ("unit", "Line of business", "unit_name", True),
    ("owner", "Owner", "owner_name", False),
    ("kind", "Kind", "model_kind", False),
    ("built", "Built in", "built_in", False),
)
_KINDS = {"ml": "Machine learning", "llm": "Language model"}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet, how many rows have it, and whether it is chosen."""

    value: str
    label: str
    n: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column to filter by."""

    key: str
    label: str
    options: tuple[Option, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class View:
    """A filter that has a name, and how many rows are in it."""

    key: str
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen option, and the query without it."""

    label: str
    query: str


class Listing:
    """What the list shows for a query string. One read of light rows; facets and filters work on those."""

    def __init__(self, asked: QueryDict) -> None:
        self.asked = asked
        self.text = asked.get("q", "").strip()[:80]
        self.view = asked.get("view", "")
        self._all = list(inventory.listing())
        self._remits = governance.current_remits(row["version_id"] for row in self._all if row["version_id"])
        self._views = _views(self._remits, clock.now())
        self.total = len(self._all)
        self.facets = [facet for facet in (self._facet(*column) for column in _COLUMNS) if facet.options]
        self.fitting = self._fitting()

    @property
    def views(self) -> list[View]:
        """The named views with their counts."""
        return [
            View(key, label, sum(1 for row in self._all if fits(row)))
            for key, (label, fits) in self._views.items()
        ]

    @property
    def chips(self) -> list[Chip]:
        """The chosen options, each removable."""
        chosen = [(facet.key, option) for facet in self.facets for option in facet.options if option.chosen]
        return [Chip(option.label, self._without(key, option.value)) for key, option in chosen]

    def groups(self, start: int) -> list[tuple[str, int, list[dict[str, Any]]]]:
        """Return a page of rows from `start`, by unit: its name, how many fit in it, its rows here."""
        sizes = Counter(row["unit_name"] for row in self.fitting)
        page = [self._shown(row) for row in self.fitting[start : start + PAGE]]
        return [(unit, sizes[unit], list(rows)) for unit, rows in groupby(page, key=itemgetter("unit_name"))]

    def more(self, start: int) -> str:
        """Return the query of the next page, or nothing after the last."""
        if start + PAGE >= len(self.fitting):
            return ""
        following = self.asked.copy()
        following["start"] = str(start + PAGE)
        return following.urlencode()

    def _fitting(self) -> list[dict[str, Any]]:
        wanted = {c: set(self.asked.getlist(k)) for k, _, c, _ in _COLUMNS if self.asked.getlist(k)}
        _, in_view = self._views.get(self.view, self._views[""])
        text = self.text.casefold()
        return [
            row
            for row in self._all
            if in_view(row)
            and all(str(row[column]) in values for column, values in wanted.items())
            and text in _words(row)
        ]

    def _facet(self, key: str, label: str, column: str, opened: bool) -> Facet:  # noqa: FBT001 - a row of _COLUMNS
        chosen = set(self.asked.getlist(key))
        counts = Counter(str(row[column]) for row in self._all if row[column])
        options = (Option(v, _label(column, v), n, v in chosen) for v, n in sorted(counts.items()))
        return Facet(key, label, tuple(options), opened or bool(chosen))

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        remit = self._remits.get(row["version_id"])
        stage = "suspended" if remit and remit.state == "suspended" else row["stage"]
        beside = {"title": row["model"] or row["name"], "href": href(row), "stage": stage}
        return row | beside | {"remit": countdown(remit, clock.now()) if remit else None}

    def _without(self, key: str, value: str) -> str:
        kept = self.asked.copy()
        kept.setlist(key, [v for v in kept.getlist(key) if v != value])
        kept.pop("start", None)
        return kept.urlencode()


def href(row: Mapping[str, Any]) -> str:
    """Return the page of a row: its model's, or its use case's while it has no model."""
    if row["model_reference"]:
        return f"/models/{row['model_reference']}/"
    return reverse("models:use_case", args=[row["key"]])


def countdown(remit: Any, now: datetime) -> dict[str, Any]:
    """Return what the countdown component draws: whole days left, the share left, and its tone."""
    left = max(remit.valid_until - now, timedelta(0))
    tone = "bad" if left < _URGENT else "warn" if left < _SOON else ""
    share = left / (remit.valid_until - remit.valid_from)
    return {"days": left.days, "share": share, "until": remit.valid_until, "tone": tone, "of": remit}


def _views(remits: Mapping[Any, Any], now: datetime) -> dict[str, tuple[str, Callable[[Any], bool]]]:
    def state(row: Mapping[str, Any]) -> str:
        remit = remits.get(row["version_id"])
        return remit.state if remit else ""

    def ending(row: Mapping[str, Any]) -> bool:
        remit = remits.get(row["version_id"])
        return remit is not None and remit.valid_until - now < _SOON

    over = ("retired", "archived")
    running = ("in_business", "under_review")
    return {
        "": ("All", lambda _: True),
        "business": ("In business", lambda row: row["stage"] in running and state(row) == "in_force"),
        "way": ("On the way", lambda row: row["stage"] not in (*running, *over)),
        "ending": ("Remit ends in 60 days", ending),
        "suspended": ("Suspended", lambda row: state(row) == "suspended"),
        "without": ("In business without a remit", lambda row: row["stage"] in running and not state(row)),
        "retired": ("Retired", lambda row: row["stage"] in over),
    }


def _words(row: Mapping[str, Any]) -> str:
    columns = ("name", "model", "reference", "model_reference", "owner_name", "built_in", "unit_name")
    return " ".join([*(str(row[c] or "") for c in columns), *row["regulations"]]).casefold()


def _label(column: str, value: str) -> str:
    if column == "tier":
        return f"Tier {value[1:]}"
    if column == "model_kind":
        return _KINDS.get(value, value.capitalize())
    return value.replace("_", " ").capitalize() if column == "stage" else value
