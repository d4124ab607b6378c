import pytest

from remit.inventory import actions, queries
from remit.inventory.models import Model, Sighting
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.models import Entry


@pytest.fixture
def seen(world):
    def of(name="churn_model_v3", key="runs:/17", **other):
        return actions.sight(
            acting_user="system:mlflow", source="mlflow", external_key=key, name=name, kind="ml", **other
        )

    return of


@pytest.fixture
def churn(world):
    world.until("registered")
    return world.model


def entries():
    return Entry.objects.filter(table_name="inventory_sighting").count()


def test_seen_again_it_counts_and_the_ledger_stays_as_it_is(seen):
    first = seen()
    assert (first.state, first.times_seen, entries()) == ("open", 1, 1)
    again = seen(times=41)
    assert (again.pk, again.times_seen, entries()) == (first.pk, 42, 1)
    assert again.last_seen_at > again.first_seen_at
    assert queries.open_sightings() == queries.open_sightings("mlflow") == 1


def test_what_an_entry_covers_is_not_a_discovery(world, seen, churn):
    one = seen()
    actions.link_sighting(acting_user=world.people.hannah, sighting=one, model=churn)
    churn.refresh_from_db()
    assert churn.external_key == "runs:/17"
    seen_elsewhere = actions.sight(
        acting_user="system:sagemaker", source="sagemaker", external_key="runs:/17", name="x"
    )
    assert seen_elsewhere is None
    assert seen().state == "matched"


def test_registering_makes_a_model_with_an_owner_in_a_new_use_case(world, seen):
    answered = actions.register_sighting(
        acting_user=world.people.hannah,
        sighting=seen(),
        name="Churn",
        kind="ml",
        owner=world.people.daniel,
        unit=world.unit,
    )
    model = Model.objects.get()
    assert (answered.state, answered.model) == ("registered", model)
    assert (model.external_key, model.built_in) == ("runs:/17", "mlflow")
    assert (model.use_case.owner, model.use_case.unit) == (world.people.daniel, world.unit)
    with pytest.raises(Conflict):
        actions.dismiss_sighting(acting_user=world.people.hannah, sighting=answered, reason="No.")


def test_registering_in_a_use_case_that_is_there_leaves_its_owner(world, seen, churn):
    actions.register_sighting(
        acting_user=world.people.priya, sighting=seen(), name="Second", kind="ml", use_case=churn.use_case
    )
    assert {m.name for m in churn.use_case.models.all()} == {churn.name, "Second"}
    with pytest.raises(Invalid) as problem:
        actions.register_sighting(
            acting_user=world.people.priya,
            sighting=seen(key="other"),
            name="second",
            kind="ml",
            use_case=churn.use_case,
        )
    assert "name" in problem.value.fields


def test_registering_says_what_is_missing(world, seen):
    with pytest.raises(Invalid) as problem:
        actions.register_sighting(acting_user=world.people.hannah, sighting=seen(), name="Churn", kind="ml")
    assert set(problem.value.fields) == {"owner", "unit"}
    assert not Model.objects.exists()


def test_dismissing_takes_a_reason_and_can_be_taken_back(world, seen):
    with pytest.raises(Invalid):
        actions.dismiss_sighting(acting_user=world.people.hannah, sighting=seen(), reason=" ")
    one = actions.dismiss_sighting(acting_user=world.people.hannah, sighting=seen(), reason="A load test.")
    assert seen().state == "dismissed"
    assert actions.reopen_sighting(acting_user=world.people.hannah, sighting=one).state == "open"


def test_a_similar_name_is_suggested(world, seen, churn):
    alike = seen(name=f"{churn.name.lower().replace(' ', '_')}_v2", key="a")
    other = seen(name="weather_radar", key="b")
    found = queries.suggestions(world.people.hannah, [alike, other])
    assert [s.reference for s in found[alike.pk]] == [churn.reference]
    assert other.pk not in found


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"external_key": "x" * 201},
        {"kind": "magic"},
        {"times": 0},
        {"details": {"x": "y" * 20_001}},
    ],
)
def test_a_report_that_says_nothing_is_refused(db, wrong):
    given = {"source": "mlflow", "external_key": "a", "name": "b"} | wrong
    with pytest.raises(Invalid):
        actions.sight(acting_user="system:mlflow", **given)


def test_not_everybody_reports_and_answers(world, seen):
    with pytest.raises(Denied):
        actions.sight(acting_user=world.people.wei, source="me", external_key="a", name="b")
    with pytest.raises(Denied):
        actions.dismiss_sighting(acting_user=world.people.wei, sighting=seen(), reason="No.")
    assert Sighting.objects.get().state == "open"
