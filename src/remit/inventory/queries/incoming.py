"""Reads about what comes in: imports, and what was seen at work that no entry covers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from remit.inventory import artifacts
from remit.inventory.importing import mapping, reading
from remit.inventory.models import ImportRun, Sighting, UseCase
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
    """Return the first different cells of each column of a file.

    Raises:
        Broken: the file is gone from the store, or has changed.
        Invalid: it cannot be read any more.
    """
    path = artifacts.verified(run.file_name, run.sha256)
    _, first = reading.head(path, run.file_name, 25)
    filled = {column: dict.fromkeys(row.texts.get(column, "") for row in first) for column in run.columns}
    return {column: [text for text in texts if text][:count] for column, texts in filled.items()}


def import_size(run: ImportRun) -> int:
    """Return how many bytes the file of an import has.

    Raises:
        Broken: the file is gone from the store, or has changed.
    """
    return artifacts.verified(run.file_name, run.sha256).stat().st_size


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A model that a sighting may be, and how alike the names are, from 0 to 1."""

    model: UUID
    reference: str
    title: str
    alike: float


_EMPTY_WORDS = re.compile(r"\b(v?\d+(\.\d+)*|model|models|prod|production|endpoint|the|of|and)\b")
_SUGGESTIONS = """
    select g.name, s.model_id, s.reference, s.title, word_similarity(g.name, s.words) as alike
    from unnest(%s::text[]) g(name)
    cross join lateral (
        select model_id, reference, title, words from inventory_standing
        where valid_to is null and known_to is null and model_id is not null
          and words %%> g.name and (%s::uuid[] is null or unit_id = any(%s::uuid[]))
        order by word_similarity(g.name, words) desc, title limit 3
    ) s order by g.name, alike desc, s.title"""


def sightings(who: User, state: str = "open") -> QuerySet[Sighting]:
    """Return the sightings in a state, those seen last first.

    Raises:
        Denied: the person may not read them.
    """
    people.require(who, "sighting.read")
    rows = Sighting.objects.select_related("model", "decided_by").filter(state=state)
    return rows.order_by("-last_seen_at", "pk")


def sighting(who: User, identifier: UUID) -> Sighting:
    """Return a sighting by id.

    Raises:
        Denied: the person may not read them.
        Unknown: there is none.
    """
    people.require(who, "sighting.read")
    found = Sighting.objects.select_related("model", "decided_by").filter(pk=identifier).first()
    if found is None:
        raise Unknown("There is no such sighting.", remedy="Look it up on the Discovery page.")
    return found


def open_sightings(source: str = "") -> int:
    """Return how many sightings wait for an answer, of a source or of all."""
    rows = Sighting.objects.filter(state="open")
    return (rows.filter(source=source) if source else rows).count()


def suggestions(who: User, seen: Iterable[Sighting]) -> dict[UUID, list[Suggestion]]:
    """Return, by sighting, up to three models with a similar name that the person may see.

    Names are alike from a word similarity of 0.6 on (pg_trgm): the share of the trigrams of the sighting's
    name, without version numbers and words that say nothing, that stand together in what a search looks in.
    """
    named = {one.pk: _telling(one.name) for one in seen}
    units = people.visible_units(who)
    among = None if units is None else list(units)
    found = defaultdict[str, list[Suggestion]](list)
    with connection.cursor() as cursor:
        # names that tell the same are looked up once
        cursor.execute(_SUGGESTIONS, [sorted(set(named.values())), among, among])
        for name, model, reference, title, alike in cursor.fetchall():
            found[name].append(Suggestion(model, reference, title, alike))
    return {pk: found[name] for pk, name in named.items() if name in found}


def _telling(name: str) -> str:
    words = " ".join(re.sub(r"[^\w.]|_", " ", name.lower()).split())
    return " ".join(_EMPTY_WORDS.sub(" ", words).split()) or words


def keys_of(names: Iterable[str]) -> set[str]:
    """Return those of the names under which a use case is filed."""
    return set(UseCase.objects.filter(key__in=list(names)).values_list("key", flat=True))


def use_cases_of(units: frozenset[UUID] | None) -> QuerySet[UseCase]:
    """Return the use cases of some units by name, or of all when that is None."""
    found = UseCase.objects.select_related("unit").order_by("name")
    return found if units is None else found.filter(unit__in=units)
