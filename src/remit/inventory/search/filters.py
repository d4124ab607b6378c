"""Finds models, now or on a day that is past: the one filter of pages, saved views, exports and the API."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet

from remit.inventory.models import NOW, Standing
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.people import queries as people
from remit.people.models import User

NONE = "none"
"""How a query asks for what has no value."""
RUNNING, OVER = ("in_business", "under_review"), ("retired", "archived")
SOON = timedelta(days=60)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Facet:
    """Something to filter by: its name in a query string, the field of `Search`, the column of `Standing`."""

    key: str
    field: str
    column: str
    many: bool = False


FACETS = (
    Facet("tier", "tiers", "tier"),
    Facet("stage", "stages", "stage"),
    Facet("health", "health", "health"),
    Facet("unit", "units", "unit_name"),
    Facet("remit", "remit", "remit_state"),
    Facet("owner", "owners", "owner_id"),
    Facet("kind", "kinds", "kind"),
    Facet("built", "built_in", "built_in"),
    Facet("regulation", "regulations", "regulations", many=True),
    Facet("tag", "tags", "tags", many=True),
    Facet("missing", "missing", "missing", many=True),
)
_FIELDS = {
    "q": "text",
    "view": "view",
    "all_tags": "all_tags",
    **{facet.key: facet.field for facet in FACETS},
}


@dataclass(frozen=True, slots=True)
class View:
    """A filter that everybody has: its name and what it takes, in terms of `Standing`."""

    label: str
    takes: Callable[[datetime], Q]


VIEWS = {
    "": View("All", lambda _: Q()),
    "business": View("In business", lambda _: Q(stage__in=RUNNING, remit_state="in_force")),
    "way": View("On the way", lambda _: ~Q(stage__in=(*RUNNING, *OVER))),
    "attention": View("Watch or breach", lambda _: Q(health__in=("watch", "breach"))),
    "ending": View(
        "Remit ends in 60 days",
        lambda at: Q(remit_state="in_force", remit_until__lt=_midnight_after(at + SOON)),
    ),
    "suspended": View("Suspended", lambda _: Q(remit_state="suspended")),
    "without": View(
        "In business without a remit",
        lambda _: Q(stage__in=RUNNING) & ~Q(remit_state__in=("in_force", "suspended")),
    ),
    "language": View("Language models", lambda _: Q(kind__in=("llm", "agent"))),
    "ownerless": View("Without an active owner", lambda _: Q(owner_active=False) & ~Q(stage__in=OVER)),
    "incomplete": View("Incomplete", lambda _: Q(completeness__lt=100)),
    "retired": View("Retired", lambda _: Q(stage__in=OVER)),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What to find. Values of one facet widen it, facets narrow each other; `none` asks for no value.

    What is found has every one of `all_tags`, and all words of `text`.
    """

    text: str = ""
    tiers: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()
    regulations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    remit: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    all_tags: tuple[str, ...] = ()
    view: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Sequence[str]]) -> Self:
        """Read a query string's names and values; other names and empty values do not count."""
        given = {_FIELDS[key]: [v for v in asked[key] if v] for key in _FIELDS if key in asked}
        last = {name: (given.pop(name, None) or [""])[-1] for name in ("text", "view")}
        return cls(
            text=last["text"].replace("\0", "").strip()[:_LONGEST],
            view=last["view"] if last["view"] in VIEWS else "",
            **{name: tuple(dict.fromkeys(values)) for name, values in given.items()},
        )

    def query(self) -> str:
        """Return the query string that says the same, in one order."""
        said = {key: getattr(self, field) for key, field in _FIELDS.items()}
        return urlencode({key: value for key, value in said.items() if value}, doseq=True)

    def patterns(self) -> list[str]:
        """Return what the words of a row hold: each word asked for; a short one begins a word there."""
        return [word if len(word) > 2 else f" {word}" for word in self.text.lower().split()]

    @property
    def narrow(self) -> bool:
        """Whether it asks for less than everything."""
        return any(getattr(self, field.name) for field in fields(self))


def rows(
    search: Search,
    *,
    units: frozenset[UUID] | None,
    subjects: frozenset[UUID] = frozenset(),
    at: datetime | None = None,
    known: datetime | None = None,
) -> QuerySet[Standing]:
    """Return the models that fit, by unit, title and id.

    Args:
        search: what to find.
        units: the units whose models may be seen; None for all.
        subjects: the use cases whose models may be seen, whatever their unit.
        at: as they stood then; now if omitted.
        known: as was known then; as is known now if omitted.
    """
    found = Standing.objects.filter(period(at, known))
    if units is not None:
        found = found.filter(Q(unit__in=units) | Q(use_case__in=subjects))
    for pattern in search.patterns():
        found = found.filter(words__contains=pattern)
    if search.all_tags:
        found = found.filter(tags__contains=list(search.all_tags))
    for facet in FACETS:
        if chosen := getattr(search, facet.field):
            found = found.filter(_chosen(facet, chosen))
    return found.filter(VIEWS[search.view].takes(at or clock.now())).order_by("unit_name", "title", "id")


def period(at: datetime | None, known: datetime | None = None) -> Q:
    """Return the filter of what was so at an instant, as known at another; now where omitted."""
    if at is None and known is None:
        return NOW
    moment = at or clock.now()
    so = Q(valid_from__lte=moment) & (Q(valid_to=None) | Q(valid_to__gt=moment))
    if known is None:
        return so & Q(known_to=None)
    return so & Q(known_from__lte=known) & (Q(known_to=None) | Q(known_to__gt=known))


def moment(given: datetime | date, *, name: str = "as_of") -> datetime:
    """Return the instant that is asked for: of a day its last one, or now while the day is not over.

    Args:
        given: an instant with its time zone, or a day, in UTC.
        name: what it is called where it was asked for.

    Raises:
        Invalid: it is yet to come.
    """
    now = clock.now()
    if isinstance(given, datetime):
        instant = given
    else:
        instant = now if given == now.date() else datetime.combine(given, time.max, UTC)
    if instant > now:
        raise Invalid(f"{name} is yet to come.", fields={name: "Give a day up to today."})
    return instant


class Seen(TypedDict):
    """What a person may see, as `rows` and `counts` take it."""

    units: frozenset[UUID] | None
    subjects: frozenset[UUID]


def seen_by(person: User) -> Seen:
    """Return whose models a person may see: their units' and those of the use cases they have a role for."""
    return Seen(units=people.visible_units(person), subjects=people.visible_subjects(person))


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the cursor that continues it; empty after the last."""

    rows: list[Standing]
    after: str


def page(found: QuerySet[Standing], *, after: str = "", size: int = 50) -> Page:
    """Return the rows of `rows(...)` that follow a cursor.

    Raises:
        Invalid: the cursor is not one that a page gave.
    """
    taken = list(_after(found, after).defer("words")[: size + 1])
    last = taken[size - 1] if len(taken) > size else None
    return Page(taken[:size], _cursor(last.unit_name, last.title, last.id) if last else "")


def unit_of(cursor: str) -> str:
    """Return the unit of the row that a cursor continues after.

    Raises:
        Invalid: the cursor is not one that a page gave.
    """
    return _read(cursor)[0]


def values(
    found: QuerySet[Standing], columns: Sequence[str], *, after: str = "", size: int = 50
) -> tuple[list[tuple[Any, ...]], str]:
    """Return these columns of the rows that follow a cursor, and the next cursor; as `page`, but lighter.

    Raises:
        Invalid: the cursor is not one that a page gave.
    """
    listed = _after(found, after).values_list(*columns, "unit_name", "title", "id")
    taken = list(listed[: size + 1])
    return [row[:-3] for row in taken[:size]], _cursor(*taken[size - 1][-3:]) if len(taken) > size else ""


def _chosen(facet: Facet, values: Sequence[str]) -> Q:
    wanted = ["" if value == NONE else value for value in values]
    if facet.many:
        none = Q(**{facet.column: []}) if "" in wanted else Q(pk__in=[])
        return none | Q(**{f"{facet.column}__overlap": [value for value in wanted if value]})
    if facet.key == "owner":
        return Q(owner_id__in=[value for value in wanted if _is_uuid(value)])
    return Q(**{f"{facet.column}__in": wanted})


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _midnight_after(instant: datetime) -> datetime:
    day = instant.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time(), UTC)


def _after(found: QuerySet[Standing], cursor: str) -> QuerySet[Standing]:
    if not cursor:
        return found
    unit, title, identifier = _read(cursor)
    later = Q(title__gt=title) | Q(title=title, id__gt=identifier)
    return found.filter(Q(unit_name__gt=unit) | Q(unit_name=unit) & later, unit_name__gte=unit)


def _cursor(unit: str, title: str, identifier: UUID) -> str:
    key = json.dumps([unit, title, str(identifier)]).encode()
    return urlsafe_b64encode(key).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, str, UUID]:
    try:
        unit, title, identifier = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return str(unit).replace("\0", ""), str(title).replace("\0", ""), UUID(identifier)
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid(
            "The list cannot be continued from here.",
            fields={"after": "It is not a cursor that a list gave."},
            remedy="Start the list again.",
        ) from error
