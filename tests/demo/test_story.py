"""The whole story, run as a user runs it, and its figures recomputed from the data by other means."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from demo import mortgages, training

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def remit(home, *words):
    environment = {**os.environ, "REMIT_HOME": str(home)}
    for name in ("REMIT_CLOCK_FILE", "REMIT_DATABASE_URL"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "remit.cli.main", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("story") / "home"


@pytest.fixture(scope="module")
def told(home):
    done = remit(home, "demo", "--once", "--json", "--port", "0", "--gateway-port", "0")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def row(told, version, metric, column=""):
    (found,) = {
        (r["value"], r["n"])
        for r in told["metrics"]
        if (r["version"], r["metric"], r["column"], r["segment"], r["window"])
        == (version, metric, column, "", "validation")
    }
    return found


def test_the_document_is_as_published(told):
    jsonschema.validate(told, json.loads((ROOT / "docs/reference/demo.schema.json").read_text()))


def test_the_inventory_holds_every_model_and_remembers_who_was_in_business(told):
    listed = (ROOT / "demo" / "inventory.csv").read_text().splitlines()
    assert told["inventory"]["models"] == len(listed)  # its heading stands for the story's own model
    live = sum(",in business," in line for line in listed)
    assert told["inventory"]["views"]["In business without a remit"] == live
    assert told["inventory"]["views"]["In business"] == 1
    then = [(row["version"], row["owner"]) for row in told["inventory"]["in_business_on"]]
    assert then == [("1.1", "Daniel Okafor"), ("2.0", "Daniel Okafor")]


def test_the_data_are_the_published_ones(told):
    everybody = told["data"]["all"]
    assert everybody["all"]["rows"] == 2380
    assert everybody["all"]["denial_rate"] == pytest.approx(285 / 2380)
    assert everybody["afam=yes"]["rows"] == 339
    assert sum(told["data"][part]["all"]["rows"] for part in ("train", "validation", "live")) == 2380


@pytest.mark.parametrize(("version", "name"), [("1.0", "scorecard"), ("2.0", "trees")])
def test_the_metrics_can_be_recomputed_by_hand(told, version, name):
    parts = mortgages.split()
    rows = parts["validation"]
    rule = next(v["decision_rule"] for v in told["versions"] if v["version"] == version)
    scores = training.train(name, parts["train"]).runtime.score([r.features for r in rows])
    denied = [r.denied for r in rows]
    assert row(told, version, "brier")[0] == pytest.approx(brier_score_loss(denied, scores), abs=1e-6)
    assert row(told, version, "auc")[0] == pytest.approx(roc_auc_score(denied, scores), abs=0.01)
    approved = {
        group: [s < rule["approve_below"] for s, r in zip(scores, rows, strict=True) if r.afam == group]
        for group in ("yes", "no")
    }
    rates = {group: sum(listed) / len(listed) for group, listed in approved.items()}
    ratio = min(rates.values()) / max(rates.values())
    assert row(told, version, "adverse_impact_ratio", "afam")[0] == pytest.approx(ratio, abs=1e-9)


def test_what_the_story_shows_really_happened(told):
    clauses = {refusal["clause"] for refusal in told["refusals"]}
    assert {
        "denied",
        "purpose",
        "channel",
        "prohibited_inputs",
        "population",
        "contract",
        "limits",
        "dates",
    } <= clauses
    assert any("may not validate" in refusal["detail"] for refusal in told["refusals"])
    assert any(not gate["passed"] for gate in told["gates"])
    assert any(alarm["window"].endswith("shifted") for alarm in told["alarms"])
    assert told["retirement"]["seconds_until_the_gateway_refused"] < 15
    assert {remit["state"] for remit in told["remits"]} >= {"in_force", "revoked", "expired"}
    assert next(k for k in told["kpis"] if k["id"] == "RMT-01")["value"] == 1.0
    for kpi in told["kpis"]:
        assert kpi["status"] == "measured", kpi["id"]


def test_the_value_is_the_difference_of_randomised_arms(told):
    newest = next(v for v in told["value"] if v["version"] == "2.0")
    assert newest["status"] == "measured"
    assert newest["low"] < newest["per_decision"] < newest["high"]
    assert newest["decisions"] >= newest["n_treated"]


def test_the_ledger_verifies_offline_on_its_export(told, home, tmp_path):
    file = tmp_path / "ledger.jsonl"
    assert told["ledger"]["verified"]
    exported = remit(home, "ledger", "export", str(file))
    assert exported.returncode == 0, exported.stderr
    (key,) = tmp_path.glob("*.pem")
    sound = remit(tmp_path / "elsewhere", "ledger", "verify", "--export", str(file), "--public-key", str(key))
    assert sound.returncode == 0, sound.stdout + sound.stderr
    file.write_text(file.read_text().replace("Daniel Okafor", "Daniel Okafer", 1))
    broken = remit(
        tmp_path / "elsewhere", "ledger", "verify", "--export", str(file), "--public-key", str(key)
    )
    assert broken.returncode != 0
    assert "entry" in (broken.stdout + broken.stderr).lower()


def test_a_second_run_repeats_nothing(told, home):
    again = remit(home, "demo", "--once", "--json", "--port", "0", "--gateway-port", "0")
    assert again.returncode == 0, again.stderr[-2000:]
    assert json.loads(again.stdout) == told
