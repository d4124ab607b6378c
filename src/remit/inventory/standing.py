"""Keeps `Standing`, the bitemporal summary of every model, true: whoever changes a fact calls `refresh`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import connection

from remit.inventory.models import STAGES, Standing, UseCase, VersionNote
from remit.kernel import clock

_HERE = Path(__file__).parent
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
        cursor.execute(
            _statement(),
            {
                "use_cases": ids,
                "since": since,
                # after the lock is held, so that who waited is not earlier than whom it waited for
                "now": clock.now(),
                "stages": [stage for stage, _ in STAGES],
                "required": _required(),
            },
        )


def note(version: UUID, **facts: Any) -> None:
    """Note what a layer above knows of a version and lists show, and refresh its model.

    Args:
        version: the version's id.
        facts: any of `remit_number`, `remit_state`, `remit_from`, `remit_until`, `health`.
    """
    VersionNote.objects.update_or_create(version_id=version, defaults=facts)
    refresh(UseCase.objects.filter(models__versions=version).values_list("pk", flat=True))


def required() -> list[dict[str, str]]:
    """Return what an entry must say: `of`, `field`, `label`, and `from` which stage on."""
    rows: list[dict[str, str]] = yaml.safe_load(
        (_HERE / "data" / "required.yaml").read_text(encoding="utf-8")
    )
    return rows


@cache
def _required() -> str:
    return json.dumps(required())


@cache
def _statement() -> str:
    columns = [str(f.column) for f in Standing._meta.fields if f.name not in _PERIOD]
    of = {name: ", ".join(f"{name}.{column}" for column in columns) for name in ("b", "f")}
    text = (_HERE / "standing.sql").read_text(encoding="utf-8")
    return text.format(
        columns=", ".join(columns),
        of_believed=of["b"],
        of_fresh=of["f"],
        transaction="pg_current_xact_id()::text::bigint",
    )
