"""Saving views of the models, and keeping views and models at hand."""

from __future__ import annotations

from collections.abc import Sequence

from remit.inventory.models import Model, Pin, SavedView
from remit.inventory.search import Search
from remit.kernel import clock
from remit.kernel.problems import Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User


@action("view.save")
def save_view(
    *,
    acting_user: User,
    name: str,
    search: Search,
    columns: Sequence[str] = (),
    shared: bool = False,
) -> SavedView:
    """Keep a search under a name, for oneself or for everybody; one's own view of that name is replaced.

    Raises:
        Denied: the person holds no role.
        Invalid: the name is empty or too long, or the search is.
    """
    people.require(acting_user, "view.save")
    name, query = " ".join(name.split()), search.query()
    longest = SavedView._meta.get_field("query").max_length
    if not 0 < len(name) <= 60:
        raise Invalid("The view has no name.", fields={"name": "Give a name of up to 60 characters."})
    if len(query) > longest:
        message = f"This filter is too long to keep: {len(query)} characters, at most {longest}."
        raise Invalid(message, fields={"name": message})
    view, _ = SavedView.objects.update_or_create(
        owner=acting_user,
        name=name,
        removed_at=None,
        defaults={"query": query, "columns": list(columns), "shared": shared},
    )
    emit("view.saved", view, name=name, shared=shared)
    return view


@action("view.remove")
def remove_view(*, acting_user: User, view: SavedView) -> None:
    """Remove a view of one's own, for everybody who used it.

    Raises:
        Denied: it is somebody else's.
    """
    if view.owner_id != acting_user.pk:
        raise Denied(f"{view.name} is {view.owner.name}'s view.", remedy="Ask them to remove it.")
    view.removed_at = clock.now()
    view.save(update_fields=["removed_at"])
    Pin.objects.filter(view=view).delete()
    emit("view.removed", view, name=view.name)


def pin(*, acting_user: User, view: SavedView | None = None, model: Model | None = None) -> bool:
    """Keep a view or a model at hand, or let it go if it was; return whether it is at hand now.

    What one has at hand is a habit: it is neither governed nor in the ledger.
    """
    found, made = Pin.objects.get_or_create(person=acting_user, view=view, model=model)
    if not made:
        found.delete()
    return made
