"""The list of models: what is asked of it, its facets and views, and the rows as they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from remit.inventory import queries, search
from remit.inventory.search import NONE, Count, Search
from remit.kernel import clock
from remit.web import words
from remit.web.models import moment

PAGE = 50
SHOWN = 12
FOUND = 40
_URGENT = timedelta(days=14)
# facet, what it is called, what one looks for in it, whether it starts open
FACETS = (
    ("tier", "Tier", "a tier", True),
    ("stage", "Stage", "a stage", True),
    ("health", "Health", "a health", True),
    ("unit", "Line of business", "a line of business", True),
    ("remit", "Remit", "a state", False),
    ("owner", "Owner", "an owner", False),
    ("kind", "Kind", "a kind", False),
    ("built", "Built in", "a tool", False),
    ("regulation", "Regulation", "a regulation", False),
    ("tag", "Tag", "a tag", False),
    ("missing", "Missing", "a field", False),
)
COLUMNS = {
    "tier": "Tier",
    "stage": "Stage",
    "health": "Health",
    "remit": "Remit",
    "owner": "Owner",
    "built": "Built in",
    "regulation": "Regulation",
    "planned": "Planned",
    "kind": "Kind",
    "version": "Version",
    "unit": "Line of business",
    "vendor": "Vendor",
    "tags": "Tags",
    "complete": "Complete",
    "reference": "Id",
}
DEFAULT_COLUMNS = ("tier", "stage", "health", "remit", "owner", "built", "regulation", "planned")
_KEPT = "model_columns"


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet with the options that are shown: those chosen, then those with most models."""

    key: str
    label: str
    one: str
    options: tuple[Count, ...]
    values: int
    open: bool

    @property
    def telling(self) -> bool:
        """Whether there is anything to choose: more than that nothing has a value."""
        return any(option.chosen or option.value != NONE for option in self.options)

    @property
    def long(self) -> bool:
        """Whether it has more options than are shown."""
        return self.values > len(self.options)


@dataclass(frozen=True, slots=True)
class Tab:
    """A view: its name, its address, how many models are in it, whether it is the present one."""

    label: str
    query: str
    n: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen option, and the query without it."""

    label: str
    query: str


class Listing:
    """What the list answers to a query string, for one person; each question is asked at most once."""

    formats = (("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON"))

    def __init__(self, request: HttpRequest) -> None:
        self.person: Any = request.user
        self.asked = request.GET
        self.search = Search.of(dict(self.asked.lists()))
        self.at, self.day_fault = moment.read(self.asked.get("as_of", ""))
        self.flat = self.asked.get("flat") == "1"
        self.after = self.asked.get("after", "")
        self._session = request.session
        self._seen = search.seen_by(self.person)

    @property
    def day(self) -> date | None:
        """The day that is shown; None for now."""
        return self.at.date() if self.at else None

    @property
    def today(self) -> date:
        """The last day that can be asked for."""
        return clock.now().date()

    @cached_property
    def counts(self) -> search.Counts:
        """How many models there are, fit, and would fit."""
        return search.counts(self.search, **self._seen, at=self.at)

    @cached_property
    def page(self) -> search.Page:
        """The rows of this page."""
        found = search.rows(self.search, **self._seen, at=self.at)
        if self.counts.few is not None:
            found = found.filter(subject_id__in=self.counts.few)
        return search.page(found, after=self.after, size=PAGE)

    @property
    def groups(self) -> list[tuple[str, int, list[dict[str, Any]]]]:
        """The rows by unit: its name, how many of it fit, its rows here; all under no name when flat."""
        rows = [shown(row, self.at) for row in self.page.rows]
        if self.flat:
            return [("", 0, rows)] if rows else []
        sizes = self.counts.values["unit"]
        return [
            (unit, sizes.get(unit, 0), list(own)) for unit, own in groupby(rows, key=itemgetter("unit_name"))
        ]

    @property
    def continues(self) -> str:
        """The unit whose rows the page before this one ended with, so that its name is not said again."""
        return search.unit_of(self.after) if self.after else ""

    @property
    def more(self) -> str:
        """The query of the next page; empty after the last."""
        return self.query(after=self.page.after) if self.page.after else ""

    @property
    def facets(self) -> list[FacetShown]:
        """The facets; not each has anything to choose."""
        return [self.facet(key) for key, *_ in FACETS]

    def facet(self, key: str, *, find: str = "", most: int = SHOWN) -> FacetShown:
        """Return a facet with at most so many options, those whose label holds a text."""
        _, label, one, opened = next(row for row in FACETS if row[0] == key)
        facet = next(facet for facet in search.FACETS if facet.key == key)
        options = self.counts.options(facet, most=None if find else most)
        named = [replace(o, label=label_of(key, o.value, o.label)) for o in options]
        if find:
            fitting = [o for o in named if o.chosen or find.casefold() in o.label.casefold()]
            named = sorted(fitting, key=lambda o: -o.n)[:most]
        chosen = any(option.chosen for option in named)
        return FacetShown(key, label, one, tuple(named), len(self.counts.values[key]), opened or chosen)

    @property
    def tabs(self) -> list[Tab]:
        """The views that everybody has and that hold anything, then the saved ones."""
        saved, counted = self.asked.get("saved", ""), self.counts.views
        ready = [
            Tab(view.label, self.tab_query(view=key), counted[key], not saved and key == self.search.view)
            for key, view in search.VIEWS.items()
            if counted[key] or key in {"", self.search.view}
        ]
        return [*ready, *(self._own_tab(view, current=str(view.pk) == saved) for view in self.saved)]

    @cached_property
    def saved(self) -> list[Any]:
        """The saved views that the person may use."""
        return list(queries.saved_views(self.person))

    @property
    def current(self) -> Any:
        """The saved view that is open, or None."""
        return next((view for view in self.saved if str(view.pk) == self.asked.get("saved")), None)

    @property
    def chips(self) -> list[Chip]:
        """The chosen options, each with the query that takes it away."""
        found = []
        for facet in search.FACETS:
            chosen = getattr(self.search, facet.field)
            for option in self.counts.options(facet, most=0) if chosen else ():
                others = tuple(value for value in chosen if value != option.value)
                without = replace(self.search, **{facet.field: others})
                label = label_of(facet.key, option.value, option.label)
                found.append(Chip(label, self.query(of=without)))
        for tag in self.search.all_tags:
            others = tuple(value for value in self.search.all_tags if value != tag)
            found.append(Chip(f"Tagged {tag}", self.query(of=replace(self.search, all_tags=others))))
        return found

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are shown, with their names: the view's, else those chosen last."""
        chosen = self._session.get(_KEPT) or (self.current and self.current.columns) or DEFAULT_COLUMNS
        return {key: COLUMNS[key] for key in COLUMNS if key in chosen}

    @property
    def every_column(self) -> list[tuple[str, str, bool]]:
        """Every column: its key, its name, whether it is shown."""
        here = self.columns
        return [(key, label, key in here) for key, label in COLUMNS.items()]

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.columns) + (1 if self.at else 2)

    def query(self, *, of: Search | None = None, **other: str) -> str:
        """Return the query string of this list with other values; an empty one leaves its name out."""
        kept = {
            "saved": self.asked.get("saved", ""),
            "as_of": self.day.isoformat() if self.day else "",
            "flat": "1" if self.flat else "",
        }
        said = urlencode({key: value for key, value in (kept | other).items() if value})
        return "&".join(filter(None, ((of or self.search).query(), said)))

    @property
    def grouped(self) -> str:
        """The query string of this list by line of business."""
        return self.query(flat="")

    @property
    def ungrouped(self) -> str:
        """The query string of this list in one piece."""
        return self.query(flat="1")

    @property
    def present(self) -> str:
        """The query string of this list as things stand now."""
        return self.query(as_of="")

    def tab_query(self, *, view: str) -> str:
        """Return the query string of a view that everybody has."""
        return "&".join(filter(None, (Search(view=view).query(), self._then)))

    def _own_tab(self, view: Any, *, current: bool) -> Tab:
        parts = (view.query, f"saved={view.pk}", self._then)
        return Tab(view.name, "&".join(filter(None, parts)), None, current)

    @property
    def _then(self) -> str:
        return f"as_of={self.day.isoformat()}" if self.day else ""


def keep_columns(request: HttpRequest, chosen: Iterable[str]) -> None:
    """Show these columns from now on, in this session; none for those of the view."""
    request.session[_KEPT] = [key for key in COLUMNS if key in set(chosen)]


def shown(row: Any, at: datetime | None) -> dict[str, Any]:
    """Return a row as the table shows it."""
    suspended = row.remit_state == "suspended"
    stage = "suspended" if suspended and row.stage in search.RUNNING else row.stage
    return {
        "row": row,
        "unit_name": row.unit_name,
        "href": href(row, at),
        "tier": cell("tier", row.tier),
        "stage": cell("stage", stage),
        "stage_name": stage,
        "health": cell("health", row.health),
        "owner": cell("owner", row.owner_name),
        "owner_gone": not row.owner_active,
        "kind": words.kind(row.kind),
        "remit": countdown(row.remit_from, row.remit_until, at or clock.now())
        if row.remit_state == "in_force"
        else None,
        "regulations": row.regulations[:2],
        "others": row.regulations[2:],
    }


@lru_cache(maxsize=4096)
def cell(name: str, value: str) -> SafeString:
    """Draw a value that many rows share, once."""
    return SafeString(render_to_string(f"models/cells/{name}.html", {"value": value}).strip())


def href(row: Any, at: datetime | None = None) -> str:
    """Return the page of a row: its model's, or its use case's while it has no model."""
    if row.model_id:
        return f"/models/{row.reference}/" + (f"?as_of={at.date().isoformat()}" if at else "")
    return reverse("models:use_case", args=[row.key])


def countdown(start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    """Return what is left of a remit: whole days, the share of its time, its end, and the tone of these."""
    left = max(end - now, timedelta(0))
    tone = "bad" if left < _URGENT else "warn" if left < search.SOON else ""
    return {"days": left.days, "share": left / (end - start), "until": end, "tone": tone}


def label_of(facet: str, value: str, label: str) -> str:
    """Return what a facet's value is called."""
    if value == NONE:
        return {
            "tier": "Not set",
            "health": "Not running",
            "remit": "No remit",
            "built": "Not said",
            "tag": "No tag",
            "regulation": "None named",
        }.get(facet, "None")
    if facet == "tier":
        return f"Tier {value[1:]}"
    if facet == "kind":
        return words.kind(value)
    if facet in {"stage", "health", "remit", "missing"}:
        return value.removesuffix("_id").replace("_", " ").capitalize()
    return label
