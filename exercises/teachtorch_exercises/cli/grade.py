"""`teachtorch grade`: a folder of notebooks in, a CSV out."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..assignments import NAMES, all_assignments, load
from ..grading.grade import Grader, Submission, submissions
from ..grading.launch import Bare, Launcher, Limits, worker_site
from ..grading.results import Result, harmless, write_csv
from ..grading.sandbox import NoSandbox, find_sandbox
from .trouble import Trouble


def grade(
    folder: Annotated[Path, typer.Argument(help="Where the submitted notebooks are, at any depth.")],
    out: Annotated[Path, typer.Option(help="The CSV to write.")] = Path("results.csv"),
    workers: Annotated[int, typer.Option(help="How many submissions at a time.", min=1)] = os.cpu_count()
    or 1,
    timeout: Annotated[
        float, typer.Option(help="Seconds for each cell, and for each question's calls.", min=0.1)
    ] = 10,
    assignment: Annotated[str, typer.Option(help="Take every notebook for this exercise.")] = "",
    seed: Annotated[
        int | None, typer.Option(help="Draw the hidden inputs of an earlier run again.", min=0)
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run students' code without a sandbox, as you.")
    ] = False,
) -> None:
    """Grade every notebook in a folder and write a CSV with one row for each, whatever became of it.

    Students' code runs in a sandbox of its own, without network, files or other students' work.
    """
    console = Console()
    found = _submissions(folder)
    if assignment and assignment not in NAMES:
        raise Trouble(f"There is no exercise {assignment!r}; there are {', '.join(NAMES)}.")
    if not out.parent.is_dir():
        raise Trouble(f"There is no folder {out.parent} to write {out.name} in.")
    seed = secrets.randbits(32) if seed is None else seed
    with _launcher(console, folder, out, unsafe) as launcher, _progress(console, len(found)) as on_result:
        grader = Grader(
            launcher, Limits(cell_seconds=timeout), seed, load(assignment) if assignment else None
        )
        results = grader.grade_all(found, workers, on_result)
    questions = [question.id for each in all_assignments() for question in each.questions]
    used = {name for result in results for name in result.points}
    try:
        write_csv(out, results, [name for name in questions if name in used])
    except OSError as error:
        raise Trouble(f"{out} cannot be written: {error.strerror}.") from error
    _tell(console, results, out, seed)


def _submissions(folder: Path) -> list[Submission]:
    try:
        found = submissions(folder)
    except OSError as error:
        raise Trouble(f"{folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise Trouble(f"There is no notebook in {folder}.")
    return found


@contextlib.contextmanager
def _launcher(console: Console, folder: Path, out: Path, unsafe: bool) -> Iterator[Launcher]:
    """The sandbox; or, when told to do without, a warning and none."""
    with worker_site() as site:
        if unsafe:
            console.print(
                "[bold yellow]Without a sandbox:[/] students' code runs as you and can do what you can."
            )
            yield Bare(site)
            return
        try:
            sandbox = find_sandbox(site, hidden=[folder.resolve(), out.resolve()])
        except NoSandbox as error:
            advice = "If you trust every notebook in the folder as you would your own, say --unsafe."
            raise Trouble(f"{error} {advice}") from error
        yield sandbox


@contextlib.contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[Result], None]]:
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda result: progress.advance(task)


def _tell(console: Console, results: list[Result], out: Path, seed: int) -> None:
    table = Table("status", "submissions", "mean score")
    for status, count in Counter(result.status for result in results).most_common():
        shares = [r.score / r.max_points for r in results if r.status == status and r.max_points]
        table.add_row(status, str(count), f"{sum(shares) / len(shares):.0%}" if shares else "")
    console.print(table)
    troubled = [result for result in results if result.status != "graded"]
    for result in troubled[:10]:
        line = f"  {harmless(result.submission)}: {result.status}: {harmless(result.message)}"
        console.print(line, markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
    if len(troubled) > 10:
        console.print(f"  and {len(troubled) - 10} more that were not simply graded")
    console.print(
        f"{len(results)} rows in {out} (hidden inputs drawn with --seed {seed})", markup=False, soft_wrap=True
    )
