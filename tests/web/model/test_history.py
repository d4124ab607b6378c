"""The history of a model: everything around it, in words, with what changed field by field."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.inventory.models import Model, UseCase
from remit.ledger import around
from remit.ledger.capture import acting
from remit.ledger.models import Entry
from remit.people.models import RoleAssignment
from remit.web.model import history

ME = "/models/MDL-0001/history/"


@pytest.fixture
def read(mortgage, sign_in):
    client = sign_in(mortgage.people.hannah)
    return lambda query="": html.unescape(client.get(ME + query).text)


def test_who_did_what_in_order(mortgage, read, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 1_000)
    mortgage.until("deployed")
    page = read()
    told = ["issued remit RM-0001", "recorded the acceptance: approve", "registered version 1.0",
            "filed the use case Mortgage"]  # fmt: skip
    assert not [text for text in told if text not in page]
    places = [page.index(text) for text in told]
    assert places == sorted(places)
    assert "moved version 1.0 to in business" in page
    assert "Stage: <del>deployment</del>" in page
    assert "<ins>in business</ins>" in page
    assert "Instance" not in page, "what the process engine keeps for itself"
    for table in ("inventory_", "governance_", "lifecycle_", "people_"):
        assert not re.search(rf">[^<]*{table}", page), f"a bare name of a table: {table}"


def test_rows_around_the_model_are_in_it_and_those_of_others_are_not(mortgage):
    mortgage.until("deployed")
    model = Model.objects.get(reference="MDL-0001")
    with acting("system:test", "use_case.edit"):
        other = Model.objects.create(
            reference="MDL-0099", use_case=model.use_case, name="Other", kind="ml",
            registered_at=model.registered_at,
        )  # fmt: skip
        RoleAssignment.objects.create(
            user=mortgage.people.priya, role="human_overseer", subject_id=model.use_case_id,
            valid_from=model.registered_at,
        )  # fmt: skip
    own = around.entries(model, model.use_case, around.Asked(), 10_000)
    tables = {entry.table_name for entry in own}
    assert {
        "inventory_usecase", "inventory_model", "inventory_version", "inventory_artifact",
        "evidence_evidence", "governance_approval", "governance_gateevaluation", "governance_remit",
        "lifecycle_task", "lifecycle_process", "serving_deployment", "people_roleassignment",
    } <= tables  # fmt: skip
    assert other.pk not in {entry.object_id for entry in own}
    theirs = around.entries(other, other.use_case, around.Asked(), 10_000)
    assert "inventory_version" not in {entry.table_name for entry in theirs}
    assert {other.pk, model.use_case_id} <= {entry.object_id for entry in theirs}
    assert [entry.pk for entry in own] == sorted((entry.pk for entry in own), reverse=True)


def test_every_table_that_refers_to_a_model_or_its_use_case_belongs():
    found = around.tables(Model, UseCase)
    names = {table._meta.db_table for table in found}
    assert {"inventory_relation", "inventory_changerequest", "inventory_sighting", "monitoring_alarm",
            "evidence_attestation", "governance_finding", "governance_exceptiongrant"} <= names  # fmt: skip
    assert names.isdisjoint({"people_user", "people_unit", "inventory_vendor", "ledger_event"})


def test_it_is_narrowed_by_kind_person_and_day(mortgage, read):
    mortgage.until("deployed")
    page = read("?kind=remit")
    assert "issued remit RM-0001" in page
    assert "registered version" not in page
    person = f"user:{mortgage.people.priya.pk}"
    page = read(f"?person={person}")
    assert "registered version 1.0" in page
    assert "issued remit" not in page
    assert "Nothing fits this filter" in read("?day=2001-01-01")
    assert "issued remit RM-0001" in read("?kind=nonsense&day=nonsense&before=nonsense")


def test_pages_follow_each_other_without_gap_or_repetition(mortgage, read, monkeypatch):
    mortgage.until("deployed")
    monkeypatch.setattr(history, "PAGE", 7)
    seen, query = [], ""
    while True:
        page = read(query)
        seen += [int(n.replace(",", "")) for n in re.findall(r"Entry ([\d,]+)", page)]
        more = re.search(r"before=(\d+)", page)
        if more is None:
            break
        query = f"?before={more.group(1)}"
    model = Model.objects.get(reference="MDL-0001")
    whole = around.entries(model, model.use_case, around.Asked(), 10_000)
    assert sorted(seen) == sorted(entry.pk for entry in whole)


def test_an_entry_leads_to_its_proof(mortgage, read):
    mortgage.until("registered")
    entry = Entry.objects.get(action="model.register", table_name="inventory_model")
    assert f'href="/audit/{entry.pk}/"' in read()


def test_reads_do_not_grow_with_the_entries(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.hannah)

    def reads():
        client.get(ME)
        with CaptureQueriesContext(connection) as found:
            client.get(ME)
        return len(found)

    before = reads()
    mortgage.until("deployed")
    # the remit and the deployments of the header are there only once it runs
    assert reads() <= before + 4
