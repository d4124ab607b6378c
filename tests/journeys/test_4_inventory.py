"""An inventory is taken over from a file, changed by two people, and read as it stood yesterday."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.browser
FILE = """External key,Model,Use case,Unit,Owner,Kind,Decision,Purpose,Population,\
Version,Stage,In business since
valuation,Property valuation,Property valuation,Home lending,daniel@calder.example,ml,\
Estimate a home's value.,collateral-valuation,Homes in three states,1.0,in business,2022-03-07
"""
HERS = (
    "/models/", "/models/?flat=1", "/models/?q=nothing+is+called+this", "/models/?as_of=2026-01-01",
    "/changes/", "/import/", "/discovery/", "/attestations/", "/attestations/new", "/people/",
    "/people/units/", "/people/groups/", "/people/emergencies/", "/vendors/", "/account/",
    "/account/sessions/",
    "/account/2fa/", "/account/password/change/",
)  # fmt: skip
MODELS = (
    "", "lifecycle/", "versions/", "versions/1.0/", "evidence/", "controls/", "monitoring/", "decisions/",
    "value/", "history/", "issues/", "edit", "relations/new", "?as_of=2026-01-01",
)  # fmt: skip
ADMINISTRATORS = (
    "/settings/", "/settings/record/", "/settings/fields/", "/settings/fields/new", "/settings/sign-in/",
    "/settings/service-accounts/", "/people/invite",
)  # fmt: skip


@pytest.fixture(scope="module")
def taken_over(arrive, bank, tmp_path_factory):
    """Return the address of the model that Hannah brought in a file."""
    visitor = arrive()
    page = visitor.page
    file = tmp_path_factory.mktemp("import") / "registry.csv"
    file.write_text(FILE, encoding="utf-8")
    visitor.sign_in("hannah@calder.example")
    visitor.go("/import/")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("link", name="See the models").click()
    page.get_by_label("Search models").fill("valuation")
    page.get_by_role("link", name="Property valuation").first.click()
    page.wait_for_url("**/models/MDL-*/")
    address = page.url.removeprefix(bank.base)
    page.context.close()
    assert not visitor.complaints
    return address


def test_a_watched_field_takes_two_people_and_yesterday_stays_as_it_was(visitor, taken_over):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    visitor.go(f"{taken_over}edit")
    page.get_by_label("Purpose").fill("collateral-revaluation")
    page.locator("#id_reason").fill("Homes are valued again each year.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    visitor.go("/changes/")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    assert page.get_by_role("button", name="Approve and apply").count() == 0
    change = page.url.removeprefix(visitor.base)
    visitor.sign_in("hannah@calder.example")
    visitor.glance(change)
    page.locator("#id_reason").fill("Agreed with home lending.")
    page.get_by_role("button", name="Approve and apply").click()
    page.get_by_text("Approved by Hannah Lindqvist").or_(page.get_by_text("Approved")).first.wait_for()
    visitor.go(taken_over)
    page.get_by_text("collateral-revaluation").first.wait_for()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    visitor.go(f"{taken_over}?as_of={yesterday}")
    page.get_by_text(f"As of {yesterday:%-d %B %Y}.").wait_for()
    assert page.get_by_text("collateral-revaluation").count() == 0


def test_nothing_is_wrong_with_any_page(visitor, taken_over):
    visitor.sign_in("hannah@calder.example")
    for path in (*HERS, *(taken_over + rest for rest in MODELS)):
        visitor.glance(path)
    visitor.sign_in("ines@calder.example")
    for path in ADMINISTRATORS:
        visitor.glance(path)
