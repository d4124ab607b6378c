from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.people import actions, queries, rules
from remit.people.models import Absence, BreakGlass, GroupRole, Membership, RoleAssignment

HOUR = timedelta(hours=1)
roles = st.sampled_from(sorted(rules.roles()))


@given(st.sets(roles))
def test_roles_clash_exactly_when_a_pair_of_them_is_declared(held):
    pairs = {(r.first, other) for r in rules.incompatible() for other in r.others}
    assert bool(rules.clash(held)) == any((a, b) in pairs for a in held for b in held)


@given(roles, roles)
def test_the_third_line_goes_with_no_other(one, other):
    lines = {rules.roles()[one].line, rules.roles()[other].line}
    if lines & {"3"} and lines & {"1", "2"}:
        assert rules.clash({one, other})


def test_every_declared_duty_is_kept_apart_from_the_person_only():
    me, you = uuid4(), uuid4()
    for rule in rules.apart():
        for duty in rule.others:
            assert rules.segregation(duty, me, {rule.first: me})
            assert not rules.segregation(duty, me, {rule.first: you})
    assert not rules.segregation("validation", me, {})


def test_the_file_names_roles_that_exist():
    for rule in rules.incompatible():
        assert {rule.first, *rule.others} <= set(rules.roles())


def test_actions_refuse_roles_that_do_not_go_together(bank):
    actions.assign_role(acting_user=bank.ann, user=bank.bo, role="internal_audit")
    with pytest.raises(Denied, match="third line"):
        actions.assign_role(acting_user=bank.ann, user=bank.bo, role="model_owner", unit=bank.cards)
    with pytest.raises(Denied, match="Administrator and Approver"):
        actions.assign_role(acting_user=bank.ann, user=bank.ann, role="approver")
    group = actions.create_group(acting_user=bank.ann, name="Owners")
    actions.give_group_role(acting_user=bank.ann, group=group, role="model_owner")
    with pytest.raises(Denied, match="third line"):
        actions.add_member(acting_user=bank.ann, group=group, user=bank.bo)
    now = clock.now()
    actions.add_member(acting_user=bank.ann, group=group, user=bank.cy)
    with pytest.raises(Denied, match="cannot stand in"):
        actions.record_absence(
            acting_user=bank.cy, user=bank.cy, valid_from=now, valid_to=now + HOUR, deputy=bank.bo
        )


def test_the_database_refuses_them_by_every_way(bank):
    now = clock.now()
    actions.assign_role(acting_user=bank.ann, user=bank.bo, role="internal_audit")
    actions.assign_role(acting_user=bank.ann, user=bank.cy, role="finance")
    group = actions.create_group(acting_user=bank.ann, name="Finance")
    actions.give_group_role(acting_user=bank.ann, group=group, role="finance")
    auditors = actions.create_group(acting_user=bank.ann, name="Third line")
    actions.add_member(acting_user=bank.ann, group=auditors, user=bank.cy)
    emergency = {"reference": "EMG-9", "reason": "x", "opened_at": now, "expires_at": now + HOUR}
    ways = (
        RoleAssignment(user=bank.bo, role="finance", valid_from=now),
        Membership(group=group, user=bank.bo, valid_from=now),
        GroupRole(group=auditors, role="internal_audit", valid_from=now),
        Absence(user=bank.cy, deputy=bank.bo, valid_from=now, valid_to=now + HOUR),
        BreakGlass(user=bank.bo, role="ml_operations", **emergency),
    )
    for row in ways:
        with (
            acting("system:test", "test.bypass"),
            pytest.raises(IntegrityError, match="together"),
            transaction.atomic(),
        ):
            row.save()
    past = RoleAssignment(user=bank.bo, role="finance", valid_from=now - 2 * HOUR, valid_to=now - HOUR)
    with acting("system:test", "test.history"):
        past.save()


def test_an_emergency_is_short_reasoned_told_and_reviewed_by_another(bank):
    actions.assign_role(acting_user=bank.ann, user=bank.bo, role="ml_operations")
    actions.assign_role(acting_user=bank.ann, user=bank.cy, role="model_risk_governance")
    why = "The model declines everybody since midnight."
    with pytest.raises(Invalid) as refused:
        actions.open_emergency(acting_user=bank.bo, role="board", reason="now", hours=9)
    assert set(refused.value.fields) == {"role", "reason", "hours"}
    opened = actions.open_emergency(acting_user=bank.bo, role="approver", reason=why, hours=2)
    assert queries.may(bank.bo, "remit.revoke", unit=bank.cards)
    assert list(queries.open_emergencies()) == [opened]
    with pytest.raises(Conflict, match="still open"):
        actions.review_emergency(acting_user=bank.cy, emergency=opened, review="It was right to act.")
    actions.close_emergency(acting_user=bank.bo, emergency=opened)
    assert not queries.may(bank.bo, "remit.revoke", unit=bank.cards)
    assert list(queries.unreviewed()) == [opened]
    now = clock.now()
    actions.record_absence(
        acting_user=bank.cy, user=bank.cy, valid_from=now, valid_to=now + HOUR, deputy=bank.bo
    )
    with pytest.raises(Denied, match="opened an emergency"):
        actions.review_emergency(acting_user=bank.bo, emergency=opened, review="I did well, I find.")
    actions.assign_role(acting_user=bank.ann, user=bank.ed, role="approver")
    actions.review_emergency(acting_user=bank.ed, emergency=opened, review="Right, and it was the only way.")
    assert not queries.unreviewed().exists()


def test_who_stands_in_for_who_opened_it_does_not_review_it(bank):
    actions.assign_role(acting_user=bank.ann, user=bank.bo, role="ml_operations")
    actions.assign_role(acting_user=bank.ann, user=bank.cy, role="approver")
    why = "The model declines everybody since midnight."
    opened = actions.open_emergency(acting_user=bank.bo, role="human_overseer", reason=why, hours=1)
    actions.close_emergency(acting_user=bank.bo, emergency=opened)
    now = clock.now()
    actions.record_absence(
        acting_user=bank.bo, user=bank.bo, valid_from=now, valid_to=now + HOUR, deputy=bank.cy
    )
    with pytest.raises(Denied, match="stands in for Bo"):
        actions.review_emergency(acting_user=bank.cy, emergency=opened, review="He did very well.")


def test_an_emergency_ends_by_itself(bank, monkeypatch):
    actions.assign_role(acting_user=bank.ann, user=bank.bo, role="ml_operations")
    why = "The model declines everybody since midnight."
    opened = actions.open_emergency(acting_user=bank.bo, role="approver", reason=why, hours=1)
    later = opened.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert queries.roles_of(bank.bo) == {"ml_operations"}
    (ended,) = actions.expire_emergencies(acting_user="system:worker")
    assert ended.closed_at == opened.expires_at
    assert list(queries.unreviewed()) == [opened]
