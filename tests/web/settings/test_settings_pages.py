"""Settings: what rules this installation, and the custom fields."""

import pytest

from remit.inventory import queries
from remit.web import rooms


@pytest.fixture
def bank(mortgage):
    return mortgage


def test_the_index_leads_everywhere_one_may_go(bank, sign_in):
    governance, admin = sign_in(bank.people.hannah), sign_in(bank.people.ines)
    page = governance.get("/settings/").text
    for label in ("Custom fields", "Rules of the record", "Vendors"):
        assert label in page
    assert admin.get("/settings/").status_code == 200
    for setting in rooms.settings():
        assert setting.note.endswith(".")


def test_the_rules_of_the_record_are_read(bank, sign_in):
    page = sign_in(bank.people.daniel).get("/settings/record/").text
    for text in (
        "Training data",
        "From stage",
        "Planned value a year",
        "Finance partner",
        "urn:remit:schema",
    ):
        assert text in page


def test_a_field_is_added_changed_and_retired(bank, sign_in):
    governance = sign_in(bank.people.hannah)
    assert "No custom field yet" in governance.get("/settings/fields/").text
    sent = {
        "label": "Cost centre", "of": "model", "key": "cost_centre", "type": "choice",
        "choices": "North, South", "required_from": "ready", "kinds": ["ml"], "order": "10",
    }  # fmt: skip
    answer = governance.post("/settings/fields/new", sent, follow=True)
    assert "Cost centre is a field now." in answer.text
    field = queries.field("model", "cost_centre")
    assert (field.choices, field.kinds, field.required_from) == (["North", "South"], ["ml"], "ready")
    assert "Cost centre" in governance.get("/settings/record/").text
    at = "/settings/fields/model/cost_centre/"
    page = governance.get(at).text
    assert "North, South" in page
    assert "formula" not in page
    governance.post(at, sent | {"label": "Centre", "kinds": []})
    field = queries.field("model", "cost_centre")
    assert (field.label, field.kinds) == ("Centre", [])
    assert "is retired" in governance.post(f"{at}retire", follow=True).text
    assert governance.get(at).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"key": "Cost Centre"}, "Small letters, digits and underscores"),
        ({"type": "choice"}, "A choice needs at least one"),
        ({"type": "computed", "formula": "1 +"}, "is not a rule"),
        ({"minimum": "5", "maximum": "1", "type": "number"}, "At least 5"),
    ],
)
def test_a_fault_comes_back_on_its_field(bank, sign_in, wrong, says):
    sent = {"label": "Cost", "of": "model", "key": "cost", "type": "text", "order": "1"}
    answer = sign_in(bank.people.hannah).post("/settings/fields/new", sent | wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert not queries.fields().exists()


def test_only_who_may_define_does(bank, sign_in):
    owner = sign_in(bank.people.daniel)
    assert "Add a field" not in owner.get("/settings/fields/").text
    assert owner.get("/settings/fields/new").status_code == 403
