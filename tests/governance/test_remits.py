import base64
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.models import ExceptionGrant, Remit
from remit.kernel import clock, paths
from remit.kernel.problems import Broken, Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.proof import remit_statement
from remit.proof.keys import KeyRing

pytestmark = pytest.mark.django_db


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
    assert found.terms.conditions == ("Report the ratio every week.",)
    assert {a.kind for a in found.terms.approvals} == {"validation", "review", "acceptance", "signature"}
    payload = base64.b64decode(remit.envelope["payload"])
    assert b"750000" in payload
    raised = base64.b64encode(payload.replace(b"750000", b"950000")).decode()
    forged = remit.envelope | {"payload": raised}
    with pytest.raises(Broken, match="altered"):
        remit_statement.verify_remit(forged, KeyRing(paths.keys()).public_keys())


def test_a_passed_gate_without_a_signature_issues_nothing(world):
    world.until("accepted")
    with pytest.raises(Conflict, match="Nobody has signed"):
        governance.issue_remit(acting_user=world.people.aisha, version=world.version)
    assert not Remit.objects.exists()


def test_a_version_holds_one_remit(world):
    world.until("signed")
    with pytest.raises(Conflict, match="is in force until"):
        governance.issue_remit(acting_user=world.people.aisha, version=world.version)
    assert Remit.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"sha256": ""}, "governance_remit_in_force_is_signed"),
        ({"issued_by": "daniel"}, "governance_remit_issuer_is_not_accountable"),
        ({"valid_until": None}, "governance_remit_ends_after_it_starts"),
    ],
)
def test_the_database_itself_refuses_a_remit_that_cannot_be(world, changes, constraint):
    world.until("signed")
    remit = governed.remit_in_force(world.version)
    given = {"issued_by": world.use_case.owner, "valid_until": remit.valid_from}
    changed = {name: given.get(name, value) for name, value in changes.items()}
    with (
        acting("system:test", "test.bypass"),
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        Remit.objects.filter(pk=remit.pk).update(**changed)


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


def test_a_version_never_holds_two_remits_in_force(world):
    world.until("signed")
    first, approver = governed.remit_in_force(world.version), world.people.aisha
    governance.suspend_remit(acting_user=approver, remit=first, reason="Drill")
    second = governance.issue_remit(acting_user=approver, version=world.version)
    with pytest.raises(Conflict, match=second.reference):
        governance.reinstate_remit(acting_user=approver, remit=first, reason="Over")
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        Remit.objects.filter(pk=first.pk).update(state="in_force")
