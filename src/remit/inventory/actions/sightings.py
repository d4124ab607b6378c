"""Discovery: what was seen at work, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from remit.inventory.importing import mapping, planning, writing
from remit.inventory.importing.checking import Draft
from remit.inventory.models import KINDS, Model, Sighting, UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import Unit, User
from remit.proof import canonical

_RECONCILE = "sighting.reconcile"
_LONGEST_DETAILS = 20_000
_LABELS = {"model": "name"}


@action("sighting.report")
def sight(
    *,
    acting_user: User | str,
    source: str,
    external_key: str,
    name: str,
    kind: str = "",
    details: Mapping[str, Any] | None = None,
    times: int = 1,
    seen_at: datetime | None = None,
) -> Sighting | None:
    """Report that something is at work; return its sighting, or None where an entry covers it.

    Reporting the same again counts it and remembers when, and writes nothing to the ledger.

    Args:
        acting_user: a person, a service account, or a part of the platform.
        source: the connector, or `gateway`.
        external_key: what the source calls it; one sighting a source and key.
        name: what people call it.
        kind: the kind of model, if it is known.
        details: what else is known, in JSON types.
        times: how often it was seen.
        seen_at: when it was seen last; now if omitted.

    Raises:
        Denied: the person may not report sightings.
        Invalid: a field is empty, too long or unknown.
    """
    people.require(acting_user, "sighting.report")
    given = {"source": source.strip(), "external_key": external_key.strip(), "name": name.strip()}
    _check(given, kind, details or {}, times)
    now = seen_at or clock.now()
    known = Sighting.objects.filter(source=given["source"], external_key=given["external_key"])
    found = known.select_for_update().first()
    if found is not None:
        found.times_seen += times
        found.last_seen_at = max(found.last_seen_at, now)
        found.save(update_fields=["times_seen", "last_seen_at"])
        return found
    key = given["external_key"]
    covered = (Model.objects.filter(external_key=key), Version.objects.filter(external_key=key))
    if any(rows.exists() for rows in covered):
        return None
    found = Sighting.objects.create(
        **given,
        kind=kind,
        details=dict(details or {}),
        first_seen_at=now,
        last_seen_at=now,
        times_seen=times,
    )
    emit("sighting.reported", found, source=found.source, name=found.name)
    return found


@action("sighting.link")
def link_sighting(*, acting_user: User, sighting: Sighting, model: Model, reason: str = "") -> Sighting:
    """Say that a sighting is a model that is here; the model takes its external key if it has none.

    Raises:
        Denied: the person may not answer sightings in the model's unit.
        Conflict: it is answered already.
    """
    people.require(acting_user, _RECONCILE, unit=model.use_case.unit, subject=model.use_case.pk)
    found = _open(sighting)
    if model.external_key is None and found.source != "gateway":
        model.external_key = found.external_key
        model.save(update_fields=["external_key"])
    return _answer(acting_user, found, "matched", reason, model)


@action("sighting.register")
def register_sighting(
    *,
    acting_user: User,
    sighting: Sighting,
    name: str,
    kind: str,
    use_case: UseCase | None = None,
    owner: User | None = None,
    unit: Unit | None = None,
    reason: str = "",
) -> Sighting:
    """Register a model for a sighting, in a use case that is there or in a new one of the same name.

    Args:
        acting_user: who answers.
        sighting: what was seen.
        name: the model's name.
        kind: its kind.
        use_case: the use case that is there; a new one if omitted.
        owner: who answers for the new use case.
        unit: the line of business of the new use case.
        reason: why; kept in the ledger.

    Raises:
        Denied: the person may not answer sightings in this unit.
        Invalid: a field is empty or wrong; `fields` names each.
        Conflict: it is answered already.
    """
    people.require(acting_user, _RECONCILE, unit=use_case.unit if use_case is not None else unit)
    found = _open(sighting)
    called = " ".join(name.split())
    given: dict[str, Any] = {"external_key": found.external_key, "kind": kind, "model": called}
    given["built_in"] = "" if found.source == "gateway" else found.source
    given |= {"owner": owner, "unit": unit} if use_case is None else {"use_case": use_case.reference}
    draft = Draft(1, {key: value for key, value in given.items() if value})
    plan = planning.plan(acting_user, [draft], mapping.fields(acting_user), {}, permission=_RECONCILE)
    faults = {_LABELS.get(f.column, f.column): f"{f.what} {f.remedy}" for f in plan.faults}
    if kind not in dict(KINDS):
        faults["kind"] = f"Choose one of: {', '.join(dict(KINDS))}."
    if len(called) > 120:
        faults["name"] = "At most 120 characters."
    if faults:
        raise Invalid("It cannot be registered so.", fields=faults)
    (model,) = writing.write(acting_user, plan, reason=reason).models
    return _answer(acting_user, found, "registered", reason, model)


@action("sighting.dismiss")
def dismiss_sighting(*, acting_user: User, sighting: Sighting, reason: str) -> Sighting:
    """Say that a sighting is no model; it stays dismissed however often it is seen.

    Raises:
        Denied: the person may not answer sightings.
        Invalid: no reason is given.
        Conflict: it is answered already.
    """
    people.require(acting_user, _RECONCILE)
    if not reason.strip():
        raise Invalid("Say why it is no model.", fields={"reason": "Say why it is no model."})
    return _answer(acting_user, _open(sighting), "dismissed", reason)


@action("sighting.reopen")
def reopen_sighting(*, acting_user: User, sighting: Sighting, reason: str = "") -> Sighting:
    """Put a dismissed sighting back into the queue.

    Raises:
        Denied: the person may not answer sightings.
        Conflict: it is not dismissed.
    """
    people.require(acting_user, _RECONCILE)
    found = Sighting.objects.select_for_update().get(pk=sighting.pk)
    if found.state != "dismissed":
        raise Conflict(f"{found.name} is not dismissed.")
    found.state, found.decided_by, found.decided_at, found.reason = "open", None, None, reason.strip()
    found.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    emit("sighting.reopened", found, source=found.source)
    return found


def _check(given: Mapping[str, str], kind: str, details: Mapping[str, Any], times: int) -> None:
    fields = {}
    for name, value in given.items():
        longest = Sighting._meta.get_field(name).max_length or 0
        if not value or len(value) > longest or not value.isprintable():
            fields[name] = f"Give 1 to {longest} printable characters."
    if kind and kind not in dict(KINDS):
        fields["kind"] = f"One of: {', '.join(dict(KINDS))}; or leave it empty."
    if len(canonical.encode(details)) > _LONGEST_DETAILS:
        fields["details"] = f"At most {_LONGEST_DETAILS:,} characters of JSON."
    if times < 1:
        fields["times"] = "At least once."
    if fields:
        raise Invalid("This cannot be reported so.", fields=fields)


def _open(sighting: Sighting) -> Sighting:
    found = Sighting.objects.select_for_update().get(pk=sighting.pk)
    if found.state != "open":
        raise Conflict(f"{found.name} is {found.state} already.", remedy="Read it again.")
    return found


def _answer(who: User, found: Sighting, state: str, reason: str, model: Model | None = None) -> Sighting:
    found.state, found.model, found.reason = state, model, reason.strip()
    found.decided_by, found.decided_at = who, clock.now()
    found.save(update_fields=["state", "model", "reason", "decided_by", "decided_at"])
    about = {} if model is None else {"model": model.pk, "use_case": model.use_case_id}
    emit(f"sighting.{state}", found, source=found.source, **about)
    return found
