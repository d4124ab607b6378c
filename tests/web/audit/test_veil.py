"""Restricted fields are left out of what the ledger tells to those who may not read them."""

import html

import pytest

from remit.inventory import actions, queries
from remit.ledger import queries as ledger
from remit.ledger.models import Entry
from remit.people import policies
from remit.web.audit.veil import Veil


@pytest.fixture
def kept(mortgage):
    mortgage.until("registered")
    hannah = mortgage.people.hannah
    actions.add_vendor(acting_user=hannah, name="Scores Inc", contract="SECRET-4711")
    layout = {"type_": "text", "label": "Fee", "restricted": True}
    actions.define_field(acting_user=hannah, of="model", key="fee", **layout)
    model = queries.model("MDL-0001")
    actions.set_custom(acting_user=hannah, subject=model, values={"fee": "HIDDEN-FEE"})
    return mortgage


def test_an_entry_of_the_ledger_hides_the_field_and_the_exact_payload(kept, sign_in):
    entry = Entry.objects.get(table_name="inventory_vendor")
    page = html.unescape(sign_in(kept.people.lucia).get(f"/audit/{entry.pk}/").text)
    assert "Scores Inc" in page
    assert "SECRET-4711" not in page
    assert "Fields that you may not read are left out here." in page
    page = html.unescape(sign_in(kept.people.hannah).get(f"/audit/{entry.pk}/").text)
    assert "SECRET-4711" in page
    assert "left out here" not in page


def test_the_history_of_a_model_hides_restricted_custom_fields(kept, sign_in):
    address = "/models/MDL-0001/history/"
    assert "HIDDEN-FEE" in sign_in(kept.people.hannah).get(address).text
    page = sign_in(kept.people.lucia).get(address).text
    assert "filled in custom fields" in page
    assert "HIDDEN-FEE" not in page


def test_protected_columns_are_left_out_of_a_schema(kept):
    columns = [{"name": "income", "role": "feature"}, {"name": "sex", "role": "protected"}]
    payload = {"before": None, "after": {"schema": {"columns": columns}}, "reason": ""}
    seen = Veil(kept.people.lucia).reduced(payload, "inventory_version")
    assert seen["after"]["schema"]["columns"] == columns[:1]
    assert Veil(kept.people.marcus).reduced(payload, "inventory_version") == payload


def test_a_search_does_not_tell_what_is_hidden(kept, sign_in):
    vendor = Entry.objects.get(table_name="inventory_vendor").pk
    for text in ("SECRET-4711", "HIDDEN-FEE"):
        shown = f"/audit/{vendor}/" if text.startswith("SECRET") else "custom"
        assert shown in sign_in(kept.people.hannah).get(f"/audit/?q={text}").text
    listed = ledger.entries(text="SECRET-4711", unread=policies.veiled_tables(kept.people.lucia))
    assert not listed.filter(table_name="inventory_vendor").exists()
    assert ledger.entries(text="SECRET-4711", unread=policies.veiled_tables(kept.people.hannah)).exists()
    page = sign_in(kept.people.lucia).get("/audit/?q=SECRET-4711").text
    assert f"/audit/{vendor}/" not in page


def test_every_noun_with_restricted_fields_that_has_a_table_is_veiled():
    nouns = {noun for noun in policies.nouns() if policies.policy(noun).restricted}
    assert nouns - set(policies.VEILED.values()) == {"decision"}


def test_the_api_gives_the_exact_payload_only_to_who_may_read_all_of_it(kept, sign_in):
    entry = Entry.objects.get(table_name="inventory_vendor").pk
    answers = {
        name: sign_in(getattr(kept.people, name)).get(f"/api/v1/ledger/entries/{entry}").json()
        for name in ("hannah", "lucia")
    }
    assert "SECRET-4711" in answers["hannah"]["payload"]
    assert answers["lucia"] == answers["hannah"] | {"payload": None}
