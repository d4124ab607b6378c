"""Counts models under any filter at once: for the values of every facet, which models have them, a bit each.

A process keeps the present (and the last days of the past that were asked for) in memory, 40 MB for 50,000
models, and brings it up to date before each answer by what was written since its last snapshot; so an answer
is as fresh as a query. Counting is then arithmetic
on whole numbers: 50,000 models under any filter take a few milliseconds, in PostgreSQL 100 or more.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import chain, compress
from operator import and_, or_
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Value

from remit.inventory.models import STAGES, Standing
from remit.inventory.search.filters import FACETS, NONE, VIEWS, Facet, Search, period
from remit.kernel import clock

_COLUMNS = (
    *("subject_id", "use_case_id", "unit_id", "owner_name", "words"),
    *(facet.column for facet in FACETS),
    *(f"view_{view}" for view in VIEWS),
)
_SINCE = """
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       array(select distinct subject_id from inventory_standing where written >= %s)
"""
_NEVER = 2**62
_Rows = Mapping[str, Sequence[Any]]
"""Rows of `Standing`, column by column."""
_STAGE_ORDER = {stage: rank for rank, (stage, _) in enumerate(STAGES)}
_HEALTH_ORDER = {"breach": 0, "watch": 1, "healthy": 2, NONE: 3}
_FEW = 500
"""Up to so many found models are named, for their rows to be read by name instead of searched again."""
_WIDE = 400
"""How many values a column may have for each to keep its models; a wider one is counted model by model."""


@dataclass(frozen=True, slots=True)
class Count:
    """A value of a facet, what to call it, how many models would be found with it, whether it is chosen."""

    value: str
    label: str
    n: int
    chosen: bool = False


class Counts:
    """How many models there are and how many fit; by view, of all; by facet, under the other facets."""

    def __init__(
        self,
        search: Search,
        *,
        total: int,
        found: int,
        views: Mapping[str, int],
        values: Mapping[str, Mapping[str, int]],
        labels: Mapping[str, str],
        few: Sequence[UUID] | None,
    ) -> None:
        self.few = few
        """The subjects of what is found if they are few, else None."""
        self.total = total
        self.found = found
        self.views = views
        self.values = values
        """How many models each value of a facet would find, by the facet's key."""
        self._search = search
        self._labels = labels

    @property
    def facets(self) -> dict[str, tuple[Count, ...]]:
        """Every value of every facet, and those that are chosen, in order."""
        return {facet.key: self.options(facet) for facet in FACETS}

    def options(self, facet: Facet, *, most: int | None = None) -> tuple[Count, ...]:
        """Return the values of a facet in order: those that are chosen, and so many that find most."""
        counted, chosen = self.values[facet.key], getattr(self._search, facet.field)
        kept = counted if most is None else heapq.nlargest(most, counted, key=counted.__getitem__)
        found = [
            Count(value, self._labels.get(value, value), counted.get(value, 0), value in chosen)
            for value in dict.fromkeys((*chosen, *kept))
        ]
        return tuple(sorted(found, key=lambda option: _place_of(facet.key, option)))


def counts(
    search: Search,
    *,
    units: frozenset[UUID] | None,
    subjects: frozenset[UUID] = frozenset(),
    at: datetime | None = None,
    known: datetime | None = None,
) -> Counts:
    """Count what `search.rows` finds, and what it would find under each view and each value of each facet.

    Args:
        search: what to find.
        units: the units whose models may be seen; None for all.
        subjects: the use cases whose models may be seen, whatever their unit.
        at: as they stood then; now if omitted.
        known: as was known then; as is known now if omitted.
    """
    if connection.in_atomic_block:
        # what an open transaction has written, and may take back, is nobody else's
        return _Bits(_rows(at, known), _day(at)).counts(search, units, subjects)
    return _moment(at, known).counts(search, units, subjects)


def facets(
    search: Search,
    *,
    units: frozenset[UUID] | None,
    subjects: frozenset[UUID] = frozenset(),
    at: datetime | None = None,
) -> Mapping[str, tuple[Count, ...]]:
    """Return, by facet, its values with how many models each would find under the other facets."""
    return counts(search, units=units, subjects=subjects, at=at).facets


def total(
    search: Search,
    *,
    units: frozenset[UUID] | None,
    subjects: frozenset[UUID] = frozenset(),
    at: datetime | None = None,
) -> int:
    """Return how many models fit."""
    return counts(search, units=units, subjects=subjects, at=at).found


def forget() -> None:
    """Read the present anew: for who empties or restores the database under a running process."""
    with _LOCK:
        _MOMENTS.clear()


class _Column:
    """What each model has of one thing: one value or several. A model is a position."""

    def __init__(self) -> None:
        self.at: list[tuple[Any, ...]] = []
        self._n: Counter[Any] = Counter()
        # for each value the models that have it, a bit each; unless there are too many values
        self._bits: dict[Any, int] | None = None

    def load(self, values_at: list[tuple[Any, ...]]) -> None:
        """Take the values of every position at once."""
        self.at = values_at
        self._n = Counter(chain.from_iterable(self.at))
        if len(self._n) <= _WIDE:
            marks = {value: bytearray(len(self.at)) for value in self._n}
            for at, values in enumerate(self.at):
                for value in values:
                    marks[value][at] = 1
            self._bits = {value: _packed(marks[value]) for value in marks}

    def put(self, at: int, values: tuple[Any, ...]) -> None:
        """Replace the values at a position, or at the next one."""
        if at == len(self.at):
            self.at.append(())
        self._n.subtract(self.at[at])
        self._n.update(values)
        if self._bits is not None:
            for value in {*self.at[at], *values}:
                self._bits[value] = self._bits.get(value, 0) & ~(1 << at) | (value in values) << at
            if len(self._bits) > 2 * _WIDE:
                self._bits = None
        self.at[at] = values

    def having(self, wanted: Iterable[Any]) -> int:
        """Return the models that have any of these values."""
        if self._bits is not None:
            return reduce(or_, (self._bits.get(value, 0) for value in wanted), 0)
        any_of = frozenset(wanted)
        return _packed(not any_of.isdisjoint(values) for values in self.at) if any_of else 0

    def count(self, among: int, everybody: int) -> Mapping[Any, int]:
        """Return how many models among some have each value; none where none has."""
        if among == everybody:
            counted: Mapping[Any, int] = self._n
        elif self._bits is not None:
            counted = {value: (bits & among).bit_count() for value, bits in self._bits.items()}
        else:
            counted = Counter(chain.from_iterable(compress(self.at, _unpacked(among, len(self.at)))))
        return {value: n for value, n in counted.items() if n}


class _Bits:
    """Which models have which value: a column for each thing that is asked for."""

    def __init__(self, rows: _Rows, day: date) -> None:
        self.day = day
        self.seen = 0
        self._words: list[str] = list(rows["words"])
        self._subjects: list[UUID] = list(rows["subject_id"])
        self._positions: dict[UUID, int] = {subject: at for at, subject in enumerate(self._subjects)}
        self._free: list[int] = []
        self._labels = _labels(rows)
        self._live = (1 << len(self._words)) - 1
        self._columns: dict[str, _Column] = {}
        for name, values in _values(rows).items():
            self._columns[name] = _Column()
            self._columns[name].load(values)

    def replace(self, subjects: Iterable[UUID], rows: _Rows) -> None:
        """Take what some models were out, and what they are in; those that `rows` has not are no more."""
        self._labels |= _labels(rows)
        there, values = {subject: n for n, subject in enumerate(rows["subject_id"])}, _values(rows)
        for subject in subjects:
            n, at = there.get(subject), self._positions.pop(subject, None)
            if n is None and at is None:
                continue
            if at is None:
                at = self._free.pop() if self._free else len(self._words)
                if at == len(self._words):
                    self._words.append("")
                    self._subjects.append(subject)
            for name, column in self._columns.items():
                column.put(at, () if n is None else values[name][n])
            if n is None:
                self._words[at] = ""
                self._free.append(at)
                self._live &= ~(1 << at)
            else:
                self._words[at], self._subjects[at] = rows["words"][n], subject
                self._positions[subject] = at
                self._live |= 1 << at

    def counts(self, search: Search, units: frozenset[UUID] | None, subjects: frozenset[UUID]) -> Counts:
        """Count under a search, of what may be seen."""
        of, view = self._columns["unit_id"], self._columns["view"]
        seen = self._live
        if units is not None:
            seen = of.having(units) | self._columns["case"].having(subjects)
        fitting = seen & view.having((search.view,)) & self._holding(search.patterns())
        for tag in search.all_tags:
            fitting &= self._columns["tag"].having((tag,))
        chosen = {
            f.key: self._columns[f.key].having(getattr(search, f.field))
            for f in FACETS
            if getattr(search, f.field)
        }
        found = reduce(and_, chosen.values(), fitting)
        under = {f.key: found for f in FACETS}
        for own in chosen:
            under[own] = reduce(and_, (bits for key, bits in chosen.items() if key != own), fitting)
        in_view, n = view.count(seen, self._live), found.bit_count()
        few = tuple(compress(self._subjects, _unpacked(found, len(self._subjects)))) if n <= _FEW else None
        return Counts(
            search,
            total=seen.bit_count(),
            found=n,
            views={key: in_view.get(key, 0) for key in VIEWS},
            values={key: self._columns[key].count(bits, self._live) for key, bits in under.items()},
            labels=self._labels,
            few=few,
        )

    def _holding(self, patterns: list[str]) -> int:
        if not patterns:
            return self._live
        longest, *others = sorted(patterns, key=len, reverse=True)
        marks = bytearray(len(self._words))
        for at in [at for at, words in enumerate(self._words) if longest in words]:
            marks[at] = all(other in self._words[at] for other in others)
        return _packed(marks)


_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_TO_MARKS = bytes.maketrans(b"01", b"\0\1")


def _packed(marks: Iterable[int]) -> int:
    """Return marks, a 0 or 1 for each position, as one number."""
    digits = bytes(marks)[::-1].translate(_TO_DIGITS)
    return int(digits, 2) if digits else 0


def _unpacked(bits: int, size: int) -> bytes:
    """Return a number as marks."""
    return f"{bits | 1 << size:b}"[:0:-1].encode().translate(_TO_MARKS)


def _values(rows: _Rows) -> dict[str, list[tuple[Any, ...]]]:
    """Return what each row has of each column; equal values are one object, for many rows share them."""
    found = {"unit_id": _single(rows["unit_id"]), "case": _single(rows["use_case_id"])}
    in_views = list(zip(*(rows[f"view_{view}"] for view in VIEWS), strict=True))
    named = {marks: tuple(compress(VIEWS, marks)) for marks in set(in_views)}
    found["view"] = [named[marks] for marks in in_views]
    for facet in FACETS:
        values = rows[facet.column]
        found[facet.key] = (
            _several(values) if facet.many else _single([str(value) or NONE for value in values])
        )
    return found


def _single(values: Sequence[Any]) -> list[tuple[Any, ...]]:
    same = {value: (value,) for value in set(values)}
    return [same[value] for value in values]


def _several(values: Sequence[list[str]]) -> list[tuple[Any, ...]]:
    given = [tuple(several) for several in values]
    same = {several: tuple(dict.fromkeys(several)) or (NONE,) for several in set(given)}
    return [same[several] for several in given]


def _labels(rows: _Rows) -> dict[str, str]:
    return {str(owner): name for owner, name in set(zip(rows["owner_id"], rows["owner_name"], strict=True))}


def _place_of(facet: str, option: Count) -> tuple[Any, ...]:
    if facet == "stage":
        return (_STAGE_ORDER.get(option.value, 99), option.label)
    if facet == "health":
        return (_HEALTH_ORDER.get(option.value, 99), option.label)
    return (option.value == NONE, option.label.casefold(), option.value)


def _rows(at: datetime | None, known: datetime | None, subjects: list[UUID] | None = None) -> _Rows:
    """Return the rows of an instant with the views they are in, which SQL alone decides."""
    views = {f"view_{key}": _is(view.takes(at or clock.now())) for key, view in VIEWS.items()}
    found = Standing.objects.filter(period(at, known)).annotate(**views)
    if subjects is not None:
        found = found.filter(subject_id__in=subjects)
    columns = zip(*found.values_list(*_COLUMNS), strict=True)
    return dict(zip(_COLUMNS, columns, strict=False)) or dict.fromkeys(_COLUMNS, ())


def _day(at: datetime | None) -> date:
    return (at or clock.now()).date()


def _is(condition: Any) -> Any:
    return ExpressionWrapper(condition, output_field=BooleanField()) if condition else Value(value=True)


class _Moment:
    """An instant as it is known, or the present, as a process keeps it."""

    def __init__(self, at: datetime | None, known: datetime | None) -> None:
        self._at, self._known = at, known
        self._lock = Lock()
        self._bits: _Bits | None = None

    def counts(self, search: Search, units: frozenset[UUID] | None, subjects: frozenset[UUID]) -> Counts:
        """Count by what is written at this moment."""
        with self._lock:
            return self._current().counts(search, units, subjects)

    def _current(self) -> _Bits:
        """Read what was written since; what the snapshot could not see yet is read again until it can."""
        day = _day(self._at)
        kept = self._bits if self._bits and self._bits.day == day else None
        with connection.cursor() as cursor:
            cursor.execute(_SINCE, [kept.seen if kept else _NEVER])
            seen, changed = cursor.fetchone()
        if kept is None:  # also on another day: a view may depend on it
            self._bits = kept = _Bits(_rows(self._at, self._known), day)
        elif changed:
            kept.replace(changed, _rows(self._at, self._known, changed))
        kept.seen = seen
        return kept


def _moment(at: datetime | None, known: datetime | None) -> _Moment:
    with _LOCK:
        found = _MOMENTS.pop((at, known), None) or _Moment(at, known)
        past = [key for key in _MOMENTS if key != (None, None)]
        for key in past[: len(past) + 1 - _MOST]:
            del _MOMENTS[key]
        _MOMENTS[at, known] = found
        return found


_LOCK = Lock()
_MOST = 4  # of past moments that a process keeps at once
_MOMENTS: dict[tuple[datetime | None, datetime | None], _Moment] = {}
