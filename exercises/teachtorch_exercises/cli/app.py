"""Puts the commands together, and turns whatever goes wrong into a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from . import doctor, grade, lab
from .trouble import Trouble

app = typer.Typer(
    name="teachtorch",
    help="PyTorch as a student should first meet it: the course, its exercises, and their grading.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("lab")(lab.lab)
app.command("grade")(grade.grade)
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from teachtorch.version import __version__

        typer.echo(f"teachtorch {__version__}")
        raise typer.Exit


@app.callback()
def _teachtorch(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """The options of `teachtorch` itself."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 good, 1 trouble, 2 a wrong command."""
    try:
        app(args=arguments)
    except SystemExit as end:  # how typer ends, well or not; it has said why
        return end.code if isinstance(end.code, int) else 1
    except Trouble as trouble:
        errors = Console(stderr=True)
        errors.print("[bold red]Sorry:[/] ", end="")
        errors.print(str(trouble), markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0
