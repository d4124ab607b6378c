import math

import pytest

from remit.kernel.problems import Invalid
from remit.measure import schema as schemas
from remit.measure.contract import Column, Limit, MetricRow, Schema, judge, judge_all

from .data import SCHEMA

TEXT = """\
columns:
  - name: income
    minimum: 0
  - {name: action, role: prediction, kind: category, favourable: [approve]}
  - name: bad
    role: label
    kind: boolean
"""


def test_schema_survives_yaml_and_plain_types():
    assert schemas.loads(schemas.dumps(SCHEMA)) == SCHEMA
    assert Schema.of(SCHEMA.as_dict()) == SCHEMA


def test_one_spelling_for_every_value():
    column = Schema.of({"columns": [{"name": "x", "kind": "category", "categories": [1, 2.0, "b"]}]})["x"]
    assert column.categories == ("1", "2", "b")


def test_favourable_labels_are_those_of_the_prediction_only_when_kinds_agree():
    assert schemas.loads(TEXT).favourable_labels == ()
    both = TEXT.replace("category, favourable: [approve]", "boolean, favourable: [false]")
    assert schemas.loads(both).favourable_labels == ("false",)
    assert SCHEMA.favourable_labels == ("false",)


@pytest.mark.parametrize(
    ("broken", "line", "word"),
    [
        (TEXT.replace("minimum: 0", "minimum: low"), 3, "minimum"),
        (TEXT.replace("minimum: 0", "minimun: 0"), 3, "minimun"),
        (TEXT.replace("role: label", "role: target"), 6, "role"),
        (TEXT.replace("kind: boolean", "kind: numeric"), 7, "kind"),
        (TEXT.replace("[approve]", "[yes]"), 4, "quotes"),
        (TEXT + "  - name: income\n", 8, "twice"),
        (TEXT + "  - {name: other, role: label, kind: boolean}\n", 8, "second label"),
        (TEXT.replace("minimum: 0", "minimum: 2\n    maximum: 1"), 3, "maximum"),
        (TEXT + "  - {role: feature}\n", 8, "no name"),
        ("columns: [", 1, "schema"),
    ],
)
def test_mistakes_name_the_line_and_the_field(broken, line, word):
    with pytest.raises(Invalid) as caught:
        schemas.loads(broken)
    assert f"line {line}" in str(caught.value)
    assert word in str(caught.value)


@pytest.mark.parametrize("text", ["", "columns: none", "- a", "columns: []"])
def test_a_schema_without_columns_is_refused(text):
    with pytest.raises(Invalid, match="no list of columns"):
        schemas.loads(text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Invalid, match="gone"):
        schemas.load(tmp_path / "gone.yaml")


@pytest.mark.parametrize(
    ("value", "direction", "verdict"),
    [(0.05, "above", "ok"), (0.1, "above", "ok"), (0.2, "above", "watch"), (0.3, "above", "breach")],
)
def test_judge_by_value(value, direction, verdict):
    assert judge(MetricRow("psi", value=value), Limit("psi", direction, watch=0.1, breach=0.25)) == verdict


def test_below_is_the_other_way_round():
    limit = Limit("adverse_impact_ratio", "below", watch=0.9, breach=0.8)
    assert [judge(MetricRow("x", value=v), limit) for v in (0.95, 0.85, 0.75)] == ["ok", "watch", "breach"]


def test_nothing_unreliable_ever_passes():
    limit = Limit("auc", "below", breach=0.6)
    assert judge(MetricRow("auc", value=0.9, status="insufficient"), limit) == "insufficient"
    assert judge(MetricRow("auc", status="not_computable"), limit) == "not_computable"
    assert [j.status for j in judge_all([], [limit])] == ["not_computable"]


def test_a_limit_on_one_column_leaves_the_others_alone():
    rows = [
        MetricRow(metric, column, value=1.0) for metric, column in (("psi", "a"), ("psi", "b"), ("ks", "a"))
    ]
    judged = judge_all(rows, [Limit("psi", "above", breach=0.2, column="a")])
    assert [(j.row.column, j.status) for j in judged] == [("a", "breach")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "up", "breach": 1},
        {"direction": "above"},
        {"direction": "above", "watch": 2, "breach": 1},
    ],
)
def test_senseless_limits_are_refused(wrong):
    with pytest.raises(Invalid):
        Limit("psi", **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "psi", "direction": "above", "breach": 1, "colour": "red"},
        {"metric": "psi", "direction": "above", "breach": "much"},
        {"metric": "psi", "breach": 1},
        {"direction": "above", "breach": 1},
    ],
)
def test_limits_from_outside_are_checked(wrong):
    with pytest.raises(Invalid):
        Limit.of(wrong)


def test_a_limit_survives_plain_types():
    limit = Limit("psi", "above", watch=0.1, breach=0.25, column="x")
    assert Limit.of(limit.as_dict()) == limit


def test_a_row_never_holds_nan():
    with pytest.raises(ValueError, match="nan"):
        MetricRow("psi", value=math.nan)


def test_identifiers_are_not_counted():
    assert not Column("id", "identifier", "category").counted
    assert Column("x").counted
