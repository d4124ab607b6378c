"""Tier assessments: answered by the first line, confirmed by the second."""

from __future__ import annotations

from collections.abc import Mapping

from remit.governance.models import TierAssessment
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.inventory.models import UseCase
from remit.kernel import clock
from remit.kernel.problems import Conflict
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User


@action("tier.assess")
def assess_tier(*, acting_user: User, use_case: UseCase, answers: Mapping[str, int | None]) -> TierAssessment:
    """Compute the tier from answers; it counts once the second line confirms it.

    Raises:
        Denied: the person may not file use cases in this unit.
        Invalid: an answer is to no question, or is not one of its levels.
    """
    people.require(acting_user, "use_case.file", unit=use_case.unit, subject=use_case.pk)
    computed = tiering.compute(answers, {"kind": use_case.kind, "affects_people": use_case.affects_people})
    assessment = TierAssessment.objects.create(
        use_case=use_case,
        scheme_version=computed.scheme_version,
        answers=dict(answers),
        axes=computed.axes,
        tier=computed.tier,
        reasons=list(computed.reasons),
        provisional=computed.provisional,
        assessed_by=acting_user,
        assessed_at=clock.now(),
    )
    emit("tier.assessed", assessment, use_case=use_case.pk, tier=computed.tier)
    return assessment


@action("tier.confirm")
def confirm_tier(*, acting_user: User, assessment: TierAssessment, reason: str = "") -> TierAssessment:
    """Confirm a computed tier; the use case has it from now on.

    Raises:
        Denied: the person may not confirm tiers, or answered the questions.
        Conflict: it is confirmed already, or answers are missing.
    """
    use_case = assessment.use_case
    people.require(acting_user, "tier.confirm", unit=use_case.unit, subject=use_case.pk)
    people.require_apart(acting_user, "confirm_tier", {"assess_tier": assessment.assessed_by_id})
    if assessment.confirmed_at is not None:
        raise Conflict("This tier is confirmed already.")
    if assessment.provisional:
        raise Conflict(
            "The tier is provisional: questions are not answered.", remedy="Have the owner answer them."
        )
    assessment.confirmed_by = acting_user
    assessment.confirmed_at = clock.now()
    assessment.save(update_fields=["confirmed_by", "confirmed_at"])
    inventory.set_tier(acting_user=acting_user, use_case=use_case, tier=assessment.tier)
    emit("tier.confirmed", assessment, use_case=use_case.pk, tier=assessment.tier, reason=reason)
    return assessment
