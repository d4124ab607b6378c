"""Fields that an installation adds: typed, validated, computed, restricted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.inventory import actions, queries, standing
from remit.inventory.models import FieldDefinition, Standing
from remit.inventory.models.standing import NOW
from remit.inventory.rules import custom
from remit.jobs import reactions
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger import queries as ledger
from remit.people import actions as people


@pytest.fixture
def bank(world):
    return world.until("registered")


def define(bank, key, type_, of="model", **layout):
    return actions.define_field(
        acting_user=bank.people.hannah,
        of=of,
        key=key,
        type_=type_,
        label=key.replace("_", " ").capitalize(),
        **layout,
    )


def put(bank, who=None, **values):
    model = queries.model(bank.model.reference)
    return actions.set_custom(acting_user=who or bank.people.priya, subject=model, values=values)


GOOD = {
    "text": ({}, " Three ", "Three"),
    "number": ({"minimum": 1, "maximum": 9}, "4.5", 4.5),
    "boolean": ({}, "yes", True),
    "date": ({}, "2027-03-31", "2027-03-31"),
    "choice": ({"choices": ["low", "high"]}, "high", "high"),
    "address": ({}, "https://wiki.calder.example/m", "https://wiki.calder.example/m"),
}
BAD = {
    "text": 7, "number": "10", "boolean": "perhaps", "date": "31.3.27", "choice": "middle",
    "address": "javascript:alert(1)", "person": "priya",
}  # fmt: skip


@pytest.mark.parametrize("type_", sorted(GOOD))
def test_a_value_is_kept_as_its_type(bank, type_):
    layout, given_, kept = GOOD[type_]
    define(bank, "it", type_, **layout)
    assert put(bank, it=given_).custom == {"it": kept}
    assert put(bank, it="").custom == {}


@pytest.mark.parametrize("type_", sorted(BAD))
def test_a_value_of_another_type_is_refused_by_name(bank, type_):
    define(bank, "it", type_, **GOOD.get(type_, ({},))[0])
    with pytest.raises(Invalid) as refused:
        put(bank, it=BAD[type_], nowhere=1)
    assert set(refused.value.fields) == {"it", "nowhere"}
    assert queries.model(bank.model.reference).custom == {}


def test_a_person_is_shown_by_name_and_must_be_there(bank):
    define(bank, "contact", "person")
    put(bank, contact=bank.people.marcus)
    (said,) = queries.custom_of(queries.model(bank.model.reference))
    assert (said.value, said.text) == (str(bank.people.marcus.pk), "Marcus Bell")
    with pytest.raises(Invalid, match="active person"):
        put(bank, contact=str(bank.unit.pk))


def test_a_computed_field_is_evaluated_on_reading_and_never_kept(bank):
    define(bank, "users", "number")
    define(
        bank,
        "value_a_user",
        "computed",
        formula="use_case.planned_value_a_year / double(custom.users)",
    )
    model = put(bank, users=900)
    said = {s.field.key: s for s in queries.custom_of(model)}
    assert said["value_a_user"].value == 2000
    assert model.custom == {"users": 900}
    with pytest.raises(Invalid, match="computed"):
        put(bank, value_a_user=3)
    put(bank, users=None)
    said = {s.field.key: s for s in queries.custom_of(queries.model(model.reference))}
    assert said["value_a_user"].value is None
    assert "there is no users" in said["value_a_user"].text


def test_a_restricted_field_is_neither_read_nor_set_nor_computed_from(bank):
    define(bank, "fee", "number", restricted=True)
    define(bank, "twice", "computed", formula="double(custom.fee) * 2.0")
    put(bank, who=bank.people.daniel, fee=5)
    model = queries.model(bank.model.reference)
    hidden = queries.hidden(bank.people.priya, model)
    assert hidden == {"fee"}
    assert [(s.field.key, s.value) for s in queries.custom_of(model, hidden=hidden)] == [("twice", None)]
    assert [s.value for s in queries.custom_of(model)] == [5, 10]
    with pytest.raises(Denied, match="fee"):
        put(bank, fee=6)


def test_a_field_of_a_unit_is_for_the_units_under_it(bank):
    retail = people.create_unit(acting_user=bank.people.ines, name="Retail")
    cards = people.create_unit(acting_user=bank.people.ines, name="Cards")
    define(bank, "branches", "number", unit=retail, required_from="development")
    define(bank, "schemes", "number", unit=cards, required_from="development")
    assert queries.custom_of(bank.model) == []
    people.change_unit(
        acting_user=bank.people.ines, unit=bank.unit, name=bank.unit.name, parent=retail, head=None
    )
    standing.refresh([bank.use_case.pk])
    assert [s.field.key for s in queries.custom_of(queries.model(bank.model.reference))] == ["branches"]
    assert Standing.objects.get(NOW, model=bank.model).missing == ["branches"]
    put(bank, branches=4)
    assert Standing.objects.get(NOW, model=bank.model).missing == []


def test_a_field_is_for_its_kinds_only(bank):
    define(bank, "prompts_seen", "number", kinds=["llm"])
    define(bank, "branch", "text", of="use_case")
    assert queries.custom_of(bank.model) == []
    assert [s.field.key for s in queries.custom_of(bank.use_case)] == ["branch"]
    with pytest.raises(Invalid):
        put(bank, prompts_seen=3)


@pytest.mark.parametrize(
    ("given_", "layout", "field"),
    [
        (("version", "a", "text"), {}, "of"),
        (("model", "Two words", "text"), {}, "key"),
        (("model", "a", "colour"), {}, "type"),
        (("model", "a", "choice"), {}, "choices"),
        (("model", "a", "text"), {"choices": ["x"]}, "choices"),
        (("model", "a", "number"), {"minimum": 5, "maximum": 1}, "maximum"),
        (("model", "a", "number"), {"minimum": "five"}, "minimum"),
        (("model", "a", "text"), {"kinds": ["oracle"]}, "kinds"),
        (("model", "a", "text"), {"required_from": "some day"}, "required_from"),
        (("model", "a", "text"), {"colour": "red"}, "colour"),
        (("model", "a", "computed"), {"formula": "1 +"}, "formula"),
        (("model", "a", "computed"), {"formula": "secrets.key"}, "formula"),
        (("model", "a", "text"), {"formula": "1"}, "formula"),
    ],
)
def test_a_field_is_defined_well_or_not_at_all(bank, given_, layout, field):
    of, key, type_ = given_
    with pytest.raises(Invalid) as refused:
        define(bank, key, type_, of, **layout)
    assert field in refused.value.fields
    assert not FieldDefinition.objects.exists()


def test_defining_takes_the_permission_and_a_key_once(bank):
    with pytest.raises(Denied):
        actions.define_field(acting_user=bank.people.priya, of="model", key="a", type_="text", label="A")
    define(bank, "a", "text")
    with pytest.raises(Invalid, match="defined so"):
        define(bank, "a", "number")
    define(bank, "a", "number", of="use_case")


def test_a_required_field_counts_until_it_is_said_or_retired(bank):
    def missing():
        return Standing.objects.get(NOW, model=bank.model).missing

    field = define(bank, "cost_centre", "text", required_from="development")
    reactions.count_again(ledger.events("field.defined").get())
    assert "cost_centre" in missing()
    put(bank, cost_centre="4711")
    assert "cost_centre" not in missing()
    put(bank, cost_centre="")
    assert "cost_centre" in missing()
    actions.edit_field(acting_user=bank.people.hannah, field=field, changes={"label": "Cost centre, new"})
    assert not ledger.events("field.edited").get().data["weighs"]
    actions.retire_field(acting_user=bank.people.hannah, field=field)
    reactions.count_again(ledger.events("field.retired").get())
    assert "cost_centre" not in missing()
    with pytest.raises(Conflict, match="retired"):
        actions.edit_field(acting_user=bank.people.hannah, field=field, changes={"label": "Again"})


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))


@given(given_=ANYTHING)
@pytest.mark.parametrize("type_", ["text", "number", "boolean", "date", "choice", "person", "address"])
def test_a_reader_answers_or_says_what_is_wrong(type_, given_):
    definition = FieldDefinition(type=type_, choices=["a"])
    try:
        kept = custom.read(definition, given_)
    except ValueError:
        return
    assert kept is None or custom.read(definition, kept) == kept
