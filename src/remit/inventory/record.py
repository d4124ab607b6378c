"""The record of a model, from its idea to after its retirement, as the published definition has it.

Every page, export and answer that hands out "the record" hands out `of(...)`, and `schema()` says what it
is. A layer above adds a part by a module `record.py` with `NAME` and `section(use_case, model, at)`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Q

from remit.inventory import queries
from remit.inventory.models import KINDS, STAGES, Model, Standing, UseCase, Vendor, Version
from remit.inventory.rules import kinds
from remit.kernel import clock
from remit.ledger import queries as ledger
from remit.ledger.models import Governed
from remit.people import queries as people
from remit.people.models import RoleAssignment, User
from remit.people.policies import policy

SCHEMA_VERSION = "1.0.0"
IDENTIFIER = f"urn:remit:schema:model:{SCHEMA_VERSION}"
_FILE = Path(__file__).parent / "data" / "model.schema.json"
_STAGE_ORDER = [stage for stage, _ in STAGES]
Row = TypeVar("Row", bound=Governed)


@cache
def schema() -> Mapping[str, Any]:
    """Return the published definition: JSON Schema 2020-12, with what each kind of model says inlined."""
    document: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    document["$id"] = IDENTIFIER
    document["properties"]["schema"] = {"const": IDENTIFIER, "description": "This definition."}
    definitions = document["$defs"]
    definitions["kind"]["enum"] = list(dict(KINDS))
    definitions["stage"]["enum"] = _STAGE_ORDER
    for kind in kinds.names():
        for part, said in kinds.schema(kind)["$defs"].items():
            definitions[f"{kind}_{part}"] = copy.deepcopy(said)
        document["allOf"].append(_of_kind(kind))
    return document


def of(
    use_case: UseCase,
    model: Model | None = None,
    *,
    at: datetime | None = None,
    hidden: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return the record of a model, or of a use case that has none, in JSON types.

    Args:
        use_case: the use case.
        model: one of its models.
        at: as it was at this instant, by the ledger; what came later is left out.
        hidden: fields to leave out, as `hidden_from` gives them.
    """
    when = at or clock.now()
    use_case, model = _as_of(use_case, at), model and _as_of(model, at)
    versions = _versions(model, at)
    record = {
        "schema": IDENTIFIER,
        "as_of": instant(at),
        "stage": _stage(model, versions),
        "use_case": _use_case(use_case, hidden),
        "model": _model(model, when, hidden) if model else None,
        "versions": [_version(version, when) for version in versions],
        "completeness": _completeness(use_case, model, versions),
        "responsibilities": _responsibilities(use_case, when),
        "standing": _standing(model or use_case, when),
    }
    return record | {module.NAME: module.section(use_case, model, at) for module in _sections()}


def hidden_from(person: User | str, use_case: UseCase, model: Model | None = None) -> frozenset[str]:
    """Return the fields of a record that a person may not read, such as `model.vendor.contract`."""
    if isinstance(person, str):
        return frozenset()
    kept = {f"model.vendor.{name}" for name in policy("vendor").hidden(person)}
    kept |= {f"use_case.custom.{key}" for key in queries.hidden(person, use_case)}
    if model is not None:
        kept |= {f"model.custom.{key}" for key in queries.hidden(person, model)}
        others = queries.models_around(model)
        seen = set(policy("model").visible(person, others).values_list("pk", flat=True))
        kept |= {f"model.relations.{other.reference}" for other in others if other.pk not in seen}
    return frozenset(kept)


def person(who: User | None) -> dict[str, str] | None:
    """Return how records name a person."""
    return {"id": str(who.pk), "name": who.name} if who else None


def instant(value: datetime | None) -> str | None:
    """Return an instant as RFC 3339."""
    return value.isoformat() if value else None


def until(ended: datetime | None, at: datetime | None) -> str | None:
    """Return when something ended, or None where it had not ended by `at`."""
    return instant(ended) if ended and (at is None or ended <= at) else None


def came(name: str, at: datetime | None) -> Q:
    """Return the filter of what had come by `at`, by the column that says when."""
    return Q(**{f"{name}__lte": at}) if at else Q()


@cache
def _sections() -> tuple[ModuleType, ...]:
    names = [config.name for config in apps.get_app_configs() if config.name.startswith("remit.")]
    found = [import_module(f"{name}.record") for name in names if find_spec(f"{name}.record")]
    return tuple(module for module in found if hasattr(module, "section"))


def _of_kind(kind: str) -> dict[str, Any]:
    def details(part: str) -> dict[str, Any]:
        return {"properties": {"details": {"$ref": f"#/$defs/{kind}_{part}"}}}

    is_kind = {"type": "object", "properties": {"kind": {"const": kind}}, "required": ["kind"]}
    return {
        "if": {"properties": {"model": is_kind}},
        "then": {"properties": {"model": details("model"), "versions": {"items": details("version")}}},
    }


def _as_of(row: Row, at: datetime | None) -> Row:
    return _rows_as_of([row], at)[0] if at else row


def _rows_as_of(rows: Iterable[Row], at: datetime | None) -> list[Row]:
    """Return governed rows as the ledger knows them at an instant; one whose payload is erased, as it is."""
    kept = list(rows)
    if at is None:
        return kept
    said = ledger.rows_at([row.pk for row in kept], at)
    # what was taken over later stood already, as it was when it was taken over
    late = [row.pk for row in kept if row.pk not in said]
    said |= ledger.rows_first(late, at) if late else {}
    return [_said(row, said[row.pk]) if row.pk in said else row for row in kept]


def _said(row: Row, columns: Mapping[str, Any]) -> Row:
    found = type(row)()
    for field in row._meta.concrete_fields:
        # a column that came with a later release is as it is now
        value = columns.get(field.column, getattr(row, field.attname))
        setattr(found, field.attname, field.to_python(value))
    return found


def _versions(model: Model | None, at: datetime | None) -> list[Version]:
    if model is None:
        return []
    rows = model.versions.filter(came("registered_at", at)).order_by("-registered_at", "-pk")
    return _rows_as_of(rows.select_related("developer", "training_data", "replaces"), at)


def _stage(model: Model | None, versions: list[Version]) -> str:
    """Return the stage of the version that counts, by the rule of `standing.sql`."""
    if not versions:
        return "development" if model else "intake"
    order = {"in_business": 0, "under_review": 0, "retired": 2, "archived": 2}
    return min((version.stage for version in versions), key=lambda stage: order.get(stage, 1))


def _use_case(use_case: UseCase, hidden: frozenset[str]) -> dict[str, Any]:
    plain = ("reference", "key", "name", "decision", "purpose", "population", "value_hypothesis", "currency",
             "alternative", "kind", "tier", "jurisdictions", "regulations", "affects_people")  # fmt: skip
    return {
        "id": str(use_case.pk),
        **{name: getattr(use_case, name) for name in plain},
        "planned_value_a_year": f"{use_case.planned_value_a_year:.2f}",
        "owner": person(use_case.owner),
        "unit": {"id": str(use_case.unit_id), "name": use_case.unit.name},
        "custom": _custom(use_case, "use_case.custom.", hidden),
        "filed_at": instant(use_case.filed_at),
    }


def _model(model: Model, when: datetime, hidden: frozenset[str]) -> dict[str, Any]:
    plain = ("reference", "name", "kind", "description", "built_in", "external_key", "tags", "details")
    return {
        "id": str(model.pk),
        **{name: getattr(model, name) for name in plain},
        "vendor": _vendor(model.vendor, hidden) if model.vendor else None,
        "custom": _custom(model, "model.custom.", hidden),
        "weakest_tier": queries.weakest_tier(model, at=when),
        "relations": [
            _relation(related)
            for related in queries.relations_of(model, at=when)
            if f"model.relations.{related.other.reference}" not in hidden
        ],
        "registered_at": instant(model.registered_at),
    }


def _vendor(vendor: Vendor, hidden: frozenset[str]) -> dict[str, Any]:
    plain = ("name", "country", "website", "contact", "contract", "diligence_result", "diligence_note")
    days = ("contract_ends", "diligence_at")
    said = {name: getattr(vendor, name) for name in plain}
    said |= {name: day.isoformat() if (day := getattr(vendor, name)) else None for name in days}
    return {"id": str(vendor.pk)} | {k: v for k, v in said.items() if f"model.vendor.{k}" not in hidden}


def _custom(subject: UseCase | Model, prefix: str, hidden: frozenset[str]) -> dict[str, Any]:
    keys = {path.removeprefix(prefix) for path in hidden if path.startswith(prefix)}
    return {said.field.key: said.value for said in queries.custom_of(subject, hidden=keys)}


def _relation(related: queries.Related) -> dict[str, Any]:
    row = related.relation
    return {
        "kind": row.kind,
        "verb": related.verb,
        "model": {"reference": related.other.reference, "name": related.other.name},
        "note": row.note,
        "valid_from": instant(row.valid_from),
        "valid_to": instant(row.valid_to),
    }


def _version(version: Version, when: datetime) -> dict[str, Any]:
    plain = ("number", "summary", "stage", "schema", "decision_rule", "intended_terms", "details",
             "code_reference", "environment", "licence", "external_key", "content_digest")  # fmt: skip
    moments = ("registered_at", "ready_at", "in_business_at", "retired_at")
    data = version.training_data
    return {
        "id": str(version.pk),
        **{name: getattr(version, name) for name in plain},
        "developer": person(version.developer),
        "training_data": {"reference": data.reference, "name": data.name, "sha256": data.sha256}
        if data
        else None,
        "replaces": version.replaces.number if version.replaces else None,
        "artifacts": [
            {name: getattr(file, name) for name in ("name", "media_type", "sha256", "size", "location")}
            for file in version.artifacts.order_by("name")
        ],
        **{name: until(getattr(version, name), when) for name in moments},
    }


def _completeness(use_case: UseCase, model: Model | None, versions: list[Version]) -> dict[str, Any]:
    counted = next((v for v in versions if v.stage == _stage(model, versions)), None)
    found = queries.completeness_of(use_case, model, counted)
    missing = [
        {"of": asked.of, "field": asked.field, "label": asked.label, "since": asked.since}
        for asked in found.missing
    ]
    return {"percent": found.percent, "missing": missing}


def _responsibilities(use_case: UseCase, when: datetime) -> list[dict[str, Any]]:
    """Return who held a role for the use case, in its unit or above, or everywhere."""
    units = [use_case.unit_id, *people.above(use_case.unit_id)]
    rows = RoleAssignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=when),
        Q(subject_id=use_case.pk) | Q(unit__in=units) | Q(unit=None, subject_id=None),
        valid_from__lte=when,
    ).select_related("user")
    return [
        {
            "role": row.role,
            "person": person(row.user),
            "scope": "use_case" if row.subject_id else "unit" if row.unit_id else "enterprise",
            "valid_from": instant(row.valid_from),
            "valid_to": instant(row.valid_to),
        }
        for row in rows.order_by("role", "user__name", "pk")
    ]


def _standing(subject: UseCase | Model, when: datetime) -> dict[str, Any] | None:
    """Return the summary that lists show, as it is held to have been at an instant."""
    rows = Standing.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=when), subject_id=subject.pk, valid_from__lte=when, known_to=None
    )
    row = rows.first()
    if row is None:
        return None
    plain = ("version_number", "tier", "stage", "unit_name", "owner_name", "vendor_name", "remit_number",
             "remit_state", "health", "completeness")  # fmt: skip
    moments = ("remit_from", "remit_until", "valid_from")
    return {name: getattr(row, name) for name in plain} | {
        name: instant(getattr(row, name)) for name in moments
    }
