"""What people use today, on the same files: Evidently's three presets, and fairlearn for the groups.

Runs in the peer's own environment; prints one JSON line of seconds since the process began to import.
usage: peer.py FOLDER
"""

import time

START = time.perf_counter()

import json  # noqa: E402 - the clock starts before the imports
import sys  # noqa: E402
import warnings  # noqa: E402

import pandas as pd  # noqa: E402
from evidently import BinaryClassification, DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import ClassificationPreset, DataDriftPreset, DataSummaryPreset  # noqa: E402
from fairlearn.metrics import (  # noqa: E402
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
)

warnings.filterwarnings("ignore")
marks = {"imports": time.perf_counter() - START}
folder = sys.argv[1]
reference, current = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("ref", "cur"))
for frame in (reference, current):  # Evidently takes no small integers as labels
    frame[["pred", "label"]] = frame[["pred", "label"]].astype("int64")
numbers = [f"f{i:02d}" for i in range(30)] + ["score"]
categories = [f"c{i}" for i in range(10)] + ["pred", "label", "sex", "eth"]
definition = DataDefinition(
    numerical_columns=numbers,
    categorical_columns=categories,
    classification=[
        BinaryClassification(target="label", prediction_labels="pred", prediction_probas="score", pos_label=1)
    ],
)
before, now = (Dataset.from_pandas(frame, data_definition=definition) for frame in (reference, current))
marks["loaded"] = time.perf_counter() - START
for name, preset in (
    ("drift", DataDriftPreset()),
    ("summary", DataSummaryPreset()),
    ("classification", ClassificationPreset()),
):
    Report([preset]).run(now, before)
    marks[name] = time.perf_counter() - START
for attribute in ("sex", "eth"):
    for measure in (demographic_parity_ratio, demographic_parity_difference, equalized_odds_difference):
        measure(current["label"], current["pred"], sensitive_features=current[attribute])
marks["fairlearn"] = time.perf_counter() - START
print(json.dumps(marks))
