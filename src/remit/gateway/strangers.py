"""What asks, or is asked about, that no bundle knows: kept for the control plane, within fixed bounds.

A name counts once a minute, with how often it came; of callers and names together at most 200 a minute and
50 files are kept, so that a flood of requests fills neither memory nor disk. Nothing of a request is kept
but the use case's name, who asked, and a fingerprint of an unknown token.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from remit.kernel import clock, ids

KEPT_SECONDS = 60.0
MOST_NAMES = 200
MOST_FILES = 50
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
log = logging.getLogger("remit.gateway")


class Stranger(msgspec.Struct, kw_only=True):
    """Something unknown: a use case that a known consumer asked about, or a caller with an unknown token.

    `name` is the use case's name or the token's fingerprint; `beside` who asked, or about what.
    """

    what: Literal["use_case", "caller"]
    name: str
    beside: str
    times: int
    first: datetime
    last: datetime


class Strangers:
    """Counts strangers and writes them to files. `flush` may run in another thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[tuple[str, str], Stranger] = {}
        self._since = time.monotonic()

    def asked_about(self, use_case: str, consumer: str) -> None:
        """Note that a known consumer asked about a use case that no bundle names."""
        if _NAME.fullmatch(use_case):
            self._note("use_case", use_case, consumer)

    def asked_by(self, token: str, use_case: str) -> None:
        """Note that somebody with an unknown token asked about a use case that is served."""
        self._note("caller", hashlib.sha256(token.encode()).hexdigest()[:12], use_case)

    def due(self) -> bool:
        """Tell whether `flush` has something to do."""
        return bool(self._seen) and time.monotonic() - self._since >= KEPT_SECONDS

    def flush(self) -> None:
        """Write what was seen to a file of its own; a folder that is full or closed loses it."""
        seen, self._seen, self._since = self._seen, {}, time.monotonic()
        if not seen:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if len(list(self._folder.glob("*.jsonl"))) >= MOST_FILES:
                return
            file = self._folder / f"{ids.uuid7()}.jsonl"
            temporary = file.with_suffix(".new")
            temporary.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in seen.values()))
            temporary.replace(file)
        except OSError as error:
            # a decision never waits for this
            log.warning("what is unknown cannot be written: %s", error)

    def _note(self, what: Literal["use_case", "caller"], name: str, beside: str) -> None:
        now = clock.now()
        known = self._seen.get((what, name))
        if known is not None:
            known.times += 1
            known.last = now
        elif len(self._seen) < MOST_NAMES:
            self._seen[what, name] = Stranger(
                what=what, name=name, beside=beside, times=1, first=now, last=now
            )


def read(folder: Path) -> Iterator[tuple[Path, list[Stranger]]]:
    """Yield each file of strangers with what is in it, the oldest first; one that is damaged is empty."""
    decoder = msgspec.json.Decoder(Stranger)
    for file in sorted(folder.glob("*.jsonl")):
        try:
            yield file, [decoder.decode(line) for line in file.read_bytes().splitlines()]
        except msgspec.MsgspecError:
            yield file, []
