"""List, show, register and compare versions of models, and scan files before registering them."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli import acting, installation, output
from remit.kernel.problems import Invalid

NAME = "versions"
app = typer.Typer(
    no_args_is_help=True,
    help="List, show, register and compare versions of models, and scan files before registering them.",
)

Reference = Annotated[str, typer.Argument(help="The model's reference, such as MDL-0001.")]
Number = Annotated[str, typer.Argument(help="The version's number, such as 2.")]


@app.command(name="list")
def list_(reference: Reference, *, as_: acting.As = "", as_json: output.AsJson = False) -> None:
    """List the versions of a model, the newest first."""
    with installation.ready():
        from remit.inventory import queries

        model = _model(reference, acting.reader(as_))
        rows = [_row(v) for v in queries.versions_of(model.use_case).filter(model=model)]
    output.show(rows, as_json=as_json, title=f"Versions of {reference.upper()}")


@app.command()
def show(
    reference: Reference, number: Number, *, as_: acting.As = "", as_json: output.AsJson = False
) -> None:
    """Show a version with its schema, its decision rule and its files."""
    with installation.ready():
        version = _version(reference, number, acting.reader(as_))
        named = ("schema", "decision_rule", "intended_terms", "environment", "details", "licence")
        files = version.artifacts.order_by("name").values("name", "media_type", "sha256", "size", "location")
        found = {**_row(version), "summary": version.summary, "content_digest": version.content_digest}
        found |= {name: getattr(version, name) for name in named} | {"artifacts": list(files)}
    output.show(found, as_json=as_json, title=str(version))


@app.command()
def register(
    reference: Reference,
    number: Number,
    files: Annotated[list[Path], typer.Argument(help="The files that it is made of.")],
    *,
    schema: Annotated[
        Path | None,
        typer.Option(
            help="Its columns, as YAML or JSON; read from the files if omitted.", show_default=False
        ),
    ] = None,
    code: Annotated[str, typer.Option(help="Which code made it: a repository and a commit.")],
    summary: Annotated[str, typer.Option(help="What it is, in a sentence.")] = "",
    rule: Annotated[Path | None, typer.Option(help="Its decision rule, as JSON.", show_default=False)] = None,
    environment: Annotated[
        Path | None, typer.Option(help="What made it, as JSON, such as packages.", show_default=False)
    ] = None,
    licence: Annotated[str, typer.Option(help="An SPDX expression.")] = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Register an immutable version: its files are hashed, copied into the store and scanned."""
    with installation.ready():
        from remit.inventory import actions
        from remit.inventory.contract import ArtifactFile

        who = acting.person(as_)
        made = actions.register_version(
            acting_user=who,
            model=_model(reference, who),
            number=number,
            summary=summary,
            files=[ArtifactFile(file, file.name, _media_type(file)) for file in files],
            schema=_schema(schema, files),
            decision_rule=_document(rule),
            code_reference=code,
            environment=_document(environment),
            licence=licence,
        )
        row = {**_row(made), "content_digest": made.content_digest}
    output.show(row, as_json=as_json, title="Registered")


@app.command()
def ready(
    reference: Reference, number: Number, *, as_: acting.As = "", as_json: output.AsJson = False
) -> None:
    """Declare a version model-ready: from here its content may not change."""
    with installation.ready():
        from remit.inventory import actions

        who = acting.person(as_)
        row = _row(actions.declare_ready(acting_user=who, version=_version(reference, number, who)))
    output.show(row, as_json=as_json, title="Ready")


@app.command()
def diff(
    reference: Reference,
    since: Annotated[str, typer.Argument(help="The earlier version's number.")],
    number: Annotated[str, typer.Argument(help="The later version's number.")],
    *,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Say what differs between two versions, and whether it is material. Exits with 1 if it is."""
    with installation.ready():
        from remit.evidence import queries
        from remit.inventory.rules import difference

        who = acting.reader(as_)
        found = queries.compared(_version(reference, since, who), _version(reference, number, who))
        material = difference.material(found)
        rows = [
            {"material": d.material, "rule": d.rule, "what": d.what, "was": d.was, "now": d.now}
            for d in found
        ]
        reasons = {d.rule: d.because for d in found}
    if as_json:
        output.show({"material": material, "differences": rows, "because": reasons}, as_json=True)
    else:
        output.show(rows, as_json=False, title=f"{'Material' if material else 'Minor'}: {since} to {number}")
    if material:
        raise typer.Exit(1)


@app.command()
def scan(
    files: Annotated[list[Path], typer.Argument(help="The files, as they would be registered together.")],
    *,
    as_json: output.AsJson = False,
) -> None:
    """Look for what may be wrong with a model's files, without running them. Exits with 1 if something is.

    Needs no database.
    """
    from remit.inventory import scanning

    gone = [str(file) for file in files if not file.is_file()]
    if gone:
        raise Invalid(f"There is no file {', '.join(gone)}.")
    found = scanning.scan({file.name: file for file in files})
    rows = [row.as_dict() for row in found.rows]
    if as_json:
        output.show({"formats": found.formats, "weaknesses": rows}, as_json=True)
    else:
        output.show(rows, as_json=False, title="Weaknesses" if rows else "Nothing found")
    if rows:
        raise typer.Exit(1)


def _model(reference: str, who: Any) -> Any:
    from remit.inventory import queries
    from remit.people.policies import policy

    found = queries.model(reference)
    policy("model").seen(who, found)
    return found


def _version(reference: str, number: str, who: Any) -> Any:
    from remit.inventory import queries
    from remit.people.policies import policy

    found = queries.version(reference, number)
    policy("version").seen(who, found)
    return found


def _schema(file: Path | None, files: list[Path]) -> Any:
    if file is None:
        from remit.inventory import inference

        return inference.draft((each.name, each) for each in files).schema.as_dict()
    from remit.measure import schema

    return schema.load(file).as_dict()


def _document(file: Path | None) -> Any:
    if file is None:
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Invalid(f"{file} is not JSON: {error}.") from error


def _media_type(file: Path) -> str:
    known = {".onnx": "application/onnx"}
    return known.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _row(version: Any) -> dict[str, Any]:
    return {
        "model": version.model.reference,
        "number": version.number,
        "stage": version.stage,
        "developer": version.developer.name,
        "registered_at": version.registered_at,
        "ready_at": version.ready_at,
    }
