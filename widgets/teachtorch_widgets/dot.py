"""Boxes and arrows to coordinates, beside the kernel: `dot` where there is one, else the wheel graphviz-pure.

Nobody needs a system binary, and nothing is laid out in the browser. Where no program can be run at all (in
Pyodide), a small layered layout in Python does.

Rules for DOT that every engine survives: node ids are n0, n1, ...; no label begins with an empty line; boxes
have fixed sizes, worked out in Python; only positions are taken from the answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import graphviz

from . import layered
from .boxes import Arrow, Box, Frame, Layout

INCH = 72.0  # DOT's points; one of them is one pixel here
TIMEOUT = 20  # seconds; 300 boxes take well under one


def write(boxes: Sequence[Box], arrows: Sequence[Arrow], frames: Sequence[Frame]) -> str:
    """The graph as DOT."""
    source = graphviz.Digraph("graph", node_attr={"shape": "box", "fixedsize": "true", "fontsize": "8"})
    source.attr(rankdir="TB", nodesep="0.22", ranksep="0.4")
    for box in boxes:
        label = "\n".join(line for line in box.lines if line.strip()) or box.id
        source.node(
            box.id,
            label=graphviz.escape(label),
            width=f"{box.width / INCH:.4f}",
            height=f"{box.height / INCH:.4f}",
        )
    for frame in frames:
        with source.subgraph(name=f"cluster_{frame.id}") as cluster:
            cluster.attr(label=graphviz.escape(frame.title), labeljust="l", margin="14", fontsize="12")
            for member in frame.members:
                cluster.node(member)
    for arrow in arrows:
        source.edge(
            arrow.tail, arrow.head, **({"constraint": "false", "style": "dashed"} if arrow.loop else {})
        )
    return source.source


@cache
def engine() -> str | None:
    """The program that lays out: ``dot`` on the path, else graphviz-pure from the wheel, else ``None``.

    The wheel's program is looked for beside the running Python first: a kernel may run from a virtual
    environment that is not on the path.
    """
    if sys.platform == "emscripten":
        return None
    beside = shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
    return shutil.which("dot") or beside or shutil.which("graphviz-pure")


def lay_out(boxes: Sequence[Box], arrows: Sequence[Arrow], frames: Sequence[Frame]) -> Layout:
    """Place everything. Falls back to the layered layout where no engine can be run."""
    program = engine()
    if program is not None:
        try:
            answer = subprocess.run(
                [program, "-Tjson0"], input=write(boxes, arrows, frames).encode(),
                capture_output=True, timeout=TIMEOUT, check=True,
            )  # fmt: skip
            return _read(json.loads(answer.stdout), boxes, arrows, Path(program).stem)
        except (OSError, subprocess.SubprocessError, ValueError):
            pass  # a broken installation must not cost the student the picture
    return layered.lay_out(boxes, arrows, frames)


def _read(answer: dict[str, Any], boxes: Sequence[Box], arrows: Sequence[Arrow], program: str) -> Layout:
    """Coordinates from Graphviz's JSON, whose y runs upwards."""
    _, _, width, height = (float(number) for number in answer["bb"].split(","))
    places: dict[str, tuple[float, float]] = {}
    frames: dict[str, tuple[float, float, float, float]] = {}
    for thing in answer.get("objects", ()):
        if "pos" in thing:
            x, y = (float(number) for number in thing["pos"].split(","))
            places[thing["name"]] = (x, height - y)
        elif "bb" in thing:
            x0, y0, x1, y1 = (float(number) for number in thing["bb"].split(","))
            frames[thing["name"].removeprefix("cluster_")] = (x0, height - y1, x1 - x0, y1 - y0)
    names = {thing["_gvid"]: thing["name"] for thing in answer.get("objects", ())}
    paths: dict[tuple[str, str], list[str]] = {}
    for edge in answer.get("edges", ()):
        paths.setdefault((names[edge["tail"]], names[edge["head"]]), []).append(_path(edge["pos"], height))
    # Several arrows may join the same two boxes: they come back in the order in which they were written.
    taken = [paths[arrow.tail, arrow.head].pop(0) for arrow in arrows]
    return Layout(width, height, places, taken, frames, program)


def _path(spline: str, height: float) -> str:
    """``"e,x,y x,y ..."`` as the ``d`` of an SVG path that ends at the arrow's tip."""
    tip, points = None, []
    for word in spline.split():
        if word[0] in "es":
            tip = word[2:] if word[0] == "e" else tip
        else:
            points.append(word)
    flipped = [_point(word, height) for word in points]
    curve = f"M{flipped[0]}C{' '.join(flipped[1:])}"
    return f"{curve}L{_point(tip, height)}" if tip else curve


def _point(word: str, height: float) -> str:
    x, y = (float(number) for number in word.split(","))
    return f"{x:.0f} {height - y:.0f}"
