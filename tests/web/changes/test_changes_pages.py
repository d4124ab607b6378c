"""A change request on its pages: the difference, the reason, and the answer of a second person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.inventory import actions, queries
from remit.ledger.capture import acting


@pytest.fixture
def asked(mortgage, nora):
    mortgage.until("registered")
    mortgage.nora = nora
    (mortgage.change,) = actions.request_change(
        acting_user=mortgage.people.daniel,
        use_case=mortgage.use_case,
        changes={"owner": nora, "purpose": "home-loans"},
        reason="Daniel moves on.",
    )
    return mortgage


def test_it_is_among_my_tasks_and_counted_for_who_reviews(asked, sign_in):
    reviewer = sign_in(asked.people.hannah)
    page = reviewer.get("/tasks/").text
    assert "Answer CR-0001: Owner, Purpose" in page
    assert "1 wait for you" in reviewer.get("/figures").text
    assert "Answer CR-0001" not in sign_in(asked.people.daniel).get("/tasks/").text


def test_the_difference_is_read_and_approved(asked, sign_in):
    reviewer = sign_in(asked.people.hannah)
    assert "Waits for you" in reviewer.get("/changes/").text
    page = reviewer.get("/changes/CR-0001/").text
    for text in ("Daniel Okafor", "Nora Lind", "home-loans", "Daniel moves on.", "Approve and apply"):
        assert text in page
    sent = {"verb": "approve", "content_digest": asked.change.content_digest, "reason": "Agreed."}
    answer = reviewer.post("/changes/CR-0001/", sent, follow=True)
    assert "CR-0001 is approved, and Mortgage approval is changed." in answer.text
    assert queries.use_case("mortgage-approval").owner == asked.nora
    assert "CR-0001" in reviewer.get("/changes/?state=approved").text


def test_who_asked_withdraws_and_others_only_read(asked, sign_in):
    page = sign_in(asked.people.daniel).get("/changes/CR-0001/").text
    assert "Withdraw" in page
    assert "Approve" not in page
    sent = {"verb": "approve", "content_digest": asked.change.content_digest}
    assert sign_in(asked.people.daniel).post("/changes/CR-0001/", sent).status_code == 422
    reader = sign_in(asked.people.priya)
    assert "Waits for Model risk governance." in reader.get("/changes/CR-0001/").text
    assert reader.post("/changes/CR-0001/", sent).status_code == 422
    assert queries.change("CR-0001").state == "waiting"
    sign_in(asked.people.daniel).post("/changes/CR-0001/", sent | {"verb": "withdraw"})
    assert queries.change("CR-0001").state == "withdrawn"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"verb": "approve", "content_digest": "0" * 64}, "not the difference that you saw"),
        ({"verb": "reject", "content_digest": "x"}, "Say why"),
        ({"verb": "dance", "content_digest": "x"}, "Approve, reject or withdraw."),
    ],
)
def test_an_answer_that_cannot_be_comes_back_in_words(asked, sign_in, sent, says):
    answer = sign_in(asked.people.hannah).post("/changes/CR-0001/", sent)
    assert answer.status_code == 422
    assert says in answer.text


def test_what_is_outdated_says_so(asked, sign_in):
    with acting("system:test", "test.correct"):
        type(asked.use_case).objects.update(purpose="other-loans")
    page = sign_in(asked.people.hannah).get("/changes/CR-0001/").text
    assert "The record has changed since this was asked for." in page
    assert "disabled" in page


def test_an_empty_list_and_an_unknown_state(mortgage, sign_in):
    mortgage.until("registered")
    reader = sign_in(mortgage.people.hannah)
    assert "No change is waiting" in reader.get("/changes/").text
    assert reader.get("/changes/?state=lost").status_code == 422
    assert reader.get("/changes/CR-0404/").status_code == 404


def test_a_longer_list_reads_no_more_often(asked, sign_in):
    reader = sign_in(asked.people.hannah)

    def reads():
        reader.get("/changes/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert reader.get("/changes/").status_code == 200
        return len(captured)

    few = reads()
    for name in ("population", "jurisdictions", "affects_people"):
        value = {"population": "Everybody who asks.", "jurisdictions": ["US"], "affects_people": False}[name]
        actions.request_change(
            acting_user=asked.people.daniel,
            use_case=asked.use_case,
            changes={name: value},
            reason="Because.",
        )
    assert reads() <= few
    assert few <= 16
