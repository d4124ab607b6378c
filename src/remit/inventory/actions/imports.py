"""Importing models from a file: taking it, mapping its columns, trying it out, applying it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.db import connection

from remit.inventory import artifacts, importing
from remit.inventory.contract import ArtifactFile
from remit.inventory.importing import mapping as columns_of
from remit.inventory.importing import planning, reading, writing
from remit.inventory.importing.outcome import Plan
from remit.inventory.models import ImportRun
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid, Problem
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User

MOST_FAULTS_KEPT = 1_000
_PREVIEWED = 20
_ONE_AT_A_TIME = 0x696D706F7274


@action("import.receive")
def receive_import(*, acting_user: User, path: Path, file_name: str) -> ImportRun:
    """Take a file, keep it in the artifact store, and guess what its columns say.

    The mapping is that of the last import of a file with the same columns, else a guess by their names.

    Args:
        acting_user: who imports.
        path: where the file is now.
        file_name: what it was called, such as `models.xlsx`.

    Raises:
        Denied: the person may import nowhere.
        Invalid: it is no table, too large, or damaged.
        Unavailable: the artifact store cannot be written.
    """
    people.require(acting_user, planning.PERMISSION)
    columns, first = reading.head(path, file_name)
    if not first:
        raise Invalid("The file has no rows.", fields={"file": "The file has no rows under its first line."})
    stored = artifacts.store(ArtifactFile(path, Path(file_name).name[-200:]))
    before = (
        ImportRun.objects.filter(columns=list(columns), state="applied", run_by=acting_user)
        .order_by("-run_at")
        .first()
    )
    known = columns_of.fields(acting_user)
    run = ImportRun.objects.create(
        reference=next_number("IMP"),
        file_name=stored.name,
        sha256=stored.sha256,
        columns=list(columns),
        mapping=before.mapping if before else columns_of.guess(columns, known),
        defaults=before.defaults if before else {},
        run_by=acting_user,
        run_at=clock.now(),
    )
    emit("import.received", run, file=stored.name, sha256=stored.sha256)
    return run


@action("import.map")
def map_import(
    *, acting_user: User, run: ImportRun, mapping: Mapping[str, str], defaults: Mapping[str, str]
) -> ImportRun:
    """Say which column is which field, and what to take where a cell is empty.

    Args:
        acting_user: who received the file.
        run: the import.
        mapping: column by field.
        defaults: text by field, of those in `importing.mapping.DEFAULTED`.

    Raises:
        Denied: somebody else received the file.
        Invalid: a column or field is not there, one is used twice, or nothing tells the rows apart.
        Conflict: it is being worked on, or is imported.
    """
    found = _own(acting_user, run, "new", "checked", "failed")
    known = columns_of.fields(acting_user)
    found.mapping = columns_of.checked(mapping, found.columns, known)
    found.defaults = {n: defaults[n].strip() for n in columns_of.DEFAULTED if defaults.get(n, "").strip()}
    found.state = "new"
    found.save(update_fields=["mapping", "defaults", "state"])
    return found


@action("import.request")
def request_import(
    *, acting_user: User, run: ImportRun, apply: bool = False, skip: bool = False
) -> ImportRun:
    """Have the worker check a file, or apply it; pages show how far it is.

    Args:
        acting_user: who received the file.
        run: the import.
        apply: import it; otherwise only try it out.
        skip: leave out rows with a fault.

    Raises:
        Denied: somebody else received the file.
        Conflict: it is being worked on, is imported, or was not checked yet.
    """
    found = _own(acting_user, run, *(("checked",) if apply else ("new", "checked", "failed")))
    if apply:
        _refuse_faults(found, skip=skip)
    found.state = "applying" if apply else "checking"
    found.save(update_fields=["state"])
    from procrastinate.contrib.django import app

    job = app.configure_task("remit.import", queue="imports")
    job.defer(run_id=str(found.pk), apply=apply, skip=skip)
    return found


@action("import.check")
def check_import(*, acting_user: User, run: ImportRun) -> ImportRun:
    """Try a file out: say what would be new, what would change, and what is wrong in which row.

    Raises:
        Denied: somebody else received the file.
        Invalid: its columns are not mapped, or it is damaged further down.
        Conflict: it is imported.
    """
    found = _own(acting_user, run, "new", "checking", "checked", "failed")
    _keep(found, importing.planned(acting_user, found), "checked")
    return found


@action("import.apply")
def apply_import(*, acting_user: User, run: ImportRun, skip: bool = False, reason: str = "") -> ImportRun:
    """Import a file in one transaction: what it says is so now, or nothing is.

    Running the same file again changes nothing. Changes of watched fields wait for a reviewer.

    Args:
        acting_user: who received the file.
        run: the import.
        skip: leave out rows with a fault; otherwise one fault refuses the file.
        reason: why; kept in the ledger with each change.

    Raises:
        Denied: somebody else received the file.
        Invalid: its columns are not mapped, or it is damaged further down.
        Conflict: rows have faults, or it is imported already.
    """
    found = _own(acting_user, run, "new", "checked", "applying", "failed")
    with connection.cursor() as cursor:
        # of two imports at once, the later sees what the earlier wrote
        cursor.execute("select pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    plan = importing.planned(acting_user, found)
    _keep(found, plan, "applied", write=False)
    _refuse_faults(found, skip=skip)
    found.requested = writing.write(acting_user, plan, reason=reason or f"Imported by {found}.").requested
    found.applied_at = clock.now()
    found.save()
    emit(
        "import.applied",
        found,
        created=found.created,
        updated=found.updated,
        unchanged=found.unchanged,
        requested=found.requested,
    )
    return found


def work_on_import(identifier: UUID | str, *, apply: bool, skip: bool) -> None:
    """Do what `request_import` asked for, and keep why it failed if it does; for the worker.

    Args:
        identifier: the run's id.
        apply: import it; otherwise only try it out.
        skip: leave out rows with a fault.
    """
    run = ImportRun.objects.select_related("run_by").get(pk=identifier)
    if run.state not in {"checking", "applying"}:
        return
    try:
        if apply:
            apply_import(acting_user=run.run_by, run=run, skip=skip)
        else:
            check_import(acting_user=run.run_by, run=run)
    except Problem as problem:
        _fail(acting_user="system:worker", run=run, problem=str(problem))


@action("import.fail")
def _fail(*, acting_user: str, run: ImportRun, problem: str) -> None:  # noqa: ARG001 - the decorator reads it
    found = ImportRun.objects.select_for_update().get(pk=run.pk)
    found.state, found.problem = "failed", problem
    found.save(update_fields=["state", "problem"])
    emit("import.failed", found, problem=problem)


def _own(who: User, run: ImportRun, *states: str) -> ImportRun:
    """Return the run, locked, if it is this person's and in one of the states.

    Raises:
        Denied: it is somebody else's, or the person may import nowhere.
        Conflict: it is in another state.
    """
    people.require(who, planning.PERMISSION)
    found = ImportRun.objects.select_for_update(of=("self",)).select_related("run_by").get(pk=run.pk)
    if found.run_by_id != who.pk:
        raise Denied(f"Only {found.run_by.name}, who brought this file, may go on with it.")
    if found.state not in states:
        remedy = "Bring the file again." if found.state == "applied" else "Wait until it is done."
        raise Conflict(f"{found} is {found.get_state_display().lower()}.", remedy=remedy)
    return found


def _keep(run: ImportRun, plan: Plan, state: str, *, write: bool = True) -> None:
    run.state, run.problem, run.rows = state, "", plan.rows
    run.created, run.updated, run.unchanged = len(plan.created), len(plan.updated), plan.unchanged
    run.faulty = len({fault.row for fault in plan.faults})
    run.preview = plan.preview(_PREVIEWED)
    run.faults = [list(fault) for fault in plan.faults[:MOST_FAULTS_KEPT]]
    if write:
        run.save()


def _refuse_faults(run: ImportRun, *, skip: bool) -> None:
    if run.faulty and not skip:
        raise Conflict(
            f"{run.faulty} of {run.rows} rows have a fault; nothing was imported.",
            remedy="Mend them in the file and bring it again, or leave them out.",
        )
    if run.faulty == run.rows:
        raise Conflict("Every row has a fault; there is nothing to import.", remedy="Mend the file.")
