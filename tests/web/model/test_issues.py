"""The Issues page: what is wrong, with whom and until when; and the forms that open and close it."""

from datetime import timedelta

import pytest

from remit.governance import actions as governance
from remit.governance.models import ExceptionGrant, Finding
from remit.kernel import clock

ME = "/models/MDL-0001/issues/"


@pytest.fixture
def registered(mortgage):
    mortgage.until("registered")
    return mortgage


def day(days):
    return (clock.now() + timedelta(days=days)).date().isoformat()


def finding(**given):
    said = {"title": "Rate-shock test is out of date", "detail": "Run on 3.1 only.", "version": "1.0",
            "control": "", "severity": "high", "due_at": day(20)}  # fmt: skip
    return said | given


def opened(world, **given):
    said = {"version": world.version, "control": "own:x", "title": "Something", "detail": "Is wrong.",
            "severity": "low", "owner": world.people.priya,
            "due_at": clock.now() + timedelta(days=9)}  # fmt: skip
    return governance.open_finding(acting_user=world.people.tomasz, **said | given)


def test_a_validator_opens_a_finding_with_a_person_and_a_date(registered, sign_in):
    client = sign_in(registered.people.tomasz)
    assert "Open a finding" in client.get(ME).text
    answer = client.post(f"{ME}open", finding(owner=registered.people.priya.pk), follow=True)
    assert "FND-0001 is open; Priya Raman mends it." in answer.text
    found = Finding.objects.get()
    assert (found.severity, found.owner, found.version.number) == ("high", registered.people.priya, "1.0")
    assert "Rate-shock test is out of date" in answer.text
    assert "d left" in answer.text


def test_what_is_wrong_with_a_finding_is_said_at_its_field(registered, sign_in):
    client = sign_in(registered.people.tomasz)
    answer = client.post(
        f"{ME}open", finding(owner=registered.people.priya.pk, due_at="2001-01-01", title="")
    )
    assert answer.status_code == 422
    assert 'id="id_title_error"' in answer.text
    answer = client.post(f"{ME}open", finding(owner=registered.people.priya.pk, due_at="2001-01-01"))
    assert answer.status_code == 422
    assert "Choose a day to come." in answer.text
    answer = client.post(f"{ME}open", finding(owner="nobody"))
    assert 'id="id_owner_error"' in answer.text
    assert not Finding.objects.exists()


def test_a_control_has_one_open_finding(registered, sign_in):
    client = sign_in(registered.people.tomasz)
    owner = registered.people.priya.pk
    client.post(f"{ME}open", finding(owner=owner, control="RC-02"))
    answer = client.post(f"{ME}open", finding(owner=owner, control="RC-02", title="Another"))
    assert answer.status_code == 409
    assert "FND-0001, Rate-shock test is out of date, is open on it already." in answer.text
    assert Finding.objects.count() == 1


def test_who_mends_a_finding_does_not_close_it(registered, sign_in):
    found = opened(registered)
    assert "Close…" not in sign_in(registered.people.priya).get(ME).text
    assert sign_in(registered.people.priya).get(f"{ME}close/{found.reference}").status_code == 403
    client = sign_in(registered.people.tomasz)
    assert "Close…" in client.get(ME).text
    empty = client.post(f"{ME}close/{found.reference}", {"resolution": " "})
    assert empty.status_code == 422
    assert "Say what mended it." in empty.text
    answer = client.post(
        f"{ME}close/{found.reference}", {"resolution": "Ran it again.", "answered_by": "1.0"}, follow=True
    )
    assert "FND-0001 is closed." in answer.text
    assert "Ran it again." in answer.text
    found.refresh_from_db()
    assert (found.closed_by, found.answered_by) == (registered.people.tomasz, registered.version)
    again = client.post(f"{ME}close/{found.reference}", {"resolution": "Twice."})
    assert again.status_code == 409


def test_a_late_finding_says_how_late(registered, sign_in):
    opened(registered, due_at=clock.now() + timedelta(days=1))
    with clock.at(clock.now() + timedelta(days=48, hours=1)):
        assert "47 d late" in sign_in(registered.people.tomasz).get(ME).text


def test_an_exception_is_asked_for_by_one_and_granted_by_another(registered, sign_in):
    client = sign_in(registered.people.priya)
    asked = {"control": "RC-02", "version": "1.0", "reason": "The data come in May.",
             "compensating_control": "A person reads every decline.", "expires_at": day(30)}  # fmt: skip
    refused = client.post(f"{ME}ask", asked | {"expires_at": day(300), "reason": ""})
    assert refused.status_code == 422
    assert "Choose an end within 180 days." in refused.text
    assert "Say why the control cannot be met now." in refused.text
    answer = client.post(f"{ME}ask", asked, follow=True)
    assert "EXC-0001 waits for somebody who may grant it." in answer.text
    assert "Grant…" not in answer.text
    assert client.get(f"{ME}grant/EXC-0001").status_code == 403
    approver = sign_in(registered.people.aisha)
    assert "Grant…" in approver.get(ME).text
    answer = approver.post(f"{ME}grant/EXC-0001", {"reason": "Bounded and watched."}, follow=True)
    assert "EXC-0001 is granted until" in answer.text
    assert ExceptionGrant.objects.get().approved_by == registered.people.aisha


def test_what_is_not_there_is_not_found(registered, sign_in):
    client = sign_in(registered.people.tomasz)
    for address in ("close/FND-9999", "burn", "open/FND-0001", "close"):
        assert client.get(ME + address).status_code == 404


def test_the_buttons_are_for_those_who_may(registered, sign_in):
    page = sign_in(registered.people.lucia).get(ME).text
    assert "Open a finding" not in page
    assert "Ask for an exception" not in page
    assert "No open finding" in page
