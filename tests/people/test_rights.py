from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.people import actions, queries

DAY = timedelta(days=1)


def give(bank, user, role, **where):
    return actions.assign_role(acting_user=bank.ann, user=user, role=role, **where)


def test_a_role_reaches_the_units_under_its_own_and_no_other(bank):
    give(bank, bank.bo, "model_owner", unit=bank.loans)
    assert queries.may(bank.bo, "use_case.file", unit=bank.mortgages)
    assert not queries.may(bank.bo, "use_case.file", unit=bank.cards)
    assert not queries.may(bank.bo, "use_case.file", unit=bank.retail)
    assert queries.visible_units(bank.bo) == {bank.loans.pk, bank.mortgages.pk}
    assert queries.visible_units(bank.ann) is None
    assert queries.visible_units(bank.cy) == frozenset()


def test_a_role_for_one_use_case_holds_for_that_alone(bank):
    this, other = uuid4(), uuid4()
    give(bank, bank.bo, "model_owner", subject=this)
    assert queries.may(bank.bo, "use_case.edit", unit=bank.cards, subject=this)
    assert not queries.may(bank.bo, "use_case.edit", unit=bank.cards, subject=other)
    assert not queries.may(bank.bo, "use_case.edit", unit=bank.cards)
    assert queries.visible_subjects(bank.bo) == {this}
    assert queries.visible_units(bank.bo) == frozenset()


def test_a_role_begins_and_ends_by_its_dates(bank):
    now = clock.now()
    give(bank, bank.bo, "finance", valid_from=now + DAY, valid_to=now + 3 * DAY)
    assert queries.roles_of(bank.bo) == set()
    assert queries.roles_of(bank.bo, at=now + 2 * DAY) == {"finance"}
    assert queries.roles_of(bank.bo, at=now + 3 * DAY) == set()
    with pytest.raises(Invalid, match="end after it begins"):
        give(bank, bank.bo, "approver", valid_from=now, valid_to=now)


def test_a_group_gives_its_roles_to_members_while_they_are_in_it(bank):
    group = actions.create_group(acting_user=bank.ann, name="Validators")
    actions.give_group_role(acting_user=bank.ann, group=group, role="independent_validator", unit=bank.loans)
    actions.add_member(acting_user=bank.ann, group=group, user=bank.bo)
    assert queries.roles_of(bank.bo, unit=bank.mortgages) == {"independent_validator"}
    assert queries.holders("independent_validator", unit=bank.mortgages) == [bank.bo]
    actions.remove_member(acting_user=bank.ann, group=group, user=bank.bo)
    assert queries.roles_of(bank.bo) == set()
    actions.add_member(acting_user=bank.ann, group=group, user=bank.bo)
    actions.remove_group(acting_user=bank.ann, group=group)
    assert queries.roles_of(bank.bo) == set()
    assert not queries.groups().exists()


def test_the_deputy_holds_the_duties_of_who_is_away_and_comes_first(bank):
    give(bank, bank.bo, "approver")
    now = clock.now()
    absence = actions.record_absence(
        acting_user=bank.bo, user=bank.bo, valid_from=now, valid_to=now + DAY, deputy=bank.cy
    )
    assert queries.roles_of(bank.cy) == {"approver"}
    assert queries.roles_of(bank.cy, at=now + DAY) == set()
    assert queries.holders("approver") == [bank.cy, bank.bo]
    assert [person.name for person in queries.stands_in_for(bank.cy)] == ["Bo"]
    actions.cancel_absence(acting_user=bank.bo, absence=absence)
    assert queries.roles_of(bank.cy) == set()


def test_an_absence_is_ones_own_and_its_deputy_present(bank):
    now = clock.now()
    period = {"valid_from": now, "valid_to": now + DAY}
    with pytest.raises(Denied):
        actions.record_absence(acting_user=bank.cy, user=bank.bo, **period)
    with pytest.raises(Invalid, match="another person"):
        actions.record_absence(acting_user=bank.bo, user=bank.bo, deputy=bank.bo, **period)
    actions.record_absence(acting_user=bank.ann, user=bank.cy, **period)
    with pytest.raises(Invalid, match="away in that time"):
        actions.record_absence(acting_user=bank.bo, user=bank.bo, deputy=bank.cy, **period)
    with pytest.raises(Conflict):
        actions.record_absence(acting_user=bank.cy, user=bank.cy, **period)


def test_the_nearest_holder_comes_first(bank):
    for user, where in ((bank.bo, {}), (bank.cy, {"unit": bank.retail}), (bank.di, {"unit": bank.mortgages})):
        give(bank, user, "model_owner", **where)
    assert queries.holders("model_owner", unit=bank.mortgages) == [bank.di, bank.cy, bank.bo]
    assert queries.holders("model_owner", unit=bank.cards) == [bank.cy, bank.bo]
    this = uuid4()
    give(bank, bank.ed, "model_owner", subject=this)
    assert queries.holders("model_owner", unit=bank.cards, subject=this)[0] == bank.ed


def test_what_a_person_holds_is_read_once_a_request_and_anew_after_a_change(bank, django_assert_num_queries):
    give(bank, bank.bo, "model_owner", unit=bank.loans)
    with queries.remembering():
        with django_assert_num_queries(1):
            for unit in (bank.loans, bank.mortgages, bank.cards, None):
                queries.may(bank.bo, "use_case.file", unit=unit)
            queries.visible_units(bank.bo)
        give(bank, bank.bo, "finance")
        assert "finance" in queries.roles_of(bank.bo)
    actions.end_role(acting_user=bank.ann, assignment=bank.bo.assignments.get(role="finance"), reason="x")
    assert "finance" not in queries.roles_of(bank.bo)


def test_who_administers_a_unit_gives_nothing_beyond_it(bank):
    give(bank, bank.bo, "administrator", unit=bank.loans)
    actions.assign_role(acting_user=bank.bo, user=bank.cy, role="model_owner", unit=bank.mortgages)
    with pytest.raises(Denied):
        actions.assign_role(acting_user=bank.bo, user=bank.cy, role="approver", unit=bank.cards)
    with pytest.raises(Denied, match="some units only"):
        actions.assign_role(acting_user=bank.bo, user=bank.bo, role="administrator")
    with pytest.raises(Denied, match="some units only"):
        actions.create_unit(acting_user=bank.bo, name="Mine")
    with pytest.raises(Denied):
        actions.change_unit(
            acting_user=bank.bo, unit=bank.mortgages, name="Mortgages", parent=bank.cards, head=None
        )


def test_units_move_but_never_under_themselves(bank):
    with pytest.raises(Conflict, match="under it"):
        actions.change_unit(
            acting_user=bank.ann, unit=bank.retail, name="Retail", parent=bank.mortgages, head=None
        )
    actions.change_unit(acting_user=bank.ann, unit=bank.loans, name="Lending", parent=None, head=bank.ed)
    assert [(b.unit.name, b.depth) for b in queries.tree()] == [
        ("Lending", 0), ("Mortgages", 1), ("Retail", 0), ("Cards", 1)
    ]  # fmt: skip
    assert queries.subtree(bank.loans) == {bank.loans.pk, bank.mortgages.pk}
    place = queries.place(bank.mortgages.pk)
    assert ([u.name for u in place.above], place.children, place.head) == (["Lending"], (), bank.ed)
    assert queries.place(bank.loans.pk).under == queries.subtree(bank.loans)


def test_a_unit_without_an_active_head_answers_to_the_one_above(bank):
    assert queries.head_of(bank.mortgages) == bank.di
    assert queries.headed_by(bank.di) == {u.pk for u in (bank.retail, bank.loans, bank.mortgages, bank.cards)}
    actions.change_unit(acting_user=bank.ann, unit=bank.loans, name="Loans", parent=bank.retail, head=bank.ed)
    assert queries.headed_by(bank.ed) == {bank.loans.pk, bank.mortgages.pk}
    actions.leave(acting_user=bank.ann, user=bank.ed)
    assert queries.head_of(bank.mortgages) == bank.di


def test_the_directory_finds_by_any_word_and_in_a_unit(bank):
    actions.edit_person(
        acting_user=bank.ann,
        user=bank.bo,
        name="Bo",
        title="Analyst",
        unit=bank.mortgages,
        email=bank.bo.email,
    )
    assert list(queries.directory("analyst mort")) == [bank.bo]
    assert list(queries.directory(unit=bank.retail)) == [bank.bo]
    assert not queries.directory("analyst cards").exists()


def test_a_leaver_keeps_nothing_but_the_rows(bank):
    give(bank, bank.bo, "model_owner", valid_from=clock.now() + DAY)
    give(bank, bank.bo, "finance")
    group = actions.create_group(acting_user=bank.ann, name="Committee")
    actions.add_member(acting_user=bank.ann, group=group, user=bank.bo)
    token, _ = actions.create_token(
        acting_user=bank.bo, name="notebook", scopes=["read"], expires_at=clock.recorded_now() + DAY
    )
    left = actions.leave(acting_user=bank.ann, user=bank.bo, reason="Moved on")
    token.refresh_from_db()
    assert (left.is_active, left.left_at is not None, token.revoked_at is not None) == (False, True, True)
    assert queries.roles_of(left, at=clock.now() + 2 * DAY) == set()
    assert not queries.members(group).exists()
    assert left.assignments.count() == 2
    with pytest.raises(Invalid, match="does not work here"):
        give(bank, left, "finance")
    back = actions.come_back(acting_user=bank.ann, user=left)
    assert (back.is_active, queries.roles_of(back)) == (True, set())


def test_the_last_administrator_stays_and_nobody_signs_themselves_off(bank):
    with pytest.raises(Invalid, match="yourself"):
        actions.leave(acting_user=bank.ann, user=bank.ann)
    with pytest.raises(Invalid, match="Nobody else"):
        actions.leave(acting_user="system:scim", user=bank.ann)


def test_a_role_that_runs_out_is_told_once(bank, monkeypatch):
    now = clock.now()
    held = give(bank, bank.bo, "finance", valid_to=now + DAY)
    assert actions.expire_roles(acting_user="system:worker") == []
    monkeypatch.setattr(clock, "now", lambda: now + 2 * DAY)
    assert actions.expire_roles(acting_user="system:worker") == [held]
    assert actions.expire_roles(acting_user="system:worker") == []


def test_an_older_installation_gets_the_new_name_of_the_executive(bank):
    with acting("system:test", "test.older"):
        bank.bo.assignments.create(role="executive", valid_from=clock.now())
    import_module("remit.people.migrations.0006_accountable_executive").rename(apps, None)
    assert queries.roles_of(bank.bo) == {"accountable_executive"}
