"""Importing models from files, from the file to the standing and the ledger."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest

from remit.inventory import actions
from remit.inventory.models import ChangeRequest, Model, Standing, UseCase, Version
from remit.inventory.search import Search, rows
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.models import Entry
from remit.people import actions as people

HEAD = ["ID", "Model name", "Owner e-mail", "Business unit", "Type", "Tags", "Status", "Go live"]
ROWS = [
    [
        "a-1",
        "Churn",
        "daniel@calder.example",
        "Home lending",
        "Machine learning",
        "cards; q1",
        "Production",
        "2024-03-01",
    ],
    ["a-2", "Pricing", "DANIEL@calder.example", "home lending", "rules", "", "in development", ""],
]


def as_csv(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


@pytest.fixture
def receive(world, tmp_path):
    def of(content, name="models.csv", who=None):
        file = tmp_path / "uploaded"
        file.write_bytes(content)
        return actions.receive_import(acting_user=who or world.people.hannah, path=file, file_name=name)

    return of


@pytest.fixture
def applied(world, receive):
    def of(content, name="models.csv", **how):
        run = receive(content, name)
        return actions.apply_import(acting_user=world.people.hannah, run=run, **how)

    return of


def test_columns_are_guessed_and_rows_become_models_with_owners(world, receive):
    run = receive(as_csv([HEAD, *ROWS]))
    assert run.mapping == {
        "external_key": "ID",
        "model": "Model name",
        "kind": "Type",
        "tags": "Tags",
        "owner": "Owner e-mail",
        "unit": "Business unit",
        "stage": "Status",
        "in_business_since": "Go live",
    }
    checked = actions.check_import(acting_user=world.people.hannah, run=run)
    assert (checked.state, checked.created, checked.faulty) == ("checked", 2, 0)
    assert not Model.objects.exists()
    done = actions.apply_import(acting_user=world.people.hannah, run=checked)
    assert (done.state, done.created, done.unchanged) == ("applied", 2, 0)
    churn = Model.objects.get(external_key="a-1")
    assert (churn.name, churn.kind, churn.tags) == ("Churn", "ml", ["cards", "q1"])
    assert (churn.use_case.owner, churn.use_case.unit) == (world.people.daniel, world.unit)
    assert churn.use_case.key == "churn"
    assert {churn.reference, Model.objects.get(external_key="a-2").reference} == {"MDL-0001", "MDL-0002"}


def test_what_was_in_business_before_it_was_imported_is_so_on_that_day(applied):
    applied(as_csv([HEAD, *ROWS]))
    churn = Version.objects.get(model__name="Churn")
    assert (churn.stage, churn.number) == ("in_business", "unversioned")
    day = datetime(2024, 6, 1, tzinfo=UTC)
    assert [(r.title, r.stage) for r in rows(Search(), units=None, at=day)] == [("Churn", "in_business")]
    assert [r.title for r in rows(Search(), units=None)] == ["Churn", "Pricing"]
    assert not rows(Search(), units=None, at=datetime(2024, 2, 1, tzinfo=UTC)).exists()


def test_each_row_is_in_the_ledger_under_the_person_who_imported(world, applied):
    applied(as_csv([HEAD, *ROWS]), reason="Taking over the registry.")
    entries = Entry.objects.filter(table_name="inventory_model", action="import.apply")
    assert {(e.actor, e.operation) for e in entries} == {(f"user:{world.people.hannah.pk}", "insert")}
    assert entries.count() == 2
    assert entries[0].reason == "Taking over the registry."


def test_importing_again_changes_nothing(applied):
    applied(as_csv([HEAD, *ROWS]))
    before = Entry.objects.exclude(table_name__in=("inventory_importrun", "ledger_event")).count()
    again = applied(as_csv([HEAD, *ROWS]))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert Entry.objects.exclude(table_name__in=("inventory_importrun", "ledger_event")).count() == before


def test_a_changed_cell_updates_and_an_empty_one_leaves_as_is(applied):
    applied(as_csv([HEAD, *ROWS]))
    changed = [[*ROWS[0][:5], "retention", "", ""], [*ROWS[1][:1], "Pricing two", *ROWS[1][2:]]]
    run = applied(as_csv([HEAD, *changed]))
    assert (run.updated, run.unchanged) == (2, 0)
    assert Model.objects.get(external_key="a-1").tags == ["retention"]
    assert Model.objects.get(external_key="a-2").name == "Pricing two"
    assert Standing.objects.filter(known_to=None, valid_to=None, title="Pricing two").exists()


def test_a_watched_field_waits_for_a_reviewer_and_is_asked_for_once(world, applied):
    applied(as_csv([HEAD, *ROWS]))
    unit = people.create_unit(acting_user="system:test", name="Cards")
    moved = as_csv([HEAD, [*ROWS[0][:3], unit.name, *ROWS[0][4:]]])
    run = applied(moved)
    assert (run.updated, run.requested) == (1, 1)
    (asked,) = ChangeRequest.objects.all()
    assert asked.changes["unit"]["after"] == str(unit.pk)
    assert Model.objects.get(external_key="a-1").use_case.unit == world.unit
    again = applied(moved)
    assert (again.unchanged, again.requested) == (1, 0)


def test_rows_of_one_use_case_share_it_and_may_not_contradict(applied):
    head = ["external_key", "model", "use_case", "owner", "unit", "purpose"]
    same = ["daniel@calder.example", "Home lending"]
    run = applied(
        as_csv(
            [head, ["k1", "A", "Retention", *same, "keep-customers"], ["k2", "B", "retention", "", "", ""]]
        )
    )
    assert run.created == 2
    (case,) = UseCase.objects.all()
    assert {m.name for m in case.models.all()} == {"A", "B"}
    with pytest.raises(Conflict, match="1 of 2 rows"):
        applied(
            as_csv(
                [
                    head,
                    ["k3", "C", "Other", *same, "sell-more"],
                    ["k4", "D", "Other", *same, "keep-customers"],
                ]
            )
        )


FAULTY = [
    HEAD,
    ["b-1", "One", "nobody@calder.example", "Home lending", "ml", "", "", ""],
    ["b-2", "Two", "daniel@calder.example", "Nowhere", "ml", "", "", ""],
    ["b-3", "Three", "daniel@calder.example", "Home lending", "crystal ball", "", "", "2099-01-01"],
    ["b-4", "", "daniel@calder.example", "Home lending", "ml", "", "", ""],
    ["b-5", "Five", "daniel@calder.example", "Home lending", "ml", "", "", "03/04/2024"],
    ["b-5", "Five again", "daniel@calder.example", "Home lending", "ml", "", "", ""],
    ["", "Nameless", "daniel@calder.example", "Home lending", "ml", "", "", ""],
    ["b-8", "Eight", "daniel@calder.example", "Home lending", "ml", "", "", ""],
]


def test_every_fault_names_its_row_its_column_and_the_remedy(world, receive):
    run = actions.check_import(acting_user=world.people.hannah, run=receive(as_csv(FAULTY)))
    found = {(row, column) for row, column, *_ in run.faults}
    assert found == {
        (2, "Owner e-mail"),
        (3, "Business unit"),
        (4, "Type"),
        (4, "Go live"),
        (5, "Model name"),
        (6, "Go live"),
        (7, "ID"),
        (8, "ID"),
    }
    assert all(what and remedy for *_, what, remedy in run.faults)
    assert (run.rows, run.faulty, run.created) == (8, 7, 1)


def test_faults_refuse_the_file_unless_they_are_left_out(world, applied):
    with pytest.raises(Conflict, match="7 of 8 rows"):
        applied(as_csv(FAULTY))
    assert not Model.objects.exists()
    assert applied(as_csv(FAULTY), skip=True).created == 1
    assert Model.objects.get().name == "Eight"


def test_only_whoever_may_import_in_a_unit_imports_there(world, receive):
    unit = people.create_unit(acting_user="system:test", name="Cards")
    only_cards = people.invite(
        acting_user="system:test",
        email="cara@calder.example",
        name="Cara Cards",
        password="correct horse battery",
        unit=unit,
        roles=("model_owner",),
    )
    run = receive(as_csv([HEAD, ROWS[0]]), who=only_cards)
    checked = actions.check_import(acting_user=only_cards, run=run)
    assert checked.faults[0][3] == "You may not import models of Home lending."
    with pytest.raises(Denied, match="Only Cara Cards"):
        actions.apply_import(acting_user=world.people.hannah, run=run)
    with pytest.raises(Denied):
        receive(as_csv([HEAD, ROWS[0]]), who=world.people.lucia)


def test_a_mapping_is_checked_kept_and_used_for_the_next_file_of_that_shape(world, receive):
    odd = [["Nr", "Title", "Chef", "Division"], ["1", "Churn", "daniel@calder.example", ""]]
    run = receive(as_csv(odd))
    assert "external_key" not in run.mapping
    with pytest.raises(Invalid) as problem:
        actions.check_import(acting_user=world.people.hannah, run=run)
    assert "external_key" in problem.value.fields
    mapping = {"external_key": "Nr", "model": "Title", "owner": "Chef", "unit": "Division"}
    with pytest.raises(Invalid):
        actions.map_import(
            acting_user=world.people.hannah, run=run, mapping=mapping | {"tags": "Nr"}, defaults={}
        )
    mapped = actions.map_import(
        acting_user=world.people.hannah, run=run, mapping=mapping, defaults={"unit": "Home lending"}
    )
    actions.apply_import(acting_user=world.people.hannah, run=mapped)
    assert Model.objects.get(external_key="1").use_case.unit == world.unit
    assert receive(as_csv(odd)).mapping == mapping


def test_an_excel_workbook_is_read_with_its_dates_numbers_and_formulas(world, receive):
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(
        [17, "Churn", "daniel@calder.example", "Home lending", "ml", None, "live", date(2024, 3, 1)]
    )
    book.active.append([18, '=CONCATENATE("a","b")', "daniel@calder.example", "Home lending", "ml"])
    out = io.BytesIO()
    book.save(out)
    run = actions.check_import(acting_user=world.people.hannah, run=receive(out.getvalue(), "models.xlsx"))
    assert [(row, column) for row, column, *_ in run.faults] == [(3, "Model name")]
    assert "never computed" in run.faults[0][3]
    actions.apply_import(acting_user=world.people.hannah, run=run, skip=True)
    model = Model.objects.get()
    assert model.external_key == "17"
    assert model.versions.get().in_business_at == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("latin-1"),
        lambda text: text.encode("utf-16"),
    ],
    ids=["utf-8 with a mark", "latin-1", "utf-16"],
)
def test_accents_survive_whatever_the_encoding(applied, encoded):
    text = "external_key;model;owner;unit\nü-1;Prêt à vie;daniel@calder.example;Home lending\n"
    applied(encoded(text))
    assert Model.objects.get(external_key="ü-1").name == "Prêt à vie"


def test_json_lists_and_nested_objects_are_read_by_path(applied):
    item = {
        "external_key": "j1",
        "model": {"name": "Nested"},
        "use_case": {"name": "Case", "owner": {"email": "daniel@calder.example"}, "unit": "Home lending"},
        "tags": ["a,b", "c"],
    }
    item["model.tags"] = item.pop("tags")
    applied(json.dumps([item]).encode(), "models.json")
    assert Model.objects.get(external_key="j1").tags == ["a,b", "c"]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "models.csv", "empty|no columns"),
        (b"a,a\n1,2\n", "models.csv", "Two columns"),
        (b"PK\x03\x04 nothing", "models.xlsx", "cannot be read"),
        (b"[1, 2]", "models.json", "no list of objects"),
        (b"[{", "models.json", "cannot be read"),
        (b"a,b\n", "models.csv", "no rows"),
    ],
)
def test_what_is_no_table_is_refused_on_the_file(receive, content, name, says):
    with pytest.raises(Invalid, match=says) as problem:
        receive(content, name)
    assert "file" in problem.value.fields


def test_a_custom_field_is_read_by_its_rule(world, applied, receive):
    actions.define_field(
        acting_user=world.people.hannah,
        of="model",
        key="cost_centre",
        type_="number",
        label="Cost centre",
        maximum=99,
    )
    head = ["external_key", "model", "owner", "unit", "Cost centre"]
    who = ["daniel@calder.example", "Home lending"]
    applied(as_csv([head, ["c1", "A", *who, "12"]]))
    assert Model.objects.get(external_key="c1").custom == {"cost_centre": 12}
    run = actions.check_import(
        acting_user=world.people.hannah, run=receive(as_csv([head, ["c1", "A", *who, "120"]]))
    )
    assert "up to 99" in run.faults[0][3]
    applied(as_csv([head, ["c1", "A", *who, "13"]]))
    assert Model.objects.get(external_key="c1").custom == {"cost_centre": 13}
