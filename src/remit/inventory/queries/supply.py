"""Reads about vendors."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from remit.inventory.models import Model, Vendor
from remit.kernel.problems import Unknown


def vendor(identifier: UUID | str) -> Vendor:
    """Return a vendor by id.

    Raises:
        Unknown: there is none.
    """
    found = Vendor.objects.filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no vendor with the id {identifier}.", remedy="Look it up under Vendors.")
    return found


def vendors() -> QuerySet[Vendor]:
    """Return every vendor by name, with `supplies`, how many models it supplies."""
    return Vendor.objects.annotate(supplies=Count("models")).order_by("name")


def models_from(vendor: Vendor) -> QuerySet[Model]:
    """Return the models that a vendor supplies, by name."""
    return vendor.models.select_related("use_case__owner", "use_case__unit").order_by("name", "pk")
