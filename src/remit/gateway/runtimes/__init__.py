"""What turns inputs into a score: one file a runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Features = Mapping[str, float | int | bool | str | None]


class Runtime(Protocol):
    """A loaded version."""

    def score(self, rows: Sequence[Features]) -> list[float]:
        """Return one finite score a row.

        Raises:
            Broken: the version fails on these rows, or yields something that is no finite number.
        """
