"""Writing a plan: everything new in bulk, edits one by one through the actions that edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from remit.inventory import rules, standing
from remit.inventory.actions import changes, edits
from remit.inventory.actions.fields import set_custom
from remit.inventory.actions.vendors import add_vendor
from remit.inventory.importing.outcome import Edit, NewModel, NewUseCase, NewVersion, Plan
from remit.inventory.models import Model, Standing, UseCase, Vendor, Version
from remit.inventory.queries import change_requests as reads
from remit.kernel import clock
from remit.ledger.numbering import next_numbers
from remit.people.models import User

_BATCH = 1_000


class Written(NamedTuple):
    """The models that are new, and how many changes wait for a reviewer."""

    models: list[Model]
    requested: int


def write(who: User, plan: Plan, *, reason: str) -> Written:
    """Write a plan within an action; what rows with a fault would do is not in it.

    Raises:
        Invalid: an edit says something that its field may not.
        Conflict: an edit asks again for a change that waits already.
    """
    now = clock.now()
    vendors = _vendors(who, plan)
    cases = _file(plan.use_cases, now)
    models = _register(plan.models, cases, vendors, now)
    versions = _versions(plan.versions, models, now)
    _stand(cases.values(), models, versions)
    requested = sum(_edit(who, edit, vendors, reason) for edit in plan.edits.values())
    return Written(list(models.values()), requested)


def _vendors(who: User, plan: Plan) -> dict[str, Vendor]:
    """Add the vendors that rows name and nobody added yet, one a name whatever its case."""
    named = [model.values.get("vendor") for model in plan.models]
    named += [edit.changes.get("vendor") for edit in plan.edits.values()]
    new = {v.name.casefold(): v.name for v in named if isinstance(v, Vendor) and v._state.adding}
    return {key: add_vendor(acting_user=who, name=name) for key, name in new.items()}


def _file(planned: list[NewUseCase], now: datetime) -> dict[NewUseCase, UseCase]:
    if not planned:
        return {}
    keys = _keys(filed.name for filed in planned)
    references = next_numbers("UC", len(planned))
    rows = [
        UseCase(
            reference=reference,
            key=key,
            name=filed.name,
            filed_at=now,
            custom=_custom(filed.values),
            **_plain(filed.values),
        )
        for filed, key, reference in zip(planned, keys, references, strict=True)
    ]
    UseCase.objects.bulk_create(rows, batch_size=_BATCH)
    return dict(zip(planned, rows, strict=True))


def _keys(names: Iterable[str]) -> list[str]:
    """Return a key for each name that no use case has, numbered from the second on."""
    taken = set(UseCase.objects.values_list("key", flat=True))
    found, last = [], defaultdict[str, int](lambda: 1)
    for name in names:
        stem = key = rules.slug(name) or "model"
        while key in taken:
            last[stem] += 1
            ending = f"-{last[stem]}"
            key = stem[: 60 - len(ending)] + ending
        taken.add(key)
        found.append(key)
    return found


def _register(
    planned: list[NewModel],
    cases: Mapping[NewUseCase, UseCase],
    vendors: Mapping[str, Vendor],
    now: datetime,
) -> dict[NewModel, Model]:
    if not planned:
        return {}
    rows = []
    for model, reference in zip(planned, next_numbers("MDL", len(planned)), strict=True):
        values = _plain(model.values)
        vendor = values.pop("vendor", None)
        rows.append(
            Model(
                reference=reference,
                use_case=_case(model.use_case, cases),
                vendor=vendor and vendors.get(vendor.name.casefold(), vendor),
                kind=values.pop("kind", "ml"),
                registered_at=now,
                custom=_custom(model.values),
                **values,
            )
        )
    Model.objects.bulk_create(rows, batch_size=_BATCH)
    return dict(zip(planned, rows, strict=True))


def _versions(
    planned: list[NewVersion],
    models: Mapping[NewModel, Model],
    now: datetime,
) -> list[Version]:
    rows = []
    for version in planned:
        model = models[version.model] if isinstance(version.model, NewModel) else version.model
        values, number = version.values, version.values["version"]
        code = values.get("code_reference", "")
        rows.append(
            Version(
                model=model,
                number=number,
                summary=values.get("version_summary", ""),
                developer=values.get("developer") or model.use_case.owner,
                stage=values.get("stage", "development"),
                schema={},
                code_reference=code,
                licence=values.get("licence", ""),
                registered_at=now,
                in_business_at=values.get("in_business_since"),
                content_digest=rules.content_digest(
                    model=model.reference,
                    number=number,
                    artifacts=(),
                    schema={},
                    decision_rule={},
                    code_reference=code,
                    training_data="",
                    environment={},
                ),
            )
        )
    Version.objects.bulk_create(rows, batch_size=_BATCH)
    return rows


def _stand(cases: Iterable[UseCase], models: Mapping[NewModel, Model], versions: list[Version]) -> None:
    """Refresh how all this stands, and since when: what was in business before it was imported, from then."""
    since = {version.model_id: version.in_business_at for version in versions if version.in_business_at}
    new = {model.pk for model in models.values()}
    touched = {model.use_case_id for model in models.values()} | {case.pk for case in cases}
    standing.refresh(touched)
    began = defaultdict[datetime, list[UUID]](list)
    for model, instant in since.items():
        if model in new:
            began[instant].append(model)
    for instant, ids in began.items():
        Standing.objects.filter(model__in=ids, valid_to=None, known_to=None).update(valid_from=instant)
    later = defaultdict[datetime | None, set[UUID]](set)
    for version in versions:
        if version.model_id not in new:
            later[version.in_business_at].add(version.model.use_case_id)
    for instant, ids in sorted(later.items(), key=lambda item: (item[0] is not None, item[0])):
        standing.refresh(ids, since=instant)


def _edit(who: User, edit: Edit, vendors: Mapping[str, Vendor], reason: str) -> int:
    """Change what may be changed, ask for the rest; return how many requests were filed."""
    wanted = {
        name: str(vendors[value.name.casefold()].pk) if isinstance(value, Vendor) else value
        for name, value in edit.changes.items()
    }
    subject = edit.subject
    if edit.external_key and isinstance(subject, Model):
        subject.external_key = edit.external_key
        subject.save(update_fields=["external_key"])
    if edit.custom:
        set_custom(acting_user=who, subject=subject, values=edit.custom, reason=reason)
    watched = reads.watched(subject)
    free = {name: value for name, value in wanted.items() if name not in watched}
    if free and isinstance(subject, Model):
        edits.edit_model(acting_user=who, model=subject, changes=free, reason=reason)
    elif free and isinstance(subject, UseCase):
        edits.edit_use_case(acting_user=who, use_case=subject, changes=free, reason=reason)
    asked = {name: value for name, value in wanted.items() if name in watched}
    if not asked:
        return 0
    model = subject if isinstance(subject, Model) else None
    use_case = subject.use_case if isinstance(subject, Model) else subject
    return len(
        changes.request_change(acting_user=who, use_case=use_case, model=model, changes=asked, reason=reason)
    )


def _case(found: NewUseCase | UseCase, cases: Mapping[NewUseCase, UseCase]) -> UseCase:
    return cases[found] if isinstance(found, NewUseCase) else found


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith("custom.")}


def _custom(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n.rpartition(".")[2]: v for n, v in values.items() if n.startswith("custom.")}
