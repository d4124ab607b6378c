from datetime import UTC, datetime
from pathlib import Path

import pytest

from remit.kernel.problems import Broken, Invalid
from remit.measure.backends import parquet


@pytest.fixture
def store(tmp_path: Path) -> list[Path]:
    parquet.write(
        [{"id": "a", "score": 0.2, "at": datetime(2026, 1, 1, tzinfo=UTC)}], tmp_path / "one.parquet"
    )
    parquet.write(
        [
            {"id": "b", "score": 0.9, "at": datetime(2026, 1, 2, tzinfo=UTC), "clause": "purpose"},
            {"id": "c", "score": None, "at": datetime(2026, 1, 3, tzinfo=UTC), "clause": None},
        ],
        tmp_path / "two.parquet",
    )
    return sorted(tmp_path.glob("*.parquet"))


def test_files_with_different_columns_read_together(store):
    rows = parquet.scan(store).sort("id").rows()
    assert [row["clause"] for row in rows] == [None, "purpose", None]


def test_no_files_are_no_rows():
    empty = parquet.scan([])
    assert empty.rows() == []
    assert empty.count() == 0
    assert empty.where("id", "=", "a").rows() == []
    assert empty.sort("id").latest(by="id", order="at").join(empty, on="id").count() == 0


def test_filters_and_pages(store):
    scan = parquet.scan(store)
    assert scan.where("score", ">", 0.1).count() == 2
    assert scan.where("id", "in", ["a", "c"]).sort("id", descending=True).rows(1)[0]["id"] == "c"
    assert scan.where("clause", "contains", "purp").rows()[0]["id"] == "b"
    assert [row["id"] for row in scan.sort("id").rows(limit=1, offset=1)] == ["b"]
    assert scan.where("at", ">=", datetime(2026, 1, 2, tzinfo=UTC)).count() == 2
    with pytest.raises(Invalid):
        scan.where("id", "like", "a")


def test_join_keeps_rows_without_partner_and_latest_wins(store):
    labels = parquet.of_rows([{"id": "a", "label": 1, "seen": 1}, {"id": "a", "label": 0, "seen": 2}])
    joined = parquet.scan(store).join(labels.latest(by="id", order="seen"), on="id").sort("id").rows()
    assert [row["label"] for row in joined] == [0, None, None]


def test_sql_aggregates(store):
    answer = parquet.query("select count(*) as n, max(score) as top from d", d=parquet.scan(store))
    assert answer == [{"n": 3, "top": 0.9}]


def test_a_corrupt_file_is_named(store):
    content = store[1].read_bytes()
    store[1].write_bytes(content[: len(content) // 2])
    with pytest.raises(Broken, match=r"two\.parquet"):
        parquet.scan(store).rows()
    with pytest.raises(Broken, match="missing"):
        parquet.scan([store[0].with_name("gone.parquet")])


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever Polars raises for an unwritable value
        parquet.write([{"x": object()}], tmp_path / "bad.parquet")
    assert list(tmp_path.iterdir()) == []
