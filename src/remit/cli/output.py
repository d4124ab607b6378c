"""How every command speaks: a table for people, one JSON document for programs, problems in one line.

Results go to standard output, all else to standard error, so that `remit ... --json | jq` always works.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from remit.kernel import paths
from remit.kernel.clock import recorded_now
from remit.kernel.problems import Problem, Unavailable

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def show(value: Any, *, as_json: bool, title: str = "") -> None:
    """Print a result: a mapping as names and values, a sequence of mappings as rows, else its text.

    Args:
        value: mappings, sequences, dataclasses and plain values, nested as they come.
        as_json: print JSON with two spaces of indent; dates as ISO 8601, decimals as strings.
        title: a heading for the table; JSON has none.
    """
    if as_json:
        sys.stdout.write(
            json.dumps(value, indent=2, default=plain, ensure_ascii=False, allow_nan=False) + "\n"
        )
        return
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = _fields(value)
    if isinstance(value, Mapping):
        _table(("", ""), [(name, item) for name, item in value.items()], title)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        rows = [row if isinstance(row, Mapping) else _fields(row) for row in value]
        names = list(dict.fromkeys(name for row in rows for name in row))
        _table(names, [tuple(row.get(name, "") for name in names) for row in rows], title)
    else:
        sys.stdout.write(f"{value}\n")


def say(text: str) -> None:
    """Tell the person something that is not the result: progress, addresses, advice."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def fail(error: Exception, *, as_json: bool = False) -> NoReturn:
    """Say what went wrong in one line (or one problem document) on standard error, and exit with 1."""
    problem = problem_of(error)
    if as_json:
        say(json.dumps(problem.as_json(), default=plain))
    else:
        say(f"remit: {problem}")
    sys.exit(1)


def problem_of(error: Exception) -> Problem:
    """Return the problem an error stands for; an unexpected one is logged and named by its log file."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable("The disk is full.", remedy="Free some space, then try again.")
    family = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(error).__mro__}
    if family & {"django.OperationalError", "psycopg.OperationalError"}:
        return Unavailable(
            "The database does not answer.", remedy="Start it with `remit up`, then try again."
        )
    if isinstance(error, OSError) and error.filename:
        return Unavailable(
            f"{error.filename}: {error.strerror}.", remedy="Check that it exists and is yours."
        )
    return Problem(
        f"Something unexpected happened ({type(error).__name__}).",
        remedy=f"The details are in {_log(error)}; run again with `remit --debug ...` to see them here.",
    )


def plain(value: Any) -> Any:
    """Return what JSON can hold for a value it cannot: the default of `json.dumps`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _cell(value: Any) -> str:
    if value is None:
        return "–"  # noqa: RUF001 - an en dash says "none" in a table
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4f}"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, default=plain, ensure_ascii=False)
    return str(value)


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, show_header=any(names), pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(file=sys.stdout)
    console.print(table if rows else Text("Nothing to show."))


def _log(error: Exception) -> Path:
    """Append the traceback to the command line's log; to a file of this run if the home is closed."""
    text = "".join(traceback.format_exception(error))
    entry = f"{recorded_now().isoformat()} {' '.join(sys.argv)}\n{text}\n"
    try:
        paths.logs().mkdir(parents=True, exist_ok=True)
        file = paths.logs() / "cli.log"
        with file.open("a", encoding="utf-8") as log:
            log.write(entry)
    except OSError:
        import tempfile

        file = Path(tempfile.mkstemp(prefix="remit-", suffix=".log")[1])
        file.write_text(entry, encoding="utf-8")
    return file
