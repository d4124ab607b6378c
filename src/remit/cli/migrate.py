"""Bring the database to this version's tables."""

from __future__ import annotations

import typer

from remit.cli import installation, output

NAME = "migrate"
app = typer.Typer()


@app.command()
def migrate(*, as_json: output.AsJson = False) -> None:
    """Bring the database to this version's tables; does nothing when they are current."""
    with installation.ready(current=False):
        applied = bring_up_to_date()
        from remit.people import queries

        code = queries.setup_code()
    output.show({"applied": applied, "set_up_code": code}, as_json=as_json)


def bring_up_to_date() -> int:
    """Apply what is pending behind a progress bar and return how many migrations that was."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        columns = (TextColumn("Preparing the database"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=len(plan))

            def advance(event: str, *_: object) -> None:
                if event == "apply_success":
                    progress.advance(task)

            executor.progress_callback = advance
            executor.migrate(executor.loader.graph.leaf_nodes(), plan)
    # Django's own command also emits post_migrate, which installs and repairs the ledger's triggers
    call_command("migrate", verbosity=0, interactive=False)
    from remit.lifecycle import actions as lifecycle

    lifecycle.publish_definitions(acting_user="system:migrate")
    _fill_lists()
    return len(plan)


def _fill_lists() -> None:
    """Write how every model stands, once, for an installation that is older than its lists."""
    from remit.cli.inventory import rebuild_standing
    from remit.inventory import queries, search

    if queries.use_cases().exists() and not search.rows(search.Search(), units=None).exists():
        rebuild_standing()
