"""The audit ledger's pages: state, timeline, one entry, its proof and the export."""

import html
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.kernel import clock
from remit.ledger import actions as ledger
from remit.ledger import queries
from remit.people import actions as people
from remit.proof import ledger_export, merkle

HX = {"HX-Request": "true"}


@pytest.fixture
def placed(bank, remit_home):
    """The bank's ledger with every entry under a checkpoint and verified."""
    ledger.sequence()
    ledger.sign_checkpoint()
    ledger.verify()
    return bank


def entries(page):
    return [int(found) for found in re.findall(r'href="/audit/(\d+)/[^"]*" hx-get', page)]


def test_the_strip_tells_how_the_ledger_stands(placed, sign_in):
    page = sign_in(placed.auditor).get("/audit/").text
    state = queries.state()
    assert "Verified" in page
    assert f"All {state.size:,} entries" in page
    assert state.root in page
    assert state.key_id in page
    assert "Each has its place in the tree" in page


def test_what_is_not_there_yet_is_said(bank, sign_in, remit_home):
    page = sign_in(bank.auditor).get("/audit/").text
    assert "Never" in page
    assert "Nothing is signed yet" in page
    assert "more wait for their place" in page
    assert "not under a checkpoint yet" in page
    assert "Export for the examiner" not in page


def test_a_fault_is_named(placed, sign_in):
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table people_unit disable trigger user")
        cursor.execute("update people_unit set name = 'Altered'")
        cursor.execute("alter table people_unit enable always trigger remit_capture")
    ledger.verify()
    page = sign_in(placed.auditor).get("/audit/").text
    assert "Does not verify" in page
    assert "people_unit" in page


def test_only_those_who_may_read_it(placed, sign_in):
    guest = people.invite(
        acting_user=placed.ines, email="g@calder.example", name="Guest", password="correct horse battery"
    )
    answer = sign_in(guest).get("/audit/")
    assert answer.status_code == 403
    assert "Internal audit" in answer.text


def test_entries_are_told_in_words_under_their_days(placed, sign_in):
    page = html.unescape(sign_in(placed.auditor).get("/audit/").text)
    assert "<b>Ines Carvalho</b> added person Olga Audit" in page
    assert "added unit Home lending" in page
    day = (clock.recorded_now() - timedelta(days=90)).strftime("%-d %B %Y")
    assert day in page


def test_a_name_cannot_smuggle_markup_into_the_ledger(placed, sign_in):
    people.create_unit(acting_user=placed.ines, name="<b>Cards</b>")
    ledger.sequence()
    ledger.sign_checkpoint()
    page = sign_in(placed.auditor).get("/audit/").text
    assert "<b>Cards</b>" not in page
    assert "&lt;b&gt;Cards&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("q=Olga", lambda e: "Olga" in e.payload.body),
        ("kind=unit.", lambda e: e.action.startswith("unit.")),
        ("actor=system:test", lambda e: e.actor == "system:test"),
        ("day=2001-01-01", lambda _: False),
        ("kind=unit.&q=no-such-thing", lambda _: False),
        ("day=junk&before=junk&object=junk", lambda _: True),
    ],
)
def test_filters_narrow(placed, sign_in, query, fits):
    page = sign_in(placed.auditor).get(f"/audit/?{query}").text
    expected = [e.pk for e in queries.entries().select_related("payload") if fits(e)][:40]
    assert entries(page) == expected
    assert ("No entry fits this filter" in page) == (not expected)


def test_a_change_shows_what_was_and_what_is(placed, sign_in, file_many):
    file_many(1)
    inventory.set_tier(acting_user=placed.hannah, use_case=registered.use_case("use-case-0000"), tier="T2")
    client = sign_in(placed.auditor)
    entry = queries.entries(action="use_case.set_tier", table="inventory_usecase").get()
    assert "Tier: \N{EN DASH} → T2" in client.get("/audit/").text
    panel = client.get(f"/audit/{entry.pk}/", headers=HX).text
    assert "<ins>T2</ins>" in panel


def test_an_event_is_told_with_what_it_says_of_itself(placed, sign_in, file_many):
    file_many(1)
    inventory.set_tier(acting_user=placed.hannah, use_case=registered.use_case("use-case-0000"), tier="T2")
    page = sign_in(placed.auditor).get("/audit/?kind=use_case.").text
    assert "recorded: use case tiered<small>tier: T2</small>" in page


def test_the_first_entry_shown_is_one_that_can_be_checked(placed, sign_in):
    people.create_unit(acting_user=placed.ines, name="Cards")
    page = sign_in(placed.auditor).get("/audit/").text
    newest_covered = queries.entries().filter(leaf__isnull=False)[0].pk
    assert f"<h2>Entry {newest_covered:,}</h2>" in page
    assert 'id="proof"' in page


def test_every_entry_about_one_object(placed, sign_in):
    page = sign_in(placed.auditor).get(f"/audit/?object={placed.home.pk}").text
    assert entries(page) == [e.pk for e in queries.entries(object_id=placed.home.pk)]


def test_load_more_loses_nothing_and_repeats_no_day(placed, sign_in, file_many):
    file_many(60)
    client, shown, days = sign_in(placed.auditor), [], []
    url = "/audit/?kind=use_case."
    while url:
        part = client.get(url, headers=HX).text
        assert "<html" not in part
        shown += entries(part)
        days += re.findall(r'class="au-day">([^<]+)<', part)
        more = re.search(r'hx-get="(/audit/\?[^"]+before[^"]+)"', part)
        url = html.unescape(more.group(1)) if more else ""
    assert shown == [e.pk for e in queries.entries(action="use_case.")]
    assert len(days) == len(set(days))


def test_an_entry_alone_answers_htmx_and_a_reload(placed, sign_in):
    client = sign_in(placed.auditor)
    pk = queries.entries()[3].pk
    part = client.get(f"/audit/{pk}/", headers=HX).text
    assert "<html" not in part
    assert f"Entry {pk:,}" in part
    whole = client.get(f"/audit/{pk}/").text
    assert "<html" in whole
    assert re.search(rf'href="/audit/{pk}/" [^>]*aria-current="true"', whole)
    assert client.get("/audit/999999999/").status_code == 404


def test_the_browser_is_given_a_proof_that_holds(placed, sign_in):
    pk = queries.entries()[3].pk
    page = sign_in(placed.auditor).get(f"/audit/{pk}/").text
    found = json.loads(re.search(r'id="material" type="application/json">(.*?)</script>', page).group(1))
    leaf = merkle.leaf_hash(found["leaf"].encode())
    path = [bytes.fromhex(step) for step in found["path"]]
    root = bytes.fromhex(found["root"])
    assert merkle.verify_inclusion(leaf, found["index"], found["size"], path, root)
    assert found["payload"] == queries.entry(pk).payload.body


def test_story_time_is_named(placed, sign_in):
    pk = queries.entries()[3].pk
    part = sign_in(placed.auditor).get(f"/audit/{pk}/", headers=HX).text
    assert "Story time" in part
    people.create_unit(acting_user=placed.ines, name="Cards")
    part = sign_in(placed.auditor).get(f"/audit/{queries.entries()[0].pk}/", headers=HX).text
    assert "Story time" not in part


def test_an_erased_payload_leaves_the_proof(placed, sign_in):
    pk = queries.entries()[3].pk
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ledger_payload disable trigger user")
        cursor.execute("delete from ledger_payload where entry_id = %s", [pk])
    part = sign_in(placed.auditor).get(f"/audit/{pk}/", headers=HX).text
    assert "The payload was erased" in part
    assert 'id="proof"' in part


def test_the_export_is_checked_without_the_server(placed, sign_in, tmp_path):
    client = sign_in(placed.auditor)
    assert "Export for the examiner" in client.get("/audit/").text
    answer = client.post("/audit/export")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        archive.extractall(tmp_path)
    (file,) = tmp_path.glob("*.jsonl")
    keys = {pem.name.split(".")[-2]: pem.read_text() for pem in tmp_path.glob("*.pem")}
    report = ledger_export.verify(file, keys)
    assert report.sound, report.faults
    assert report.size == queries.size()
    assert file.name in (tmp_path / "README.txt").read_text()


def test_the_export_takes_its_permission(placed, sign_in):
    assert "Export for the examiner" not in sign_in(placed.daniel).get("/audit/").text
    assert sign_in(placed.daniel).post("/audit/export").status_code == 403
    assert sign_in(placed.auditor).get("/audit/export").status_code == 405


def test_the_number_of_reads_does_not_grow_with_the_ledger(placed, sign_in, file_many):
    client = sign_in(placed.auditor)

    def reads():
        client.get("/audit/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/audit/")
        return len(seen)

    file_many(50)
    few = reads()
    file_many(450, start=50)
    assert reads() == few
