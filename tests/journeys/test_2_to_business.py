"""An owner's intake becomes a model in business, every judgement given in the browser by its own person."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
WORLD = Path(__file__).parents[1] / "web"
FIELDS = {
    "Name": "Mortgage approval",
    "Decision": "Whether an applicant is offered the mortgage asked for.",
    "Population": "Applicants for a first mortgage in Massachusetts.",
    "Without a model": "A rule on payment to income and credit history.",
    "What it should be worth": "Fewer losses at the same approval rate, by experiment.",
    "Planned value a year": "1800000",
    "Purpose": "home-loan-origination",
    "Regulations": "Regulation B, SR 26-2",
    "Jurisdictions": "US-MA",
}
REGISTER = f"""
import sys; sys.path.insert(0, {str(WORLD)!r})
import mortgage_world
mortgage_world.opened().adopt("mortgage-approval", "tiered").until("registered")
from remit.jobs import worker; worker.drain()
"""
DRAIN = "from remit.jobs import worker; worker.drain()"


def answer(visitor, server, task: tuple[str, str], outcome: str, reason: str = "") -> None:
    """Sign in as a person, open their task, look at it, answer it, and let the worker do its part."""
    (who, title), page = task, visitor.page
    visitor.sign_in(f"{who}@calder.example")
    visitor.go("/tasks/")
    # another journey's use case may wait for the same kind of task
    row = page.get_by_role("row").filter(has_text="Mortgage approval")
    row.get_by_role("link", name=title).first.click()
    page.get_by_role("heading", level=1).wait_for()
    visitor.look(f"task-{title.lower().replace(' ', '-')}")
    page.get_by_role("radio", name=outcome).check()
    if reason:
        page.get_by_role("textbox", name="Reason").fill(reason)
    page.get_by_role("button", name="Sign and send").click()
    page.get_by_text("It is in the ledger.").wait_for()
    server.python(DRAIN)


def test_an_idea_is_filed_and_its_tier_confirmed_by_somebody_else(visitor, bank):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    visitor.go("/use-cases/new")
    for label, text in FIELDS.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_label("Line of business").select_option(label="Home lending")
    for select in page.locator("select[name^='tier-']").all():
        select.select_option(value="3")
    page.get_by_role("button", name="File it").click()
    page.get_by_role("heading", name="Tier 1, to be confirmed").wait_for()
    bank.python(DRAIN)
    answer(visitor, bank, ("hannah", "Confirm tier"), "Confirm", "The answers agree with the portfolio.")
    visitor.go("/use-cases/mortgage-approval/")
    page.get_by_role("heading", name="Tier 1, confirmed").wait_for()


def test_the_builder_submits_and_may_not_judge(visitor, bank):
    bank.python(REGISTER)
    answer(visitor, bank, ("priya", "Submit evidence"), "Submit")
    page = visitor.page
    visitor.go("/models/MDL-0001/lifecycle/")
    page.locator(".bp[data-ready]").wait_for()
    assert page.locator(".bp .now.djs-shape").count() == 2
    visitor.look("model-lifecycle")
    page.get_by_role("row", name="Independent validation").get_by_role("link").click()
    page.get_by_text("You may not decide this.").wait_for()
    assert page.get_by_role("button", name="Sign and send").count() == 0


def test_a_validator_reads_the_evidence_and_approves_with_a_condition(visitor, bank):
    page = visitor.page
    visitor.sign_in("tomasz@calder.example")
    visitor.go("/tasks/")
    page.get_by_role("link", name="Independent validation").click()
    page.get_by_text("You may decide this.").wait_for()
    page.get_by_role("radio", name="Approve with conditions").check()
    page.get_by_role("textbox", name="Reason").fill(
        "Replicated from the registered files; the data are one city."
    )
    page.get_by_role("button", name="Sign and send").click()
    page.get_by_text("State the conditions.").wait_for()
    visitor.look("task-refused")
    page.get_by_role("textbox", name="Conditions").fill("Measure every window on our own outcomes.")
    page.get_by_role("button", name="Sign and send").click()
    page.get_by_text("It is in the ledger.").wait_for()
    bank.python(DRAIN)


def test_the_judgements_end_in_a_remit_that_says_so(visitor, bank):
    answer(visitor, bank, ("marcus", "Fair lending review"), "Approve Fit", "No objection.")
    answer(visitor, bank, ("daniel", "Accept accountability"), "Accept", "I answer for it.")
    answer(visitor, bank, ("aisha", "Approve and sign"), "Approve and sign", "Within appetite.")
    page = visitor.page
    visitor.go("/models/MDL-0001/")
    page.get_by_role("heading", name="Remit of Mortgage scorecard 1.0").wait_for()
    assert page.get_by_text("Measure every window on our own outcomes.").is_visible()
    for name in ("Daniel Okafor", "Tomasz Zielinski", "Aisha Rahman"):
        assert page.locator(".rm-doc .sig").get_by_text(name).is_visible()
    visitor.look("model-overview")
    answer(visitor, bank, ("lucia", "Deploy behind gateway"), "Deploy")
    visitor.go("/models/MDL-0001/lifecycle/")
    page.get_by_role("heading", name="Mortgage scorecard 1.0: ended on").wait_for()


@pytest.mark.parametrize(
    "tab", ["versions", "evidence", "controls", "monitoring", "decisions", "value", "issues", "history"]
)
def test_every_tab_is_whole(visitor, bank, tab):
    visitor.sign_in("hannah@calder.example")
    visitor.go(f"/models/MDL-0001/{tab}/")
    visitor.look(f"model-{tab}")


def test_a_remit_is_suspended_with_a_reason_and_reinstated(visitor, bank):
    page = visitor.page
    visitor.sign_in("aisha@calder.example")
    visitor.go("/models/MDL-0001/")
    page.get_by_role("link", name="Suspend…").click()
    visitor.look("model-suspend")
    page.get_by_role("button", name="Suspend", exact=True).click()
    page.get_by_text("This field is required.").wait_for()
    page.get_by_role("textbox", name="Reason").fill("A drill.")
    page.get_by_role("button", name="Suspend", exact=True).click()
    page.get_by_text("RM-0001 is suspended.").wait_for()
    visitor.look("model-suspended")
    page.get_by_role("link", name="Reinstate…").click()
    page.get_by_role("textbox", name="Reason").fill("The drill is over.")
    page.get_by_role("button", name="Reinstate", exact=True).click()
    page.get_by_text("RM-0001 is in force again.").wait_for()
