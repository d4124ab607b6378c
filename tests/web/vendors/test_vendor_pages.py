"""Vendors on their pages; contract and diligence for those who may read contracts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.inventory import actions, queries
from remit.kernel import clock


@pytest.fixture
def bank(mortgage):
    return mortgage.until("registered")


def test_one_is_added_listed_read_and_edited(bank, sign_in):
    owner = sign_in(bank.people.daniel)
    assert "No vendor yet" in owner.get("/vendors/").text
    soon = (clock.now() + timedelta(days=20)).date()
    sent = {
        "name": "Northfield", "country": "us", "website": "https://northfield.example",
        "contract": "C-118", "contract_ends": soon.isoformat(),
        "diligence_at": "2019-05-01", "diligence_result": "passed", "diligence_note": "Three sites visited.",
    }  # fmt: skip
    answer = owner.post("/vendors/new", sent, follow=True)
    assert "Northfield is added." in answer.text
    for text in ("C-118", ", soon", "more than a year ago", "Three sites visited.", "No model names it"):
        assert text in answer.text
    vendor = queries.vendors().get()
    actions.edit_model(acting_user=bank.people.priya, model=bank.model, changes={"vendor": vendor})
    listed = owner.get("/vendors/").text
    assert "C-118" in listed
    owner.post(f"/vendors/{vendor.pk}/edit", sent | {"name": "Northfield Ltd"})
    assert "Mortgage scorecard" in owner.get(f"/vendors/{vendor.pk}/").text
    assert queries.vendor(vendor.pk).name == "Northfield Ltd"


def test_a_fault_comes_back_on_its_field(bank, sign_in):
    answer = sign_in(bank.people.daniel).post("/vendors/new", {"name": "N", "country": "7!"})
    assert answer.status_code == 422
    assert "Two letters, such as US." in answer.text


def test_who_may_not_read_contracts_sees_none(bank, sign_in):
    vendor = actions.add_vendor(acting_user=bank.people.daniel, name="Northfield", contract="C-118")
    developer = sign_in(bank.people.priya)
    for address in ("/vendors/", f"/vendors/{vendor.pk}/"):
        page = developer.get(address).text
        assert "Northfield" in page
        assert "C-118" not in page
    assert developer.get("/vendors/new").status_code == 403
    assert developer.post(f"/vendors/{vendor.pk}/edit", {"name": "Mine"}).status_code == 403
    assert developer.get(f"/vendors/{bank.model.pk}/").status_code == 404


def test_a_longer_list_reads_no_more_often(bank, sign_in):
    reader = sign_in(bank.people.daniel)

    def reads():
        reader.get("/vendors/")
        with CaptureQueriesContext(connection) as captured:
            assert reader.get("/vendors/").status_code == 200
        return len(captured)

    actions.add_vendor(acting_user=bank.people.daniel, name="V")
    few = reads()
    for n in range(8):
        actions.add_vendor(acting_user=bank.people.daniel, name=f"Vendor {n}")
    assert reads() == few
