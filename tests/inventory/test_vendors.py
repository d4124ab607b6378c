"""Vendors, and what of them only some may read."""

from datetime import date

import pytest

from remit.inventory import actions, queries
from remit.inventory.models import Standing, Vendor
from remit.inventory.models.standing import NOW
from remit.kernel.problems import Denied, Invalid, Unknown


def add(world, name="Northfield Analytics", **facts):
    return actions.add_vendor(acting_user=world.people.daniel, name=name, **facts)


def test_a_vendor_is_added_once_and_its_facts_are_read(world):
    vendor = add(
        world,
        country="us",
        website="https://northfield.example",
        contract="C-2025-118",
        contract_ends="2027-03-31",
        diligence_at="2026-02-01",
        diligence_result="conditions",
    )
    assert (vendor.country, vendor.contract_ends) == ("US", date(2027, 3, 31))
    with pytest.raises(Invalid) as refused:
        add(world, "northfield ANALYTICS")
    assert set(refused.value.fields) == {"name"}
    with pytest.raises(Denied):
        actions.add_vendor(acting_user=world.people.priya, name="Another")


def test_each_fault_is_named_and_nothing_is_kept(world):
    with pytest.raises(Invalid) as refused:
        add(
            world, "", country="USA", website="northfield", contract_ends="31.3.2027",
            diligence_result="fine", rating="AAA",
        )  # fmt: skip
    assert set(refused.value.fields) == {
        "name", "country", "website", "contract_ends", "diligence_result", "rating",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        add(world, "Northfield", diligence_result="passed")
    assert set(refused.value.fields) == {"diligence_at"}
    assert not Vendor.objects.exists()


def test_a_new_name_reaches_the_list_of_models(world):
    world.until("registered")
    vendor = add(world)
    actions.edit_model(acting_user=world.people.priya, model=world.model, changes={"vendor": vendor})
    actions.edit_vendor(acting_user=world.people.daniel, vendor=vendor, changes={"name": "Northfield"})
    assert Standing.objects.get(NOW, model=world.model).vendor_name == "Northfield"
    assert [v.supplies for v in queries.vendors()] == [1]
    assert list(queries.models_from(vendor)) == [world.model]
    with pytest.raises(Unknown):
        queries.vendor(world.model.pk)
