"""Why a decision came out as it did, and the list it is found in."""

import html
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from serving_world import FEATURES, TYPICAL

from logistic import WEIGHTS, score_of
from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.kernel import clock, paths
from remit.kernel.ids import uuid7
from remit.kernel.problems import Refused
from remit.ledger import actions as ledger
from remit.measure.backends import parquet
from remit.proof import merkle, remit_statement
from remit.serving import actions as serving

HX = {"HX-Request": "true"}
DECLINED = FEATURES | {"payments": 0.9, "public_record": True}
REFERRED = FEATURES | {"payments": 0.42}


def read(client, decision_id):
    answer = client.get(f"/decisions/{decision_id}/")
    assert answer.status_code == 200, answer.content
    return html.unescape(answer.text)


def refuse(gateway, subject="APP-9", **changes):
    with pytest.raises(Refused) as refused:
        gateway.decide(subject, **changes)
    return refused.value.members["decision_id"]


@pytest.fixture
def client(working, sign_in):
    return sign_in(working.people.auditor)


def test_a_decline_is_answered_from_what_was_computed(working, client):
    answer = working.gateway.decide("APP-7", features=DECLINED)
    page = read(client, answer.decision_id)
    assert "Why was this applicant declined?" in page
    bold = re.search(r'class="big"><b>(.*?)</b>', page).group(1)
    assert bold == (
        f"Payments to income of 0.9 and public_record put the score at {answer.score:.3f},"
        " above the decline limit of 0.45."
    )
    assert "every check passed" in page
    assert "Same score, to 6 digits." in page
    moved = WEIGHTS["payments"] * (DECLINED["payments"] - TYPICAL["payments"])
    assert f">+{moved:.2f}<" in page
    assert "Not given to the model: zip, afam." in page
    assert "Held apart" not in page


def test_what_would_have_changed_it_really_would(working, client):
    asked = FEATURES | {"payments": 0.62}
    page = read(client, working.gateway.decide(features=asked).decision_id)
    listed = r'class="w">payments to income at ([\d.]+)</span><span class="out">([\d.]+), (.*?)<'
    changes = re.findall(listed, page)
    assert changes
    for payments, score, action in changes:
        now = score_of(asked | {"payments": float(payments)})
        assert float(score) == pytest.approx(now, abs=2e-3)
        assert now < 0.45
        assert action == ("approved" if now < 0.28 else "to a person")
    assert "With payments to income at " in page
    together = read(client, working.gateway.decide(features=DECLINED).decision_id)
    assert "payments to income at 0.33 and no public_record</span>" in together


def test_a_case_for_a_person_and_an_approval(working, client):
    referred = read(client, working.gateway.decide(features=REFERRED).decision_id)
    assert "Why did this go to a person?" in referred
    assert "between 0.28 and 0.45, where a person decides." in referred
    assert "it would have been approved" in referred
    approved = read(client, working.gateway.decide().decision_id)
    assert "Why was this applicant approved?" in approved
    assert "below the approval limit of 0.28." in approved
    assert "What would have changed it" not in approved
    assert ">Reasons<" not in approved


def test_a_stop_condition_says_so_and_promises_nothing(working, client):
    serving.set_mode(
        acting_user=working.people.operations, version=working.version, mode="refer", reason="PSI above 0.25"
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    page = read(client, working.gateway.decide(features=DECLINED).decision_id)
    assert "A stop condition sends every case to a person: PSI above 0.25." in page
    assert "What would have changed it" not in page


def test_the_control_arm_decides_without_the_model(working, client):
    serving.deploy(acting_user=working.people.operations, version=working.version, variant="control")
    serving.set_weights(
        acting_user=working.people.operations,
        use_case=working.bank.use_case,
        weights={"champion": 0, "control": 1},
        reason="test",
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    page = read(client, working.gateway.decide(features=DECLINED).decision_id)
    assert "drawn for the control arm" in page
    assert "incumbent" in page
    assert "dc-scale" not in page
    assert "Replay" not in page


@pytest.mark.parametrize(
    ("changes", "clause", "said"),
    [
        ({"purpose": "marketing"}, "purpose", "home-loan-origination"),
        ({"channel": "web"}, "channel", "branch"),
        ({"features": FEATURES | {"zip": "02134"}}, "prohibited inputs", "zip"),
        ({"features": FEATURES | {"payments": 9}}, "contract of the inputs", "is 9, above 3"),
    ],
)
def test_a_refusal_names_clause_term_and_remedy(working, client, changes, clause, said):
    page = read(client, refuse(working.gateway, **changes))
    assert "Why was this request refused?" in page
    assert f"Refused by the {clause}" in page
    assert said in page
    assert "What to do" in page
    assert "02134" not in page
    steps = re.findall(r'class="tx"><b>(.*?)</b>', page)
    assert steps[0] == "Asked"
    assert steps[-1] == "Refused"
    assert not any(step.startswith("Scored") for step in steps)


def test_a_refusal_under_a_suspended_remit_says_how_it_stands(working, client):
    governance.suspend_remit(
        acting_user=working.people.owner, remit=governed.remit("RM-1.0"), reason="Drift in the branch channel"
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    page = read(client, refuse(working.gateway))
    assert "Refused by the state" in page
    assert "suspended: Drift in the branch channel" in page


def test_the_path_is_what_was_recorded(working, client):
    answer = working.gateway.decide(features=DECLINED)
    page = read(client, answer.decision_id)
    steps = re.findall(r'class="tx"><b>(.*?)</b>', page)
    assert steps == [
        "Asked",
        "Assigned",
        "Remit stands",
        "Purpose and channel inside it",
        "Inputs keep the contract",
        "In the population",
        "Limits free",
        f"Scored {answer.score:.3f}",
        "Declined",
    ]
    row = (
        working.people
        and __import__("remit.serving.decision_store", fromlist=["rows"]).rows("mortgage-approval")[0]
    )
    for recorded in ("checked_us", "scored_us", "total_us"):
        assert f"{row[recorded] / 1000:.2f} ms" in page


def test_the_record_is_sealed_and_its_proof_holds(working, client):
    answer = working.gateway.decide(features=DECLINED)
    assert "not sealed yet" in read(client, answer.decision_id)
    serving.seal_decision_files(acting_user="system:worker")
    assert "not under a checkpoint yet" in read(client, answer.decision_id)
    ledger.sequence()
    ledger.sign_checkpoint()
    page = read(client, answer.decision_id)
    assert "proof holds" in page
    assert re.search(r'href="/audit/\d+/"', page)
    (file,) = paths.decisions().rglob("*.parquet")
    parquet.write([row | {"subject": "APP-X"} for row in parquet.scan([file]).rows()], file)
    assert "was changed after it was sealed" in read(client, answer.decision_id)


def test_a_broken_artifact_is_said_and_the_record_still_shown(working, client):
    answer = working.gateway.decide(features=DECLINED)
    artifact = working.version.artifacts.get()
    stored = paths.artifacts() / "sha256" / artifact.sha256[:2] / artifact.sha256
    stored.chmod(0o644)
    stored.write_bytes(b"another model")
    page = read(client, answer.decision_id)
    assert "This decision cannot be explained" in page
    assert "Replay" not in page
    assert f"{answer.score:.3f}" in page


def test_another_deployed_version_scores_it_too(working, client):
    other = working.bank.licensed("2.0", shift=-6.0)
    serving.deploy(acting_user=working.people.operations, version=other, variant="challenger", weight=0)
    serving.publish_bundle(acting_user="system:worker", cause="test")
    page = read(client, working.gateway.decide(features=DECLINED).decision_id)
    score = score_of(DECLINED, shift=-6.0)
    assert f'Scored by challenger 2.0</span><span class="out">{score:.3f}, approved' in page


def test_protected_attributes_are_for_those_who_may(working, sign_in):
    answer = working.gateway.decide(features=DECLINED)
    serving.record_protected(
        acting_user=working.people.operations,
        use_case=working.bank.use_case,
        attributes=[{"decision_id": answer.decision_id, "afam": "yes"}],
    )
    assert "Held apart for fairness only: afam yes." in read(
        sign_in(working.people.auditor), answer.decision_id
    )
    assert "Held apart" not in read(sign_in(working.people.owner), answer.decision_id)


def test_story_time_is_named_on_a_decision(working, client):
    with clock.at(clock.now() + timedelta(minutes=10)):
        answer = working.gateway.decide(features=DECLINED)
    assert "Story time" in read(client, answer.decision_id)


def test_the_record_is_one_document_that_can_be_checked(working, client):
    answer = working.gateway.decide(features=DECLINED)
    serving.seal_decision_files(acting_user="system:worker")
    ledger.sequence()
    ledger.sign_checkpoint()
    got = client.get(f"/decisions/{answer.decision_id}/record.json")
    assert "attachment" in got.headers["Content-Disposition"]
    found = json.loads(got.content)
    assert found["decision"]["features"] == DECLINED
    assert found["explanation"]["replay"]["same"] is True
    assert remit_statement.verify_remit(found["remit"], found["public_keys"]).terms.number == "RM-1.0"
    proof = found["sealed"]["inclusion"]
    steps = [bytes.fromhex(step["hash"]) for step in proof["steps"]]
    leaf, root = merkle.leaf_hash(proof["leaf"].encode()), bytes.fromhex(proof["root"])
    assert merkle.verify_inclusion(leaf, proof["index"], proof["size"], steps, root)
    refused = json.loads(client.get(f"/decisions/{refuse(working.gateway, purpose='x')}/record.json").content)
    assert refused["decision"]["clause"] == "purpose"
    assert "says" in refused["sealed"]


def test_only_those_who_may_read_decisions(working, sign_in, client):
    answer = working.gateway.decide()
    finance = sign_in(working.people.finance)
    for path in (
        "/decisions/",
        f"/decisions/{answer.decision_id}/",
        f"/decisions/{answer.decision_id}/record.json",
    ):
        assert finance.get(path).status_code == 403
    for missing in (uuid7(), uuid4()):
        assert client.get(f"/decisions/{missing}/").status_code == 404
    assert f"/decisions/{answer.decision_id}/" in client.get(f"/find?q={answer.decision_id}").text
    assert f"/decisions/{answer.decision_id}/" not in finance.get(f"/find?q={answer.decision_id}").text


def subjects(page):
    return re.findall(r'<a class="rm-mono" href="/decisions/[^"]+">([^<]+)<', page)


def test_an_empty_list_says_what_fills_it(working, client):
    assert "The gateway has decided nothing yet" in client.get("/decisions/").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["APP-3", "APP-2", "APP-1"]),
        ("q=APP-2", ["APP-2"]),
        ("outcome=decline", ["APP-2"]),
        ("outcome=refused", ["APP-3"]),
        ("variant=control", []),
        ("variant=champion&outcome=approve", ["APP-1"]),
        ("use_case=mortgage-approval", ["APP-3", "APP-2", "APP-1"]),
        ("use_case=other", []),
        ("day=2001-01-01", []),
        ("outcome=junk&variant=junk&day=junk&before=junk", ["APP-3", "APP-2", "APP-1"]),
    ],
)
def test_the_list_narrows(working, client, query, expected):
    working.gateway.decide("APP-1")
    working.gateway.decide("APP-2", features=DECLINED)
    refuse(working.gateway, "APP-3", purpose="marketing")
    page = client.get(f"/decisions/?{query}").text
    assert subjects(page) == expected
    assert ("No decision fits this filter" in page) == (not expected)
    part = client.get(f"/decisions/?{query}", headers=HX).text
    assert "<html" not in part
    assert subjects(part) == expected


def test_the_list_gives_the_first_reason_of_what_was_not_approved(working, client):
    working.gateway.decide("APP-1")
    working.gateway.decide("APP-2", features=DECLINED)
    page = client.get("/decisions/").text
    assert re.findall(r'class="dc-why" title="([^"]*)"', page) == ["Payments to income", "By its score"]
    artifact = working.version.artifacts.get()
    stored = paths.artifacts() / "sha256" / artifact.sha256[:2] / artifact.sha256
    stored.unlink()
    page = client.get("/decisions/").text
    assert re.findall(r'class="dc-why" title="([^"]*)"', page) == ["By its score", "By its score"]


def test_a_long_list_comes_in_pages_and_reads_no_more(working, client):
    start = clock.now() - timedelta(hours=1)
    for number in range(60):
        with clock.at(start + timedelta(seconds=number)):
            working.gateway.decide(f"APP-{number:02d}")
    with CaptureQueriesContext(connection) as few:
        shown = subjects(client.get("/decisions/").text)
    assert len(shown) == 50
    more = html.unescape(re.search(r'hx-get="([^"]+before[^"]+)"', client.get("/decisions/").text).group(1))
    with CaptureQueriesContext(connection) as rest:
        shown += subjects(client.get(more, headers=HX).text)
    assert shown == [f"APP-{number:02d}" for number in range(60)][::-1]
    assert len(rest) <= len(few)


def test_a_subject_cannot_smuggle_markup(working, client):
    answer = working.gateway.decide("<script>alert(1)</script>")
    for path in ("/decisions/", f"/decisions/{answer.decision_id}/"):
        assert "<script>alert" not in client.get(path).text
