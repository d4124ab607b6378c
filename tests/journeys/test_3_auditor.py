"""An auditor reads why an applicant was declined, and checks the ledger without trusting the server."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
TESTS = Path(__file__).parents[1]
# a licensed version behind a gateway in one process, asked three times; sealed and under a checkpoint
DECIDED = f"""
import sys, tempfile
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS / "serving")!r}]
from pathlib import Path
from types import SimpleNamespace
from serving_world import FEATURES, Bank, Gateway
from remit.inventory import actions as inventory
from remit.inventory.contract import Intake
from remit.kernel.problems import Refused
from remit.ledger import actions as ledger
from remit.people import queries as people
from remit.serving import actions as serving

named = dict(owner="daniel", developer="priya", operations="lucia", approver="aisha")
staff = {{role: people.user_by_email(name + "@calder.example") for role, name in named.items()}}
unit = next(unit for unit in people.units() if unit.name == "Home lending")
form = Intake(name="Home equity line", decision="Whether an applicant is offered the line.",
    purpose="home-loan-origination", population="Home owners.", value_hypothesis="Fewer losses.",
    planned_value_a_year="250000", alternative="A rule on payment to income.")
bank = Bank.__new__(Bank)
bank.folder, bank.people = Path(tempfile.mkdtemp()), SimpleNamespace(**staff)
bank.use_case = inventory.file_use_case(acting_user=staff["owner"], form=form, unit=unit)
bank.model = inventory.register_model(acting_user=staff["developer"], use_case=bank.use_case,
    name="Equity scorecard", kind="statistical")
serving.deploy(acting_user=staff["operations"], version=bank.licensed("1.0"))
_, token = serving.register_consumer(acting_user=staff["operations"], name="Equity desk",
    use_cases=[bank.use_case.key], channels=["branch"])
serving.publish_bundle(acting_user="system:worker", cause="test")
gateway = Gateway(token, bank.use_case.key)
gateway.decide("HEL-1")
gateway.decide("HEL-2", features=FEATURES | {{"payments": 0.62}})
try:
    gateway.decide("HEL-3", purpose="marketing")
except Refused:
    pass
serving.seal_decision_files(acting_user="system:worker")
"""
CHECKPOINT = """
from remit.ledger import actions
actions.sequence(); actions.sign_checkpoint(); assert not actions.verify()
"""


@pytest.fixture(scope="module")
def decided(bank):
    bank.python(DECIDED)
    return bank


def test_why_this_applicant_was_declined(visitor, decided):
    page = visitor.page
    decided.python(CHECKPOINT)
    visitor.sign_in("olga@calder.example")
    page.get_by_role("link", name="Decisions").click()
    page.get_by_role("link", name="HEL-3").wait_for()
    visitor.look("decisions")
    page.evaluate("window.stays = true")
    page.get_by_role("radio", name="Declined").check()
    page.get_by_role("link", name="HEL-3").wait_for(state="detached")
    assert page.evaluate("window.stays") is True
    page.get_by_role("link", name="HEL-2").click()
    page.get_by_role("heading", name="Why was this applicant declined?").wait_for()
    page.get_by_text("above the decline limit of 0.45.").wait_for()
    page.get_by_text("Same score, to 6 digits.").wait_for()
    visitor.look("decision-declined")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export the record").click()
    assert '"decline"' in Path(download.value.path()).read_text()
    page.get_by_role("link", name="proof holds").click()
    page.get_by_role("button", name="Verify this entry here").click()
    page.get_by_text("Proof holds").wait_for()


def test_why_a_request_was_refused(visitor, decided):
    page = visitor.page
    visitor.sign_in("olga@calder.example")
    visitor.go("/decisions/?outcome=refused&q=HEL")
    page.get_by_role("link", name="HEL-3").click()
    page.get_by_role("heading", name="Why was this request refused?").wait_for()
    page.get_by_role("heading", name="Refused by the purpose").wait_for()
    visitor.look("decision-refused")


def test_an_auditor_verifies_an_inclusion_proof(visitor, decided):
    page = visitor.page
    decided.python(CHECKPOINT)
    visitor.sign_in("olga@calder.example")
    visitor.go("/audit/")
    page.get_by_label("Kind of action").select_option(label="Remit")
    page.wait_for_url("**/audit/?*kind=remit.*")
    page.get_by_role("link", name="added remit").first.click()
    page.locator("#entry").get_by_text("remit.issue", exact=True).first.wait_for()
    page.get_by_role("button", name="Verify this entry here").click()
    page.get_by_text("Proof holds").wait_for()
    for said in ("The path ends at the root", "The payload has the digest", "signature fits the key"):
        assert page.locator("#checks").get_by_text(said).is_visible()
    visitor.look("audit")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("m.leaf = m.leaf.replace('remit', 'Remit')", "does not end at the root"),
        ("m.path[0] = '00' + m.path[0].slice(2)", "does not end at the root"),
        ("m.index = m.index === 0 ? 1 : m.index - 1", "does not end at the root"),
        ("m.size -= 1", "does not end at the root"),
        ("m.payload = m.payload + ' '", "The payload is not what the leaf names"),
        ("m.note = m.note.replace('remit/ledger', 'remit/ledges')", "does not fit the key"),
    ],
)
def test_the_browser_notices_what_was_altered(visitor, decided, change, said):
    page = visitor.page
    visitor.sign_in("olga@calder.example")
    visitor.go("/audit/?kind=remit.")
    page.get_by_role("heading", name="Inclusion proof").wait_for()
    page.evaluate(
        "() => { const d = document.getElementById('material'); const m = JSON.parse(d.textContent);"
        f"{change}; d.textContent = JSON.stringify(m); }}"
    )
    page.get_by_role("button", name="Verify this entry here").click()
    page.get_by_text("Proof fails").wait_for()
    assert page.locator("#checks").get_by_text(said).is_visible()


def test_the_timeline_narrows_and_goes_back(visitor, decided):
    page = visitor.page
    visitor.sign_in("olga@calder.example")
    visitor.go("/audit/")
    page.evaluate("window.stays = true")
    page.get_by_label("Search the ledger").fill("no such thing at all")
    page.get_by_role("heading", name="No entry fits this filter").wait_for()
    visitor.look("audit-none")
    page.get_by_label("Search the ledger").fill("Equity desk")
    entry = page.get_by_role("link", name="added consumer Equity desk")
    entry.click()
    page.wait_for_url("**/audit/*/?q=Equity*")
    page.get_by_text("consumer.register").first.wait_for()
    assert page.evaluate("window.stays") is True
    page.go_back()
    page.go_back()
    page.get_by_role("heading", name="Audit ledger").wait_for()


def test_the_export_is_verified_by_the_command_line_alone(visitor, decided, tmp_path):
    page = visitor.page
    visitor.sign_in("olga@calder.example")
    visitor.go("/audit/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export for the examiner").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    (ledger,), (key,) = tmp_path.glob("*.jsonl"), tmp_path.glob("*.pem")
    command = [
        sys.executable,
        "-m",
        "remit.cli.main",
        "ledger",
        "verify",
        "--export",
        ledger,
        "--public-key",
        key,
    ]
    # another home, without a database: nothing of the server is at hand
    environment = decided.environment | {"REMIT_HOME": str(tmp_path / "elsewhere")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ledger.write_bytes(ledger.read_bytes().replace(b"Equity desk", b"Equity Desk", 1))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "payload" in done.stdout + done.stderr
