"""A passkey is added and signs in, in a real browser with an authenticator that the browser plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.ledger.models import Event

PASSWORD = "correct horse battery"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHROMIUM = Path("/usr/bin/chromium")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(monkeypatch):
    from playwright.sync_api import sync_playwright

    # the browser's driver runs an event loop in this thread; the server has threads of its own
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as driver:
        where = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
        browser = driver.chromium.launch(args=ARGUMENTS, **where)
        found = browser.new_page()
        found.set_default_timeout(60_000)
        yield found
        browser.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.django_db(transaction=True)
def test_a_passkey_signs_in_without_a_password(live_server, administrator, page):
    # a browser gives passkeys to https and to localhost only
    base = live_server.url.replace("127.0.0.1", "localhost")
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{base}/account/login/")
    page.fill("[name=login]", administrator.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{base}/**")
    page.goto(f"{base}/account/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("[name=name]", "Laptop")
    page.check("[name=passwordless]")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)

    page.context.clear_cookies()
    page.goto(f"{base}/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    page.goto(f"{base}/account/")
    assert administrator.name in page.inner_text("h1")
    assert not faults
    last = Event.objects.filter(name="person.signed_in").order_by("-occurred_at").first()
    assert last.data["method"] == "mfa"
