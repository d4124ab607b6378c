import json

import pytest

from remit.measure.contract import Judgement, Limit, MetricRow, Schema
from remit.monitoring import rules

SCHEMA = Schema.of(
    {
        "columns": [
            {"name": "pirat", "role": "feature", "kind": "numeric"},
            {"name": "score", "role": "score", "kind": "numeric", "minimum": 0, "maximum": 1},
            {"name": "prediction", "role": "prediction", "kind": "category", "favourable": ["approve"]},
            {"name": "label", "role": "label", "kind": "category", "positive": "denied"},
        ]
    }
)


def judged(status, **row):
    limit = Limit("psi", "above", watch=0.1, breach=0.25, column="score")
    return Judgement(MetricRow("psi", column="score", n=100, **row), limit, status)


def test_a_decision_becomes_a_row_of_the_schema():
    decision = {
        "features": json.dumps({"pirat": 0.4, "other": 1}),
        "score": 0.2,
        "action": "refer",
        "label": None,
    }
    assert rules.measured_rows([decision], SCHEMA) == [
        {"pirat": 0.4, "score": 0.2, "prediction": "refer", "label": None}
    ]


@pytest.mark.parametrize(
    ("statuses", "verdict", "health"),
    [
        (["ok", "watch", "breach"], "breach", "breach"),
        (["ok", "watch"], "watch", "watch"),
        (["ok", "insufficient"], "ok", "healthy"),
        (["insufficient", "not_computable"], "insufficient", "not_running"),
        ([], "not_computable", "not_running"),
    ],
)
def test_the_worst_verdict_decides_and_nothing_measured_is_not_health(statuses, verdict, health):
    found = rules.worst([judged(status, value=0.3) for status in statuses])
    assert found == verdict
    assert rules.health(found) == health


def test_an_alarm_says_what_how_far_and_the_limit():
    said = rules.says(judged("breach", value=0.31, low=0.2, high=0.4))
    assert said == "The psi of score is 0.310, interval 0.200 to 0.400: over the limit of 0.25, on 100 rows."


def test_a_version_never_measured_is_not_running():
    assert rules.health(None) == "not_running"
