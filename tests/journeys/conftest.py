"""A real server on a free port, a real browser, and a look at every page that must find nothing wrong."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SPRITE = ROOT / "src/remit/web/static/vendor/icons.svg"
SCREENS = ROOT / ".build/screens"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PASSWORD = "correct horse battery"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Server:
    """A served installation: its address, its home, and its command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "REMIT_HOME": str(home)}
        self.environment.pop("REMIT_DATABASE_URL", None)
        self.base = ""

    def remit(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "remit.cli.main", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, script: str) -> str:
        """Run a script against this installation, with Django ready."""
        text = f"import django; django.setup()\n{script}"
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "remit.config.settings"}
        done = subprocess.run(
            [sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`remit web` on an empty installation."""
    if not SPRITE.exists():
        pytest.skip("not run: the web assets are not built (python assets/vendor.py)")
    found = Server(tmp_path_factory.mktemp("journeys") / "home")
    found.home.mkdir()
    found.remit("migrate")
    log = found.home / "web.out"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "remit.cli.main", "web", "--port", "0"],
            env=found.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        found.base = _address(process, log)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)
        _stop_database(found)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    import time

    import httpx

    for _ in range(600):
        said = re.search(r"http://[\d.]+:\d+", log.read_text())
        if said:
            try:
                httpx.get(f"{said.group(0)}/health", timeout=2).raise_for_status()
            except httpx.HTTPError:
                pass
            else:
                return said.group(0)
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _stop_database(found: Server) -> None:
    script = "from remit.config import postgres; postgres.stop()"
    subprocess.run([sys.executable, "-c", script], env=found.environment, check=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, or Playwright's own; its event loop would disturb other files."""
    playwright = pytest.importorskip("playwright.sync_api", reason="not run: playwright is not installed")
    found = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    with playwright.sync_playwright() as running:
        try:
            launched = running.chromium.launch(executable_path=found, args=ARGUMENTS)
        except playwright.Error as error:
            pytest.skip(f"not run: no Chromium here ({str(error).splitlines()[0]})")
        yield launched
        launched.close()


class Visitor:
    """A person at a browser. Whatever the console complains about fails the test."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        # the browser itself reports every answer from 400 on; the tests assert those answers
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Any:
        return self.page.goto(self.base + path)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.page.context.clear_cookies()
        self.go("/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/account/login" not in url)

    def look(self, name: str) -> None:
        """Find nothing wrong with the page as it stands: axe in both themes, no overflow at any width."""
        for theme in ("light", "dark"):
            self.page.evaluate("t => { document.documentElement.dataset.bsTheme = t }", theme)
            self._axe(f"{name}, {theme}")
            self.page.screenshot(path=SCREENS / f"{name}-{theme}.png", full_page=True)
        before = self.page.viewport_size
        for width in (360, 768, 2560):
            self.page.set_viewport_size({"width": width, "height": 800})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide at {width} px"
            if width == 360:
                self.page.screenshot(path=SCREENS / f"{name}-360.png", full_page=True)
        self.page.set_viewport_size(before)
        assert not self.complaints, self.complaints

    def glance(self, path: str) -> None:
        """Open a page and find nothing wrong: axe in both themes, no overflow on a small or usual desk."""
        answer = self.go(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        for theme in ("light", "dark"):
            self.page.evaluate("t => { document.documentElement.dataset.bsTheme = t }", theme)
            self._axe(f"{path}, {theme}")
        before = self.page.viewport_size
        for width in (1024, 1440):
            self.page.set_viewport_size({"width": width, "height": 1000})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide at {width} px"
        self.page.set_viewport_size(before)
        assert self.page.locator(".rm-crumbs li").count(), f"{path} has no breadcrumbs"
        assert not self.complaints, f"{path}: {self.complaints}"

    def _axe(self, where: str) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map("
            "v => [v.id, ...v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)]))",
            WCAG,
        )
        assert not found, f"{where}: {found}"


@pytest.fixture(scope="module")
def arrive(browser: Any, server: Server) -> Callable[[], Visitor]:
    """Open a fresh browser for a person; whoever asks closes its context."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def opened() -> Visitor:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        context.set_default_timeout(15_000)
        return Visitor(context.new_page(), server.base)

    return opened


@pytest.fixture
def visitor(arrive: Callable[[], Visitor]) -> Iterator[Visitor]:
    """A person at a fresh browser."""
    found = arrive()
    yield found
    found.page.context.close()
    assert not found.complaints, found.complaints


@pytest.fixture(scope="module")
def bank(server: Server) -> Server:
    """The installation opened, with one person a role; their password is PASSWORD."""
    server.python(_BANK)
    return server


_BANK = f"""
from remit.people import actions, queries
from remit.lifecycle import actions as lifecycle
if queries.installation() is None:
    actions.open_installation(organisation="Calder Bank", email="ines@calder.example", name="Ines Carvalho",
        title="Chief Data Officer", password="{PASSWORD}", acting_user="system:test")
ines = queries.user_by_email("ines@calder.example")
unit = actions.create_unit(acting_user=ines, name="Home lending")
for name, title, role in (
    ("Daniel Okafor", "Head of home lending", "model_owner"),
    ("Priya Raman", "Lead data scientist", "model_developer"),
    ("Tomasz Zielinski", "Model validator", "independent_validator"),
    ("Hannah Lindqvist", "Head of model risk", "model_risk_governance"),
    ("Marcus Bell", "Fair lending officer", "compliance_legal"),
    ("Aisha Rahman", "Chief risk officer", "approver"),
    ("Lucia Moretti", "ModelOps engineer", "ml_operations"),
    ("Olga Petrova", "Internal auditor", "internal_audit"),
):
    email = name.split()[0].lower() + "@calder.example"
    who = dict(email=email, name=name, title=title, roles=(role,), password="{PASSWORD}")
    actions.invite(acting_user=ines, **who)
lifecycle.publish_definitions(acting_user="system:test")
"""
