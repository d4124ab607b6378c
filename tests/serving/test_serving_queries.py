"""What can be asked about decisions, and by whom."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from serving_world import FEATURES, TYPICAL, Gateway

from logistic import WEIGHTS, score_of
from remit.kernel import clock, paths
from remit.kernel.ids import uuid7
from remit.kernel.problems import Broken, Denied, Refused, Unknown
from remit.serving import actions, decision_store, queries

DECLINED = FEATURES | {"payments": 0.9, "public_record": True}


@pytest.fixture
def version(bank):
    found = bank.licensed("1.0")
    actions.deploy(acting_user=bank.people.operations, version=found)
    return found


@pytest.fixture
def gateway(bank, version):
    _, token = actions.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    actions.publish_bundle(acting_user="system:worker", cause="test")
    return Gateway(token)


def test_a_decision_is_found_by_id_by_those_who_may(bank, gateway):
    answer = gateway.decide(features=DECLINED)
    decision_id = UUID(answer.decision_id)

    use_case, row = queries.find_decision(bank.people.auditor, decision_id)

    assert (use_case, row["action"], row["label"]) == (bank.use_case, "decline", None)
    assert row["score"] == answer.score
    with pytest.raises(Denied):
        queries.find_decision(bank.people.finance, decision_id)
    for missing in (uuid7(), uuid4()):
        with pytest.raises(Unknown):
            queries.find_decision(bank.people.auditor, missing)


def test_a_decision_is_explained_from_the_archived_artifact(bank, version, gateway):
    row = queries.find_decision(bank.people.auditor, UUID(gateway.decide(features=DECLINED).decision_id))[1]

    told = queries.explained(version, row, below=0.45)

    assert told.features == DECLINED
    assert told.replay.same
    assert told.replay.score == pytest.approx(score_of(DECLINED), abs=1e-6)
    assert told.reasons[0].feature == "payments"
    assert told.reasons[0].contribution == pytest.approx(
        WEIGHTS["payments"] * (DECLINED["payments"] - TYPICAL["payments"]), abs=1e-4
    )
    assert told.changes
    assert all(score_of(DECLINED | change.changes) < 0.45 for change in told.changes)

    artifact = version.artifacts.get()
    stored = paths.artifacts() / "sha256" / artifact.sha256[:2] / artifact.sha256
    stored.chmod(0o644)
    stored.write_bytes(b"another model")
    with pytest.raises(Broken, match="changed after registration"):
        queries.explained(version, row, below=0.45)


def test_traffic_counts_what_happened_in_the_window(bank, gateway):
    start = clock.now()
    gateway.decide("A")
    gateway.decide("B", features=DECLINED)
    for changes in ({"purpose": "marketing"}, {"features": FEATURES | {"afam": "yes"}}):
        with pytest.raises(Refused):
            gateway.decide("C", **changes)

    seen = queries.traffic(bank.use_case, since=start, until=clock.now() + timedelta(seconds=1))

    assert (seen.asked, seen.approved, seen.referred, seen.declined, seen.refused) == (4, 1, 0, 1, 2)
    assert seen.refused_by == {"purpose": 1, "prohibited_inputs": 1}
    assert seen.by_variant == {"champion": 2}
    assert (
        seen.p95_ms == max(r["total_us"] for r in decision_store.rows(bank.use_case.key, decided=True)) / 1000
    )
    assert seen.share(seen.declined) == 0.5
    before = queries.traffic(bank.use_case, since=start - timedelta(days=2), until=start - timedelta(days=1))
    assert (before.asked, before.p95_ms, before.share(0)) == (0, None, None)


def test_an_empty_store_answers(bank):
    assert decision_store.rows("mortgage-approval") == []
    with pytest.raises(Unknown):
        queries.sealed_file_of("decisions", uuid7())
    assert queries.latest_bundle() is None


def test_a_damaged_file_is_named(bank, gateway):
    gateway.decide()
    (file,) = paths.decisions().rglob("*.parquet")
    file.write_bytes(b"PAR1 damaged")
    with pytest.raises(Broken, match=file.name):
        decision_store.rows("mortgage-approval")
