"""Filing use cases and recording their tiers."""

from __future__ import annotations

from remit.inventory import rules, standing
from remit.inventory.contract import Intake
from remit.inventory.models import TIERS, UseCase
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import Unit, User


@action("use_case.file")
def file_use_case(*, acting_user: User, form: Intake, unit: Unit) -> UseCase:
    """File an intake form: the idea becomes a use case that the acting person owns.

    Raises:
        Denied: the person is not a model owner in this unit.
        Invalid: a field is wrong, or the name is taken.
    """
    people.require(acting_user, "use_case.file", unit=unit)
    planned = rules.checked_intake(form)
    key = rules.slug(form.name)
    if UseCase.objects.filter(key=key).exists():
        message = f"There is already a use case under the name {key}."
        raise Invalid(message, fields={"name": message})
    filed = UseCase.objects.create(
        reference=next_number("UC"),
        key=key,
        name=form.name.strip(),
        decision=form.decision.strip(),
        purpose=form.purpose,
        population=form.population.strip(),
        value_hypothesis=form.value_hypothesis.strip(),
        planned_value_a_year=planned,
        currency=form.currency,
        alternative=form.alternative.strip(),
        kind=form.kind,
        jurisdictions=list(form.jurisdictions),
        regulations=list(form.regulations),
        affects_people=form.affects_people,
        owner=acting_user,
        unit=unit,
        filed_at=clock.now(),
    )
    standing.refresh([filed.pk])
    emit("use_case.filed", filed, name=filed.name)
    return filed


@action("use_case.set_tier")
def set_tier(*, acting_user: User | str, use_case: UseCase, tier: str) -> UseCase:
    """Record the tier that governance confirmed.

    Raises:
        Denied: the acting person may not confirm tiers.
        Invalid: there is no such tier.
    """
    people.require(acting_user, "tier.confirm", unit=use_case.unit, subject=use_case.pk)
    if tier not in dict(TIERS):
        raise Invalid(f"There is no tier {tier!r}.", fields={"tier": "Choose T1, T2, T3 or T4."})
    use_case.tier = tier
    use_case.save(update_fields=["tier"])
    standing.refresh([use_case.pk])
    emit("use_case.tiered", use_case, tier=tier)
    return use_case
