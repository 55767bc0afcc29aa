"""`teachtorch lab`: the course in a folder of the student's, and JupyterLab on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .course import Copied, copy_course, course_files
from .trouble import Trouble

FOLDER = Path("teachtorch-course")


def lab(
    folder: Annotated[
        Path, typer.Option("--dir", help="Where to put the course, and your work in it.")
    ] = FOLDER,
    port: Annotated[int, typer.Option(help="Port for JupyterLab.", min=1, max=65535)] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    no_start: Annotated[bool, typer.Option("--no-start", help="Only copy the course.")] = False,
) -> None:
    """Copy the course to a folder of yours and open it in JupyterLab.

    Run it again whenever you like, after an update too: what you have changed is never overwritten.
    """
    console = Console()
    folder = folder.expanduser().resolve()
    files = course_files()
    _tell(console, folder, copy_course(folder, files))
    if no_start:
        return
    if find_spec("jupyterlab") is None:
        raise Trouble('JupyterLab is not installed: pip install "teachtorch[lab]"')
    console.print("Starting JupyterLab; end it with Ctrl-C.")
    first = min((name for name in files if name.endswith(".ipynb") and "/" not in name), default="")
    status = _start(folder, port, no_browser, first)
    if status:
        raise Trouble(f"JupyterLab ended with status {status}; what it said is above.")


def jupyter_command(folder: Path, port: int, no_browser: bool, first: str) -> list[str]:
    """The command that starts JupyterLab, in this Python's environment, on the first lecture.

    It listens on this machine alone, as it does by default. In most containers there is no user but root, whom
    Jupyter turns away unless told otherwise.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        *(sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"),
        *([f"--LabApp.default_url=/lab/tree/{first}"] if first else []),
        *(["--no-browser"] if no_browser else []),
        *(["--allow-root"] if root else []),
    ]


def _start(folder: Path, port: int, no_browser: bool, first: str) -> int:
    """Run JupyterLab until it ends. Ctrl-C goes to it too, and it asks for itself whether that was meant."""
    process = subprocess.Popen(jupyter_command(folder, port, no_browser, first))
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _tell(console: Console, folder: Path, copied: Copied) -> None:
    console.print("The course is in ", end="")
    console.print(str(folder), style="bold", markup=False, highlight=False, soft_wrap=True)
    for names, what in (
        (copied.new, "new"),
        (copied.updated, "updated"),
        (copied.kept, "yours, left as you have it"),
        (copied.beside, "a new version, put beside yours"),
    ):
        if names:
            console.print(f"  {what}: {', '.join(names)}", markup=False, highlight=False, soft_wrap=True)
