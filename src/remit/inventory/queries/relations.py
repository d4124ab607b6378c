"""Reads about relations: what stands around a model, what depends on it, what its parts weigh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from remit.inventory.models import RELATIONS, Model, Relation
from remit.kernel import clock
from remit.kernel.problems import Unknown

DEEPEST = 12
MOST = 500
_ACYCLIC = ("part_of", "derived_from", "replaces")
# seen from the target
_INVERSE = {
    "uses": "is used by",
    "feeds": "is fed by",
    "derived_from": "is the origin of",
    "replaces": "is replaced by",
    "part_of": "has as a part",
    "challenger_of": "is challenged by",
}


@dataclass(frozen=True, slots=True)
class Related:
    """A relation as one of its models sees it: "is used by" and the other model."""

    relation: Relation
    verb: str
    other: Model


@dataclass(frozen=True, slots=True)
class Dependent:
    """A model that depends on another, and over how many relations at least."""

    model: Model
    steps: int


def relation(identifier: object) -> Relation:
    """Return a relation by id.

    Raises:
        Unknown: there is none.
    """
    found = _relations().filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no relation with the id {identifier}.")
    return found


def relations_of(model: Model, *, at: datetime | None = None) -> list[Related]:
    """Return the relations of a model at an instant (now if omitted), its own before those of others."""
    when = at or clock.now()
    rows = _relations().filter(
        Q(valid_to=None) | Q(valid_to__gt=when), Q(source=model) | Q(target=model), valid_from__lte=when
    )
    labels = dict(RELATIONS)
    own = [Related(r, labels[r.kind], r.target) for r in rows if r.source_id == model.pk]
    others = [Related(r, _INVERSE[r.kind], r.source) for r in rows if r.source_id != model.pk]
    return own + others


def models_around(model: Model) -> QuerySet[Model]:
    """Return every model that this one has, or had, a relation to or from."""
    return Model.objects.filter(Q(relations_in__source=model) | Q(relations__target=model)).distinct()


def impact_of(model: Model, *, at: datetime | None = None) -> list[Dependent]:
    """Return what depends on a model, directly or through others, the nearest first.

    A model depends on what it uses, derives from, is fed by and is made of. At most `MOST` models within
    `DEEPEST` relations; a circle of models that feed each other is walked once.
    """
    when = at or clock.now()
    return _walk(model, when, to_source=["uses", "derived_from"], to_target=["feeds", "part_of"])


def parts_of(model: Model, *, at: datetime | None = None) -> list[Dependent]:
    """Return the parts of a composite, and theirs, the nearest first."""
    return _walk(model, at or clock.now(), to_source=["part_of"], to_target=[])


def weakest_tier(model: Model, *, at: datetime | None = None) -> str:
    """Return the most severe tier of a model and its parts; empty if none of them has one.

    A composite carries the risk of its riskiest part, so this is computed and never typed in.
    """
    tiers = [model.use_case.tier, *(part.model.use_case.tier for part in parts_of(model, at=at))]
    return min((tier for tier in tiers if tier), default="")


def retired(model: Model) -> bool:
    """Tell whether a model has versions and every one is retired or archived."""
    stages = set(model.versions.values_list("stage", flat=True))
    return bool(stages) and stages <= {"retired", "archived"}


def closes_circle(source: Model, target: Model, kind: str) -> bool:
    """Tell whether `target` is already, through relations of this kind, what `source` would become to it."""
    if kind not in _ACYCLIC:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_REACHES, {"start": target.pk, "goal": source.pk, "kind": kind})
        return bool(cursor.fetchone()[0])


def _relations() -> QuerySet[Relation]:
    return Relation.objects.select_related("source__use_case__unit", "target__use_case__unit").order_by(
        "kind", "source__name", "target__name", "pk"
    )


def _walk(model: Model, when: datetime, *, to_source: list[str], to_target: list[str]) -> list[Dependent]:
    """Follow relations of these kinds, against their direction or along it, from one model on."""
    given = {"start": model.pk, "when": when, "to_source": to_source, "to_target": to_target}
    with connection.cursor() as cursor:
        cursor.execute(_WALK, {**given, "deepest": DEEPEST, "most": MOST})
        steps = dict(cursor.fetchall())
    models = Model.objects.filter(pk__in=steps).select_related("use_case__owner", "use_case__unit")
    found = [Dependent(model, steps[model.pk]) for model in models]
    return sorted(found, key=lambda dependent: (dependent.steps, dependent.model.name))


# `union` drops what was reached before, so a circle ends by itself
_REACHES = """
with recursive reached(id) as (
  select %(start)s::uuid
  union
  select r.target_id from reached join inventory_relation r on r.source_id = reached.id
  where r.kind = %(kind)s and r.valid_to is null
) select exists (select from reached where id = %(goal)s)"""
# one row a model and distance: bounded by depth, so no circle can run away
_WALK = """
with recursive now as (
  select source_id, target_id, kind from inventory_relation
  where valid_from <= %(when)s and (valid_to is null or valid_to > %(when)s)
), edge(node, next) as (
  select target_id, source_id from now where kind = any(%(to_source)s)
  union all
  select source_id, target_id from now where kind = any(%(to_target)s)
), reached(id, steps) as (
  select %(start)s::uuid, 0
  union
  select edge.next, steps + 1 from reached join edge on edge.node = reached.id where steps < %(deepest)s
) select id, min(steps) from reached where id <> %(start)s group by id order by 2, 1 limit %(most)s"""
