"""Verify the ledger, here or from an exported file offline, or export it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli import installation, output
from remit.kernel import paths
from remit.kernel.problems import Invalid

NAME = "ledger"
app = typer.Typer(
    no_args_is_help=True, help="Verify the ledger, here or from an exported file offline, or export it."
)


@app.command()
def verify(
    *,
    exported: Annotated[
        Path | None,
        typer.Option("--export", help="Verify this exported file instead, offline.", show_default=False),
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(
            "--public-key", help="A public key file; repeat it for more. This home's keys if omitted."
        ),
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Verify the whole ledger and name each fault, at most 200. Exits with 1 if there is one."""
    if exported is not None:
        found = _offline(exported, public_key or [])
    elif public_key:
        raise Invalid(
            "--public-key is for an exported file; the database is verified with this home's keys.",
            remedy="Add --export FILE, or leave out --public-key.",
        )
    else:
        found = _here()
    faults = found["faults"]
    if as_json:
        output.show(found, as_json=True)
    else:
        brief = {name: value for name, value in found.items() if name != "faults"}
        output.show(brief, as_json=False, title=str(exported or paths.home()))
        for fault in faults:
            output.show(fault, as_json=False)
    if faults:
        raise typer.Exit(1)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the ledger; public keys go beside it.")],
    *,
    as_json: output.AsJson = False,
) -> None:
    """Write the whole ledger, up to a checkpoint signed now, to a file that verifies anywhere."""
    with installation.ready():
        from remit.ledger.export import export as write

        written = write(file)
    output.show(
        {
            "file": str(written.path),
            "public_keys": [str(key) for key in written.public_keys],
            "size": written.size,
            "root": written.root,
        },
        as_json=as_json,
    )


def _offline(file: Path, given: list[Path]) -> dict[str, Any]:
    """Verify without Django or a database: the file and the keys are all there is."""
    from remit.proof import keys, ledger_export

    files = given or sorted(paths.keys().glob("*.public.pem"))
    if not files:
        raise Invalid(
            "There is no public key to verify with.",
            remedy="Give the ledger's public key with --public-key; get it from those who run the ledger.",
        )
    report = ledger_export.verify(file, keys.read_public_keys(files))
    return {
        "verified": report.sound,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "checkpoints": report.checkpoints,
        "erased": report.erased,
        "faults": [str(fault) for fault in report.faults],
    }


def _here() -> dict[str, Any]:
    with installation.ready():
        from remit.ledger import actions, queries

        faults = actions.verify()
        state = queries.state()
    return {
        "verified": not faults,
        "size": state.verified_size,
        "waiting": state.waiting,
        "root": state.root,
        "faults": faults,
    }
