"""One task: everything a person needs to answer it, and every kind of answer."""

import pytest

from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.ledger import queries as ledger
from remit.lifecycle import queries as lifecycle
from remit.serving import queries as serving

ANSWER = {"outcome": "approve", "reason": "Replicated on the same split; nothing stands against it."}


def url(task) -> str:
    return f"/tasks/{task.reference}/"


def test_confirming_a_tier_shows_answers_axes_and_reasons(mortgage, sign_in):
    mortgage.until("filed")
    task = mortgage.task("confirm_tier")
    client = sign_in(mortgage.people.hannah)
    page = client.get(url(task)).text
    assert "Confirm the tier of Mortgage approval" in page
    assert "Raised to T1" in page or "give T1" in page
    assert "Materiality" in page
    assert "significant (credit, job, claim, care)" in page
    answer = client.post(url(task), {"outcome": "confirm"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/tasks/"
    assert "Confirm the tier of Mortgage approval: confirm. It is in the ledger." in answer.text
    assert inventory.use_case("mortgage-approval").tier == "T1"


def test_without_a_version_submitting_says_what_is_missing(mortgage, sign_in):
    mortgage.until("tiered")
    task = mortgage.task("submit_evidence")
    client = sign_in(mortgage.people.priya)
    assert "No version is registered yet" in client.get(url(task)).text
    answer = client.post(url(task), {"outcome": "submit"})
    assert answer.status_code == 409
    assert "has no version yet. Register a version first." in answer.text


def test_submitting_shows_the_controls_as_they_stand_and_moves_on(mortgage, sign_in, monkeypatch):
    monkeypatch.setattr("mortgage_world.EVIDENCE", {"model_card": ({"sections": 8}, [])})
    mortgage.until("registered")
    task = mortgage.task("submit_evidence")
    client = sign_in(mortgage.people.priya)
    page = client.get(url(task)).text
    assert "controls are not met" in page
    assert "Needs a fairness report on exactly this version; there is none." in page
    assert client.post(url(task), {"outcome": "submit"}).status_code == 302
    assert lifecycle.task(task.reference).outcome == "submit"


def test_the_validator_sees_claim_and_replication_and_the_duty(mortgage, sign_in):
    mortgage.until("submitted")
    mortgage.add("validation_report", mortgage.people.tomasz, __import__("mortgage_world").REPLICATION)
    page = sign_in(mortgage.people.tomasz).get(url(mortgage.task("validate"))).text
    assert "Validate Mortgage scorecard 1.0" in page
    assert "0.809" in page
    assert "\N{MINUS SIGN}0.003" in page
    assert "\N{MINUS SIGN}0.070" in page
    assert ", outside" in page
    assert "Your judgement" in page
    assert "You did not build Mortgage scorecard 1.0" in page
    assert "Priya Raman and Daniel Okafor may not." in page


def test_an_answer_needs_a_choice_a_reason_and_its_conditions(mortgage, sign_in):
    mortgage.until("submitted")
    task = mortgage.task("validate")
    client = sign_in(mortgage.people.tomasz)
    assert "Choose one." in client.post(url(task), {"reason": "x"}).text
    assert "This field is required." in client.post(url(task), {"outcome": "approve"}).text
    answer = client.post(url(task), ANSWER | {"outcome": "approve_with_conditions"})
    assert answer.status_code == 422
    assert "State the conditions." in answer.text
    assert "Replicated on the same split" in answer.text
    assert client.post(url(task), ANSWER | {"outcome": "obliterate"}).status_code == 422
    assert lifecycle.task(task.reference).completed_at is None


def test_the_developer_gets_no_form_and_a_forced_answer_is_refused_and_recorded(mortgage, sign_in):
    mortgage.until("submitted")
    task = mortgage.task("validate")
    client = sign_in(mortgage.people.priya)
    page = client.get(url(task)).text
    assert "You may not decide this." in page
    assert "who built a version may not validate it" in page
    assert 'name="outcome"' not in page
    answer = client.post(url(task), ANSWER)
    assert answer.status_code == 403
    assert "who built a version may not validate it" in answer.text
    assert lifecycle.task(task.reference).completed_at is None
    assert ledger.events("task.refused").get().data["person"] == str(mortgage.people.priya.pk)


@pytest.mark.parametrize(
    "judgement",
    [
        ("submitted", "validate", "tomasz", "validation"),
        ("submitted", "review", "marcus", "review"),
        ("reviewed", "accept", "daniel", "acceptance"),
        ("accepted", "sign", "aisha", "signature"),
    ],
)
def test_each_judgement_is_recorded_as_an_approval(mortgage, sign_in, judgement):
    before, kind, who, approval = judgement
    mortgage.until(before)
    task = mortgage.task(kind)
    client = sign_in(getattr(mortgage.people, who))
    assert "There is no remit yet" in client.get(url(task)).text
    assert client.post(url(task), ANSWER).status_code == 302
    given = governance.latest_approvals(mortgage.version)[approval]
    assert given.person == getattr(mortgage.people, who)
    assert given.reason == ANSWER["reason"]
    done = client.get(url(task)).text
    assert "The decision" in done
    assert ANSWER["reason"] in done
    assert 'name="outcome"' not in done


def test_deploying_puts_the_version_behind_the_gateway(mortgage, sign_in):
    mortgage.until("signed")
    task = mortgage.task("deploy")
    client = sign_in(mortgage.people.lucia)
    assert "Champion: it decides" in client.get(url(task)).text
    refused = client.post(url(task), {"outcome": "deployed", "variant": "champion", "share": "140"})
    assert refused.status_code == 422
    answer = client.post(url(task), {"outcome": "deployed", "variant": "champion", "share": "100"})
    assert answer.status_code == 302
    live = serving.deployments(mortgage.use_case).get()
    assert (live.version_id, live.variant) == (mortgage.version.pk, "champion")
    assert inventory.version_by_id(mortgage.version.pk).stage == "in_business"


def test_what_is_refused_leaves_nothing_deployed(mortgage, sign_in):
    mortgage.until("signed")
    task = mortgage.task("deploy")
    governance_remit = mortgage.remit
    from remit.governance import actions

    actions.suspend_remit(acting_user=mortgage.people.daniel, remit=governance_remit, reason="Held.")
    answer = sign_in(mortgage.people.lucia).post(
        url(task), {"outcome": "deployed", "variant": "champion", "share": "100"}
    )
    assert answer.status_code == 409
    assert "has no remit in force" in answer.text
    assert not serving.deployments(mortgage.use_case).exists()
    assert lifecycle.task(task.reference).completed_at is None


def test_a_second_version_is_set_against_the_remit_in_force(mortgage, sign_in):
    mortgage.until("deployed").register("2.0", replaces=mortgage.version)
    mortgage.complete("submit_evidence", mortgage.people.priya, "submit")
    page = sign_in(mortgage.people.tomasz).get(url(mortgage.task("validate"))).text
    assert "Proposed against RM-0001" in page
    assert "afam, unchanged" in page
    assert "Replaces" in page


def test_retirement_is_asked_for_confirmed_and_reviewed(mortgage, sign_in):
    from remit.lifecycle import actions

    mortgage.until("deployed")
    actions.retire(acting_user=mortgage.people.daniel, version=mortgage.version, reason="Succeeded.")
    mortgage.settle()
    task = mortgage.task("confirm_retirement")
    client = sign_in(mortgage.people.hannah)
    page = client.get(url(task)).text
    assert "Confirm the retirement of Mortgage scorecard 1.0" in page
    assert "At work now" in page
    assert client.post(url(task), {"outcome": "approve", "reason": "Agreed."}).status_code == 302
    mortgage.settle()
    review = mortgage.task("post_retirement_review")
    answer = sign_in(mortgage.people.daniel).post(url(review), {"outcome": "reviewed", "reason": "Learned."})
    assert answer.status_code == 302


def test_a_queued_task_can_be_taken(mortgage, sign_in):
    from remit.people import actions as people

    people.invite(acting_user=mortgage.people.ines, email="two@calder.example", name="Second Validator",
                  password="correct horse battery", roles=("independent_validator",))  # fmt: skip
    mortgage.until("submitted")
    task = mortgage.task("validate")
    assert task.assignee is None
    client = sign_in(mortgage.people.tomasz)
    assert "Take it" in client.get(url(task)).text
    client.post(f"{url(task)}take")
    assert lifecycle.task(task.reference).assignee == mortgage.people.tomasz
    assert sign_in(mortgage.people.priya).post(f"{url(task)}take").status_code == 403
    assert client.get(f"{url(task)}take").status_code == 405


def test_an_unknown_task_is_not_found(mortgage, sign_in):
    assert sign_in(mortgage.people.hannah).get("/tasks/TSK-0404/").status_code == 404
