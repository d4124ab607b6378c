import re
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.governance import actions as governance
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.kernel import clock
from remit.lifecycle import actions as lifecycle


def test_an_empty_portfolio_says_how_it_fills(bank, sign_in):
    page = sign_in(bank.daniel).get("/portfolio/").text
    assert "Nothing is filed yet" in page
    assert 'href="/use-cases/new"' in page


def test_figures_are_what_is_recorded(bank, sign_in, file_many):
    file_many(4)
    page = sign_in(bank.daniel).get("/portfolio/").text
    tiles = re.findall(r'class="l">([^<]+)</span><span class="v ">([^<]*)', page)
    assert ("Models in business", "0") in tiles
    assert ("Open tasks", "0") in tiles
    assert ("Open findings", "0") in tiles
    assert "4 on the way" in page
    stages = dict(re.findall(r'<div class="st">([^<]+)</div><div class="ct">(\d+)</div>', page))
    assert stages["Intake"] == "2"  # two of the four have a model already
    assert stages["Development"] == "2"
    assert sum(map(int, stages.values())) == 4
    assert "None entered business in these 92 days" in page
    assert "$1M" in page  # four planned values of 250,000 a year


def test_the_bottleneck_is_named_with_the_person_who_holds_the_role(bank, sign_in, make_intake):
    with clock.at(clock.recorded_now() - timedelta(days=60)):
        filed = inventory.file_use_case(
            acting_user=bank.daniel, form=make_intake("Mortgage approval"), unit=bank.home
        )
        answers = {question["id"]: 3 for question in tiering.questions()}
        governance.assess_tier(acting_user=bank.daniel, use_case=filed, answers=answers)
        lifecycle.start_process(acting_user=bank.daniel, use_case=filed)
    page = " ".join(sign_in(bank.daniel).get("/portfolio/").text.split())
    assert "Confirm tier is the bottleneck, and Hannah Lindqvist is accountable." in page
    assert "1 waits there, 1 past its clock." in page


def test_the_number_of_reads_does_not_grow_with_the_portfolio(bank, sign_in, file_many):
    client = sign_in(bank.daniel)

    def reads() -> int:
        client.get("/portfolio/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/portfolio/")
        return len(seen)

    file_many(5)
    few = reads()
    file_many(45, start=5)
    assert reads() == few


def test_a_page_says_when_its_time_is_a_storys(bank, sign_in):
    client = sign_in(bank.daniel)
    assert "Story time" not in client.get("/portfolio/").text
    with clock.at(datetime(2027, 3, 1, 9, 30, tzinfo=UTC)):
        page = client.get("/portfolio/").text
    assert "Story time" in page
    assert "Monday 1 March 2027, 09:30 UTC" in page
