"""Writes about data assets."""

from __future__ import annotations

from collections.abc import Sequence

from remit.data.models import DataAsset
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User


@action("data.register")
def register_asset(
    *,
    acting_user: User,
    name: str,
    location: str,
    sha256: str,
    rows: int,
    columns: Sequence[str],
    owner: User,
    classification: str,
    licence: str,
    protected_columns: Sequence[str] = (),
) -> DataAsset:
    """Register data that models are made from or judged on.

    Raises:
        Denied: the person may not register data.
        Invalid: a field is wrong or the name is taken.
    """
    people.require(acting_user, "data.register")
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = "Name the data."
    elif DataAsset.objects.filter(name__iexact=name.strip()).exists():
        fields["name"] = f"There is a data asset named {name} already."
    if rows < 0:
        fields["rows"] = "A count of rows is not negative."
    unknown = sorted(set(protected_columns) - set(columns))
    if unknown:
        fields["protected_columns"] = f"Not among the columns: {', '.join(unknown)}."
    if fields:
        raise Invalid("The data cannot be registered.", fields=fields)
    asset = DataAsset.objects.create(
        reference=next_number("DS"),
        name=name.strip(),
        location=location,
        sha256=sha256,
        rows=rows,
        columns=list(columns),
        owner=owner,
        classification=classification,
        licence=licence,
        protected_columns=list(protected_columns),
        registered_at=clock.now(),
    )
    emit("data.registered", asset, rows=rows)
    return asset
