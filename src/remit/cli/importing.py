"""Import models from a CSV, Excel or JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remit.cli import acting, installation, output
from remit.kernel.problems import Invalid

NAME = "import"
app = typer.Typer()


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="The file; its ending says how it reads.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Import it; otherwise it is only tried out.")
    ] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Leave out rows with a fault.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="What a column says, where its name does not."),
    ] = None,
    default: Annotated[
        list[str] | None,
        typer.Option("--default", metavar="FIELD=TEXT", help="What to take where a cell is empty."),
    ] = None,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Import models from a CSV, Excel or JSON file; first without --apply, to see what would change.

    Running the same file again changes nothing. Exits with 1 if a row has a fault.
    """
    with installation.ready():
        from remit.inventory import actions

        who = acting.person(as_)
        if not file.is_file():
            raise Invalid(f"There is no file {file}.")
        run = actions.receive_import(acting_user=who, path=file, file_name=file.name)
        if column or default:
            mapping, defaults = {**run.mapping, **_pairs(column)}, {**run.defaults, **_pairs(default)}
            run = actions.map_import(acting_user=who, run=run, mapping=mapping, defaults=defaults)
        if apply:
            run = actions.apply_import(acting_user=who, run=run, skip=skip)
        else:
            run = actions.check_import(acting_user=who, run=run)
        counts = {name: getattr(run, name) for name in ("rows", "created", "updated", "unchanged", "faulty")}
        shown = {"import": run.reference, "state": run.state, **counts}
        names = ("row", "column", "value", "what", "remedy")
        faults = [dict(zip(names, fault, strict=True)) for fault in run.faults]
    if as_json:
        output.show({**shown, "faults": faults}, as_json=True)
    else:
        output.show(shown, as_json=False, title="Imported" if apply else "Tried out; nothing has changed")
        if faults:
            output.show(faults, as_json=False, title="Faults")
    if run.faulty and not skip:
        raise typer.Exit(1)


def _pairs(given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise Invalid(f"{each} has no equals sign.", remedy="Write FIELD=COLUMN.")
        pairs[name] = value
    return pairs
