"""Evaluate a gate for a version: every control's status, computed now."""

from __future__ import annotations

from typing import Annotated

import typer

from remit.cli import acting, installation, output

NAME = "gate"
app = typer.Typer()


@app.command()
def gate(
    model: Annotated[str, typer.Argument(help="The model's reference, such as MDL-0001.")],
    version: Annotated[str, typer.Argument(help="The version's number, such as 2.")],
    gate: Annotated[str, typer.Argument(help="The gate, such as G5.")],
    *,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Evaluate a gate for a version: every control's status, computed now. Exits with 1 if it does not pass.

    Nothing is recorded, and no finding opened, unless --as names who asks.
    """
    with installation.ready():
        from remit.governance import actions
        from remit.governance.evaluation import evaluated
        from remit.inventory import queries

        subject = queries.version(model, version)
        if as_:
            evaluation = actions.evaluate_gate(
                acting_user=acting.person(as_), version=subject, gate=gate.upper()
            )
            results, passed = evaluation.results, evaluation.passed
        else:
            found = evaluated(subject, gate.upper())[1]
            results, passed = [result.as_dict() for result in found], all(result.passes for result in found)
    if as_json:
        document = {
            "model": model,
            "version": version,
            "gate": gate.upper(),
            "passed": passed,
            "controls": results,
        }
        output.show(document, as_json=True)
    else:
        shown = [{name: row[name] for name in ("control", "status", "title", "says")} for row in results]
        output.show(shown, as_json=False, title=f"{gate.upper()} {'passes' if passed else 'does not pass'}")
    if not passed:
        raise typer.Exit(1)
