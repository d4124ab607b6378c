"""The remit on the model's pages: the document, its file, and what may be done with it."""

import json

import pytest

from remit.governance import queries as governance
from remit.kernel import paths
from remit.proof import remit_statement
from remit.proof.keys import KeyRing

ME = "/models/MDL-0001/"


@pytest.fixture
def live(mortgage):
    return mortgage.until("deployed")


def test_the_document_says_what_was_signed_and_by_whom(live, sign_in):
    page = sign_in(live.people.hannah).get(ME).text
    assert "Remit of Mortgage scorecard 1.0" in page
    assert "600 decisions a day; loan amount up to 750,000" in page
    assert "Report the ratio every week." in page
    for name in ("Daniel Okafor", "Tomasz Zielinski", "Aisha Rahman"):
        assert name in page
    assert live.remit.key_id in page
    assert "Champion" in page
    assert "100% of traffic" in page


def test_the_file_verifies_with_the_public_key_alone(live, sign_in):
    answer = sign_in(live.people.hannah).get(f"{ME}remits/{live.remit.reference}.json")
    envelope = json.loads(answer.content)
    read = remit_statement.verify_remit(envelope, KeyRing(paths.keys()).public_keys())
    assert read.terms.number == live.remit.reference
    assert live.remit.reference in answer["Content-Disposition"]


def test_before_there_is_a_remit_the_proposal_is_shown_as_one(mortgage, sign_in):
    mortgage.until("registered")
    page = sign_in(mortgage.people.hannah).get(ME).text
    assert "Proposed, not signed" in page
    assert "No remit" in page
    assert "/remit/" not in page


@pytest.mark.parametrize("path", ["?remit=RM-0999", "remits/RM-0999.json", "remit/dissolve"])
def test_what_is_not_there_is_not_found(live, sign_in, path):
    assert sign_in(live.people.aisha).get(f"{ME}{path}").status_code == 404


def test_an_unknown_model_is_not_found(mortgage, sign_in):
    answer = sign_in(mortgage.people.hannah).get("/models/MDL-0404/")
    assert answer.status_code == 404
    assert "There is no model MDL-0404, or it is not yours to see." in answer.text


def test_suspending_takes_a_reason_and_shows_everywhere(live, sign_in):
    owner = sign_in(live.people.daniel)
    assert f"{ME}remit/suspend" in owner.get(ME).text
    refused = owner.post(f"{ME}remit/suspend", {"reason": " "})
    assert refused.status_code == 422
    assert "This field is required." in refused.text
    answer = owner.post(f"{ME}remit/suspend", {"reason": "The market has moved."}, follow=True)
    assert "RM-0001 is suspended." in answer.text
    assert "The market has moved." in answer.text
    assert governance.remit("RM-0001").state == "suspended"


def test_each_verb_is_for_those_who_may(live, sign_in):
    validator = sign_in(live.people.tomasz)
    assert "remit/suspend" not in validator.get(ME).text
    assert validator.post(f"{ME}remit/suspend", {"reason": "x"}).status_code == 403
    assert governance.remit("RM-0001").state == "in_force"
    owner = sign_in(live.people.daniel)
    owner.post(f"{ME}remit/suspend", {"reason": "Held."})
    assert owner.post(f"{ME}remit/reinstate", {"reason": "Again."}).status_code == 403
    approver = sign_in(live.people.aisha)
    assert f"{ME}remit/reinstate" in approver.get(ME).text
    approver.post(f"{ME}remit/reinstate", {"reason": "Checked."})
    assert governance.remit("RM-0001").state == "in_force"


def test_what_the_state_forbids_comes_back_in_words(live, sign_in):
    approver = sign_in(live.people.aisha)
    answer = approver.post(f"{ME}remit/reinstate", {"reason": "Again."})
    assert answer.status_code == 409
    assert "RM-0001 is in force." in answer.text
    answer = approver.post(f"{ME}remit/issue")
    assert answer.status_code == 409
    assert "No remit can be issued" in answer.text


def test_a_revoked_remit_can_be_followed_by_a_new_one(live, sign_in):
    approver = sign_in(live.people.aisha)
    approver.post(f"{ME}remit/revoke", {"reason": "Superseded terms."})
    page = approver.get(ME).text
    assert "Revoked" in page
    assert "Issue remit…" in page
    answer = approver.post(f"{ME}remit/issue", follow=True)
    assert "RM-0002 is issued." in answer.text
    assert governance.remit_in_force(live.version).reference == "RM-0002"
