"""Taking in models from files: read a table, map its columns, check its rows, plan, write."""

from __future__ import annotations

from remit.inventory import artifacts
from remit.inventory.importing import checking, mapping, planning, reading
from remit.inventory.importing.outcome import Plan
from remit.inventory.models import ImportRun
from remit.people.models import User


def planned(who: User, run: ImportRun) -> Plan:
    """Return what importing a file would do now, with what is wrong in its rows.

    Raises:
        Invalid: its columns are not mapped, or it is damaged.
        Broken: the file is gone from the store, or has changed.
    """
    known = mapping.fields(who)
    chosen = mapping.checked(run.mapping, run.columns, known)
    with reading.opened(artifacts.verified(run.file_name, run.sha256), run.file_name) as table:
        rows = list(table.rows)
    there = checking.directory(who, rows, chosen, run.defaults, known)
    drafts, faults = checking.drafts(rows, chosen, run.defaults, known, there)
    return planning.plan(who, drafts, known, chosen, faults)
