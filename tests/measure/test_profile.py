import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.kernel.problems import Invalid
from remit.measure.backends import arrow
from remit.measure.backends.polars import edges_of, profile_of
from remit.measure.engine import profiles
from remit.measure.profile import Profile, merge

from .data import SCHEMA, applicants

REFERENCE = applicants(600, 1)
EDGES = edges_of(REFERENCE, SCHEMA, segments=["region"])

number = st.one_of(st.none(), st.floats(width=32), st.sampled_from([0.0, 1.0, float("inf"), float("nan")]))
row = st.fixed_dictionaries(
    {
        "income": number,
        "children": st.one_of(st.none(), st.integers(-3, 9)),
        "region": st.sampled_from(["north", "south", "west", "", None]),
        "score": st.one_of(st.none(), st.floats(0, 1)),
        "action": st.sampled_from(["approve", "decline", "refer", None]),
        "bad": st.sampled_from([True, False, None]),
        "sex": st.sampled_from(["f", "m", None]),
        "group": st.sampled_from(["a", "b", "d", None]),
    }
)
TYPES = {
    "income": pl.Float64,
    "children": pl.Int64,
    "region": pl.String,
    "score": pl.Float64,
    "action": pl.String,
    "bad": pl.Boolean,
    "sex": pl.String,
    "group": pl.String,
}


def profiled(rows: list[dict]) -> Profile:
    return profile_of(pl.DataFrame(rows, schema=TYPES), SCHEMA, EDGES)


def close(a: Profile, b: Profile) -> None:
    """Every count equal, every sum equal to rounding."""
    assert a.rows == b.rows
    assert a.category == b.category
    for name, mine in a.numeric.items():
        theirs = b.numeric[name]
        for item in ("n", "nulls", "infinite", "outside", "minimum", "maximum", "above"):
            assert getattr(mine, item) == getattr(theirs, item), (name, item)
        for item in ("total", "squares", "low", "high"):
            scale = max(1.0, abs(mine.squares), abs(mine.total))
            assert getattr(mine, item) == pytest.approx(getattr(theirs, item), abs=1e-9 * scale)
    assert a.joint.levels == b.joint.levels
    for item in ("bins", "codes", "n"):
        np.testing.assert_array_equal(getattr(a.joint, item), getattr(b.joint, item))
    for item in ("score", "squares", "loss"):
        np.testing.assert_allclose(getattr(a.joint, item), getattr(b.joint, item), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(row, max_size=12), st.lists(row, max_size=12), st.lists(row, max_size=12))
def test_merging_is_counting_it_all_at_once_in_any_order(a, b, c):
    pa, pb, pc = profiled(a), profiled(b), profiled(c)
    whole = profiled(a + b + c)
    close(merge(pa, pb, pc), whole)
    close(pa + (pb + pc), whole)
    close(pc + pb + pa, whole)


@settings(max_examples=25, deadline=None)
@given(st.lists(row, max_size=15))
def test_arrow_round_trip_is_exact(rows):
    profile = profiled(rows)
    content = arrow.dump(profile)
    back = arrow.load(content)
    assert arrow.dump(back) == content
    assert (back.schema, back.edges, back.rows) == (profile.schema, profile.edges, profile.rows)
    assert (back.numeric, back.category) == (profile.numeric, profile.category)
    close(back, profile)


def test_counts_are_those_of_numpy():
    profile = profile_of(REFERENCE, SCHEMA, EDGES)
    values = REFERENCE["income"].to_numpy()
    counts, edges = profile.numeric["income"], EDGES.numeric["income"]
    assert counts.above == tuple(int((values > e).sum()) for e in edges.points)
    assert counts.bins.sum() == counts.n == len(values)
    assert counts.total == pytest.approx((values - edges.centre).sum())
    last = edges.points[-1]
    assert counts.high == pytest.approx((values[values > last] - edges.centre).sum())
    assert profile.joint.n.sum() == len(values)
    joint = profile.joint
    both = joint.n[joint.among("sex", ("f",)) & joint.among("action", ("approve",))].sum()
    assert both == REFERENCE.filter((pl.col("sex") == "f") & (pl.col("action") == "approve")).height


def test_deciles_are_exact_order_statistics_of_the_reference():
    values = np.sort(REFERENCE["income"].to_numpy())
    edges = EDGES.numeric["income"]
    assert [edges.points[i] for i in edges.deciles] == [values[k * 60 - 1] for k in range(1, 10)]


def test_files_and_frames_count_alike(tmp_path):
    REFERENCE.write_parquet(tmp_path / "r.parquet")
    REFERENCE.head(200).write_csv(tmp_path / "one.csv")
    REFERENCE.slice(200).write_csv(tmp_path / "two.csv")
    frame = profile_of(REFERENCE, SCHEMA, EDGES)
    close(profile_of(tmp_path / "r.parquet", SCHEMA, EDGES), frame)
    close(profile_of([tmp_path / "one.csv", tmp_path / "two.csv"], SCHEMA, EDGES), frame)


def test_a_sample_of_a_large_reference_still_counts_every_row():
    large = pl.concat([REFERENCE] * 300)
    profile = profile_of(large, SCHEMA, edges_of(large, SCHEMA))
    assert profile.rows == profile.numeric["income"].bins.sum() == 180_000


def test_different_edges_do_not_add_up():
    other = edges_of(applicants(300, 9), SCHEMA, segments=["region"])
    with pytest.raises(Invalid, match="different edges"):
        profile_of(REFERENCE, SCHEMA, EDGES) + profile_of(REFERENCE, SCHEMA, other)
    with pytest.raises(Invalid, match="different edges"):
        profiles(profile_of(REFERENCE, SCHEMA, EDGES), profile_of(REFERENCE, SCHEMA, other))


def test_a_damaged_profile_is_refused(tmp_path):
    content = arrow.dump(profile_of(REFERENCE, SCHEMA, EDGES))
    with pytest.raises(Invalid, match="not a profile"):
        arrow.load(content[:-40])
    other = tmp_path / "frame.arrow"
    REFERENCE.write_ipc(other)
    assert arrow.is_profile(other)
    with pytest.raises(Invalid, match="not a profile"):
        arrow.load(other.read_bytes())


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (REFERENCE.drop("income"), "no column 'income'"),
        (REFERENCE.with_columns(income=pl.lit("rich")), "schema says numeric"),
        (REFERENCE.with_columns(region=pl.lit([1, 2])), "no category"),
    ],
)
def test_data_that_do_not_fit_the_schema(frame, words):
    with pytest.raises(Invalid, match=words):
        profile_of(frame, SCHEMA, EDGES)


def test_unreadable_files_are_named(tmp_path):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    text = tmp_path / "text.csv"
    REFERENCE.with_columns(income=pl.lit("rich")).write_csv(text)
    gone = tmp_path / "gone.csv"
    for path, words in ((broken, "broken"), (text, "text"), (gone, "gone"), (tmp_path, "no file")):
        with pytest.raises(Invalid, match=words):
            profile_of(path, SCHEMA, EDGES)
