"""A real gateway process over HTTP: what it allows, what it refuses, and what survives it."""

import hashlib
import json
import signal
import time
from datetime import UTC, datetime, timedelta

import msgspec
import polars as pl
import pytest
from gateway_world import FEATURES, FIELDS, TOKEN, terms_for

from logistic import score_of
from remit.gateway.contract import Consumer
from remit.kernel import clock
from remit.proof.keys import KeyRing
from remit.proof.remit_statement import Limit, Population


def rows(world):
    return pl.read_parquet(f"{world.home}/decisions/**/*.parquet").sort("decision_id")


def test_a_decision_is_scored_answered_and_recorded(world, gateway):
    world.publish(world.variant())
    running = gateway()

    answer = running.decide(reasons=True).json()
    declined = running.decide(features=FEATURES | {"payments": 0.9, "public_record": True}).json()

    assert answer["action"] == "approve"
    assert answer["decided_by"] == "score"
    assert answer["score"] == pytest.approx(score_of(FEATURES), abs=1e-6)
    assert (answer["remit"], answer["version"], answer["variant"]) == ("RM-2026-0001", "1", "champion")
    assert [r["feature"] for r in answer["reasons"]] == ["public_record", "loan_to_value", "payments"]
    assert declined["action"] == "decline"
    assert running.terminate() == 0
    kept = rows(world).to_dicts()
    assert [r["decision_id"] for r in kept] == [answer["decision_id"], declined["decision_id"]]
    assert json.loads(kept[0]["features"]) == FEATURES
    assert kept[0]["score"] == answer["score"]
    assert kept[0]["propensity"] == 1.0
    assert kept[0]["clock"] == "machine"
    assert kept[0]["total_us"] >= kept[0]["scored_us"] >= kept[0]["checked_us"] > 0


REFUSALS = {
    "authentication": (401, {"token": "wrong"}),
    "authentication ": (401, {"token": ""}),
    "consumer": (403, {"use_case": "cards"}),
    "route": (404, {"use_case": "unrouted"}),
    "purpose": (403, {"purpose": "marketing"}),
    "channel": (403, {"channel": "online"}),
    "channel ": (403, {"channel": "door_to_door"}),
    "prohibited_inputs": (403, {"features": FEATURES | {"AFAM": True}}),
    "prohibited_inputs ": (403, {"context": {"state": "MA", "who": [{"zip_code": "02139"}]}}),
    "contract": (422, {"features": FEATURES | {"payments": 9.0}}),
    "contract ": (422, {"features": {"payments": 0.3}}),
    "contract  ": (422, {"features": FEATURES | {"shoe_size": 44}}),
    "contract   ": (422, {"colour": "red"}),
    "population": (403, {"context": {"state": "NH", "amount": 1}}),
    "population ": (403, {"context": {"amount": 1}}),
    "limits": (429, {"context": {"state": "MA", "amount": 800_000}}),
    "limits ": (429, {"context": {"state": "MA"}}),
}


def test_each_clause_refuses_by_name(world, gateway):
    world.publish(world.variant())
    running = gateway()

    for clause, (status, changes) in REFUSALS.items():
        response = running.decide(**changes)
        problem = response.json()
        assert (problem.get("clause"), response.status_code) == (clause.strip(), status), problem
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["detail"]
        assert problem["status"] == status

    running.terminate()
    kept = rows(world)
    # who is not known, or asks where nothing is deployed, leaves a count and no row
    unrecorded = {"authentication", "consumer", "route"}
    recorded = [c.strip() for c in REFUSALS if c.strip() not in unrecorded and c != "contract   "]
    assert kept["clause"].to_list() == recorded
    assert set(kept["status"]) == {"refused"}
    everything = " ".join(kept.select("features", "context", "detail").cast(pl.String).rows()[7]) + str(
        kept.to_dicts()
    )
    assert "02139" not in everything


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"remit_state": "revoked", "state_reason": "retired"}, "state"),
        ({"remit_state": "suspended"}, "state"),
        ({"terms": {"valid_until": datetime(2026, 1, 1, tzinfo=UTC)}}, "dates"),
        ({"terms": {"valid_from": datetime(2099, 1, 1, tzinfo=UTC)}}, "dates"),
        ({"terms": {"environments": ("staging",)}}, "environment"),
        ({"version_id": "another"}, "signature"),
        ({"terms": {"population": Population(description="x", rule="nonsense(")}}, "signature"),
    ],
)
def test_a_remit_that_does_not_stand_refuses(world, gateway, changes, clause):
    terms = terms_for(**changes.pop("terms", {}))
    world.publish(world.variant(terms=terms, **changes))
    running = gateway()

    problem = running.decide().json()

    assert problem["clause"] == clause
    running.terminate()
    assert rows(world)["clause"].to_list() == [clause]


def test_a_forged_remit_refuses_and_nothing_else_stops(world, gateway, tmp_path):
    forged = world.variant(version="2", name="shadow")
    stranger = type(world)(tmp_path / "stranger").variant(version="2", terms=terms_for("2"))
    world.publish(world.variant(), msgspec.structs.replace(forged, remit=stranger.remit))
    running = gateway()

    assert running.decide().status_code == 200
    faults = {v["version"]: v["fault"] for v in running.health()["variants"]}
    assert faults["1"] == ""
    assert "not by a key given" in faults["2"]


def test_revocation_acts_within_a_second_on_a_busy_gateway(world, gateway):
    variant = world.variant()
    world.publish(variant)
    running = gateway()
    assert running.decide().status_code == 200

    world.publish(msgspec.structs.replace(variant, remit_state="revoked"))
    published = time.monotonic()
    running.wait_for(lambda r: r.decide().status_code == 403)

    assert time.monotonic() - published < 1.0
    assert running.decide().json()["clause"] == "state"


def test_a_corrupt_artifact_is_not_served(world, gateway):
    variant = world.variant()
    world.publish(variant)
    path = world.home / "artifacts" / variant.artifact.path
    path.write_bytes(path.read_bytes() + b"x")
    running = gateway()

    response = running.decide()

    assert (response.status_code, response.json()["clause"]) == (503, "artifact")
    assert "not what was approved" in response.json()["detail"]


def test_bad_bundles_are_refused_and_the_last_good_one_stays(world, gateway, tmp_path):
    variant = world.variant()
    world.publish(variant, sequence=5)
    running = gateway()
    stranger = KeyRing(tmp_path / "stranger")
    bad = {
        "older than bundle 5": world.signed(world.bundle(variant, sequence=4)),
        "not by a key given": world.signed(world.bundle(variant, sequence=6), stranger),
        "not JSON": b"{",
        "is for staging": world.signed(world.bundle(variant, sequence=6, environment="staging")),
        "signed envelope": b"[]",
    }
    for sentence, content in bad.items():
        world.write(content)
        health = running.wait_for(lambda r, s=sentence: (h := r.health()) and s in h["bundle"]["fault"] and h)
        assert health["status"] == "degraded"
        assert health["bundle"]["sequence"] == 5
        assert running.decide().status_code == 200

    running.terminate()
    world.write(bad["older than bundle 5"])
    again = gateway()
    assert again.client.get("/v2/health/ready").status_code == 503
    refused = again.decide()
    assert (refused.status_code, refused.json()["clause"]) == (503, "bundle")
    world.publish(variant, sequence=6)
    again.wait_for(lambda r: r.decide().status_code == 200)


def test_nothing_answered_is_lost_when_the_process_is_killed(world, gateway):
    daily = Limit(name="decisions a day", kind="count", maximum=12, period="day")
    world.publish(world.variant(terms=terms_for(limits=(daily,))))
    running = gateway()
    answered = [running.decide().json()["decision_id"] for _ in range(10)]
    running.process.send_signal(signal.SIGKILL)
    running.process.wait(10)

    again = gateway()
    codes = [again.decide().status_code for _ in range(4)]

    assert codes == [200, 200, 429, 429], "the limit counts what was decided before the kill"
    assert again.terminate() == 0
    kept = rows(world)
    assert kept.filter(pl.col("status") == "decided")["decision_id"].to_list()[:10] == answered
    assert kept.height == 14
    assert not list((world.home / "gateway" / "journal").iterdir())


def test_a_second_gateway_on_the_same_state_is_refused(world, gateway):
    world.publish(world.variant())
    gateway()
    with pytest.raises(AssertionError, match="Another gateway is using"):
        gateway()


def test_the_injected_clock_rules_dates_and_is_stated(world, gateway, tmp_path):
    world.publish(world.variant())
    clock_file = tmp_path / "clock"
    story = datetime.now(UTC) + timedelta(days=30)
    clock.set_file(clock_file, story)
    running = gateway(REMIT_CLOCK_FILE=str(clock_file))

    answer = running.decide().json()
    clock.set_file(clock_file, story + timedelta(days=365))
    expired = running.decide().json()

    assert answer["clock"] == "injected"
    assert datetime.fromisoformat(answer["occurred_at"]) == story
    assert expired["clause"] == "dates"
    assert running.health()["clock"]["injected"] is True
    running.terminate()
    assert (world.home / "decisions" / "mortgage" / f"day={story:%Y-%m-%d}").is_dir()


def test_tokens_expire(world, gateway):
    ended = Consumer(
        id="c",
        name="old system",
        token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(),
        use_cases=("mortgage",),
        channels=("branch",),
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    world.publish(world.variant(), consumers=(ended,))
    response = gateway().decide()
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def tensors(count=2):
    kinds = {"numeric": "FP64", "boolean": "BOOL"}
    return [
        {"name": f.name, "shape": [count], "datatype": kinds[f.kind], "data": [FEATURES[f.name]] * count}
        for f in FIELDS
    ]


def infer(running, inputs, version="", **parameters):
    path = f"/v2/models/mortgage{f'/versions/{version}' if version else ''}/infer"
    body = {
        "inputs": [*inputs, {"name": "context.state", "shape": [len(inputs[0]["data"])], "datatype": "BYTES",
                             "data": ["MA"] * len(inputs[0]["data"])},
                   {"name": "context.amount", "shape": [len(inputs[0]["data"])], "datatype": "FP64",
                    "data": [1000] * len(inputs[0]["data"])}],
        "parameters": {"purpose": "credit_decision", "channel": "branch"} | parameters,
        "id": "42",
    }  # fmt: skip
    return running.client.post(path, json=body, headers={"authorization": f"Bearer {TOKEN}"})


def test_the_open_inference_protocol_is_governed_alike(world, gateway):
    challenger = world.variant(name="challenger", weight=0.0, version="2", shift=1.0)
    world.publish(world.variant(), challenger)
    running = gateway()
    http = running.client

    assert http.get("/v2").json()["name"] == "remit"
    assert http.get("/v2/health/ready").status_code == 200
    metadata = http.get("/v2/models/mortgage").json()
    assert [i["name"] for i in metadata["inputs"]] == list(FEATURES)
    assert metadata["versions"] == ["1", "2"]
    assert http.get("/v2/models/mortgage/ready").json()["ready"] is True
    assert http.get("/v2/models/mortgage/versions/9").status_code == 404
    assert http.get("/v2/models/nothing").status_code == 404

    response = infer(running, tensors()).json()
    outputs = {o["name"]: o["data"] for o in response["outputs"]}
    assert response["id"] == "42"
    assert outputs["score"] == pytest.approx([score_of(FEATURES)] * 2, abs=1e-6)
    assert outputs["action"] == ["approve"] * 2
    pinned = infer(running, tensors(1), version="2").json()
    assert pinned["outputs"][0]["data"] == pytest.approx([score_of(FEATURES, 1.0)], abs=1e-6)
    assert infer(running, tensors(1), version="7").json()["clause"] == "route"
    assert infer(running, tensors(1), purpose="marketing").json()["clause"] == "purpose"

    mixed = tensors()
    mixed[0]["data"] = [0.3, 9.0]
    refused = infer(running, mixed).json()
    assert (refused["clause"], refused["row"]) == ("contract", 1)
    ragged = tensors()
    ragged[0]["data"] = [0.3]
    assert infer(running, ragged).status_code == 422
    assert infer(running, ragged).json()["error"].startswith("Tensor payments has shape")
    running.terminate()
    kept = rows(world)
    assert kept.filter(pl.col("status") == "decided").height == 3
    assert kept.filter(pl.col("version") == "2")["propensity"].to_list() == [None]


def test_what_is_not_there_says_so(world, gateway):
    world.publish(world.variant())
    http = gateway().client
    assert http.get("/nothing").status_code == 404
    assert http.put("/v2").status_code == 405
    assert http.post("/v1/decisions/mortgage", content=b"\xff{").status_code == 401
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert http.post("/v1/decisions/mortgage", content=b"\xff{", headers=headers).status_code == 422
    huge = http.post("/v1/decisions/mortgage", content=b" " * (9 << 20), headers=headers)
    assert huge.status_code == 422
    assert "8 MiB" in huge.json()["detail"]
