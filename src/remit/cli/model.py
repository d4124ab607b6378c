"""List, show, register and export models."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli import acting, installation, output
from remit.kernel.problems import Invalid

NAME = "models"
app = typer.Typer(no_args_is_help=True, help="List, show, register and export models.")

Reference = Annotated[str, typer.Argument(help="The model's reference, such as MDL-0001.")]
Values = list[str] | None
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DAY", help="As things stood at the end of this day, in UTC.")
]
Query = Annotated[str, typer.Option("-q", "--query", help="Words that all occur.")]
View = Annotated[str, typer.Option(help="A filter that everybody has, such as business or ownerless.")]
Where = Annotated[
    Values,
    typer.Option(
        "--where",
        metavar="NAME=VALUE",
        help="Narrow by tier, stage, health, unit, remit, owner, kind, built, regulation, tag or missing;"
        " repeat it for more.",
    ),
]


@app.command(name="list")
def list_(
    *,
    query: Query = "",
    view: View = "",
    where: Where = None,
    as_of: AsOf = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """List models, now or as they stood on a day: by unit, name and reference."""
    with installation.ready():
        from remit.inventory import search

        found = search.rows(_search(query, view, where), **acting.seen(as_), at=_at(as_of))
        rows = [_row(row) for row in found[: limit + 1]]
    if not as_json:
        brief = ("reference", "name", "version", "stage", "tier", "owner", "remit")
        rows = [{name: row[name] for name in brief} for row in rows]
    output.show(rows[:limit], as_json=as_json, title=f"Models as of {as_of}" if as_of else "Models")
    if len(rows) > limit:
        output.say(f"There are more than {limit}; narrow the list or raise --limit.")


@app.command()
def show(
    reference: Reference, *, as_of: AsOf = "", as_: acting.As = "", as_json: output.AsJson = False
) -> None:
    """Show a model's whole record, now or as of a day; a use case's while it has no model."""
    with installation.ready():
        from remit.inventory import queries, record
        from remit.people.policies import policy

        who, model = acting.reader(as_), None
        if reference.upper().startswith("MDL-"):
            model = queries.model(reference)
            policy("model").seen(who, model)
        use_case = model.use_case if model else queries.use_case(reference)
        policy("use_case").seen(who, use_case)
        hidden = record.hidden_from(who, use_case, model)
        found = record.of(use_case, model, at=_at(as_of), hidden=hidden)
    output.show(found, as_json=as_json, title=reference.upper())


@app.command()
def register(
    use_case: Annotated[str, typer.Argument(help="The use case's key or reference.")],
    name: Annotated[str, typer.Argument(help="The model's name.")],
    *,
    kind: Annotated[str, typer.Option(help="ml, statistical, rules, spreadsheet, vendor, llm, ...")] = "ml",
    description: Annotated[str, typer.Option(help="What it does.")] = "",
    built_in: Annotated[str, typer.Option(help="The tool or registry it comes from.")] = "",
    vendor: Annotated[str, typer.Option(help="The name of who supplies it.")] = "",
    external_key: Annotated[str, typer.Option(help="Its id where it comes from.")] = "",
    tag: Annotated[Values, typer.Option(help="A word to find it by; repeat it for more.")] = None,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Register a way of making the decision of a use case."""
    with installation.ready():
        from remit.inventory import actions, queries
        from remit.people.policies import policy

        who = acting.person(as_)
        found = queries.use_case(use_case)
        policy("use_case").seen(who, found)
        made = actions.register_model(
            acting_user=who,
            use_case=found,
            name=name,
            kind=kind,
            description=description,
            built_in=built_in,
            vendor=_vendor(vendor),
            external_key=external_key,
            tags=tag or (),
        )
        registered = {"reference": made.reference, "name": made.name, "use_case": found.key}
    output.show(registered, as_json=as_json, title="Registered")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; its ending says how: .csv, .xlsx or .json.")],
    *,
    query: Query = "",
    view: View = "",
    where: Where = None,
    as_of: AsOf = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Write the models that somebody may see to a file; a CSV or Excel of today can be imported again."""
    with installation.ready():
        from remit.inventory import exporting

        wanted = _search(query, view, where)
        format_ = file.suffix.removeprefix(".").lower()
        written = exporting.export(acting.person(as_), wanted, format_, at=_at(as_of))
        with file.open("wb") as target:
            for chunk in written.chunks:
                target.write(chunk)
    output.show({"file": str(file), "models": written.count}, as_json=as_json)


def _search(query: str, view: str, where: Values) -> Any:
    from remit.inventory import search

    asked: dict[str, list[str]] = {"q": [query], "view": [view]}
    known = [facet.key for facet in search.FACETS]
    for condition in where or ():
        name, equals, value = condition.partition("=")
        if not equals or name not in known:
            raise Invalid(
                f"--where {condition} names nothing to narrow by.",
                remedy=f"Write NAME=VALUE, with a name of: {', '.join(known)}.",
            )
        asked.setdefault(name, []).append(value)
    if view not in search.VIEWS:
        raise Invalid(
            f"There is no view {view}.", remedy=f"Use one of: {', '.join(filter(None, search.VIEWS))}."
        )
    return search.Search.of(asked)


def _at(day: str) -> datetime | None:
    if not day:
        return None
    from remit.inventory import search

    try:
        given = date.fromisoformat(day)
    except ValueError:
        raise Invalid(f"{day} is no day.", remedy="Write it as 2026-03-03.") from None
    return search.moment(given)


def _vendor(name: str) -> Any:
    from remit.inventory import queries

    if not name:
        return None
    found = queries.vendors().filter(name__iexact=name).first()
    if found is None:
        raise Invalid(f"There is no vendor {name}.", remedy="Add it on the Vendors page first.")
    return found


def _row(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "name": row.title,
        "use_case": row.key,
        "version": row.version_number,
        "stage": row.stage,
        "tier": row.tier,
        "unit": row.unit_name,
        "owner": row.owner_name,
        "remit": row.remit_state,
        "health": row.health,
    }
