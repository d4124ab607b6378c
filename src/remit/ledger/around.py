"""Which governed rows belong to a row, found by the foreign keys between tables; and what happened to them.

`near` is the row itself: a table that refers to it, through however many others, belongs to it. `wide` is
what several such rows share: a table that refers to `wide` and to nothing near belongs to all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model
from psycopg.sql import SQL, Composable, Identifier

from remit.ledger.models import Entry, Event, Governed
from remit.ledger.triggers import governed

_SUBJECT = "subject_id"


class Asked(NamedTuple):
    """Which of the entries: of these tables, by an actor, on a day, before an entry."""

    tables: Collection[str] = ()
    actor: str = ""
    day: date | None = None
    before: int | None = None


def entries(near: Governed, wide: Governed, asked: Asked, most: int) -> list[Entry]:
    """Return entries about the rows that belong to `near`, with payload and leaf, the latest first.

    Args:
        near: the row, such as a model.
        wide: what it shares with others, such as its use case.
        asked: narrows them.
        most: how many at most.
    """
    limits, values = [SQL("true")], _roots(near, wide)
    if asked.tables:
        limits.append(SQL("table_name = any(%(tables)s)"))
        values["tables"] = list(asked.tables)
    if asked.actor:
        limits.append(SQL("actor = %(actor)s"))
        values["actor"] = asked.actor
    if asked.day is not None:
        start = datetime.combine(asked.day, time(), UTC)
        limits.append(SQL("occurred_at >= %(start)s and occurred_at < %(end)s"))
        values |= {"start": start, "end": start + timedelta(days=1)}
    if asked.before is not None:
        limits.append(SQL("id < %(before)s"))
        values["before"] = asked.before
    # found first: by id alone the whole ledger would be read backwards for a quiet model
    statement = SQL(
        "{rows}, found as materialized ("
        " select id, table_name, actor, occurred_at from ledger_entry"
        " where object_id = any(array(select id from belonging)))"
        " select id from found where {limits} order by id desc limit %(most)s"
    ).format(rows=_rows(type(near), type(wide)), limits=SQL(" and ").join(limits))
    ids = [identifier for (identifier,) in _read(statement, values | {"most": most})]
    return list(Entry.objects.filter(pk__in=ids).select_related("payload", "leaf").order_by("-pk"))


def whose(near: Governed, wide: Governed) -> tuple[list[str], list[str]]:
    """Return the actors of these entries and the tables they are about."""
    statement = SQL(
        "{rows} select array_agg(distinct actor), array_agg(distinct table_name) from ledger_entry"
        " where object_id = any(array(select id from belonging))"
    ).format(rows=_rows(type(near), type(wide)))
    ((actors, about),) = _read(statement, _roots(near, wide))
    return actors or [], about or []


def belonging(near: Governed, wide: Governed) -> dict[type[Model], list[UUID]]:
    """Return the ids of these rows by table, parents before what refers to them; empty tables are left out.

    Events, and whatever else names a row by `subject_id` only, come last.
    """
    found: dict[type[Model], list[UUID]] = {}
    for model in tables(type(near), type(wide)):
        statement = SQL("{rows} select id from {part} order by id").format(
            rows=_rows(type(near), type(wide)), part=Identifier(_name(model))
        )
        found[model] = [identifier for (identifier,) in _read(statement, _roots(near, wide))]
    named = [identifier for ids in found.values() for identifier in ids]
    for model in governed():
        if _SUBJECT in {f.name for f in model._meta.concrete_fields}:
            rows = model._default_manager.filter(subject_id__in=named).order_by("pk")
            found[model] = list(rows.values_list("pk", flat=True))
    return {model: ids for model, ids in found.items() if ids}


@cache
def tables(near: type[Governed], wide: type[Governed]) -> dict[type[Model], bool]:
    """Return the tables with rows that belong to a `near`, parents before what refers to them.

    The value tells whether the way to the table is near, or wide only.
    """
    others = [m for m in governed() if m not in (near, wide, Event)]
    found = {near: True, wide: False}
    grown = True
    while grown:
        reached = {
            m: any(found[p] for p in _parents(m) if p in found)
            for m in others
            if any(p in found for p in _parents(m))
        }
        grown = any(found.get(m) != way for m, way in reached.items())
        found |= reached
    order = TopologicalSorter({m: {p for p in _parents(m) if p in found and p is not m} for m in found})
    return {m: found[m] for m in order.static_order()}


@cache
def _rows(near: type[Governed], wide: type[Governed]) -> Composable:
    """Write the common table expressions that end in `belonging`, the ids of all these rows."""
    found = tables(near, wide)
    parts: dict[str, Composable] = {
        _name(near): SQL("select %(near)s::uuid as id"),
        _name(wide): SQL("select %(wide)s::uuid as id"),
    }
    for model in found:
        if model not in (near, wide):
            # a union, for an `or` between two tables' rows would read the whole table
            parts[_name(model)] = SQL(" union ").join(_ways(model, found))
    for model in governed():
        if model is not Event and _SUBJECT in {f.name for f in model._meta.concrete_fields}:
            parts[f"{_name(model)}_subject"] = SQL(
                "select id from {} where subject_id in (%(near)s, %(wide)s)"
            ).format(Identifier(model._meta.db_table))
    return SQL("with {parts}, belonging as ({union})").format(
        parts=SQL(", ").join(
            SQL("{} as materialized ({})").format(Identifier(name), part) for name, part in parts.items()
        ),
        union=SQL(" union all ").join(SQL("select id from {}").format(Identifier(name)) for name in parts),
    )


def _ways(model: type[Model], found: dict[type[Model], bool]) -> list[Composable]:
    """Write the rows of a table that belong: by a near parent, or by a wide one without any near."""
    keys = [f for f in _keys(model) if f.related_model in found]
    close = [Identifier(f.column) for f in keys if found[f.related_model]]
    alone = SQL("coalesce({}) is null and ").format(SQL(", ").join(close)) if close else SQL("")
    return [
        SQL("select id from {table} where {alone}{column} in (select id from {parent})").format(
            table=Identifier(model._meta.db_table),
            alone=SQL("") if found[f.related_model] else alone,
            column=Identifier(f.column),
            parent=Identifier(_name(f.related_model)),
        )
        for f in keys
    ]


def _read(statement: Composable, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _roots(near: Governed, wide: Governed) -> dict[str, Any]:
    return {"near": near.pk, "wide": wide.pk}


def _keys(model: type[Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if f.is_relation and f.related_model is not model]


def _parents(model: type[Model]) -> set[type[Model]]:
    return {f.related_model for f in _keys(model)}


def _name(model: type[Model]) -> str:
    return f"r_{model._meta.db_table}"
