"""Export the full history of a model as one signed file, verify such a file offline, or take one in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remit.cli import acting, installation, output
from remit.kernel import paths
from remit.kernel.problems import Invalid

NAME = "bundle"
app = typer.Typer(
    no_args_is_help=True,
    help="Export the full history of a model as one signed file, verify such a file offline, or take one in.",
)

File = Annotated[Path, typer.Argument(help="The bundle.")]
Keys = Annotated[
    list[Path] | None,
    typer.Option("--public-key", help="A public key file of where it comes from; repeat it for more."),
]


@app.command()
def export(
    reference: Annotated[str, typer.Argument(help="The model, such as MDL-0001.")],
    file: Annotated[Path, typer.Argument(help="Where to write the bundle; public keys go beside it.")],
    *,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Write a model with its rows, ledger entries, proofs and artifacts to a file that verifies anywhere."""
    with installation.ready():
        from remit.inventory import bundling, queries
        from remit.people.queries import require
        from remit.proof.keys import KeyRing

        model = queries.model(reference)
        require(acting.reader(as_), "bundle.export", unit=model.use_case.unit)
        ring = KeyRing(paths.keys())
        written = bundling.export(model, file, ring)
        keys = [file.with_name(f"{file.name}.{identifier}.pem") for identifier in ring.public_keys()]
        for place, pem in zip(keys, ring.public_keys().values(), strict=True):
            place.write_text(pem, encoding="ascii")
    output.show(
        {
            "file": str(file),
            "public_keys": [str(key) for key in keys],
            "model": written.model,
            "rows": written.rows,
            "entries": written.entries,
            "artifacts": written.artifacts,
        },
        as_json=as_json,
    )


@app.command()
def verify(file: File, *, public_key: Keys = None, as_json: output.AsJson = False) -> None:
    """Verify a bundle offline and name each fault. Exits with 1 if there is one."""
    from remit.proof import model_bundle

    report = model_bundle.verify(file, _trusted(public_key or []))
    found = {
        "verified": report.sound,
        "model": report.manifest["model"],
        "organisation": report.manifest["organisation"],
        "exported_at": report.manifest["exported_at"],
        "signed_by": list(report.signed_by),
        "entries": report.entries,
    }
    faults = [str(fault) for fault in report.faults]
    if as_json:
        output.show(found | {"faults": faults}, as_json=True)
    else:
        output.show(found, as_json=False, title=str(file))
        for fault in faults:
            output.show(fault, as_json=False)
    if faults:
        raise typer.Exit(1)


@app.command(name="import")
def import_(
    file: File, *, public_key: Keys = None, as_: acting.As = "", as_json: output.AsJson = False
) -> None:
    """Take a model in from another installation's bundle, with its history."""
    with installation.ready():
        from remit.inventory.actions.bundles import import_bundle

        model = import_bundle(
            acting_user=acting.person(as_), path=file, public_keys=_trusted(public_key or [])
        )
    output.show({"model": model.reference, "name": model.name, "id": str(model.pk)}, as_json=as_json)


def _trusted(files: list[Path]) -> dict[str, str]:
    """Return the public keys given, else this home's own; a bundle's own keys prove nothing."""
    from remit.proof import keys

    found = files or sorted(paths.keys().glob("*.public.pem"))
    if not found:
        raise Invalid(
            "There is no public key to verify with.",
            remedy="Give it with --public-key; get it from those who run where it comes from.",
        )
    return keys.read_public_keys(found)
