"""People and groups as an identity provider sees them: not those that it removed."""

from __future__ import annotations

from django.db.models import CharField, F, Prefetch, QuerySet
from django.db.models.functions import Coalesce

from remit.people.models import Group, Membership, User


def directory_people() -> QuerySet[User]:
    """Return the people whom a provider may keep, by address.

    With `scim_name`, their user name there, and as `memberships_now` the groups they are in.
    """
    inside = Membership.objects.filter(valid_to=None, group__removed_at=None).select_related("group")
    return (
        User.objects.filter(kind="person", removed_at=None)
        .annotate(scim_name=Coalesce(F("directory_name"), F("email"), output_field=CharField()))
        .prefetch_related(Prefetch("memberships", inside, to_attr="memberships_now"))
        .order_by("email")
    )


def directory_groups() -> QuerySet[Group]:
    """Return the groups that exist, by name, and as `memberships_now` who is in them."""
    inside = Membership.objects.filter(valid_to=None, user__removed_at=None).select_related("user")
    return (
        Group.objects.filter(removed_at=None)
        .prefetch_related(Prefetch("memberships", inside, to_attr="memberships_now"))
        .order_by("name")
    )
