import polars as pl
import pytest

from remit.measure.contract import Schema
from remit.measure.engine import measure

from .conftest import indexed

SCHEMA = Schema.of(
    {
        "columns": [
            {"name": "x", "minimum": 0, "maximum": 10},
            {"name": "free"},
            {"name": "c", "kind": "category"},
            {"name": "listed", "kind": "category", "categories": ["a"]},
            {"name": "b", "kind": "boolean"},
        ]
    }
)
REFERENCE = pl.DataFrame({"x": [1.0], "free": [1.0], "c": ["a"], "listed": ["b"], "b": [True]})
INF, NAN = float("inf"), float("nan")


def found(**columns):
    frame = REFERENCE.select(pl.all().repeat_by(4).explode()).with_columns(
        **{name: pl.Series(values, strict=False) for name, values in columns.items()}
    )
    return indexed(measure(REFERENCE, frame, SCHEMA, metrics=["quality"]))


def test_missing_counts_null_and_nan_but_not_infinity():
    rows = found(x=[None, NAN, INF, 1.0])
    assert rows("missing_share", "x").value == 0.5
    assert rows("missing_share", "c").value == 0.0


def test_out_of_range_counts_infinities_and_keeps_the_bounds_inside():
    assert found(x=[0.0, 10.0, 10.5, -INF])("out_of_range_share", "x").value == 0.5
    rows = found(free=[1.0, 1.0, 1.0, INF])
    assert rows("out_of_range_share", "free").value == 0.25
    assert ("out_of_range_share", "free", "") not in found()


def test_new_categories_are_named():
    row = found(c=["a", "b", "c", None])("new_category_share", "c")
    assert row.value == pytest.approx(2 / 3)
    assert "'b', 'c'" in row.reason


def test_the_schema_goes_before_the_reference():
    assert found()("new_category_share", "listed").value == 1.0


def test_booleans_come_in_many_spellings():
    for values in (
        [1, 0, 1, 1],
        ["true", "0", "False", "1"],
        [True, False, True, None],
        [1.0, 0.0, 1.0, 1.0],
    ):
        assert found(b=values)("new_category_share", "b").value == 0.0
    assert found(b=["true", "maybe", "1", "0"])("new_category_share", "b").value == 0.25


def test_too_many_categories_to_call_one_new():
    schema = Schema.of({"columns": [{"name": "c", "kind": "category"}]})
    frame = pl.DataFrame({"c": [f"v{i}" for i in range(1500)]})
    row = indexed(measure(frame, frame, schema, metrics=["quality"]))("new_category_share", "c")
    assert row.status == "not_computable"
