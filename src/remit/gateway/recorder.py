"""Every decision and refusal, kept: journalled before it is answered, in Parquet within about a second.

`record` appends to the open segment of the journal, so a killed process has lost nothing that it answered.
Decision files are fsynced and the journal is not: a power cut can cost about the last second. Sealed
segments become one Parquet file a use case and day, named after the segment, written beside and renamed; a
crash in between repeats the segment under the same name, so each row arrives exactly once. When the journal
cannot be written the request is refused: nothing is decided that is not recorded.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec
import polars as pl

from remit.gateway.contract import DecisionRecord
from remit.kernel import ids
from remit.kernel.problems import Refused

FLUSH_ROWS = 5_000
FLUSH_SECONDS = 1.0
_BACKLOG_BYTES = 256 << 20

_POLARS: dict[str, pl.DataType] = {
    "occurred_at": pl.Datetime("us", "UTC"),
    "recorded_at": pl.Datetime("us", "UTC"),
    "score": pl.Float64(),
    "draw": pl.Float64(),
    "propensity": pl.Float64(),
    "bundle_sequence": pl.Int64(),
    "checked_us": pl.Int32(),
    "scored_us": pl.Int32(),
    "total_us": pl.Int32(),
}
SCHEMA: dict[str, pl.DataType] = {n: _POLARS.get(n, pl.String()) for n in DecisionRecord.__struct_fields__}
"""Columns of a decision file, in order."""


class Recorder:
    """Writes the decision store. `record` is called by one thread; `flush` may run in another."""

    def __init__(self, decisions: Path, journal: Path) -> None:
        """Make the folders, take up the segments a previous process left, open a new one."""
        self._decisions = decisions
        self._journal = journal
        self._encoder = msgspec.json.Encoder()
        self._flushing = threading.Lock()
        decisions.mkdir(parents=True, exist_ok=True)
        journal.mkdir(parents=True, exist_ok=True)
        self._sealed = sorted(journal.glob("*.jsonl"))
        self._backlog = sum(segment.stat().st_size for segment in self._sealed)
        self.recorded = 0
        self.fault = ""
        self._open()

    @property
    def unreadable(self) -> int:
        """Damaged journal segments, kept in the journal folder for a person to look at."""
        return sum(1 for _ in self._journal.glob("*.unreadable"))

    @property
    def pending(self) -> int:
        """Rows in the open segment, plus segments that wait for Parquet."""
        return self._rows + len(self._sealed)

    def record(self, records: Iterable[DecisionRecord]) -> None:
        """Journal the records, all or none.

        Raises:
            Refused: clause `record`; the disk is full or the Parquet writer has fallen too far behind.
        """
        encoded = [self._encoder.encode(record) for record in records]
        lines = b"\n".join(encoded) + b"\n"
        if self._backlog + self._size > _BACKLOG_BYTES:
            raise _not_recorded(self.fault or "the decision files are not written fast enough")
        try:
            written = os.write(self._descriptor, lines)
        except OSError as error:
            self.fault = f"the journal cannot be written: {error.strerror}"
            raise _not_recorded(self.fault) from error
        if written != len(lines):
            os.ftruncate(self._descriptor, self._size)
            self.fault = "the journal cannot be written in full"
            raise _not_recorded(self.fault)
        self._size += written
        self._rows += len(encoded)
        self.recorded += len(encoded)

    def due(self) -> bool:
        """Tell whether `seal` and `flush` have something to do."""
        age = time.monotonic() - self._opened
        return bool(self._sealed) or self._rows >= FLUSH_ROWS or (self._rows > 0 and age >= FLUSH_SECONDS)

    def seal(self) -> None:
        """Close the open segment and start another; an unwritable disk leaves the open one in use."""
        if not self._rows:
            return
        previous = (self._descriptor, self._segment, self._size)
        try:
            self._open()
        except OSError as error:
            self.fault = f"the journal cannot be written: {error.strerror}"
            return
        descriptor, segment, size = previous
        os.close(descriptor)
        self._sealed.append(segment)
        self._backlog += size

    def flush(self) -> None:
        """Turn sealed segments into Parquet; what fails stays and is tried again."""
        with self._flushing:
            for segment in list(self._sealed):
                try:
                    size = self._to_parquet(segment)
                except msgspec.MsgspecError:
                    # set apart, so that one damaged segment does not hold up all that follow
                    segment.rename(segment.with_suffix(".unreadable"))
                    size = 0
                except (OSError, pl.exceptions.PolarsError) as error:
                    self.fault = f"decision files cannot be written: {error}"
                    return
                self._sealed.remove(segment)
                self._backlog -= size
            self.fault = ""

    def close(self) -> None:
        """Seal and flush what is left, at shutdown; what cannot be written stays in the journal."""
        self.seal()
        self.flush()
        os.close(self._descriptor)
        if not self._rows:
            self._segment.unlink(missing_ok=True)

    def _open(self) -> None:
        segment = self._journal / f"{ids.uuid7()}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self._descriptor = os.open(segment, flags, 0o600)
        self._segment = segment
        self._size = self._rows = 0
        self._opened = time.monotonic()

    def _to_parquet(self, segment: Path) -> int:
        content = segment.read_bytes()
        by_partition: dict[Path, list[DecisionRecord]] = defaultdict(list)
        decoder = msgspec.json.Decoder(DecisionRecord)
        # what follows the last newline is a line that a crash tore; it was never answered
        for line in content[: content.rfind(b"\n") + 1].splitlines():
            record = decoder.decode(line)
            by_partition[partition(self._decisions, record.use_case, record)].append(record)
        for folder, records in by_partition.items():
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / f"{segment.stem}.parquet", records)
        segment.unlink()
        return len(content)


def partition(decisions: Path, use_case: str, record: DecisionRecord) -> Path:
    """Return the folder of a record: its use case and the UTC day it occurred on."""
    return decisions / use_case / f"day={record.occurred_at:%Y-%m-%d}"


def _write(path: Path, records: list[DecisionRecord]) -> None:
    columns = {name: [getattr(record, name) for record in records] for name in SCHEMA}
    temporary = path.with_suffix(".new")
    pl.DataFrame(columns, schema=SCHEMA).write_parquet(temporary, compression="zstd")
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(path)


def _not_recorded(why: str) -> Refused:
    return Refused(
        f"Nothing is decided that is not recorded: {why}.",
        clause="record",
        remedy="Free disk space for the decision store, then ask again.",
    )
