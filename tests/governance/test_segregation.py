"""Duties on a version that the database itself keeps apart, whoever writes and whatever role they took."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from remit.governance import actions as governance
from remit.governance.models import Approval, ExceptionGrant, Finding, Remit
from remit.kernel import clock
from remit.kernel.problems import Denied
from remit.ledger.capture import acting
from remit.people import actions as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def bypass():
    """A program that goes round the actions, and what the database answers."""

    def write(refusal, write):
        with (
            acting("system:test", "test.bypass"),
            pytest.raises(IntegrityError, match=refusal),
            transaction.atomic(),
        ):
            write()

    return write


def approval(world, kind, person, owner):
    return Approval(
        version=world.version,
        kind=kind,
        decision="approve",
        reason="x",
        content_digest=world.version.content_digest,
        person=person,
        developer=world.people.priya,
        owner=owner,
        decided_at=clock.now(),
    )


def away(world, user, deputy):
    now = clock.now()
    return people.record_absence(
        acting_user=user, user=user, valid_from=now, valid_to=now + timedelta(days=5), deputy=deputy
    )


def test_an_approval_with_a_false_owner_is_refused(world, bypass):
    world.until("registered")
    people = world.people
    bypass("somebody else answers", approval(world, "validation", people.tomasz, owner=people.marcus).save)
    # who lies about the owner does not sign for the owner either
    bypass("kept apart", approval(world, "signature", people.daniel, owner=people.marcus).save)


def test_the_deputy_of_the_developer_does_not_validate(world, bypass):
    world.until("submitted")
    tomasz = world.people.tomasz
    absence = away(world, world.people.priya, tomasz)
    with pytest.raises(Denied, match="stands in for Priya Raman"):
        governance.record_approval(
            acting_user=tomasz, version=world.version, kind="validation", decision="approve", reason="x"
        )
    forged = approval(world, "validation", tomasz, owner=world.people.daniel)
    bypass("kept apart", forged.save)
    people.cancel_absence(acting_user=world.people.priya, absence=absence)
    with acting("system:test", "test.bypass"):
        forged.decided_at = clock.now()
        forged.save()


def test_the_deputy_of_the_owner_accepts_in_their_place(world):
    world.until("reviewed")
    away(world, world.people.daniel, world.people.marcus)
    world.complete("accept", world.people.marcus, "approve", "In Daniel's absence.")
    given = Approval.objects.get(kind="acceptance")
    assert (given.person, given.owner) == (world.people.marcus, world.people.daniel)


def test_an_approval_never_changes(world, bypass):
    world.until("validated")
    bypass("does not change", lambda: Approval.objects.update(reason="Another reason"))


def test_owner_and_developer_close_no_finding_and_grant_no_exception(world, bypass):
    world.until("registered")
    for who in (world.people.daniel, world.people.priya):
        people.assign_role(acting_user=world.people.ines, user=who, role="model_risk_governance")
    finding = governance.open_finding(
        acting_user=world.people.tomasz,
        version=world.version,
        control="RC-15",
        title="Scores run high",
        detail="Above 0.6 by 0.08.",
        severity="high",
        owner=world.people.wei,
        due_at=clock.now() + timedelta(days=10),
    )
    grant = governance.request_exception(
        acting_user=world.people.daniel,
        version=world.version,
        control="RC-15",
        reason="The data comes in May.",
        compensating_control="Every decision is read by a person.",
        expires_at=clock.now() + timedelta(days=30),
    )
    for who in (world.people.daniel, world.people.priya):
        with pytest.raises(Denied, match="may not close its findings"):
            governance.close_finding(acting_user=who, finding=finding, resolution="Mended.")
        with pytest.raises(Denied, match="may not grant an exception"):
            governance.approve_exception(acting_user=who, grant=grant, reason="It is fine.")
        closed = {"closed_at": clock.now(), "closed_by": who, "resolution": "x"}
        bypass("kept apart", lambda closed=closed: Finding.objects.update(**closed))
    granted = {"approved_at": clock.now(), "approved_by": world.people.priya}
    bypass("kept apart", lambda: ExceptionGrant.objects.update(**granted))


def test_an_emergency_role_does_not_lift_it(world):
    world.until("accepted")
    why = "The committee cannot be reached and the branch is closed."
    people.assign_role(acting_user=world.people.ines, user=world.people.priya, role="ml_operations")
    people.open_emergency(acting_user=world.people.priya, role="approver", reason=why, hours=1)
    with pytest.raises(Denied, match="who built a version may not approve it"):
        governance.record_approval(
            acting_user=world.people.priya,
            version=world.version,
            kind="signature",
            decision="approve",
            reason="x",
        )


def test_a_remit_names_the_true_owner_and_is_not_issued_by_the_developer(world, bypass):
    world.until("signed")
    remit = Remit.objects.get()

    def again(**changes):
        given = Remit.objects.get()
        given.pk, given.reference, given.state = None, "RM-9999", "revoked"
        given._state.adding = True
        for name, value in changes.items():
            setattr(given, name, value)
        given.save(force_insert=True)

    assert remit.accountable == world.people.daniel
    bypass("somebody else answers", lambda: again(accountable=world.people.marcus))
    bypass("kept apart", lambda: again(issued_by=world.people.priya))
