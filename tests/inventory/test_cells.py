"""Cells: what is written comes back, and no spreadsheet takes a text for a formula."""

import csv
import io
import json
from datetime import UTC, date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.inventory import exporting
from remit.inventory.importing import cells, mapping, reading

TEXTS = st.text(max_size=60).map(cells.plain)
ITEMS = st.lists(st.text(min_size=1, max_size=20).map(cells.plain).filter(bool), max_size=6, unique=True)


@given(TEXTS)
def test_a_guarded_text_is_no_formula_and_comes_back(text):
    guarded = cells.guarded(text)
    assert guarded[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert cells.unguarded(guarded) == text


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3", "+1", "'=1+1", "''@x", "O'Neill", "'quoted'"])
def test_what_looks_like_a_formula_comes_back_too(text):
    assert cells.unguarded(cells.guarded(text)) == text


@given(ITEMS)
def test_a_list_comes_back(items):
    assert cells.to_list(cells.joined(items)) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a, b,c", ["a", "b", "c"]),
        ("a; b, c", ["a", "b, c"]),
        ("Reg B, part 2;", ["Reg B, part 2"]),
        ("a;a; ;", ["a"]),
        ("a\\;b; c", ["a;b", "c"]),
        ("", []),
    ],
)
def test_a_list_is_read_as_people_write_it(text, items):
    assert cells.to_list(text) == items


@given(st.decimals(min_value=0, max_value=999_999_999_999, places=2))
def test_an_amount_comes_back(amount):
    assert cells.to_amount(cells.shown(amount)) == amount
    assert cells.to_amount(f"{amount:,.2f}") == amount


@pytest.mark.parametrize("text", ["1,00", "1.000,50", "-1", "NaN", "1e99", "ten", "12,34,567"])
def test_what_is_no_amount_is_not_guessed(text):
    with pytest.raises(ValueError, match="amount"):
        cells.to_amount(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back(instant):
    assert cells.to_instant(cells.shown(instant)) == instant


def test_values_are_shown_as_people_write_them():
    shown = [cells.shown(v) for v in (None, True, 17.0, Decimal("1.50"), date(2024, 3, 1), ["a", "b"])]
    assert shown == ["", "yes", "17", "1.50", "2024-03-01", "a; b"]


# a lone column called `a|b` reads as two: which character separates is guessed by the first line
NAMES = (
    st.text(st.characters(exclude_characters=";|\t"), min_size=1, max_size=12).map(cells.plain).filter(bool)
)
HEADERS = st.lists(NAMES, min_size=1, max_size=5, unique=True)


@st.composite
def tables(draw):
    header = draw(HEADERS)
    rows = draw(st.lists(st.lists(TEXTS, min_size=len(header), max_size=len(header)), max_size=8))
    return header, [row for row in rows if any(row)]


@given(tables())
def test_a_table_written_as_csv_is_read_the_same(tmp_path_factory, table):
    header, rows = table
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    file.write_bytes(b"".join(exporting.as_csv(header, rows)))
    expected = [dict(zip(header, row, strict=True)) for row in rows]
    with reading.opened(file, "t.csv") as found:
        assert list(found.columns) == header
        assert [dict(row.texts) for row in found.rows] == expected


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b", "c"]), TEXTS.filter(bool), min_size=1),
        min_size=1,
        max_size=5,
    )
)
def test_a_json_list_is_read_the_same(tmp_path_factory, items):
    file = tmp_path_factory.mktemp("json") / "t.json"
    file.write_text(json.dumps(items))
    with reading.opened(file, "t.json") as found:
        assert [dict(row.texts) for row in found.rows] == items


def test_too_many_rows_and_a_bomb_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    file = tmp_path / "t.csv"
    file.write_text("a\n1\n2\n3\n")
    with pytest.raises(Exception, match="more than 2 rows"), reading.opened(file, "t.csv") as found:
        list(found.rows)
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(tmp_path / "t.xlsx")
    monkeypatch.setattr(reading, "_MOST_UNPACKED", 10)
    with (
        pytest.raises(Exception, match="too large once unpacked"),
        reading.opened(tmp_path / "t.xlsx", "t.xlsx"),
    ):
        pass
    monkeypatch.setattr(reading, "MOST_BYTES", 3)
    with pytest.raises(Exception, match="larger than"), reading.opened(file, "t.csv"):
        pass


def test_rows_are_numbered_as_the_files_own_program_shows_them(tmp_path):
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b"], ["1", "two\nlines"], ["", ""], ["2", "x"]])
    file = tmp_path / "t.csv"
    file.write_text(out.getvalue())
    with reading.opened(file, "t.csv") as found:
        assert [row.number for row in found.rows] == [2, 5]


@pytest.mark.django_db
def test_what_an_export_calls_its_columns_is_what_an_import_understands():
    known = mapping.fields("system:test")
    guessed = mapping.guess([*exporting._STOOD, *exporting._SAID], known)
    assert {name: column for name, column in guessed.items() if name != column} == {}
    assert {"external_key", "model", "owner", "unit", "stage", "tags"} <= guessed.keys()
