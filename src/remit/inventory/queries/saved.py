"""Reads of saved views and of what somebody keeps at hand."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from remit.inventory.models import NOW, Pin, SavedView, Standing
from remit.inventory.search import seen_by
from remit.kernel.problems import Unknown
from remit.people.models import User


def saved_views(person: User) -> QuerySet[SavedView]:
    """Return a person's own views and those that others share, by name."""
    usable = SavedView.objects.filter(Q(owner=person) | Q(shared=True), removed_at=None)
    return usable.select_related("owner").order_by("name", "pk")


def saved_view(person: User, identifier: object) -> SavedView:
    """Return a view that a person may use.

    Raises:
        Unknown: there is none with this id, or it is somebody's own.
    """
    found = saved_views(person).filter(pk=identifier).first()
    if found is None:
        raise Unknown("There is no such view, or it is not shared with you.")
    return found


def pins(person: User) -> QuerySet[Pin]:
    """Return what a person keeps at hand and may see, in the order in which they took it up.

    A pin of a model has its `health`.
    """
    seen = seen_by(person)
    visible = (
        Q(unit__in=seen["units"]) | Q(use_case__in=seen["subjects"]) if seen["units"] is not None else Q()
    )
    standing = Standing.objects.filter(NOW & visible, model=OuterRef("model"))
    return (
        Pin.objects.filter(Q(view__isnull=False) | Exists(standing), person=person)
        .annotate(health=Subquery(standing.values("health")[:1]))
        .select_related("view", "model")
        .order_by("pk")
    )
