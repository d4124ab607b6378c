"""What a model in a notebook says of itself: its files, its columns, the code and packages that made it.

Nothing here imports a framework: an estimator that is at hand has imported its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from remit.client.wire import File
from remit.kernel.problems import Invalid

_MOST_CATEGORIES = 50
_PACKAGES = (
    "scikit-learn", "numpy", "scipy", "pandas", "polars", "joblib", "xgboost", "lightgbm", "catboost", "onnx",
    "onnxruntime", "skl2onnx", "torch", "tensorflow", "statsmodels",
)  # fmt: skip


class Registered(NamedTuple):
    """A version as it was registered."""

    model: str
    number: str
    content_digest: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a model."""

    name: str
    built_in: str
    files: tuple[File, ...]
    data_schema: dict[str, Any]
    environment: dict[str, Any]
    code_reference: str


@contextmanager
def described(model: Any, sample: Any, *, name: str, code_reference: str) -> Iterator[Found]:
    """Within the block, what a model says of itself, its files in a folder of their own if it has none.

    Raises:
        Invalid: it is no model that can be kept, or nothing tells its columns or what made it.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = _files(model, Path(folder))
        estimator = None if isinstance(model, str | Path | list | tuple) else model
        yield Found(
            name=name or _name_of(model, files),
            built_in=type(estimator).__module__.partition(".")[0] if estimator is not None else "",
            files=files,
            data_schema=schema_of(estimator, sample),
            environment=environment(),
            code_reference=code_reference or made_by(),
        )


def schema_of(estimator: Any, sample: Any) -> dict[str, Any]:
    """Return the columns of a model: those of the sample, else those that the estimator names.

    Kinds, ranges and categories come from the sample; a column of few texts lists them. A classifier adds its
    score and its label.

    Raises:
        Invalid: neither names a column.
    """
    steps = getattr(estimator, "feature_names_in_", None)
    names = [str(column) for column in (sample.columns if hasattr(sample, "columns") else [])]
    known = [str(name) for name in steps] if steps is not None else names
    if not known:
        known = [f"x{n}" for n in range(int(getattr(estimator, "n_features_in_", 0) or 0))]
    if not known:
        raise Invalid(
            "Nothing names the model's columns.",
            fields={"sample": "Give rows as a data frame, or fit the model on one."},
            remedy="Pass `sample=frame.head(1000)`.",
        )
    columns = [
        {"name": name, "role": "feature", **(_kind(sample[name]) if name in names else {"kind": "numeric"})}
        for name in known
    ]
    classes = getattr(estimator, "classes_", None)
    if classes is not None and len(classes) == 2:
        columns.append({"name": "score", "role": "score", "kind": "numeric", "minimum": 0.0, "maximum": 1.0})
        labels = [_text(value) for value in classes]
        label = {"name": "label", "role": "label", "kind": "category", "categories": labels}
        columns.append({**label, "positive": labels[1]})
    return {"columns": columns}


def environment() -> dict[str, Any]:
    """Return the Python and the packages that are at work here."""
    found = {}
    for package in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return {"python": platform.python_version(), "packages": found}


def made_by() -> str:
    """Return what code is at work: the Git commit here, else the digest of the notebook's cells or script.

    Raises:
        Invalid: there is neither.
    """
    commit = _git("rev-parse", "HEAD")
    if commit:
        changed = _git("status", "--porcelain", "--untracked-files=no")
        origin = _git("remote", "get-url", "origin") or Path(_git("rev-parse", "--show-toplevel")).name
        # an address may hold a password
        origin = origin.rpartition("@")[2] if "://" in origin else origin
        return f"{origin}@{commit}{' with changes' if changed else ''}"[:200]
    main = sys.modules.get("__main__")
    cells = getattr(main, "In", None)
    if isinstance(cells, list):
        return f"notebook cells sha256:{hashlib.sha256(chr(0).join(cells).encode()).hexdigest()}"
    script = Path(getattr(main, "__file__", None) or "")
    if script.is_file():
        return f"{script.name} sha256:{hashlib.sha256(script.read_bytes()).hexdigest()}"
    raise Invalid(
        "Nothing here says which code made the model.",
        fields={"code_reference": "Give a repository and a commit, or a file's digest."},
        remedy="Pass `code_reference=`.",
    )


def version(found: Found, number: str, summary: str, more: Mapping[str, Any]) -> Any:
    """Return the version to register."""
    return {
        "number": number,
        "summary": summary or f"Registered from {platform.node() or 'a notebook'}.",
        "data_schema": found.data_schema,
        "code_reference": found.code_reference,
        "environment": found.environment,
        **more,
    }


def is_model(row: Mapping[str, Any], name: str, use_case: str) -> bool:
    """Tell whether a row of the list is the model of this name in this use case."""
    return bool(
        row["reference"].startswith("MDL-")
        and row["name"].casefold() == name.casefold()
        and row["use_case"].casefold() == use_case.casefold()
    )


def following(numbers: Iterable[str]) -> str:
    """Return the number after the highest whole one: `3` after 2 and 1.9, `1` after none."""
    leading = [int(number.partition(".")[0]) for number in numbers if number.partition(".")[0].isdigit()]
    return str(max(leading, default=0) + 1)


def _files(model: Any, folder: Path) -> tuple[File, ...]:
    if isinstance(model, str | Path):
        model = [model]
    if isinstance(model, list | tuple):
        paths = [Path(each) for each in model]
        missing = [str(each) for each in paths if not each.is_file()]
        if missing or not paths:
            raise Invalid(
                f"There is no file {', '.join(missing)}.",
                fields={"model": "Give paths of files that are there."},
            )
        return tuple(File(each.name, each, _media_type(each)) for each in paths)
    if hasattr(model, "SerializeToString"):
        return (File("model.onnx", model.SerializeToString(), "application/onnx"),)
    if not hasattr(model, "predict"):
        raise Invalid(
            f"{type(model).__name__} is no model that can be kept.",
            fields={"model": "Give a fitted estimator, an ONNX model, or paths of files."},
        )
    place = folder / "model.joblib"
    joblib = sys.modules.get("joblib")
    if joblib is not None:
        joblib.dump(model, place, compress=3)
    else:
        place.write_bytes(pickle.dumps(model, protocol=5))
    return (File(place.name, place, "application/octet-stream"),)


def _media_type(path: Path) -> str:
    known = {".onnx": "application/onnx", ".json": "application/json", ".pmml": "application/xml"}
    return known.get(path.suffix.lower(), "application/octet-stream")


def _name_of(model: Any, files: tuple[File, ...]) -> str:
    if isinstance(model, str | Path | list | tuple) or hasattr(model, "SerializeToString"):
        return files[0].name.partition(".")[0]
    steps = getattr(model, "steps", None)
    return type(steps[-1][1] if steps else model).__name__


def _kind(column: Any) -> dict[str, Any]:
    """Return the kind of a data frame's column, and what its values reach."""
    values = [value for value in column.to_list() if value is not None and value == value]  # noqa: PLR0124 - drops NaN
    if values and all(isinstance(value, bool) for value in values):
        return {"kind": "boolean"}
    if values and all(isinstance(value, int | float) for value in values):
        return {"kind": "numeric", "minimum": float(min(values)), "maximum": float(max(values))}
    if values and all(hasattr(value, "isoformat") for value in values):
        return {"kind": "timestamp"}
    categories = sorted({_text(value) for value in values})
    return {"kind": "category", **({"categories": categories} if len(categories) <= _MOST_CATEGORIES else {})}


def _text(value: Any) -> str:
    """Return how the measuring engine spells a category."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], check=False, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
