"""List what was seen at work that no entry covers, and say what it is."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from remit.cli import acting, installation, output
from remit.kernel.problems import Invalid

NAME = "discovery"
app = typer.Typer(
    no_args_is_help=True, help="List what was seen at work that no entry covers, and say what it is."
)

Sighting = Annotated[UUID, typer.Argument(help="The sighting's id, as listed.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the ledger.")]


@app.command(name="list")
def list_(
    *,
    state: Annotated[str, typer.Option(help="open, matched, registered or dismissed.")] = "open",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """List sightings, those seen last first."""
    if state not in {"open", "matched", "registered", "dismissed"}:
        raise Invalid(f"There is no state {state}.", remedy="Use open, matched, registered or dismissed.")
    with installation.ready():
        from remit.inventory import queries

        rows = [_row(found) for found in queries.sightings(acting.reader(as_), state)]
    output.show(rows, as_json=as_json, title="Sightings")


@app.command()
def link(
    sighting: Sighting,
    model: Annotated[str, typer.Argument(help="The model that it is, such as MDL-0001.")],
    *,
    reason: Reason = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Say that a sighting is a model that is here."""
    with installation.ready():
        from remit.inventory import actions, queries
        from remit.people.policies import policy

        who = acting.person(as_)
        known = queries.model(model)
        policy("model").seen(who, known)
        found = queries.sighting(who, sighting)
        done = actions.link_sighting(acting_user=who, sighting=found, model=known, reason=reason)
        row = _row(done)
    output.show(row, as_json=as_json, title="Linked")


@app.command()
def register(
    sighting: Sighting,
    *,
    name: Annotated[str, typer.Option(help="The model's name; the sighting's if omitted.")] = "",
    kind: Annotated[str, typer.Option(help="Its kind; the sighting's if omitted.")] = "",
    use_case: Annotated[str, typer.Option(help="The use case it belongs to; a new one if omitted.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for a new use case, by e-mail address.")] = "",
    unit: Annotated[str, typer.Option(help="The unit of a new use case.")] = "",
    reason: Reason = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Register a model for a sighting."""
    with installation.ready():
        from remit.inventory import actions, queries
        from remit.people import queries as people
        from remit.people.policies import policy

        who = acting.person(as_)
        found = queries.sighting(who, sighting)
        of = queries.use_case(use_case) if use_case else None
        if of is not None:
            policy("use_case").seen(who, of)
        done = actions.register_sighting(
            acting_user=who,
            sighting=found,
            name=name or found.name,
            kind=kind or found.kind,
            use_case=of,
            owner=people.user_by_email(owner) if owner else None,
            unit=acting.unit(unit),
            reason=reason,
        )
        row = _row(done)
    output.show(row, as_json=as_json, title="Registered")


@app.command()
def dismiss(
    sighting: Sighting,
    *,
    reason: Annotated[str, typer.Option(help="Why it is no model.")],
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Say that a sighting is no model."""
    with installation.ready():
        from remit.inventory import actions, queries

        who = acting.person(as_)
        found = queries.sighting(who, sighting)
        row = _row(actions.dismiss_sighting(acting_user=who, sighting=found, reason=reason))
    output.show(row, as_json=as_json, title="Dismissed")


def _row(sighting: Any) -> dict[str, Any]:
    return {
        "id": str(sighting.pk),
        "source": sighting.source,
        "external_key": sighting.external_key,
        "name": sighting.name,
        "kind": sighting.kind,
        "times_seen": sighting.times_seen,
        "last_seen_at": sighting.last_seen_at,
        "state": sighting.state,
        "model": sighting.model.reference if sighting.model else None,
    }
