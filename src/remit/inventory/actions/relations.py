"""How models stand to each other: relating two, and ending a relation."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from remit.inventory.models import RELATIONS, Model, Relation
from remit.inventory.queries import relations as reads
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User
from remit.people.policies import policy

# two opposite relations at the same moment would each see no cycle
_ONE_AT_A_TIME = 0x72656C61


@action("relation.add")
def relate(
    *,
    acting_user: User | str,
    source: Model,
    target: Model,
    kind: str,
    note: str = "",
    valid_from: datetime | None = None,
) -> Relation:
    """Say that `source` uses, feeds, derives from, replaces, is part of or challenges `target`.

    Args:
        acting_user: who says so.
        source: the model that the sentence begins with.
        target: the model that it ends with.
        kind: one of `RELATIONS`.
        note: what else there is to say.
        valid_from: since when it is so; now if omitted, never later.

    Raises:
        Denied: the person may not edit relations in the source's unit.
        Unknown: the person may not see the target.
        Invalid: there is no such kind, the two are one, it starts later than now, or it closes a circle.
        Conflict: it is said already, or one of the two is retired.
    """
    use_case = source.use_case
    people.require(acting_user, "relation.edit", unit=use_case.unit, subject=use_case.pk)
    policy("model").seen(acting_user, target)
    now = clock.now()
    if kind not in dict(RELATIONS):
        raise Invalid(
            f"There is no relation {kind!r}.",
            fields={"kind": f"Choose one of: {', '.join(dict(RELATIONS))}."},
        )
    if source.pk == target.pk:
        raise Invalid("A model has no relation to itself.", fields={"target": "Choose another model."})
    if valid_from is not None and valid_from > now:
        raise Invalid(
            "A relation cannot start later than now.", fields={"valid_from": "Give today, or a day before."}
        )
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    _refuse(source, target, kind)
    made = Relation.objects.create(
        source=source, target=target, kind=kind, note=note.strip(), valid_from=valid_from or now
    )
    emit(
        "relation.added",
        made,
        source=source.pk,
        target=target.pk,
        kind=kind,
        use_case=source.use_case_id,
    )
    return made


@action("relation.end")
def end_relation(*, acting_user: User | str, relation: Relation, reason: str = "") -> Relation:
    """Say that a relation is over from now on.

    Raises:
        Denied: the person may not edit relations in the source's unit.
        Conflict: it is over already.
    """
    del reason  # the decorator writes it to the ledger
    policy("relation").require(acting_user, "edit", relation)
    found = Relation.objects.select_for_update().get(pk=relation.pk)
    if found.valid_to is not None:
        raise Conflict(f"This relation ended on {found.valid_to:%-d %B %Y}.")
    found.valid_to = max(clock.now(), found.valid_from)
    found.save(update_fields=["valid_to"])
    emit("relation.ended", found, source=found.source_id, target=found.target_id, kind=found.kind)
    return found


def _refuse(source: Model, target: Model, kind: str) -> None:
    label = dict(RELATIONS)[kind]
    if Relation.objects.filter(source=source, target=target, kind=kind, valid_to=None).exists():
        raise Conflict(f"{source} {label} {target} already.")
    # what replaces or descends from a model may outlive it
    live = [source] if kind in {"replaces", "derived_from"} else [source, target]
    for model in live:
        if reads.retired(model):
            raise Conflict(f"{model} is retired.", remedy="Relate a model that is at work or on its way.")
    if reads.closes_circle(source, target, kind):
        message = f"{target} {label} {source} already, directly or through others."
        raise Invalid(f"This would close a circle: {message}", fields={"target": message})
