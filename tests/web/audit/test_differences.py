"""What changed, by path and in words."""

from hypothesis import given
from hypothesis import strategies as st

from remit.web.audit.differences import BETWEEN, LONG, NOTHING, Change, changes, references, shown, words

A, B = "01a20d71-aa46-7091-8e8d-f83a45b71349", "01a20d71-aa46-7091-8e8d-f83a45b71350"


def test_ids_are_shown_by_name_and_instants_as_days():
    payload = {
        "before": {"id": A, "owner_id": A, "ready_at": None},
        "after": {"id": A, "owner_id": B, "ready_at": "2026-11-03T09:30:00.25+00:00"},
    }
    assert references(payload) == {A, B}
    assert changes(payload, {A: "Priya", B: "Daniel"}) == [
        Change("Owner", "Priya", "Daniel"),
        Change("Ready at", NOTHING, "3 Nov 2026, 09:30"),
    ]


def test_nested_values_change_by_path():
    before = {"limits": [{"name": "amount", "maximum": 5}, {"name": "n", "maximum": 1}], "kind": "full"}
    after = {"limits": [{"name": "n", "maximum": 1}, {"name": "amount", "maximum": 9}], "kind": "full"}
    assert changes({"before": {"terms": before}, "after": {"terms": after}}) == [
        Change(BETWEEN.join(("Terms", "Limits", "Amount", "Maximum")), "5", "9")
    ]


def test_a_row_of_a_nested_list_that_came_or_went_is_shown_whole():
    payload = {"before": {"x": [{"name": "a"}]}, "after": {"x": [{"name": "a"}, {"name": "b", "n": 1}]}}
    assert changes(payload) == [Change(f"X{BETWEEN}B", NOTHING, '{"n": 1, "name": "b"}')]


def test_lists_of_words_read_as_words_and_empty_reads_as_nothing():
    payload = {"before": {"tags": ["a"], "note": None}, "after": {"tags": ["a", "b"], "note": ""}}
    assert changes(payload) == [Change("Tags", "a", "a, b")]


def test_long_texts_are_marked_for_folding():
    (change,) = changes({"before": None, "after": {"text": "x" * (LONG + 1)}})
    assert change.long
    assert not Change("A", "x" * LONG, "").long


def test_words():
    assert [words(name) for name in ("owner_id", "planned_value_a_year", "id")] == [
        "Owner",
        "Planned value a year",
        "Id",
    ]
    assert [shown(True), shown([]), shown(["a", 1])] == ["Yes", NOTHING, "a, 1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(before=JSON, after=JSON)
def test_anything_can_be_compared_and_nothing_differs_from_itself(before, after):
    assert changes({"before": {"x": before}, "after": {"x": before}}) == []
    found = changes({"before": {"x": before}, "after": {"x": after}})
    if shown(before) != shown(after) and not found:
        # only what is within was empty in either way
        assert isinstance(before, dict | list)
        assert isinstance(after, dict | list)
