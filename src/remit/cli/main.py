"""The `remit` command: finds its sub-commands in this folder and turns problems into one plain line.

A module here that holds a line `NAME = "word"` and a typer `app` is the command `remit word`; the first
line of its docstring is its help. Modules are read as text until their command is called, so that
`remit --help` stays fast and imports neither Django nor Polars.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context

_NAME = re.compile(r'^NAME = "([a-z-]+)"$', re.MULTILINE)


@cache
def commands() -> dict[str, tuple[str, str]]:
    """Return each command's module and one line of help, by name, without importing any."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        if name := _NAME.search(text):
            summary = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
            found[name[1]] = (f"{__package__}.{file.stem}", summary)
    return dict(sorted(found.items()))


class Commands(TyperGroup):
    """The group of commands, each imported when it is called."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names in order."""
        del ctx
        return list(commands())

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Return a stand-in that knows the command's name and help, enough for the list of commands."""
        del ctx
        entry = commands().get(cmd_name)
        return entry and TyperCommand(cmd_name, help=entry[1])

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Import and return the command that is called."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        if name is None or stand_in is None:
            return name, stand_in, rest
        own = importlib.import_module(commands()[name][0]).app
        # Typer offers this in its constructor only, which each module calls for itself.
        own._add_completion = False
        command = typer.main.get_command(own)
        command.name = name
        return name, command, rest


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def remit(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    """Models go into business only with a remit. Start with `remit up`, or `remit demo` for an example."""
    if debug:
        os.environ["REMIT_DEBUG"] = "1"


def run(arguments: list[str] | None = None) -> Any:
    """Run one command and exit: 0 done, 1 a problem in one line, 2 a wrong call."""
    from remit.cli import output
    from remit.kernel import clock, paths

    # ONNX Runtime would otherwise report its use to its makers from every process
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    if paths.story_clock().exists():
        os.environ.setdefault(clock.ENVIRONMENT_VARIABLE, str(paths.story_clock()))
    try:
        app(arguments, prog_name="remit")
    except BrokenPipeError:
        # the reader, such as `head`, has what it wanted; what is still buffered has no one to go to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("REMIT_DEBUG"):
            raise
        output.fail(error, as_json="--json" in (sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    run()
