"""Reads about who answers for use cases, and which have nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum

from remit.inventory.models import NOW, Standing, UseCase
from remit.inventory.search import RUNNING
from remit.people import queries as people
from remit.people.models import User


def owned_by(who: User) -> QuerySet[Standing]:
    """Return how the models a person answers for stand now, by title."""
    return Standing.objects.filter(NOW, use_case__owner=who).order_by("title", "id")


def models_in(units: Iterable[UUID]) -> QuerySet[Standing]:
    """Return how the models of some units stand now, by unit and title."""
    return Standing.objects.filter(NOW, unit__in=list(units)).order_by("unit_name", "title", "id")


def ownerless(units: Iterable[UUID] | None = None) -> QuerySet[UseCase]:
    """Return the use cases at work or to be whose owner has left, in some units or everywhere."""
    alive = Standing.objects.filter(NOW, use_case=OuterRef("pk")).exclude(stage__in=("retired", "archived"))
    found = UseCase.objects.filter(Exists(alive), owner__is_active=False).select_related("owner", "unit")
    return (found if units is None else found.filter(unit__in=list(units))).order_by("name")


def to_appoint(who: User) -> list[UseCase]:
    """Return the use cases without an active owner that a person is to name one for: as head of their unit,
    or, where nobody heads it, as who may name owners.
    """
    units = set(people.headed_by(who))
    if people.may(who, "use_case.appoint"):
        within = people.visible_units(who, "use_case.appoint")
        unheaded = {unit for unit, head in people.answering().items() if head is None}
        units |= unheaded if within is None else unheaded & within
    return list(ownerless(units)) if units else []


def by_owner(rows: QuerySet[Standing]) -> list[dict[str, Any]]:
    """Return what each owner of some rows of `search.rows` answers for, those with most in business first.

    A row holds `owner_id`, `owner_name`, `owner_title`, `units` (names), `use_cases` (ids), `running`,
    `suspended`, `in_force`, and `planned` value a year in `currency`, each use case counted once.
    """
    unordered = rows.order_by()
    once = unordered.order_by("use_case_id").distinct("use_case_id").values("pk")
    planned = (
        Standing.objects.filter(pk__in=once).values("owner_id").annotate(sum=Sum("planned_value_a_year"))
    )
    worth = dict(planned.values_list("owner_id", "sum"))
    found = (
        unordered.values("owner_id", "owner_name", owner_title=F("owner__title"))
        .annotate(
            units=ArrayAgg("unit_name", distinct=True, order_by="unit_name"),
            use_cases=ArrayAgg("use_case_id", distinct=True),
            currency=Max("currency"),
            running=Count("pk", filter=Q(stage__in=RUNNING)),
            suspended=Count("pk", filter=Q(remit_state="suspended")),
            in_force=Count("pk", filter=Q(remit_state="in_force")),
        )
        .order_by("-running", "owner_name", "owner_id")
    )
    return [row | {"planned": worth.get(row["owner_id"], 0)} for row in found]


def may_appoint(who: User, use_case: UseCase) -> bool:
    """Tell whether a person may name the owner of a use case that has none."""
    return people.head_of(use_case.unit) == who or people.may(
        who, "use_case.appoint", unit=use_case.unit, subject=use_case.pk
    )
