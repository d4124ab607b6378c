"""Edits, and changes that wait for a second person."""

import pytest
from django.db import IntegrityError, transaction

from remit.inventory import actions, queries
from remit.inventory.models import Standing, UseCase
from remit.inventory.models.standing import NOW
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger import queries as ledger
from remit.ledger.capture import acting
from remit.people import actions as people

POPULATION = "Applicants for a first mortgage in New England."


@pytest.fixture
def filed(world):
    return world.until("filed")


@pytest.fixture
def registered(world):
    return world.until("registered")


@pytest.fixture
def nora(world):
    """Somebody else who may own a use case."""
    return people.invite(
        acting_user=world.people.ines,
        email="nora@calder.example",
        name="Nora Lind",
        password="correct horse battery",
        roles=("model_owner",),
    )


def ask(world, changes, reason="The bank opens three states.", who=None):
    return actions.request_change(
        acting_user=who or world.people.daniel, use_case=world.use_case, changes=changes, reason=reason
    )


def test_in_intake_the_owner_edits_what_is_watched_later(filed):
    assert queries.watched(filed.use_case) == {}
    edited = actions.edit_use_case(
        acting_user=filed.people.daniel,
        use_case=filed.use_case,
        changes={"population": POPULATION, "planned_value_a_year": "5", "jurisdictions": "US, US-NH, US"},
    )
    assert (edited.population, edited.jurisdictions) == (POPULATION, ["US", "US-NH"])
    assert edited.planned_value_a_year == 5
    row = Standing.objects.get(NOW, use_case=edited)
    assert row.planned_value_a_year == 5


def test_only_who_may_edits_and_each_fault_is_named(filed):
    with pytest.raises(Denied):
        actions.edit_use_case(
            acting_user=filed.people.tomasz, use_case=filed.use_case, changes={"name": "Loans"}
        )
    with pytest.raises(Invalid) as refused:
        actions.edit_use_case(
            acting_user=filed.people.daniel,
            use_case=filed.use_case,
            changes={
                "name": "x", "owner": "nobody", "unit": None, "planned_value_a_year": "-1", "tier": "T4",
                "affects_people": "yes", "purpose": "Not a slug", "decision": 7,
            },
        )  # fmt: skip
    assert set(refused.value.fields) == {
        "name", "owner", "unit", "planned_value_a_year", "tier", "affects_people", "purpose", "decision",
    }  # fmt: skip
    assert UseCase.objects.get().name == "Mortgage approval"


def test_an_unwatched_field_is_edited_and_a_watched_one_is_not(registered):
    world = registered
    owner = world.people.daniel
    actions.edit_use_case(acting_user=owner, use_case=world.use_case, changes={"name": "Home loans"})
    assert queries.use_case(world.use_case.key).name == "Home loans"
    with pytest.raises(Conflict, match="For whom"):
        actions.edit_use_case(
            acting_user=owner, use_case=world.use_case, changes={"population": POPULATION, "name": "Other"}
        )
    assert queries.use_case(world.use_case.key).name == "Home loans"


def test_an_owner_changes_when_another_person_approves_what_they_saw(registered, nora):
    world, new = registered, nora
    with pytest.raises(Invalid, match="does not hold the role Model owner"):
        ask(world, {"owner": world.people.marcus})
    (asked,) = ask(world, {"owner": new}, reason="Daniel moves on.")
    assert queries.waiting_for(world.people.hannah) == [asked]
    assert queries.waiting_for(world.people.daniel) == []
    assert queries.described(asked) == [("Owner", "Daniel Okafor", "Nora Lind")]
    with pytest.raises(Denied):
        actions.approve_change(
            acting_user=world.people.daniel, change=asked, content_digest=asked.content_digest
        )
    with pytest.raises(Denied, match="Model risk governance"):
        actions.approve_change(
            acting_user=world.people.priya, change=asked, content_digest=asked.content_digest
        )
    with pytest.raises(Conflict, match="not the difference that you saw"):
        actions.approve_change(acting_user=world.people.hannah, change=asked, content_digest="0" * 64)
    done = actions.approve_change(
        acting_user=world.people.hannah,
        change=asked,
        content_digest=asked.content_digest,
        reason="Agreed with both.",
    )
    assert (done.state, done.decided_by) == ("approved", world.people.hannah)
    assert queries.use_case(world.use_case.key).owner == new
    assert Standing.objects.get(NOW, use_case=world.use_case).owner == new
    entry = ledger.entries(action="change.approve", object_id=world.use_case.pk).first()
    payload = ledger.payload(entry)
    assert payload["before"]["owner_id"] == str(world.people.daniel.pk)
    assert payload["after"]["owner_id"] == str(new.pk)
    with pytest.raises(Conflict, match="approved"):
        actions.reject_change(acting_user=world.people.hannah, change=asked, reason="Late.")


def test_a_risk_officer_who_asks_cannot_answer_themselves(registered):
    world = registered
    (asked,) = ask(world, {"population": POPULATION}, who=world.people.hannah)
    assert queries.waiting_for(world.people.hannah) == []
    for answer in (
        lambda: actions.approve_change(
            acting_user=world.people.hannah, change=asked, content_digest=asked.content_digest
        ),
        lambda: actions.reject_change(acting_user=world.people.hannah, change=asked, reason="No."),
    ):
        with pytest.raises(Denied, match="asked for a change"):
            answer()
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        queries.changes().filter(pk=asked.pk).update(decided_by=world.people.hannah, state="approved")


def test_fields_that_different_people_review_become_a_request_each(registered):
    world = registered
    money, scope = ask(world, {"population": POPULATION, "planned_value_a_year": "9"})
    assert {tuple(money.changes), tuple(scope.changes)} == {("planned_value_a_year",), ("population",)}
    assert {queries.reviewers(money), queries.reviewers(scope)} == {"change.review", "change.review_value"}


def test_a_change_is_outdated_when_the_record_says_something_else_meanwhile(registered):
    world = registered
    (asked,) = ask(world, {"population": POPULATION})
    with acting("system:test", "test.correct"):
        UseCase.objects.filter(pk=world.use_case.pk).update(population="Everybody who applies.")
    assert queries.outdated(queries.change(asked.reference))
    with pytest.raises(Conflict, match="has changed since"):
        actions.approve_change(
            acting_user=world.people.hannah, change=asked, content_digest=asked.content_digest
        )
    assert queries.use_case(world.use_case.key).population == "Everybody who applies."


def test_an_edit_in_between_outdates_what_was_asked_for(registered):
    world = registered
    asked_model = actions.edit_model(
        acting_user=world.people.priya, model=world.model, changes={"description": "Now with words."}
    )
    assert asked_model.description == "Now with words."
    (asked,) = ask(world, {"purpose": "home-loans"})
    from remit.inventory.actions import edits

    with acting("system:test", "test.edit"):
        edits.write(queries.use_case(world.use_case.key), {"purpose": "all-loans"})
    assert queries.change(asked.reference).state == "outdated"


def test_what_is_asked_for_twice_not_watched_or_said_already_is_refused(registered):
    world = registered
    ask(world, {"population": POPULATION})
    with pytest.raises(Conflict, match="CR-0001"):
        ask(world, {"population": "Somebody else entirely."})
    with pytest.raises(Conflict, match="not watched"):
        ask(world, {"name": "Other loans"})
    with pytest.raises(Invalid, match="says this already"):
        ask(world, {"purpose": world.use_case.purpose})
    with pytest.raises(Invalid) as refused:
        ask(world, {"purpose": "other"}, reason=" ")
    assert set(refused.value.fields) == {"reason"}


def test_who_asked_withdraws_and_a_rejection_says_why(registered):
    world = registered
    (first,) = ask(world, {"population": POPULATION})
    with pytest.raises(Denied):
        actions.withdraw_change(acting_user=world.people.hannah, change=first)
    assert actions.withdraw_change(acting_user=world.people.daniel, change=first).state == "withdrawn"
    (second,) = ask(world, {"population": POPULATION})
    with pytest.raises(Invalid):
        actions.reject_change(acting_user=world.people.hannah, change=second, reason=" ")
    turned = actions.reject_change(acting_user=world.people.hannah, change=second, reason="Not this year.")
    assert (turned.state, turned.decision_reason) == ("rejected", "Not this year.")
    assert queries.use_case(world.use_case.key).population != POPULATION


def test_a_model_is_watched_once_a_version_is_ready(world):
    world.until("registered")
    vendor = actions.add_vendor(acting_user=world.people.daniel, name="Northfield Analytics")
    assert queries.watched(world.model) == {}
    world.until("submitted")
    assert set(queries.watched(world.model)) == {"vendor", "details"}
    with pytest.raises(Conflict, match="Vendor"):
        actions.edit_model(acting_user=world.people.priya, model=world.model, changes={"vendor": vendor})
    (asked,) = actions.request_change(
        acting_user=world.people.priya,
        use_case=world.use_case,
        model=world.model,
        changes={"vendor": vendor},
        reason="They supply it since May.",
    )
    actions.approve_change(acting_user=world.people.hannah, change=asked, content_digest=asked.content_digest)
    assert queries.model(world.model.reference).vendor == vendor
    assert Standing.objects.get(NOW, model=world.model).vendor_name == "Northfield Analytics"


def test_details_are_those_of_the_kind(world):
    world.until("registered")
    with pytest.raises(Invalid) as refused:
        actions.edit_model(
            acting_user=world.people.priya, model=world.model, changes={"details": {"prompts": []}}
        )
    assert set(refused.value.fields) == {"details.prompts"}
