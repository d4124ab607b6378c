"""How models stand to each other, in time, without circles, and what a change would reach."""

from datetime import timedelta

import pytest

from remit.inventory import actions, queries
from remit.inventory.contract import Intake
from remit.inventory.models import Relation
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid


@pytest.fixture
def bank(world):
    world.until("registered")
    world.models = {
        name: actions.register_model(
            acting_user=world.people.priya, use_case=world.use_case, name=name, kind="ml"
        )
        for name in "abcdef"
    }
    return world


def relate(bank, source, kind, target, **more):
    return actions.relate(
        acting_user=bank.people.priya,
        source=bank.models[source],
        target=bank.models[target],
        kind=kind,
        **more,
    )


def test_a_relation_reads_from_both_sides_and_ends(bank):
    a, b = bank.models["a"], bank.models["b"]
    made = relate(bank, "a", "uses", "b", note="Its score is an input.")
    assert [(r.verb, r.other) for r in queries.relations_of(a)] == [("uses", b)]
    assert [(r.verb, r.other) for r in queries.relations_of(b)] == [("is used by", a)]
    before = clock.now()
    actions.end_relation(acting_user=bank.people.priya, relation=made, reason="Replaced by a table.")
    assert queries.relations_of(a) == []
    assert [r.other for r in queries.relations_of(a, at=before)] == [b]
    with pytest.raises(Conflict, match="ended"):
        actions.end_relation(acting_user=bank.people.priya, relation=made)
    relate(bank, "a", "uses", "b")


def test_it_may_have_begun_before_but_not_begin_later(bank):
    relate(bank, "a", "feeds", "b", valid_from=clock.now() - timedelta(days=30))
    then = clock.now() - timedelta(days=10)
    assert [r.verb for r in queries.relations_of(bank.models["b"], at=then)] == ["is fed by"]
    with pytest.raises(Invalid) as refused:
        relate(bank, "a", "feeds", "c", valid_from=clock.now() + timedelta(days=1))
    assert set(refused.value.fields) == {"valid_from"}


def test_what_makes_no_sense_is_refused(bank):
    relate(bank, "a", "uses", "b")
    with pytest.raises(Conflict, match="already"):
        relate(bank, "a", "uses", "b")
    with pytest.raises(Invalid):
        relate(bank, "a", "uses", "a")
    with pytest.raises(Invalid, match="admires"):
        relate(bank, "a", "admires", "b")
    with pytest.raises(Denied):
        actions.relate(
            acting_user=bank.people.wei, source=bank.models["a"], target=bank.models["b"], kind="feeds"
        )


@pytest.mark.parametrize("kind", ["part_of", "derived_from", "replaces"])
def test_no_circle_closes(bank, kind):
    relate(bank, "a", kind, "b")
    relate(bank, "b", kind, "c")
    with pytest.raises(Invalid, match="circle"):
        relate(bank, "c", kind, "a")
    relate(bank, "a", kind, "c")
    assert Relation.objects.count() == 3


def test_models_that_feed_each_other_are_walked_once(bank):
    relate(bank, "a", "feeds", "b")
    relate(bank, "b", "feeds", "a")
    relate(bank, "c", "uses", "b")
    relate(bank, "c", "part_of", "d")
    relate(bank, "e", "derived_from", "d")
    relate(bank, "f", "challenger_of", "a")
    found = [(d.model.name, d.steps) for d in queries.impact_of(bank.models["a"])]
    assert found == [("b", 1), ("c", 2), ("d", 3), ("e", 4)]
    assert queries.impact_of(bank.models["f"]) == []


def test_a_composite_weighs_what_its_riskiest_part_weighs(bank):
    form = Intake(
        name="Card limit",
        decision="Whether the limit of a card is raised.",
        purpose="card-limit",
        population="Holders of a card for a year or more.",
        value_hypothesis="More spending at the same loss, by experiment.",
        planned_value_a_year="1000",
        alternative="A clerk decides by hand.",
    )
    cards = actions.file_use_case(acting_user=bank.people.daniel, form=form, unit=bank.unit)
    whole = actions.register_model(
        acting_user=bank.people.priya, use_case=cards, name="Whole", kind="composite"
    )
    middle = actions.register_model(
        acting_user=bank.people.priya, use_case=cards, name="Middle", kind="composite"
    )
    assert queries.weakest_tier(whole) == ""
    actions.set_tier(acting_user=bank.people.hannah, use_case=cards, tier="T4")
    whole = queries.model(whole.reference)
    assert queries.weakest_tier(whole) == "T4"
    bank.models |= {"whole": whole, "middle": middle}
    relate(bank, "middle", "part_of", "whole")
    relate(bank, "a", "part_of", "middle")
    assert [(p.model.name, p.steps) for p in queries.parts_of(whole)] == [("Middle", 1), ("a", 2)]
    assert queries.weakest_tier(whole) == bank.use_case.tier == "T1"


def test_nothing_is_related_to_what_is_retired_except_by_descent(bank):
    gone = bank.model
    actions.move(acting_user="system:worker", version=bank.version, stage="retired")
    bank.models["gone"] = gone
    with pytest.raises(Conflict, match="retired"):
        relate(bank, "a", "uses", "gone")
    with pytest.raises(Conflict, match="retired"):
        relate(bank, "gone", "replaces", "a")
    relate(bank, "a", "replaces", "gone")
