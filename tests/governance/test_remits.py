import pytest
from django.db import IntegrityError, transaction

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.models import Approval, ExceptionGrant, Remit
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.proof import remit_statement
from remit.proof.keys import KeyRing

pytestmark = pytest.mark.django_db


def approval(world, person, kind="validation", developer=None):
    return Approval(
        version=world.version,
        kind=kind,
        decision="approve",
        reason="x",
        content_digest=world.version.content_digest,
        person=person,
        developer=developer or world.version.developer,
        owner=world.use_case.owner,
        decided_at=clock.now(),
    )


@pytest.mark.parametrize(
    ("who", "kind"), [("priya", "validation"), ("priya", "signature"), ("daniel", "signature")]
)
def test_the_database_itself_refuses_who_may_not_sign(world, who, kind):
    world.until("registered")
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        approval(world, getattr(world.people, who), kind).save()


def test_a_false_developer_on_an_approval_is_refused(world):
    world.until("registered")
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        approval(world, world.people.priya, developer=world.people.tomasz).save()


def test_people_get_a_sentence_before_the_constraint(world):
    world.until("registered")
    with pytest.raises(Denied, match="may not"):
        governance.record_approval(
            acting_user=world.people.priya,
            version=world.version,
            kind="validation",
            decision="approve",
            reason="x",
        )


def test_no_remit_without_gate_and_signature(world):
    world.until("submitted")
    with pytest.raises(Conflict, match="RC-30"):
        governance.issue_remit(acting_user=world.people.aisha, version=world.version)
    assert not Remit.objects.exists()


def test_the_developer_and_the_owner_do_not_issue(world):
    world.until("accepted")
    for who in (world.people.priya, world.people.daniel):
        with pytest.raises(Denied):
            governance.issue_remit(acting_user=who, version=world.version)


def test_an_issued_remit_verifies_and_carries_its_conditions(world):
    world.until("signed")
    remit = governed.remit_in_force(world.version)
    found = remit_statement.verify_remit(remit.envelope, KeyRing(paths.keys()).public_keys())
    assert found.terms.number == remit.reference
    assert found.terms.accountable.name == world.use_case.owner.name
    assert {s.sha256 for s in found.subjects} == set(world.version.artifacts.values_list("sha256", flat=True))
    stated = {a.conditions for a in governed.latest_approvals(world.version).values() if a.conditions}
    assert stated <= set(found.terms.conditions)


def test_states_change_only_as_they_may(world):
    world.until("signed")
    remit = governed.remit_in_force(world.version)
    approver = world.people.aisha
    with pytest.raises(Invalid):
        governance.suspend_remit(acting_user=approver, remit=remit, reason=" ")
    governance.suspend_remit(acting_user=approver, remit=remit, reason="Drill")
    assert governed.remit_in_force(world.version) is None
    governance.reinstate_remit(acting_user=approver, remit=remit, reason="Over")
    governance.revoke_remit(acting_user=approver, remit=remit, reason="Retired")
    with pytest.raises(Conflict, match="revoked"):
        governance.reinstate_remit(acting_user=approver, remit=remit, reason="Again")


def test_a_remit_past_its_end_expires(world):
    world.until("signed")
    remit = governed.remit_in_force(world.version)
    with clock.at(remit.valid_until):
        assert governed.remit_in_force(world.version) is None
        (expired,) = governance.expire_remits(acting_user="system:worker")
        with pytest.raises(Conflict):
            governance.suspend_remit(acting_user=world.people.aisha, remit=expired, reason="Late")


def test_nobody_grants_their_own_exception(world):
    world.until("registered")
    from datetime import timedelta

    asked = governance.request_exception(
        acting_user=world.people.daniel,
        version=world.version,
        control="RC-16",
        reason="No better one yet",
        compensating_control="A person reviews declines",
        expires_at=clock.now() + timedelta(days=30),
    )
    with pytest.raises(Denied):
        governance.approve_exception(acting_user=world.people.daniel, grant=asked, reason="Mine")
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        ExceptionGrant.objects.filter(pk=asked.pk).update(approved_by=world.people.daniel)
    granted = governance.approve_exception(acting_user=world.people.aisha, grant=asked, reason="Time-boxed")
    assert governed.exceptions_in_force(world.version) == [granted]
    with clock.at(asked.expires_at):
        assert governed.exceptions_in_force(world.version) == []
