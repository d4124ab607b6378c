"""Writes of value: economics and costs as stated by finance, estimates as computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from remit.inventory.models import UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User
from remit.serving import decision_store
from remit.value import rules
from remit.value.models import CostEntry, Estimate, UnitEconomics


@action("economics.state")
def state_economics(
    *, acting_user: User, use_case: UseCase, payoffs: Sequence[Mapping[str, Any]], source: str
) -> UnitEconomics:
    """State what a decision is worth by action and outcome, from now on.

    Raises:
        Denied: the person is no finance partner in this unit.
        Invalid: a payoff is missing, doubled or not an amount, or no source is given.
    """
    people.require(acting_user, "economics.state", unit=use_case.unit, subject=use_case.pk)
    rules.checked_payoffs(payoffs)
    if not source.strip():
        raise Invalid("Say where the amounts come from.", fields={"source": "Name the source."})
    stated = UnitEconomics.objects.create(
        use_case=use_case,
        payoffs=[dict(row) for row in payoffs],
        currency=use_case.currency,
        stated_by=acting_user,
        source=source.strip(),
        valid_from=clock.now(),
    )
    emit("economics.stated", stated, use_case=use_case.pk)
    return stated


@action("cost.record")
def record_cost(
    *,
    acting_user: User | str,
    use_case: UseCase,
    category: str,
    phase: str,
    quantity: Decimal,
    unit: str,
    unit_price: Decimal,
    source: str,
    version: Version | None = None,
    incurred_at: datetime | None = None,
) -> CostEntry:
    """Record money spent on a model: quantity x price, with its source.

    Raises:
        Denied: the person may not record costs in this unit.
        Invalid: the quantity or price is negative, or no source is given.
    """
    people.require(acting_user, "cost.record", unit=use_case.unit, subject=use_case.pk)
    if quantity < 0 or unit_price < 0:
        raise Invalid("A cost is not negative.", fields={"quantity": "Give an amount from 0."})
    if not source.strip():
        raise Invalid("Say where the cost comes from.", fields={"source": "Name the source."})
    entry = CostEntry.objects.create(
        use_case=use_case,
        version=version,
        category=category,
        phase=phase,
        amount=(quantity * unit_price).quantize(Decimal("0.01")),
        currency=use_case.currency,
        quantity=quantity,
        unit=unit,
        source=source.strip(),
        incurred_at=incurred_at or clock.now(),
    )
    emit("cost.recorded", entry, use_case=use_case.pk, amount=str(entry.amount))
    return entry


@action("value.estimate")
def estimate_value(
    *, acting_user: User | str, use_case: UseCase, version: Version, since: datetime, until: datetime
) -> Estimate:
    """Estimate what a version brings per decision against the control arm drawn at random beside it.

    Raises:
        Denied: the person may not read decisions in this unit.
        Conflict: finance has stated no unit economics.
    """
    people.require(acting_user, "decision.read", unit=use_case.unit, subject=use_case.pk)
    economics = use_case.unit_economics.filter(valid_from__lte=until).order_by("-valid_from").first()
    if economics is None:
        raise Conflict(
            f"No unit economics are stated for {use_case.name}.", remedy="A finance partner states them."
        )
    table = rules.checked_payoffs(economics.payoffs)
    rows = decision_store.rows(use_case.key, since=since, until=until, decided=True)
    mine = [r for r in rows if r["version_id"] == str(version.pk) and r["assigned"] != "control"]
    # only what was really drawn: a propensity of 1 had no alternative, none at all was asked for by name
    drawn = [row for row in rows if row["propensity"] is not None and row["propensity"] < 1]
    treated = [r for r in drawn if r["version_id"] == str(version.pk) and r["assigned"] != "control"]
    control = [row for row in drawn if row["assigned"] == "control"]
    found = rules.difference(rules.worth(table, treated), rules.worth(table, control))
    estimate = Estimate.objects.create(
        use_case=use_case,
        version=version,
        control=use_case.alternative[:120],
        economics=economics,
        window_from=since,
        window_to=until,
        n_treated=found.n_treated,
        n_control=found.n_control,
        per_decision=found.value,
        low=found.low,
        high=found.high,
        decisions=len(mine),
        status=found.status,
        estimated_at=clock.now(),
    )
    emit("value.estimated", estimate, use_case=use_case.pk, version=version.pk, status=found.status)
    return estimate
