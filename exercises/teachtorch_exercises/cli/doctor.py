"""`teachtorch doctor`: what is installed, what is missing, what each thing is for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..grading.launch import worker_site
from ..grading.sandbox import NoSandbox, find_sandbox
from .trouble import Trouble


@dataclass(frozen=True)
class Finding:
    """One line of the table. `remedy` is the command that installs what is missing."""

    name: str
    there: bool
    what: str
    purpose: str
    remedy: str = ""


#: distribution, module, what it is for, the extra that brings it
PACKAGES = (
    ("numpy", "numpy", "the engine stands on it", ""),
    ("ml_dtypes", "ml_dtypes", "bfloat16 tensors", ""),
    ("anywidget", "anywidget", "pictures of graphs and broadcasting", "widgets"),
    ("ipywidgets", "ipywidgets", "buttons and sliders in notebooks", "widgets"),
    ("graphviz", "graphviz", "describes graphs", "widgets"),
    ("graphviz-pure", "graphviz_pure", "lays graphs out (no `dot` needed)", "widgets"),
    ("ipython", "IPython", "magics in submitted notebooks", "grade"),
    ("nbformat", "nbformat", "reads and writes notebooks", "grade"),
    ("jupyterlab", "jupyterlab", "opens the course: teachtorch lab", "lab"),
    ("ipykernel", "ipykernel", "runs the notebooks", "lab"),
    ("matplotlib", "matplotlib", "the lecture's figures", "lab"),
)


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say what is installed, what is missing, and what each thing is for.

    The exit status is 0 when the engine works: the rest is for parts that you may not want.
    """
    engine = _engine()
    findings = [_python(), engine, *_packages(), _gpu(), _sandbox()]
    console = Console()
    if json:
        console.print_json(data=[vars(finding) for finding in findings])
    else:
        table = Table("", "what", "found", "what it is for")
        table.add_column("to install it", overflow="fold")
        for f in findings:
            mark = "[green]✓[/]" if f.there else "[yellow]·[/]"
            table.add_row(mark, *map(escape, (f.name, f.what, f.purpose, f.remedy)))
        console.print(table)
    if not engine.there:
        raise Trouble(f"The engine does not work: {engine.what}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "everything; 3.11 or newer", "")


def _engine() -> Finding:
    """The engine, after a small sum and its derivative."""
    purpose = "import teachtorch as torch"
    try:
        import teachtorch as torch
        from teachtorch.version import __version__

        x = torch.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        right = x.grad is not None and x.grad.tolist() == [2.0, 4.0]
    except Exception as error:  # whatever is wrong with it is what the doctor is there to say
        return Finding(
            "teachtorch", False, f"{type(error).__name__}: {error}", purpose, "pip install teachtorch"
        )
    found = __version__ if right else "gives a wrong derivative"
    return Finding(
        "teachtorch", right, found, purpose, "" if right else "pip install --force-reinstall teachtorch"
    )


def _packages() -> Iterator[Finding]:
    for distribution, module, purpose, extra in PACKAGES:
        there = find_spec(module) is not None
        whole = f"teachtorch[{extra}]" if extra else "teachtorch"
        found = _version(distribution) if there else "missing"
        yield Finding(distribution, there, found, purpose, "" if there else f'pip install "{whole}"')


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "there"


def _gpu() -> Finding:
    purpose = "tensors on an NVIDIA GPU"
    if find_spec("cupy") is None:
        return Finding("CuPy", False, "missing", purpose, 'pip install "teachtorch[gpu]"')
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
        return Finding("CuPy", count > 0, f"{cupy.__version__}, {count} GPU", purpose, "")
    except Exception as error:  # no driver, no device, the wrong build: CuPy has a class for each
        return Finding(
            "CuPy", False, f"no GPU: {type(error).__name__}", purpose, "a driver and a GPU from NVIDIA"
        )


def _sandbox() -> Finding:
    purpose = "walls around students' code: teachtorch grade"
    with worker_site() as site:
        try:
            find_sandbox(site)
        except NoSandbox as error:
            installed = shutil.which("bwrap") is not None
            remedy = "" if installed or sys.platform != "linux" else "sudo apt install bubblewrap"
            return Finding("bubblewrap", False, str(error), purpose, remedy)
    return Finding("bubblewrap", True, "works", purpose)
