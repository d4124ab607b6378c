"""Writing the full history of a model to a signed bundle (`proof.model_bundle` says how it looks).

Rows are found by the foreign keys between tables, so whatever an app adds is in it. A reference to a person,
a unit or another row that more than this model needs is written by name; so an installation where the same
person has another id writes the same rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard
from uuid import UUID

from django.db import connection
from django.db import models as django
from psycopg.sql import SQL, Identifier

from remit.inventory import artifacts, record
from remit.inventory.models import Artifact, Model, Standing, Version, VersionNote
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Unavailable
from remit.ledger import actions as ledger
from remit.ledger import around, histories
from remit.ledger.models import Governed
from remit.ledger.verify import snapshot
from remit.people import queries as people
from remit.people.models import Unit, User
from remit.proof import canonical, dsse, model_bundle
from remit.proof.keys import KeyRing

Table = type[django.Model]
# what an installation says of people and units is its own; of them only what tells them is taken along
TOLD: dict[Table, tuple[str, ...]] = {
    User: ("id", "email", "name", "title", "kind"),
    Unit: ("id", "name", "parent_id"),
}
# the files that these rows seal lie in the decision store, which a bundle does not hold
_APART = ("serving_storefile",)
DERIVED = (VersionNote, Standing)
_OF_PROCESS = ("written",)


@dataclass(frozen=True, slots=True)
class Bundled:
    """What was written."""

    path: Path
    model: str
    rows: int
    entries: int
    artifacts: int


@dataclass(slots=True)
class _Contents:
    """The rows of a bundle by table and id, as JSON, and the rows they refer to."""

    rows: dict[Table, dict[str, dict[str, Any]]] = field(default_factory=dict)
    context: dict[Table, dict[str, dict[str, Any]]] = field(default_factory=dict)


def export(model: Model, path: Path, ring: KeyRing | None = None) -> Bundled:
    """Write everything that belongs to a model, up to a checkpoint signed now.

    The file appears whole or not at all.

    Args:
        model: the model.
        path: where to write; an existing file is replaced.
        ring: the keys to sign with; the installation's own when omitted.

    Raises:
        Broken: an artifact is gone or has changed.
        Unavailable: the file cannot be written.
    """
    ring = ring or KeyRing(paths.keys())
    ledger.sequence()
    checkpoint = ledger.sign_checkpoint(ring)
    if checkpoint is None:
        raise Conflict("The ledger is empty: nothing governed has happened yet.")
    temporary = path.with_name(f".{path.name}.new")
    try:
        with snapshot(), zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as bundle:
            writing = _Writing(bundle)
            contents = _contents(model)
            _write_rows(writing, contents)
            writing.add("record.json", canonical.encode(record.of(model.use_case, model)))
            kept = _write_artifacts(writing, model)
            ids = [UUID(pk) for rows in contents.rows.values() for pk in rows]
            entries = 0
            for log in histories.of(ids, checkpoint, ring.public_keys()):
                folder = f"ledger/{log.name}"
                entries += writing.add_lines(f"{folder}/entries.jsonl", log.entries)
                writing.add(f"{folder}/checkpoint.txt", log.note.encode())
                writing.add(f"{folder}/keys.json", canonical.encode(dict(log.public_keys)))
            said = _said(model, checkpoint.key_id, writing.files)
            envelope = dsse.sign(canonical.encode(said), model_bundle.PAYLOAD_TYPE, ring)
            bundle.writestr(model_bundle.MANIFEST, canonical.encode(envelope))
        temporary.replace(path)
    except OSError as error:
        raise Unavailable(
            f"The bundle cannot be written to {path}: {error.strerror}.",
            remedy="Choose a folder that exists, is yours and has space.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    count = sum(len(rows) for rows in contents.rows.values())
    return Bundled(path, model.reference, count, entries, kept)


class _Writing:
    """Adds files to a bundle and keeps their digests for the manifest."""

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self._bundle = bundle
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: bytes) -> None:
        """Add a file."""
        self._bundle.writestr(name, content)
        self.files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}

    def add_lines(self, name: str, items: Iterable[Any]) -> int:
        """Add a file of one canonical JSON document a line; return how many."""
        encoded = [canonical.encode(item) + b"\n" for item in items]
        self.add(name, b"".join(encoded))
        return len(encoded)

    def copy(self, name: str, path: Path, size: int, sha256: str) -> None:
        """Add a file that lies on disk and was hashed there."""
        self._bundle.write(path, name, zipfile.ZIP_STORED)
        self.files[name] = {"sha256": sha256, "size": size}


def key_of(table: Table, row: dict[str, Any]) -> list[Any]:
    """Return what another installation knows a row by: its natural key, or its id."""
    natural = getattr(table, "natural", ())
    if not natural:
        return [row["id"]]
    return [row[name].casefold() if name == "email" else row[name] for name in natural]


def keys(table: Table) -> Iterator[tuple[str, Table]]:
    """Yield the foreign keys of a table: the column, and the table it refers to."""
    for key in table._meta.concrete_fields:
        if key.is_relation and isinstance(key.related_model, type):
            yield key.column, key.related_model


def read(table: Table, ids: Iterable[Any], column: str = "") -> dict[str, dict[str, Any]]:
    """Return rows by id as JSON, in the order of their ids.

    Args:
        table: the table.
        ids: which rows.
        column: the column that holds the ids; the primary key if omitted.
    """
    key = table._meta.pk.column
    statement = SQL("select {key}::text, to_jsonb(t) from {table} t where {column} = any(%s) order by {key}")
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(
                key=Identifier(key), table=Identifier(table._meta.db_table), column=Identifier(column or key)
            ).as_string(),
            [list(ids)],
        )
        found = {pk: json.loads(row) if isinstance(row, str) else row for pk, row in cursor.fetchall()}
    hidden = {table._meta.get_field(name).column for name in _secret(table)}
    return {pk: {name: v for name, v in row.items() if name not in hidden} for pk, row in found.items()}


def _secret(table: Table) -> tuple[str, ...]:
    if table in TOLD:
        return tuple(f.name for f in table._meta.concrete_fields if f.column not in TOLD[table])
    return _OF_PROCESS if table is Standing else ()


def _contents(model: Model) -> _Contents:
    contents = _Contents()
    for table, ids in around.belonging(model, model.use_case).items():
        if table._meta.db_table not in _APART:
            contents.rows[table] = read(table, ids)
    versions = contents.rows.get(Version, {})
    contents.rows[VersionNote] = read(VersionNote, [UUID(pk) for pk in versions])
    contents.rows[Standing] = read(Standing, [model.pk, model.use_case_id], "subject_id")
    _prune(contents)
    _fill_context(contents)
    return contents


def _prune(contents: _Contents) -> None:
    """Leave out rows that need a row of another model, such as a relation with it, until none does."""
    shrunk = True
    while shrunk:
        shrunk = False
        for table, rows in contents.rows.items():
            for column, target in keys(table):
                there = contents.rows.get(target)
                if there is None:
                    continue
                lost = [pk for pk, row in rows.items() if row.get(column) and str(row[column]) not in there]
                for pk in lost:
                    if target is table:
                        rows[pk][column] = None
                    else:
                        del rows[pk]
                        shrunk = True


def _fill_context(contents: _Contents) -> None:
    """Read the rows that these refer to and that are not among them, and what those refer to."""
    waiting: dict[Table, set[str]] = {}

    def ask(table: Table, rows: Iterable[dict[str, Any]]) -> None:
        for column, target in keys(table):
            wanted = {str(row[column]) for row in rows if row.get(column)}
            known = contents.rows.get(target, {}).keys() | contents.context.get(target, {}).keys()
            if wanted - known:
                waiting.setdefault(target, set()).update(wanted - known)

    for table, rows in contents.rows.items():
        ask(table, list(rows.values()))
    named = {a for rows in contents.rows.values() for row in rows.values() for a in _actors(row)}
    waiting.setdefault(User, set()).update(named - contents.context.get(User, {}).keys())
    while waiting:
        table, ids = waiting.popitem()
        found = read(table, [UUID(pk) for pk in ids])
        contents.context.setdefault(table, {}).update(found)
        ask(table, list(found.values()))


def _actors(row: dict[str, Any]) -> Iterator[str]:
    yield from (value.removeprefix("user:") for value in row.values() if _is_actor(value))


def _is_actor(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(r"user:[0-9a-f-]{36}", value) is not None


def _write_rows(writing: _Writing, contents: _Contents) -> None:
    def named(table: Table, row: dict[str, Any]) -> dict[str, Any]:
        written = dict(row)
        for column, target in keys(table):
            about = contents.context.get(target, {}).get(str(row.get(column)))
            if about is not None:
                written[column] = {"$table": target._meta.db_table, "$key": key_of(target, about)}
        people_here = contents.context.get(User, {})
        for column, value in written.items():
            if _is_actor(value) and (about := people_here.get(value.removeprefix("user:"))):
                written[column] = {"$actor": key_of(User, about)}
        return written

    def listed(tables: Iterable[Table], rows: dict[Table, dict[str, dict[str, Any]]]) -> Iterator[Any]:
        for table in tables:
            for pk, row in rows.get(table, {}).items():
                yield {"table": table._meta.db_table, "id": pk, "row": named(table, row)}

    governed = [table for table in contents.rows if issubclass(table, Governed)]
    writing.add_lines("rows.jsonl", listed(governed, contents.rows))
    writing.add_lines("standing.jsonl", listed(DERIVED, contents.rows))
    ordered = sorted(contents.context, key=lambda table: (table is not Unit, table is not User, str(table)))
    context = (
        line | {"key": key_of(table, contents.context[table][line["id"]])}
        for table in ordered
        for line in listed([table], contents.context)
    )
    writing.add_lines("context.jsonl", context)


def _write_artifacts(writing: _Writing, model: Model) -> int:
    kept = Artifact.objects.filter(version__model=model, location="").order_by("sha256").distinct("sha256")
    count = 0
    for artifact in kept:
        path = artifacts.verified(artifact.name, artifact.sha256)
        writing.copy(f"artifacts/{artifact.sha256}", path, artifact.size, artifact.sha256)
        count += 1
    return count


def _said(model: Model, log: str, files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    installation = people.installation()
    return {
        "format": model_bundle.FORMAT,
        "model": model.reference,
        "model_id": str(model.pk),
        "name": model.name,
        "organisation": installation.organisation if installation else "",
        "exported_at": clock.recorded_now().isoformat(),
        "log": log,
        "files": files,
    }
