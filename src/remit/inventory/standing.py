"""Keeps `Standing`, the bitemporal summary of every model, true: whoever changes a fact calls `refresh`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from remit.inventory.models import STAGES, Standing, UseCase, VersionNote
from remit.inventory.rules import completeness
from remit.kernel import clock

_HERE = Path(__file__).parent
# the one plan is made for about ten use cases, and would join thousands badly
_FEW = 100
_PERIOD = {"id", "valid_from", "valid_to", "known_from", "known_to", "written"}


def refresh(use_cases: Iterable[UUID], *, since: datetime | None = None) -> None:
    """Write how the models of these use cases stand, in the transaction that changed them.

    Args:
        use_cases: ids of the use cases that changed.
        since: when it became so; now if omitted, earlier for a correction of the past.
    """
    ids = sorted(set(use_cases))
    if not ids:
        return
    with connection.cursor() as cursor:
        # two changes of one use case would each miss what the other writes
        cursor.execute(
            "select 1 from inventory_usecase where id = any(%s) order by id for no key update", [ids]
        )
        # after the lock is held, so that who waited is not earlier than whom it waited for
        now = clock.now()
        for few in (ids[n : n + _FEW] for n in range(0, len(ids), _FEW)):
            cursor.execute(
                "select inventory_stand(%s, %s, %s, %s, %s)", [few, since, now, _stages(), _required()]
            )


def install(**signal: Any) -> None:
    """Make `standing.sql` a function of the database, so that planning it is not paid for at each write.

    Args:
        signal: what Django's `post_migrate` says; not used.
    """
    del signal
    with connection.cursor() as cursor:
        cursor.execute(_function())


def note(version: UUID, **facts: Any) -> None:
    """Note what a layer above knows of a version and lists show, and refresh its model.

    Args:
        version: the version's id.
        facts: any of `remit_number`, `remit_state`, `remit_from`, `remit_until`, `health`.
    """
    VersionNote.objects.update_or_create(version_id=version, defaults=facts)
    refresh(UseCase.objects.filter(models__versions=version).values_list("pk", flat=True))


def rebuild(*, batch: int = 500) -> int:
    """Write how every model stands where that is missing or wrong; return how many use cases there are."""
    ids = list(UseCase.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        with transaction.atomic():
            refresh(ids[start : start + batch])
    with connection.cursor() as cursor:
        # a database restored elsewhere counts its transactions anew
        cursor.execute(
            "update inventory_standing set written = 0 where written > pg_current_xact_id()::text::bigint"
        )
    return len(ids)


@cache
def _required() -> str:
    return json.dumps(completeness.required())


@cache
def _stages() -> list[str]:
    return [stage for stage, _ in STAGES]


def _function() -> str:
    columns = [str(f.column) for f in Standing._meta.fields if f.name not in _PERIOD]
    of = {name: ", ".join(f"{name}.{column}" for column in columns) for name in ("b", "f")}
    text = (_HERE / "standing.sql").read_text(encoding="utf-8")
    statement = text.format(
        columns=", ".join(columns),
        of_believed=of["b"],
        of_fresh=of["f"],
        transaction="pg_current_xact_id()::text::bigint",
    ) % {name: f"${n}" for n, name in enumerate(("use_cases", "since", "now", "stages", "required"), 1)}
    return (
        "create or replace function inventory_stand(uuid[], timestamptz, timestamptz, text[], jsonb)"
        " returns void language plpgsql"
        " set search_path = public, pg_temp set plan_cache_mode = force_generic_plan"
        f" as $stand$ begin {statement}; end $stand$"
    )
