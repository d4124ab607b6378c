"""Run the worker process alone: background and periodic jobs."""

from __future__ import annotations

import typer

from remit.cli import installation, supervisor

NAME = "worker"
app = typer.Typer()


@app.command()
def worker() -> None:
    """Run the worker process alone: background and periodic jobs. Any number may run."""
    with installation.ready():
        supervisor.follow_parent()
        from remit.jobs.worker import run

        run()
