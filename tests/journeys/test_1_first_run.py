"""From an empty installation to a filed use case, in the browser. First, for it opens the installation."""

import pytest

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"


def test_the_first_administrator_opens_the_installation_and_invites_an_owner(visitor, server):
    page = visitor.page
    visitor.go("/")
    assert page.url.endswith("/welcome")
    visitor.look("first-run-open")
    code = server.python("from remit.people import queries; print(queries.setup_code())").strip()
    page.get_by_label("Set-up code").fill("WRONG")
    page.get_by_label("Organisation").fill("Calder Bank")
    page.get_by_label("Your name").fill("Ines Carvalho")
    page.get_by_label("Your title").fill("Chief Data Officer")
    page.get_by_label("Work e-mail").fill("ines@calder.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open this installation").click()
    assert page.get_by_text("This is not the code in the server's log.").is_visible()
    visitor.look("first-run-refused")
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open this installation").click()
    page.get_by_role("heading", name="No model decides under a remit yet").wait_for()
    visitor.look("first-run")

    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("Name", exact=True).fill("Olivia Owner")
    page.get_by_label("Work e-mail").fill("olivia@calder.example")
    page.get_by_label("Model owner").check()
    page.get_by_label("First password").fill(PASSWORD)
    visitor.look("invite")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_text("Olivia Owner can sign in as olivia@calder.example.").wait_for()
    visitor.look("people")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Unit", exact=True).last.fill("Cards")
    page.get_by_role("button", name="Add the unit").click()
    page.get_by_text("Cards is a unit now.").wait_for()


def test_an_owner_files_a_use_case_and_sees_its_tier_with_the_reasons(visitor, bank):
    page = visitor.page
    visitor.go("/portfolio/")
    assert "/account/login/" in page.url
    visitor.look("sign-in")
    visitor.sign_in("olivia@calder.example")
    visitor.go("/models/")
    visitor.look("models-empty")
    page.get_by_role("link", name="File a use case").click()
    page.get_by_role("button", name="File it").click()
    assert page.locator(".rm-error").count() >= 5
    visitor.look("file-refused")
    fields = {
        "Name": "Card line increase",
        "Decision": "Whether a card holder is offered a higher line.",
        "Population": "Card holders of twelve months and more.",
        "Without a model": "A rule on payment history.",
        "What it should be worth": "More balances at the same loss rate, by experiment.",
        "Planned value a year": "600000",
        "Purpose": "card-line-increase",
        "Regulations": "Regulation B",
    }
    for label, text in fields.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_label("Line of business").select_option(label="Cards")
    for name in ("People", "Money", "Reach"):
        page.get_by_label(name, exact=True).select_option(index=4)
    page.get_by_role("button", name="File it").click()
    page.get_by_text("Card line increase is filed as UC-0001.").wait_for()
    assert page.get_by_role("heading", name="provisional").is_visible()
    visitor.look("use-case")


def test_the_list_filters_without_a_new_page_and_goes_back(visitor, bank):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    visitor.go("/models/")
    page.get_by_role("link", name="Card line increase").wait_for()
    visitor.look("models")
    page.evaluate("window.stays = true")
    page.get_by_label("Search models").fill("no such model")
    page.get_by_role("heading", name="No model fits this filter").wait_for()
    assert "q=no%20such%20model" in page.url
    assert page.evaluate("window.stays") is True
    visitor.look("models-none")
    page.get_by_role("link", name="Clear the filter").click()
    page.get_by_label("Intake").check()
    page.get_by_role("link", name="Remove the filter Intake").wait_for()
    page.get_by_role("link", name="Card line increase").wait_for()


def test_the_palette_is_a_keyboard_away(visitor, bank):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    visitor.go("/portfolio/")
    visitor.look("portfolio")
    page.keyboard.press("Control+k")
    page.get_by_role("option", name="Portfolio").wait_for()
    page.keyboard.type("card line")
    page.get_by_role("option", name="Card line increase").wait_for()
    visitor._axe("palette")
    page.keyboard.press("Enter")
    page.wait_for_url("**/use-cases/card-line-increase/")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    assert not page.locator("#palette").evaluate("d => d.open")


def test_the_menu_of_a_narrow_screen_opens_and_closes_by_keyboard(visitor, bank):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    page.set_viewport_size({"width": 360, "height": 760})
    visitor.go("/tasks/")
    assert not page.get_by_role("link", name="Portfolio").is_visible()
    page.get_by_role("button", name="Menu").press("Enter")
    page.get_by_role("link", name="Portfolio").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Portfolio").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.hasAttribute('data-menu')")


def test_the_theme_stays_chosen(visitor, bank):
    page = visitor.page
    visitor.sign_in("daniel@calder.example")
    visitor.go("/tasks/")
    visitor.look("tasks")
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    page.get_by_role("button", name="Switch between light and dark").click()
    visitor.go("/account/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    visitor.look("account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")


@pytest.mark.parametrize("path", ["/account/2fa/", "/account/password/change/", "/no-such-page"])
def test_the_other_pages_are_whole(visitor, bank, path):
    visitor.sign_in("daniel@calder.example")
    visitor.go(path)
    visitor.look(path.strip("/").replace("/", "-"))
