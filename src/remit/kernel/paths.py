"""Where an installation keeps its files: one folder, named by `REMIT_HOME`.

The functions only compute paths; whoever writes makes the folder. Engines receive paths as arguments
and never call this module.
"""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT_VARIABLE = "REMIT_HOME"


def home() -> Path:
    """Return the installation's folder: `REMIT_HOME`, or `.remit` in the current folder."""
    return Path(os.environ.get(ENVIRONMENT_VARIABLE) or ".remit").expanduser().resolve()


def postgres() -> Path:
    """Return the folder of the embedded PostgreSQL: its data, lock and log."""
    return home() / "postgres"


def artifacts() -> Path:
    """Return the folder of model artifacts, each at `sha256/<first two>/<digest>`."""
    return home() / "artifacts"


def keys() -> Path:
    """Return the folder of the signing keys (mode 0700)."""
    return home() / "keys"


def bundle_file() -> Path:
    """Return the signed bundle that the control plane publishes and the gateway reads."""
    return home() / "bundle" / "bundle.json"


def decisions() -> Path:
    """Return the decision store: `<use case key>/day=YYYY-MM-DD/*.parquet`."""
    return home() / "decisions"


def outcomes() -> Path:
    """Return the store of outcomes that join decisions by id, laid out like the decisions."""
    return home() / "outcomes"


def protected() -> Path:
    """Return the store of protected attributes, kept apart under its own permission."""
    return home() / "protected"


def strangers() -> Path:
    """Return the folder in which gateways leave what nobody has registered, for the control plane to take."""
    return home() / "strangers"


def profiles() -> Path:
    """Return the folder of measured profiles."""
    return home() / "profiles"


def logs() -> Path:
    """Return the folder of the processes' logs."""
    return home() / "logs"


def package() -> Path:
    """Return the folder of the installed `remit` package."""
    return Path(__file__).resolve().parent.parent


def story_clock() -> Path:
    """Return the clock file of the example's story; a home that has one runs on its time."""
    return home() / "demo" / "clock"
