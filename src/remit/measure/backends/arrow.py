"""Profiles as Arrow IPC files: one row whose nested columns any Arrow tool can read; an exact round trip."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from remit.kernel.problems import Invalid
from remit.measure.contract import Schema
from remit.measure.profile import CategoryCounts, Edges, Joint, NumericCounts, NumericEdges, Profile

FORMAT = "remit-profile/1"
MAGIC = b"ARROW1"
_ARRAYS = ("bins", "n", "score", "squares", "loss")
_NUMERIC = pl.Struct(
    {
        "column": pl.String,
        "points": pl.List(pl.Float64),
        "deciles": pl.List(pl.Int64),
        "lattice": pl.Boolean,
        "centre": pl.Float64,
        "n": pl.Int64,
        "nulls": pl.Int64,
        "infinite": pl.Int64,
        "outside": pl.Int64,
        "minimum": pl.Float64,
        "maximum": pl.Float64,
        "total": pl.Float64,
        "squares": pl.Float64,
        "above": pl.List(pl.Int64),
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
_CATEGORY = pl.Struct(
    {
        "column": pl.String,
        "names": pl.List(pl.String),
        "open": pl.Boolean,
        "n": pl.Int64,
        "nulls": pl.Int64,
        "levels": pl.List(pl.Int64),
        "unseen": pl.Int64,
        "examples": pl.List(pl.String),
    }
)
_JOINT = pl.Struct(
    {
        "axes": pl.List(pl.String),
        "levels": pl.List(pl.List(pl.String)),
        "codes": pl.List(pl.Int64),
        "bins": pl.List(pl.Int64),
        "n": pl.List(pl.Int64),
        "score": pl.List(pl.Float64),
        "squares": pl.List(pl.Float64),
        "loss": pl.List(pl.Float64),
    }
)
_COLUMNS: dict[str, Any] = {
    "format": pl.String,
    "schema": pl.String,
    "rows": pl.Int64,
    "score_edges": pl.List(pl.Float64),
    "segments": pl.List(pl.String),
    "numeric": pl.List(_NUMERIC),
    "category": pl.List(_CATEGORY),
    "joint": _JOINT,
}


def dump(profile: Profile) -> bytes:
    """Return the profile as Arrow IPC bytes; equal profiles give equal bytes."""
    buffer = io.BytesIO()
    pl.DataFrame([_plain(profile)], schema=_COLUMNS).write_ipc(buffer)
    return buffer.getvalue()


def load(content: bytes, name: str = "the profile") -> Profile:
    """Read a profile back.

    Raises:
        Invalid: the bytes are no profile of this format.
    """
    try:
        row = pl.read_ipc(io.BytesIO(content)).row(0, named=True)
        known = row["format"] == FORMAT
    except (pl.exceptions.PolarsError, OSError, KeyError) as failure:
        raise Invalid(
            f"{name} is not a profile: {failure}.", remedy="Write it with --profile-out."
        ) from failure
    if not known:
        raise Invalid(f"{name} has the format {row['format']!r}; this version reads {FORMAT}.")
    return _profile(row)


def save(profile: Profile, path: Path) -> None:
    """Write a profile file, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(dump(profile))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_profile(path: Path) -> bool:
    """Tell by its first bytes whether a file is Arrow IPC, as profiles are."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _plain(profile: Profile) -> dict[str, Any]:
    edges, joint = profile.edges, profile.joint
    return {
        "format": FORMAT,
        "schema": json.dumps(profile.schema.as_dict()),
        "rows": profile.rows,
        "score_edges": list(edges.score),
        "segments": list(edges.segments),
        "numeric": [
            {"column": name} | asdict(edges.numeric[name]) | asdict(counts)
            for name, counts in profile.numeric.items()
        ],
        "category": [
            {"column": name, "names": edges.levels[name], "open": name in edges.open_levels} | asdict(counts)
            for name, counts in profile.category.items()
        ],
        "joint": None if joint is None else _plain_joint(joint),
    }


def _plain_joint(joint: Joint) -> dict[str, Any]:
    arrays = {name: getattr(joint, name).tolist() for name in _ARRAYS}
    levels = [list(names) for names in joint.levels]
    return {"axes": list(joint.axes), "levels": levels, "codes": joint.codes.ravel().tolist()} | arrays


def _profile(row: dict[str, Any]) -> Profile:
    numeric, category = row["numeric"], row["category"]
    edges = Edges(
        numeric={entry["column"]: _pick(NumericEdges, entry) for entry in numeric},
        levels={entry["column"]: tuple(entry["names"]) for entry in category},
        open_levels=frozenset(entry["column"] for entry in category if entry["open"]),
        score=tuple(row["score_edges"]),
        segments=tuple(row["segments"]),
    )
    return Profile(
        schema=Schema.of(json.loads(row["schema"])),
        edges=edges,
        rows=row["rows"],
        numeric={entry["column"]: _pick(NumericCounts, entry) for entry in numeric},
        category={entry["column"]: _pick(CategoryCounts, entry) for entry in category},
        joint=None if row["joint"] is None or row["joint"]["axes"] is None else _joint(row["joint"]),
    )


def _pick(kind: Any, entry: dict[str, Any]) -> Any:
    values = {name: entry[name] for name in kind.__dataclass_fields__}
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    )


def _joint(entry: dict[str, Any]) -> Joint:
    axes = tuple(entry["axes"])
    sums = [np.array(entry[name], dtype=np.float64) for name in ("score", "squares", "loss")]
    return Joint(
        axes,
        tuple(tuple(names) for names in entry["levels"]),
        np.array(entry["bins"], dtype=np.int64),
        np.array(entry["codes"], dtype=np.int64).reshape(-1, len(axes)),
        np.array(entry["n"], dtype=np.int64),
        *sums,
    )
