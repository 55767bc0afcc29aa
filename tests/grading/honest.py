"""Right answers in notebooks that are not as they were given out. Each must earn full marks."""

from __future__ import annotations

import random
import re

from handed_in import Document, cell, changed, code, solved


def _without(*roles: str):
    def change(cells: list) -> None:
        cells[:] = [c for c in cells if not any(r in c["metadata"]["nbgrader"]["grade_id"] for r in roles)]

    return change


def _strip(cells: list) -> None:
    for each in cells:
        each["metadata"] = {}


def _shuffle(cells: list) -> None:
    random.Random(0).shuffle(cells)


def _double(cells: list) -> None:
    cells[:] = [c for each in cells for c in (each, each)]


def _merge(cells: list) -> None:
    """All answers in one cell of the student's own."""
    answers = "\n\n".join(c["source"] for c in cells if c["metadata"]["nbgrader"]["solution"])
    cells[:] = [code(answers)]


def _format_3(document: Document) -> Document:
    cells = [
        {"cell_type": "code", "input": c["source"], "metadata": {}, "outputs": []}
        for c in document["cells"]
        if c["cell_type"] == "code"
    ]
    return {"worksheets": [{"cells": cells}], "nbformat": 3, "metadata": {}}


def _outputs(cells: list) -> None:
    for each in cells:
        if each["cell_type"] == "code":
            stream = {"output_type": "stream", "name": "stdout", "text": ["x" * 1000 + "\n"] * 1000}
            each |= {"execution_count": 7, "outputs": [stream]}


def _windows_lines(cells: list) -> None:
    for each in cells:
        each["source"] = "".join(each["source"]).replace("\n", "\r\n")


def _renamed(cells: list) -> None:
    cell({"cells": cells}, "ex1-setup")["source"] = "import nothing_of_the_kind"


PRINTS = """
import sys, warnings
print("x" * 1000)
print("trouble", file=sys.stderr)
warnings.warn("careful")
def compatible(m, n):
    print("asked about", m, n)
    warnings.warn("careful")
    return m == n or 1 in (m, n)
"""

HONEST: dict[str, Document] = {
    "as given out": solved(),
    "the second exercise": solved("ex2"),
    "prints and warnings": solved(ex1b=PRINTS),
    "100 MB of output": solved(ex1b=PRINTS + "\nfor _ in range(1000): print('x' * 100_000)"),
    "cells in another order": changed(solved(), _shuffle),
    "answers backwards": changed(solved(), list.reverse),
    "every cell twice": changed(solved(), _double),
    "no metadata": changed(solved(), _strip),
    "no set-up": changed(solved(), _without("setup")),
    "changed set-up": changed(solved(), _renamed),
    "no checks, no words": changed(solved(), _without("check", "text", "title", "show")),
    "all in one cell": changed(solved(), _merge),
    "notebook format 3": _format_3(solved()),
    "outputs stored": changed(solved(), _outputs),
    "lines as on Windows": changed(solved(), _windows_lines),
    "magics and shell": solved(ex1b="%matplotlib inline\n!true\n%time 1 + 1\n" + PRINTS),
    "top-level await": solved(ex1b=PRINTS + "\nimport asyncio\nawait asyncio.sleep(0)"),
    "a helper cell": changed(
        solved(ex1b="def compatible(m, n): return ok(m, n)"),
        lambda cells: cells.append(code("def ok(m, n): return m == n or 1 in (m, n)")),
    ),
    "a cell that fails": changed(solved(), lambda cells: cells.insert(3, code("1 / 0"))),
    "an exit": changed(solved(), lambda cells: cells.insert(3, code("exit()"))),
    "an old try further up": changed(
        solved(), lambda cells: cells.insert(3, code("def compatible(m, n): return False"))
    ),
    "pairs as a list of tuples": solved(ex1a="pairs = [tuple(p) for p in 'ab ae fa be bf de ef'.split()]"),
    "sizes as numpy has them": solved(
        ex1b="import numpy as np\ndef compatible(m, n): return np.any([m == n, np.equal(1, m), n == 1])"
    ),
    "an axis as a tensor": solved(
        ex1c=re.sub(r"return -axis", "return torch.tensor(-axis)", "".join(cell(solved(), "ex1c")["source"]))
    ),
    "reasons as lists, turned round": solved(
        ex1d="""
why = {"ca": [-1, 3, 2], "ad": [-1, 2, 0], "cb": [-1, 3, 2], "bd": [-1, 2, 0],
       "cd": [-1, 3, 0], "ce": [-2, 2, 3], "cf": [-1, 3, 2], "df": [-1, 0, 2]}
"""
    ),
    "a callable object": solved(
        ex1b="class Rule:\n    def __call__(self, m, n): return m == n or 1 in (m, n)\ncompatible = Rule()"
    ),
    "own names over built-ins": solved(
        ex1e="".join(cell(solved(), "ex1e")["source"]) + "\nlist = type = isinstance = print = getattr = 5"
    ),
    "practice in its own cell": changed(
        solved(), lambda cells: cells.append(code("print(check('ex1')); hint('ex1a'); solution('ex1a')"))
    ),
    "a figure": changed(
        solved(),
        lambda cells: cells.append(code("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()")),
    ),
    "shapes with minus one": solved("ex2", ex2a="b_shape = -1, 1", ex2b="c_shape = [5, 1, -1, 1]"),
    "shapes with ones in front": solved(
        "ex2",
        ex2a="b_shape = torch.ones(1, 3, 1).shape",
        ex2c="def line_up(size, axis, ndim): return [-1 if i == axis % ndim else 1 for i in range(ndim)]",
    ),
    "unsqueeze": solved(
        "ex2",
        ex2d="def scale_rows(a, b): return b.unsqueeze(1) * a",
        ex2e="def all_scalings(a, c): return a.unsqueeze(0) * c.unsqueeze(1).unsqueeze(-1)",
    ),
}
