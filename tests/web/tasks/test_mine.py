from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.governance import actions as governance
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.kernel import clock
from remit.lifecycle import actions as lifecycle


@pytest.fixture
def start(bank, make_intake):
    def start_one(name: str) -> None:
        filed = inventory.file_use_case(acting_user=bank.daniel, form=make_intake(name), unit=bank.home)
        answers = {question["id"]: 3 for question in tiering.questions()}
        governance.assess_tier(acting_user=bank.daniel, use_case=filed, answers=answers)
        lifecycle.start_process(acting_user=bank.daniel, use_case=filed)

    return start_one


def test_nothing_waits_for_somebody_without_a_duty_in_it(bank, sign_in, start):
    start("Mortgage approval")
    page = sign_in(bank.auditor).get("/tasks/").text
    assert "Nothing waits for you" in page
    assert "Confirm tier" not in page


def test_the_second_line_sees_the_tier_to_confirm_and_the_sidebar_counts_it(bank, sign_in, start):
    start("Mortgage approval")
    page = sign_in(bank.hannah).get("/tasks/").text
    assert "Confirm tier" in page
    assert "Nothing of yours is late" in page
    figures = sign_in(bank.hannah).get("/figures").text
    assert '<span class="n" id="n-tasks" hx-swap-oob="true">1</span>' in figures


def test_a_late_task_says_so_in_words_and_in_red(bank, sign_in, start):
    with clock.at(clock.recorded_now() - timedelta(days=60)):
        start("Mortgage approval")
    page = sign_in(bank.hannah).get("/tasks/").text
    assert "1 of your tasks is past its clock" in page
    assert "rm-sla bad" in page
    figures = sign_in(bank.hannah).get("/figures").text
    assert 'class="n due" id="n-tasks" hx-swap-oob="true" title="1 past its clock"' in figures


def test_the_number_of_reads_does_not_grow_with_the_tasks(bank, sign_in, start):
    client = sign_in(bank.hannah)

    def reads() -> int:
        client.get("/tasks/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/tasks/")
        return len(seen)

    start("First")
    few = reads()
    for i in range(8):
        start(f"Another {i}")
    assert reads() == few
