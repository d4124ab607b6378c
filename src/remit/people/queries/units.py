"""Reads about the tree of units and who heads them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from remit.kernel.problems import Unknown
from remit.people.models import Unit, User


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: how deep it stands, and how many active people are in it itself."""

    unit: Unit
    depth: int
    people: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands: what is above it, right under it, in it at any depth, and its head."""

    unit: Unit
    above: tuple[Unit, ...]
    children: tuple[Unit, ...]
    under: frozenset[UUID]
    head: User | None


def units() -> QuerySet[Unit]:
    """Return every unit, by name."""
    return Unit.objects.order_by("name")


def unit(identifier: UUID | str) -> Unit:
    """Return a unit by id, with its head and the unit above it.

    Raises:
        Unknown: there is none.
    """
    found = Unit.objects.select_related("head", "parent").filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no unit with the id {identifier}.", remedy="Look it up on the Units page.")
    return found


def place(identifier: UUID) -> Place:
    """Return where a unit stands, in one read.

    Raises:
        Unknown: there is none.
    """
    known = {found.pk: found for found in Unit.objects.select_related("head").order_by("name")}
    if identifier not in known:
        raise Unknown(f"There is no unit with the id {identifier}.", remedy="Look it up on the Units page.")
    way = [known[identifier]]
    while (parent := way[-1].parent_id) is not None:
        way.append(known[parent])
    below: dict[UUID | None, list[Unit]] = {}
    for found in known.values():
        below.setdefault(found.parent_id, []).append(found)
    under, waiting = set(), [identifier]
    while waiting:
        under.add(current := waiting.pop())
        waiting += [found.pk for found in below.get(current, ())]
    return Place(
        unit=way[0],
        above=tuple(reversed(way[1:])),
        children=tuple(below.get(identifier, ())),
        under=frozenset(under),
        head=next((found.head for found in way if found.head and found.head.is_active), None),
    )


def subtree(unit: Unit | UUID) -> frozenset[UUID]:
    """Return the ids of a unit and of every unit under it."""
    return frozenset(
        _walk("select id from people_unit where id = %s", "u.parent_id = walk.id", getattr(unit, "pk", unit))
    )


def above(unit: Unit | UUID) -> list[UUID]:
    """Return the ids of a unit and of the units above it, the nearest first."""
    return _walk(
        "select id from people_unit where id = %s",
        "u.id = (select parent_id from people_unit where id = walk.id)",
        getattr(unit, "pk", unit),
    )


def head_of(unit: Unit | UUID) -> User | None:
    """Return who heads a unit: its head, or the nearest active one above; None if there is none."""
    way = above(unit)
    heads = {
        u.pk: u.head for u in Unit.objects.filter(pk__in=way, head__is_active=True).select_related("head")
    }
    return next((heads[pk] for pk in way if pk in heads), None)


def headed_by(who: User) -> frozenset[UUID]:
    """Return the units for which a person answers as head: those they head, and those under these that have
    no active head of their own.
    """
    if not Unit.objects.filter(head=who).exists():
        return frozenset()
    return frozenset(unit for unit, head in answering().items() if head == who.pk)


def answering() -> dict[UUID, UUID | None]:
    """Return, for each unit, the id of its active head or of the nearest one above, None without any."""
    rows = {
        pk: (parent, head if active else None)
        for pk, parent, head, active in Unit.objects.values_list("pk", "parent", "head", "head__is_active")
    }

    def head_above(pk: UUID | None) -> UUID | None:
        while pk is not None and rows[pk][1] is None:
            pk = rows[pk][0]
        return rows[pk][1] if pk is not None else None

    return {pk: head_above(pk) for pk in rows}


def tree() -> list[Branch]:
    """Return every unit below the one above it, siblings by name, in two reads."""
    below: dict[UUID | None, list[Unit]] = {}
    counted = Unit.objects.select_related("head").annotate(
        active_people=Count("people", filter=Q(people__is_active=True))
    )
    for found in counted.order_by("name"):
        below.setdefault(found.parent_id, []).append(found)

    def walk(parent: UUID | None, depth: int) -> list[Branch]:
        return [
            branch
            for found in below.get(parent, ())
            for branch in (Branch(found, depth, found.active_people), *walk(found.pk, depth + 1))
        ]

    return walk(None, 0)


def _walk(start: str, step: str, unit: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"with recursive walk(id, n) as (select id, 0 from ({start}) s"  # noqa: S608 - both are ours
            f" union all select u.id, walk.n + 1 from people_unit u join walk on {step})"
            " select id from walk order by n",
            [unit],
        )
        return [row[0] for row in cursor.fetchall()]
