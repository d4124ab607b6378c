"""Finds use cases that are like one somebody is about to file, before there are two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import FloatField, Q, QuerySet, Value

from remit.inventory.models import UseCase

NAME_FLOOR = 0.4
DECISION_FLOOR = 0.4
COLUMNS_FLOOR = 0.5
"""From where on two names, two decisions (shared trigrams) and two schemas (shared columns) are alike."""
_MOST = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """A use case that is like another: how much, from 0 to 1, and in what."""

    use_case: UseCase
    score: float
    reasons: tuple[str, ...]


def similar(
    name: str,
    decision: str = "",
    columns: Iterable[str] = (),
    *,
    among: QuerySet[UseCase] | None = None,
) -> list[Alike]:
    """Return up to five use cases that may be the same, the most alike first.

    Args:
        name: what the new one is called.
        decision: what it decides.
        columns: the names of the columns that its model reads, if known.
        among: where to look; every use case if omitted.
    """
    rows = UseCase.objects.all() if among is None else among
    scores: dict[UUID, dict[str, float]] = defaultdict(dict)
    for pk, by_name, by_decision in _worded(rows, name.strip(), decision.strip()):
        if by_name >= NAME_FLOOR:
            scores[pk]["The name is alike"] = by_name
        if by_decision >= DECISION_FLOOR:
            scores[pk]["It decides the like"] = by_decision
    for pk, (shared, whole) in _columned(columns).items():
        scores[pk][f"{shared} of {whole} columns are the same"] = shared / whole
    best = sorted(scores, key=lambda pk: -max(scores[pk].values(), default=0.0))
    found = {row.pk: row for row in rows.filter(pk__in=best).select_related("owner", "unit")}
    return [
        Alike(found[pk], round(max(scores[pk].values()), 2), tuple(scores[pk])) for pk in best if pk in found
    ][:_MOST]


def _worded(rows: QuerySet[UseCase], name: str, decision: str) -> Iterable[tuple[UUID, float, float]]:
    asked = Q(name__trigram_similar=name) if name else Q(pk=None)
    asked |= Q(decision__trigram_similar=decision) if decision else Q(pk=None)
    none = Value(0.0, FloatField())
    return (
        rows.filter(asked)
        .annotate(
            by_name=TrigramSimilarity("name", name) if name else none,
            by_decision=TrigramSimilarity("decision", decision) if decision else none,
        )
        .order_by("-by_name", "-by_decision", "pk")
        .values_list("pk", "by_name", "by_decision")[:50]
    )


def _columned(columns: Iterable[str]) -> dict[UUID, tuple[int, int]]:
    """Return, by use case, how many columns its best like version shares, of how many that either has."""
    names = sorted({name.strip() for name in columns if name.strip()})
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"names": names, "count": len(names), "floor": COLUMNS_FLOOR, "most": 50})
        return {pk: (shared, whole) for pk, shared, whole in cursor.fetchall()}


# Jaccard: the columns that both have, of those that either has
_SHARED = """
with alike as (
  select s.use_case_id, count(*) filter (where c.name = any(%(names)s)) as shared, count(*) as own
  from inventory_standing s
  join inventory_version v on v.id = s.version_id
  cross join lateral (
    select distinct value ->> 'name' as name from jsonb_array_elements(v.schema -> 'columns')) c
  where s.valid_to is null and s.known_to is null
    and jsonb_path_query_array(v.schema, '$.columns[*].name') ?| %(names)s
  group by s.use_case_id, v.id
), scored as (
  select use_case_id, shared, own + %(count)s - shared as whole from alike
) select distinct on (use_case_id) use_case_id, shared, whole from scored
where shared >= %(floor)s * whole order by use_case_id, shared::float / whole desc limit %(most)s"""
