"""`remit measure` on files: rows, reports, profiles, and plain errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from remit.cli import main

SCHEMA = """\
columns:
  - name: income
    minimum: 0
  - {name: score, role: score}
  - {name: action, role: prediction, kind: category, favourable: [approve]}
  - {name: bad, role: label, kind: boolean, favourable: [false]}
  - {name: sex, role: protected, kind: category}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, seed in (("ref.parquet", 1), ("cur.csv", 2)):
        rng = np.random.default_rng(seed)
        score = rng.random(500)
        frame = pl.DataFrame(
            {
                "income": rng.random(500) * 100,
                "score": score,
                "action": np.where(score < 0.5, "approve", "decline"),
                "bad": rng.random(500) < score,
                "sex": rng.choice(["f", "m<b>"], 500),
            }
        )
        if name.endswith("csv"):
            frame.write_csv(tmp_path / name)
        else:
            frame.write_parquet(tmp_path / name)
    (tmp_path / "schema.yaml").write_text(SCHEMA, encoding="utf-8")
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main.run(["measure", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_rows_as_json_agree_with_scikit_learn(files, capsys):
    sides = (files / "ref.parquet", files / "cur.csv", "--schema", files / "schema.yaml")
    code, out, err = call(capsys, *sides, "--window", "may", "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert {row["window"] for row in rows} == {"may"}
    auc = next(row for row in rows if row["metric"] == "auc" and not row["segment"])
    frame = pl.read_csv(files / "cur.csv")
    assert auc["value"] == pytest.approx(roc_auc_score(frame["bad"], frame["score"]), abs=5e-3)
    assert set(auc) == {
        "metric", "column", "segment", "window", "value", "low", "high", "n", "status", "reason",
    }  # fmt: skip


def test_a_profile_stands_for_the_data(files, capsys):
    ref, cur, schema = files / "ref.parquet", files / "cur.csv", files / "schema.yaml"
    out = ("--profile-out", files / "cur.arrow", "--reference-out", files / "deep" / "ref.arrow", "--json")
    _, whole, _ = call(capsys, ref, cur, "--schema", schema, *out)
    code, again, _ = call(capsys, files / "deep" / "ref.arrow", files / "cur.arrow", "--json")
    assert code == 0
    assert json.loads(again) == json.loads(whole)


def test_the_report_needs_nothing_else_and_escapes(files, capsys):
    page = files / "out" / "report.html"
    sides = (files / "ref.parquet", files / "cur.csv", "--schema", files / "schema.yaml")
    code, out, _ = call(capsys, *sides, "--html", page, "--metric", "fairness", "--metric", "psi")
    assert code == 0
    assert "selection_rate" in out
    text = page.read_text(encoding="utf-8")
    assert "Population stability index" in text
    assert "m&lt;b&gt;" in text
    assert "m<b>" not in text
    assert "http" not in text
    assert "<script" not in text
    assert "Brier" not in text


def test_mistakes_are_one_line_with_a_remedy(files, capsys):
    ref, cur, schema = files / "ref.parquet", files / "cur.csv", files / "schema.yaml"
    wrong = files / "wrong.yaml"
    wrong.write_text(SCHEMA.replace("role: label", "role: target"), encoding="utf-8")
    extra = files / "extra.yaml"
    extra.write_text(SCHEMA + "  - {name: age}\n", encoding="utf-8")
    broken = files / "broken.parquet"
    broken.write_bytes(ref.read_bytes()[:200])
    for arguments, words in (
        ((ref, cur, "--schema", wrong), "line 6"),
        ((ref, cur, "--schema", extra), "no column 'age'"),
        ((ref, cur, "--schema", files / "none.yaml"), "none.yaml"),
        ((ref, cur), "no schema"),
        ((broken, cur, "--schema", schema), "broken.parquet"),
        ((files / "gone.csv", cur, "--schema", schema), "gone.csv"),
        ((ref, cur, "--schema", schema, "--metric", "psy"), "no metric 'psy'"),
    ):
        code, out, err = call(capsys, *arguments)
        assert (code, out) == (1, ""), arguments
        assert words in err
        assert err.count("\n") == 1
