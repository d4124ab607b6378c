"""Taking in the full history of a model from another installation."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection
from psycopg.sql import SQL, Identifier

from remit.inventory import artifacts, bundling, standing
from remit.inventory.contract import ArtifactFile
from remit.inventory.models import Model, Standing
from remit.kernel import clock
from remit.kernel.problems import Broken, Conflict, Invalid
from remit.ledger import histories
from remit.ledger.capture import action, emit
from remit.ledger.numbering import taken
from remit.people import queries as people
from remit.people.models import User
from remit.proof import model_bundle

_REFERENCE = re.compile(r"([A-Z]{1,12})-(\d{1,12})")


@dataclass(slots=True)
class _Coming:
    """A bundle on its way in: what it says, its tables, and the ids that its context has here."""

    bundle: zipfile.ZipFile
    said: Mapping[str, Any]
    ids: dict[tuple[str, str], str] = field(default_factory=dict)


def import_bundle(*, acting_user: User | str, path: Path, public_keys: Mapping[str, str]) -> Model:
    """Take in a model with everything that belongs to it, as it is where it comes from.

    Rows keep their ids. People are found by e-mail address, and who is not here yet is added without
    access; units, vendors and process definitions are found by name, and added if missing. The ledger it
    comes with is kept beside, each entry still provable under the root that was signed there.

    Args:
        acting_user: who takes it in.
        path: the bundle.
        public_keys: trusted public keys of where it comes from, PEM by key id.

    Raises:
        Denied: the person may not import bundles.
        Broken: something in it was altered, or no trusted key signed it.
        Invalid: it is no bundle.
        Conflict: something here has an id, a reference or a name that something in it has too.
    """
    people.require(acting_user, "bundle.import")
    report = model_bundle.verify(path, public_keys)
    if not report.sound:
        raise Broken(
            f"The bundle does not verify: {'; '.join(str(fault) for fault in report.faults[:5])}",
            remedy="Obtain it again from its source.",
        )
    try:
        return _take_in(acting_user=acting_user, path=path, said=report.manifest)
    except IntegrityError as error:
        # found when the transaction ends: a reference that leads nowhere, two that exclude each other
        raise _in_its_way(error) from error


@action("bundle.import")
def _take_in(*, acting_user: User | str, path: Path, said: Mapping[str, Any]) -> Model:  # noqa: ARG001 - read by the decorator
    identifier = UUID(said["model_id"])
    if Model.objects.filter(pk=identifier).exists():
        raise Conflict(f"{said['model']} is here already.", remedy="A bundle is taken in once.")
    with zipfile.ZipFile(path) as bundle:
        coming = _Coming(bundle, said)
        _take_context(coming)
        for name in ("rows.jsonl", "standing.jsonl"):
            for line in model_bundle.lines(bundle, name):
                table = _table(line["table"])
                _insert(table, _resolved(coming, line["row"]))
                _number(line["row"])
        _take_artifacts(coming)
        for log in model_bundle.logs(said):
            _take_log(coming, log, identifier)
    model = Model.objects.select_related("use_case").get(pk=identifier)
    standing.refresh([model.use_case_id])
    emit(
        "bundle.imported",
        model,
        use_case=model.use_case_id,
        organisation=said["organisation"],
        exported_at=said["exported_at"],
    )
    return model


def _take_context(coming: _Coming) -> None:
    """Find whom and what the rows refer to here, or add it; those that refer to others wait for them."""
    waiting = list(model_bundle.lines(coming.bundle, "context.jsonl"))
    while waiting:
        later = []
        for line in waiting:
            if _ready(coming, line["row"]):
                coming.ids[_name(line["table"], line["key"])] = _found(line) or _added(coming, line)
            else:
                later.append(line)
        if len(later) == len(waiting):
            raise Invalid(
                "What the rows refer to refers to itself, or to something that is not in the bundle."
            )
        waiting = later


def _ready(coming: _Coming, row: Mapping[str, Any]) -> bool:
    references = [value for value in row.values() if model_bundle.is_reference(value)]
    return all("$actor" in r or _name(r["$table"], r["$key"]) in coming.ids for r in references)


def _found(line: Mapping[str, Any]) -> str | None:
    table = _table(line["table"])
    natural = getattr(table, "natural", ())
    if natural:
        asked = {f"{name}__iexact": value for name, value in zip(natural, line["key"], strict=True)}
    else:
        asked = {"pk": line["id"]}
    pk = table._default_manager.filter(**asked).values_list("pk", flat=True).first()
    return None if pk is None else str(pk)


def _added(coming: _Coming, line: Mapping[str, Any]) -> str:
    table = _table(line["table"])
    row = _resolved(coming, line["row"])
    if table is User:
        # known by name only: who answers for access here has not let them in
        row |= {"is_active": False, "password": "!"}
    _insert(table, row)
    return str(row["id"])


def _resolved(coming: _Coming, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the ids that its references have here."""
    found = {}
    for column, value in row.items():
        if not model_bundle.is_reference(value):
            found[column] = value
        elif "$actor" in value:
            found[column] = f"user:{coming.ids[_name(User._meta.db_table, value['$actor'])]}"
        else:
            found[column] = coming.ids[_name(value["$table"], value["$key"])]
    return found


def _insert(table: bundling.Table, row: dict[str, Any]) -> None:
    """Insert a row; a column that this version has and the bundle's had not gets its default."""
    columns = {f.column: f for f in table._meta.concrete_fields}
    if unknown := row.keys() - columns.keys():
        raise Invalid(
            f"This version of Remit has no {', '.join(sorted(unknown))} of {table._meta.verbose_name}.",
            remedy="Bring this installation up to the version that wrote the bundle.",
        )
    for name in columns.keys() - row.keys():
        row[name] = columns[name].get_default()
    if table is Standing:
        row["written"] = _transaction()
    statement = SQL("insert into {table} select * from jsonb_populate_record(null::{table}, %s::jsonb)")
    with connection.cursor() as cursor:
        name = Identifier(table._meta.db_table)
        try:
            cursor.execute(statement.format(table=name).as_string(), [json.dumps(row, default=str)])
        except IntegrityError as error:
            raise _in_its_way(error) from error


def _in_its_way(error: IntegrityError) -> Conflict:
    detail = getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or str(error)
    return Conflict(
        f"Something here stands in its way: {detail}",
        remedy="Nothing was taken in. References and names are unique; rename what is here.",
    )


def _transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


def _number(row: Mapping[str, Any]) -> None:
    """Let no reference that came be given out again."""
    found = _REFERENCE.fullmatch(str(row.get("reference", "")))
    if found:
        taken(found[1], int(found[2]))


def _take_artifacts(coming: _Coming) -> None:
    for name in coming.said["files"]:
        if name.startswith("artifacts/"):
            with tempfile.TemporaryDirectory() as folder:
                stored = artifacts.store(ArtifactFile(Path(coming.bundle.extract(name, folder)), name))
            if name != f"artifacts/{stored.sha256}":
                raise Broken(f"{name} is not what its name says.", remedy="Obtain the bundle again.")


def _take_log(coming: _Coming, log: str, subject: UUID) -> None:
    folder = f"ledger/{log}"
    histories.keep(
        name=log,
        subject=subject,
        organisation=coming.said["organisation"],
        note=coming.bundle.read(f"{folder}/checkpoint.txt").decode(),
        public_keys=json.loads(coming.bundle.read(f"{folder}/keys.json")),
        names={
            f"user:{line['id']}": line["row"]["name"]
            for line in model_bundle.lines(coming.bundle, "context.jsonl")
            if line["table"] == User._meta.db_table
        },
        entries=model_bundle.lines(coming.bundle, f"{folder}/entries.jsonl"),
        at=clock.now(),
    )


def _table(name: str) -> bundling.Table:
    for table in apps.get_models():
        if table._meta.db_table == name and (
            issubclass(table, bundling.Governed) or table in bundling.DERIVED
        ):
            return table
    raise Invalid(
        f"This version of Remit does not know the table {name}.",
        remedy="Bring this installation up to the version that wrote the bundle.",
    )


def _name(table: str, key: list[Any]) -> tuple[str, str]:
    return table, json.dumps(key)
