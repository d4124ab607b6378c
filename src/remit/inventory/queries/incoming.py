"""Reads about what comes in: imports, and what was seen at work that no entry covers."""

from __future__ import annotations

from django.db.models import QuerySet

from remit.inventory import artifacts
from remit.inventory.importing import mapping, reading
from remit.inventory.models import ImportRun
from remit.kernel.problems import Unknown
from remit.people import queries as people
from remit.people.models import User


def imports(who: User) -> QuerySet[ImportRun]:
    """Return the imports that a person may see, the newest first: their own, or all of the organisation.

    Raises:
        Denied: the person may see none.
    """
    people.require(who, "import.read")
    runs = ImportRun.objects.select_related("run_by").order_by("-run_at")
    # a file may name models of every unit
    everywhere = people.visible_units(who, "import.read") is None
    return runs if everywhere else runs.filter(run_by=who)


def import_run(who: User, reference: str) -> ImportRun:
    """Return an import by reference, such as `IMP-0001`.

    Raises:
        Denied: the person may see no imports.
        Unknown: there is none, or it is not theirs to see.
    """
    found = imports(who).filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no import {reference}.", remedy="Look it up on the Import page.")
    return found


def import_fields(who: User) -> list[mapping.Field]:
    """Return everything that a column can say, in the order of a mapping."""
    return list(mapping.fields(who).values())


def import_samples(run: ImportRun, count: int = 3) -> dict[str, list[str]]:
    """Return the first filled cells of each column of a file.

    Raises:
        Broken: the file is gone from the store, or has changed.
        Invalid: it cannot be read any more.
    """
    path = artifacts.verified(run.file_name, run.sha256)
    _, first = reading.head(path, run.file_name, 25)
    return {
        column: [text for row in first if (text := row.texts.get(column, ""))][:count]
        for column in run.columns
    }


def import_size(run: ImportRun) -> int:
    """Return how many bytes the file of an import has.

    Raises:
        Broken: the file is gone from the store, or has changed.
    """
    return artifacts.verified(run.file_name, run.sha256).stat().st_size
