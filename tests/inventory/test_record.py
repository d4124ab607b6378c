"""The published definition holds from the idea to after retirement, now and on any day."""

import json
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator

from remit.inventory import actions, queries, record
from remit.inventory.models import KINDS, STAGES, Standing
from remit.inventory.models.standing import NOW
from remit.kernel import clock
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.people import actions as people

STEPS = ("filed", "tiered", "registered", "submitted", "validated", "accepted", "signed", "deployed")


def checked(use_case, model=None, **how):
    """Return the record, which is what the definition says and nothing but JSON."""
    found = record.of(queries.use_case_by_id(use_case.pk), model, **how)
    faults = [
        f"{'/'.join(map(str, e.path))}: {e.message}"
        for e in Draft202012Validator(
            record.schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
        ).iter_errors(found)
    ]
    assert faults == []
    assert json.loads(json.dumps(found)) == found
    return found


def test_the_definition_is_itself_valid_and_closed():
    document = record.schema()
    Draft202012Validator.check_schema(document)
    assert document["$id"] == "urn:remit:schema:model:1.0.0"
    assert document["$defs"]["kind"]["enum"] == list(dict(KINDS))
    assert document["$defs"]["stage"]["enum"] == [stage for stage, _ in STAGES]

    def open_objects(node, path):
        if isinstance(node, dict):
            if "properties" in node and "additionalProperties" not in node and "if" not in path:
                yield path
            for key, value in node.items():
                yield from open_objects(value, f"{path}/{key}")
        elif isinstance(node, list):
            for n, value in enumerate(node):
                yield from open_objects(value, f"{path}/{n}")

    assert [p for p in open_objects(document, "") if "allOf" not in p] == []


def test_every_part_that_registers_itself_is_in_the_definition():
    names = {module.NAME for module in record._sections()}
    assert names == {"data", "evidence", "governance", "lifecycle", "serving", "monitoring", "value"}
    assert names < set(record.schema()["properties"])


@pytest.mark.parametrize("step", STEPS)
def test_it_holds_in_each_stage(world, step):
    world.until(step)
    model = queries.model("MDL-0001") if world.model else None
    found = checked(world.use_case, model)
    row = Standing.objects.get(NOW, use_case=world.use_case)
    assert found["stage"] == row.stage
    assert found["completeness"]["percent"] == row.completeness
    assert found["standing"]["owner_name"] == "Daniel Okafor"


def test_it_holds_after_retirement_and_its_review(world):
    world.until("deployed")
    then = clock.now()
    with clock.at(then + timedelta(days=30)):
        lifecycle.retire(acting_user=world.people.daniel, version=world.version, reason="Replaced.")
        world.settle()
        world.complete("confirm_retirement", world.people.hannah, "approve")
        retired = checked(world.use_case, queries.model("MDL-0001"))
        world.complete("post_retirement_review", world.people.daniel, "reviewed", "Worth its cost.")
        archived = checked(world.use_case, queries.model("MDL-0001"))
    assert (retired["stage"], archived["stage"]) == ("retired", "archived")
    assert retired["governance"]["remits"][0]["state"] == "revoked"
    review = next(t for t in archived["lifecycle"]["tasks"] if t["kind"] == "post_retirement_review")
    assert (review["outcome"], review["reason"]) == ("reviewed", "Worth its cost.")
    assert not list(processes.open_tasks(world.use_case))
    before = checked(world.use_case, queries.model("MDL-0001"), at=then + timedelta(days=1))
    assert before["stage"] == "in_business"
    assert before["governance"]["remits"][0]["state"] == "in_force"
    assert before["serving"]["deployments"][0]["ended_at"] is None
    assert "post_retirement_review" not in {t["kind"] for t in before["lifecycle"]["tasks"]}


def test_a_day_in_the_past_is_told_as_it_was(world):
    world.until("registered")
    start = clock.now()
    nora = people.invite(
        acting_user=world.people.ines,
        email="nora@calder.example",
        name="Nora Lind",
        password="correct horse battery",
        roles=("model_owner",),
    )
    with clock.at(start + timedelta(days=30)):
        (asked,) = actions.request_change(
            acting_user=world.people.daniel,
            use_case=world.use_case,
            changes={"owner": nora, "population": "Everybody who asks for a loan."},
            reason="Daniel moves on.",
        )
        actions.approve_change(
            acting_user=world.people.hannah, change=asked, content_digest=asked.content_digest
        )
    with clock.at(start + timedelta(days=60)):
        world.register("2.0", replaces=world.version)
    model = queries.model("MDL-0001")
    with clock.at(start + timedelta(days=90)):
        now = checked(world.use_case, model)
        then = checked(world.use_case, model, at=start + timedelta(days=5))
    assert [v["number"] for v in now["versions"]] == ["2.0", "1.0"]
    assert [v["number"] for v in then["versions"]] == ["1.0"]
    assert now["use_case"]["owner"]["name"] == now["standing"]["owner_name"] == "Nora Lind"
    assert then["use_case"]["owner"]["name"] == then["standing"]["owner_name"] == "Daniel Okafor"
    assert then["use_case"]["population"].startswith("Applicants for a first mortgage")
    assert len(then["evidence"]) < len(now["evidence"])


def test_relations_vendor_and_custom_fields_are_in_it_and_kept_from_who_may_not_read(world):
    world.until("registered")
    vendor = actions.add_vendor(
        acting_user=world.people.daniel, name="Northfield", contract="C-1", contract_ends="2027-01-31"
    )
    actions.edit_model(acting_user=world.people.priya, model=world.model, changes={"vendor": vendor})
    for key, type_, more in (
        ("fee", "number", {"restricted": True}),
        ("site", "address", {}),
        ("big", "computed", {"formula": "use_case.planned_value_a_year > 1000000.0"}),
    ):
        actions.define_field(
            acting_user=world.people.hannah, of="model", key=key, type_=type_, label=key.upper(), **more
        )
    actions.set_custom(acting_user=world.people.daniel, subject=queries.model("MDL-0001"), values={"fee": 9})
    other = actions.register_model(
        acting_user=world.people.priya, use_case=world.use_case, name="Other", kind="ml"
    )
    actions.relate(acting_user=world.people.priya, source=other, target=world.model, kind="uses")
    model = queries.model("MDL-0001")
    whole = checked(world.use_case, model)
    assert whole["model"]["vendor"]["contract"] == "C-1"
    assert whole["model"]["custom"] == {"big": True, "fee": 9, "site": None}
    assert [(r["verb"], r["model"]["name"]) for r in whole["model"]["relations"]] == [("is used by", "Other")]
    hidden = record.hidden_from(world.people.priya, world.use_case, model)
    part = checked(world.use_case, model, hidden=hidden)
    assert "contract" not in part["model"]["vendor"]
    assert set(part["model"]["custom"]) == {"big", "site"}
    assert record.hidden_from(world.people.daniel, world.use_case, model) == frozenset()


@pytest.mark.parametrize("kind", sorted(dict(KINDS)))
def test_details_are_those_of_the_kind(world, kind):
    world.until("tiered")
    model = actions.register_model(
        acting_user=world.people.priya, use_case=world.use_case, name="It", kind=kind
    )
    found = checked(world.use_case, model)
    found["model"]["details"] = {"nonsense": 1}
    assert not Draft202012Validator(record.schema()).is_valid(found)
