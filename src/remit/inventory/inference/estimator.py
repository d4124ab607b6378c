"""scikit-learn and what follows its conventions: a live estimator, by its attributes alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from remit.inventory.inference.contract import Draft, draft_of
from remit.kernel.problems import Invalid
from remit.measure.contract import Column


def of_estimator(estimator: Any) -> Draft:
    """Return what a fitted estimator knows of its columns: names, number, classes.

    Raises:
        Invalid: it is not fitted.
    """
    names = getattr(estimator, "feature_names_in_", None)
    count = getattr(estimator, "n_features_in_", None)
    classes = getattr(estimator, "classes_", None)
    return drafted(
        None if names is None else [str(name) for name in names],
        None if count is None else int(count),
        [] if classes is None else list(classes),
        {},
    )


def drafted(
    names: Sequence[str] | None,
    count: int | None,
    classes: Sequence[Any],
    categories: dict[str, Sequence[Any]],
) -> Draft:
    """Return the draft of what an estimator knows.

    Args:
        names: its columns, if it was fitted on named ones.
        count: how many there are.
        classes: what it tells apart; empty for a regression.
        categories: the values of the columns it encodes, by name.

    Raises:
        Invalid: it knows neither names nor a number.
    """
    notes = {}
    if names is None:
        if not count:
            raise Invalid("the estimator does not say which columns it was fitted on.")
        names = [f"x{index}" for index in range(count)]
        notes = dict.fromkeys(names, "It was fitted on an array: the columns have no names in it.")
    columns = []
    for name in names:
        levels = tuple(str(value) for value in categories.get(name, ()) if value is not None)
        columns.append(Column(name, kind="category" if name in categories else "numeric", categories=levels))
    if len(classes) == 2:
        columns.append(
            Column("score" if "score" not in names else "score_out", role="score", minimum=0.0, maximum=1.0)
        )
    if len(classes) > 1:
        texts = tuple(str(value) for value in classes)
        free = "prediction" if "prediction" not in names else "prediction_out"
        columns.append(Column(free, role="prediction", kind="category", categories=texts))
    else:
        columns.append(Column("score" if "score" not in names else "score_out", role="score"))
    return draft_of(columns, "scikit-learn", used=True, notes=notes)
