from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from remit.governance import actions as governance
from remit.governance.models import Approval, Finding, TierAssessment
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.people import actions as people

pytestmark = pytest.mark.django_db
DEVELOPER, OWNER = "governance_developer_does_not_approve", "governance_owner_does_not_approve"


def approval(world, kind, who, developer="priya"):
    """An approval as a program that goes round the action would write it."""
    people = world.people
    return Approval(
        version=world.version,
        kind=kind,
        decision="approve",
        reason="x",
        content_digest=world.version.content_digest,
        person=getattr(people, who),
        developer=getattr(people, developer),
        owner=people.daniel,
        decided_at=clock.now(),
    )


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_the_database_itself_refuses_who_may_not_judge(world):
    world.until("registered")
    refused = {("priya", kind): DEVELOPER for kind in ("validation", "review", "acceptance", "signature")}
    refused |= {("daniel", kind): OWNER for kind in ("validation", "review", "signature")}
    for (who, kind), constraint in refused.items():
        with acting("system:test", "test.bypass"), refused_by(constraint), transaction.atomic():
            approval(world, kind, who).save()
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("who", "kind"),
    [("tomasz", "validation"), ("daniel", "acceptance"), ("priya", "self_test"), ("aisha", "signature")],
)
def test_the_database_keeps_who_may_judge(world, who, kind):
    world.until("registered")
    with acting("system:test", "test.bypass"), transaction.atomic():
        approval(world, kind, who).save()
    assert Approval.objects.get().person == getattr(world.people, who)


def test_a_false_developer_on_an_approval_is_refused(world):
    world.until("registered")
    with (
        acting("system:test", "test.bypass"),
        refused_by("governance_approval_true_developer"),
        transaction.atomic(),
    ):
        approval(world, "validation", "priya", developer="tomasz").save()


@pytest.mark.parametrize(
    ("who", "role", "kind"),
    [
        ("priya", "independent_validator", "validation"),
        ("daniel", "approver", "signature"),
    ],
)
def test_another_role_does_not_lift_four_eyes(world, who, role, kind):
    world.until("registered")
    person = getattr(world.people, who)
    people.assign_role(acting_user=world.people.ines, user=person, role=role)
    with pytest.raises(Denied, match=r"may not (validate|approve) it"):
        governance.record_approval(
            acting_user=person, version=world.version, kind=kind, decision="approve", reason="x"
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "blessing"}, "kind"),
        ({"decision": "perhaps"}, "decision"),
        ({"reason": " "}, "reason"),
        ({"decision": "approve_with_conditions"}, "conditions"),
    ],
)
def test_a_decision_that_says_too_little_is_not_recorded(world, changes, field):
    world.until("registered")
    given = {"kind": "validation", "decision": "approve", "reason": "It holds."} | changes
    with pytest.raises(Invalid) as refused:
        governance.record_approval(acting_user=world.people.tomasz, version=world.version, **given)
    assert set(refused.value.fields) == {field}
    assert not Approval.objects.exists()


def test_a_tier_is_confirmed_by_another_and_once(world):
    world.until("tiered")
    assessment = TierAssessment.objects.get()
    assert (assessment.confirmed_by, world.use_case.tier) == (world.people.hannah, assessment.tier)
    with pytest.raises(Conflict, match="already"):
        governance.confirm_tier(acting_user=world.people.hannah, assessment=assessment)
    with (
        acting("system:test", "test.bypass"),
        refused_by("governance_tier_confirmed_by_another"),
        transaction.atomic(),
    ):
        TierAssessment.objects.update(confirmed_by=assessment.assessed_by)


def test_a_provisional_tier_is_not_confirmed(world):
    world.until("filed")
    assessment = governance.assess_tier(acting_user=world.people.daniel, use_case=world.use_case, answers={})
    with pytest.raises(Conflict, match="provisional"):
        governance.confirm_tier(acting_user=world.people.hannah, assessment=assessment)


def test_a_finding_is_closed_by_another_with_a_resolution(world):
    world.until("registered")
    finding = governance.open_finding(
        acting_user=world.people.tomasz,
        version=world.version,
        control="RC-15",
        title="Scores run high",
        detail="Above 0.6 by 0.08.",
        severity="high",
        owner=world.people.tomasz,
        due_at=clock.now() + timedelta(days=10),
    )
    with pytest.raises(Denied, match="may not close its findings"):
        governance.close_finding(acting_user=world.people.tomasz, finding=finding, resolution="Mended.")
    bypasses = {
        "governance_finding_not_closed_by_its_owner": {"closed_by": world.people.tomasz, "resolution": "x"},
        "governance_finding_closed_with_resolution": {"closed_by": world.people.hannah},
    }
    for constraint, changes in bypasses.items():
        with acting("system:test", "test.bypass"), refused_by(constraint), transaction.atomic():
            Finding.objects.update(closed_at=clock.now(), **changes)
    closed = governance.close_finding(acting_user=world.people.hannah, finding=finding, resolution="Mended.")
    assert closed.closed_by == world.people.hannah
