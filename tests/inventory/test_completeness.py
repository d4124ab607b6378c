"""How complete a record is: the rule for one and the database's for thousands say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.governance import queries as governance
from remit.inventory import actions, queries, standing
from remit.inventory.models import KINDS, Standing
from remit.inventory.models.standing import NOW
from remit.inventory.rules.completeness import Asked, asked_of, completeness


def same(world):
    row = Standing.objects.get(NOW, use_case=world.use_case)
    found = queries.completeness_of(
        queries.use_case(world.use_case.key),
        queries.model(row.model.reference) if row.model else None,
        queries.version_by_id(row.version_id) if row.version_id else None,
    )
    assert row.completeness == found.percent
    assert row.missing == sorted(asked.field for asked in found.missing)
    return found


@pytest.mark.parametrize("step", ["filed", "tiered", "registered", "submitted", "signed", "deployed"])
def test_both_count_alike_along_the_path(world, step):
    world.until(step)
    assert same(world).percent == 100
    actions.define_field(
        acting_user=world.people.hannah,
        of="model",
        key="cost_centre",
        type_="text",
        label="Cost centre",
        required_from="ready",
    )
    standing.refresh([world.use_case.pk])
    late = step in {"submitted", "signed", "deployed"}
    assert ("cost_centre" in {asked.field for asked in same(world).missing}) is late


@pytest.mark.parametrize("kind", sorted(dict(KINDS)))
def test_both_count_alike_for_each_kind(world, kind, tmp_path):
    world.until("tiered")
    model = actions.register_model(
        acting_user=world.people.priya, use_case=world.use_case, name="It", kind=kind
    )
    found = same(world)
    assert ("vendor_id" in {asked.field for asked in found.missing}) is (kind == "vendor")
    assert model.kind == kind
    names = {asked.field for asked in asked_of(kind, "approval")}
    assert ("details.prompts" in names) is (kind in {"llm", "agent"})
    assert ("details.key_cells" in names) is (kind == "spreadsheet")
    assert ("training_data_id" in names) is (kind in {"ml", "statistical"})


def test_a_gate_of_a_high_tier_holds_back_what_is_incomplete(world):
    world.until("registered")
    actions.edit_model(acting_user=world.people.priya, model=world.model, changes={"description": ""})
    world.until("submitted")
    gate = governance.latest_gate(world.version, "G3")
    (result,) = [r for r in gate.results if r["control"] == "RC-04"]
    assert not gate.passed
    assert result["status"] == "failing"
    assert "missing: Description" in result["says"]


FIELDS = st.sampled_from(["a", "b", "c"])


@given(st.lists(FIELDS, unique=True), st.dictionaries(FIELDS, st.sampled_from(["", "x", [], {}, None, 0])))
def test_every_field_counts_once_and_nothing_said_is_missing(names, said):
    asked = [Asked("model", name, name, "intake") for name in names]
    found = completeness(asked, {"model": said})
    missing = {name for name in names if said.get(name) in ("", [], {}, None)}
    assert {want.field for want in found.missing} == missing
    assert (found.percent == 100) is (not missing)
