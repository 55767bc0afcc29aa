"""The broadcasting explorer: ``broadcast((8, 1, 6, 1), (7, 1, 5))``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from math import prod
from typing import Any

import traitlets

from . import broadcast_picture
from .assets import module
from .base import Scene, SceneWidget
from .broadcasting import Broadcast, explain, gradient_code
from .cells import Grid
from .svg import document, width
from .values import cell_texts

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
CHAINS = ("+", "-", "*")  # what may be written with more than two operands
CELL_BUDGET = 100  # cells drawn of each tensor at most; longer axes are cut
LABEL_BUDGET = 64  # beyond this many cells, they are drawn small and without numbers


def broadcast(*operands: Any, op: str = "+", **named: Any) -> BroadcastExplorer:
    """Show how tensors of different shapes are combined elementwise.

    Shapes are aligned at the right and every axis gets its verdict: *equal*, *stretch*, *insert* or *ERROR*.
    Below, the cells: solid where there is memory, dashed where a cell is read again (stride 0). Point at a
    cell, or move through them with the arrow keys, to see which cells made it. Sizes can be edited. A second
    tab shows over which axes the gradient is summed.

    Args:
        *operands: two or more shapes or tensors; with tensors the cells show their values.
        op: ``+ - * / **`` or a comparison.
        **named: more operands, called by their keywords; the others are called a, b, c, ...

    Raises:
        ValueError: for fewer than two operands, a negative size or an unknown `op`.

    >>> print(broadcast((4, 3, 2), (3, 1), op="*").describe())
    Broadcasting a * b: (4, 3, 2) with (3, 1) gives (4, 3, 2).
      dim 0: insert, b has no such axis: a 1 is inserted and read 4 times
      dim 1: equal, both have 3
      dim 2: stretch, b has 1: its one slice is read 2 times
    The gradient of b is summed over dims 0, 2: b.grad = (grad * a).sum(dim=(0, 2), keepdim=True).view(3, 1)
    """
    letters = (letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in named)
    return BroadcastExplorer({**dict(zip(letters, operands)), **named}, op)


class BroadcastExplorer(SceneWidget):
    """The widget that :func:`broadcast` returns."""

    _esm = module("theme.css", "broadcast.css", "controls.css", "common.js", "broadcast.js")

    shapes = traitlets.List(traitlets.List(traitlets.Int(min=0))).tag(sync=True)
    """The shapes shown; the page changes them, and so may Python."""

    def __init__(self, operands: dict[str, Any], op: str = "+") -> None:
        self._names, self._op = tuple(operands), op
        shapes = [_shape(operand) for operand in operands.values()]
        tensors = list(operands.values())
        values = tensors if all(hasattr(tensor, "shape") for tensor in tensors) else None
        super().__init__(
            build_scene(self._names, shapes, op, values), shapes=[list(shape) for shape in shapes]
        )

    @traitlets.observe("shapes")
    def _reshape(self, change: dict[str, Any]) -> None:
        shown = [operand["shape"] for operand in self._scene["operands"]]
        if change["new"] != shown:
            self.show(build_scene(self._names, change["new"], self._op))

    def views(self) -> dict[str, str]:
        """The two tabs: forward, and the gradient's way back."""
        tabs = {"Forward": broadcast_picture.forward(self._scene)}
        if self._scene["sums"]:
            tabs["Gradient"] = broadcast_picture.gradient(self._scene)
        return {
            name: f'<svg class="tt-picture" role="img" aria-label="{name}: the words below say it" '
            f'width="{wide:.0f}" height="{high:.0f}">{body}</svg>'
            for name, (body, wide, high) in tabs.items()
        }

    def picture(self) -> str:
        """The forward picture as a complete SVG."""
        body, wide, high = broadcast_picture.forward(self._scene)
        words = self.describe()
        return document(
            body,
            size=(wide, high),
            title=words.splitlines()[0],
            description=words,
            styles=("theme.css", "broadcast.css"),
        )

    def describe(self) -> str:
        """The verdict on each axis in words."""
        return "\n".join(_sentences(self._scene))


def _shape(operand: Any) -> tuple[int, ...]:
    if isinstance(operand, int):
        raise ValueError(
            f"expected a shape or a tensor, got {operand!r}: write ({operand},) for one axis of that size"
        )
    return tuple(int(size) for size in getattr(operand, "shape", operand))


def build_scene(
    names: Sequence[str], shapes: Sequence[Sequence[int]], op: str = "+", tensors: Sequence[Any] | None = None
) -> Scene:
    """All that is shown, as plain data.

    Args:
        names: what the operands are called.
        shapes: their shapes.
        op: the sign between them.
        tensors: the operands themselves, where cells show values.
    """
    if op not in OPERATORS:
        raise ValueError(f"unknown op {op!r}: use one of {' '.join(OPERATORS)}")
    if len(names) > 2 and op not in CHAINS:
        raise ValueError(f"{op} takes two operands, got {len(names)}")
    told = explain(shapes, names)
    return {
        "kind": "broadcast",
        "sign": op,
        "expression": f" {op} ".join(told.names),
        "operands": [
            {"name": name, "shape": list(shape), "stride": list(told.strides(i))}
            for i, (name, shape) in enumerate(zip(told.names, told.shapes))
        ],
        "axes": [
            {"dim": axis.dim, "sizes": list(axis.sizes), "size": axis.size, "verdict": axis.verdict,
             "reason": axis.reason}
            for axis in told.axes
        ],
        "shape": None if told.shape is None else list(told.shape),
        "error": told.message and {
            "message": f"RuntimeError: {told.message}",
            "axes": [f"dim {axis.dim} fails: {axis.reason}" for axis in told.failing],
        },
        "mend": [{"code": mend.code, "result": str(mend.result)} for mend in told.mends],
        "notes": list(_notes(told)),
        "sums": list(_sums(told, op)),
        "values": tensors is not None,
        "cells": _cells(told, op, tensors),
    }  # fmt: skip


def _notes(told: Broadcast) -> Iterator[str]:
    """What repeating costs: nothing."""
    if told.shape is None:
        return
    for name, shape in zip(told.names, told.shapes):
        if prod(shape) != prod(told.shape):
            yield f"{name}: {prod(shape)} in memory, read as {prod(told.shape)} without a copy"


def _sums(told: Broadcast, op: str) -> Iterator[dict[str, Any]]:
    """For each operand the axes over which its gradient is summed, and the code for it."""
    if told.shape is None or op not in ("+", "-", "*", "/", "**"):
        return
    for i, name in enumerate(told.names):
        others = " * ".join(other for other in told.names if other != name)
        a, b = told.names[0], told.names[1]
        first, later = {
            "+": ("grad", "grad"),
            "-": ("grad", "-grad"),
            "*": (f"grad * {others}", f"grad * {others}"),
            "/": (f"grad / {b}", f"-grad * {a} / {b} ** 2"),
            "**": (f"grad * {b} * {a} ** ({b} - 1)", f"grad * {a} ** {b} * {a}.log()"),
        }[op]
        code = gradient_code(told, i, later if i else first)
        yield {"name": name, "dims": list(told.summed[i]), "code": code}


def _cells(told: Broadcast, op: str, tensors: Sequence[Any] | None) -> dict[str, Any] | None:
    """Where the cells go and what is written in them."""
    if told.shape is None or 0 in told.shape:
        return None
    small = Grid(told.shape, (16, 16), CELL_BUDGET)
    labels = _labels(told, op, tensors, small) if small.count <= LABEL_BUDGET else None
    if labels:
        longest = max(len(text) for texts in labels for text in texts)
        grid = Grid(told.shape, (max(24, round(width("0" * longest, 12)) + 8), 22), CELL_BUDGET)
    else:
        grid = small
    captions = [
        *(f"{name}  stride {told.strides(i)}" for i, name in enumerate(told.names)),
        f"{f' {op} '.join(told.names)}  {told.shape}",
    ]
    return {
        "cell": list(grid.cell),
        "budget": CELL_BUDGET,
        "boxes": [
            list(box) for box in broadcast_picture.place(grid, [round(width(words)) for words in captions])
        ],
        "axes": [[[spot.index, spot.offset] for spot in axis] for axis in grid.axes],
        "labels": labels,
    }


def _labels(told: Broadcast, op: str, tensors: Sequence[Any] | None, grid: Grid) -> list[list[str]] | None:
    """A text for every cell of every operand and of the result: values, or places in memory where there are
    none.
    """
    indices = [index for index, _, _ in grid.places()]
    places = [
        [sum(i * stride for i, stride in zip(index, told.strides(operand))) for index in indices]
        for operand in range(len(told.shapes))
    ]
    steps = [prod(told.shape[axis + 1 :]) for axis in range(len(told.shape))] if told.shape else []
    places.append([sum(i * step for i, step in zip(index, steps)) for index in indices])  # the result's own
    if tensors is None:
        return [[str(place) for place in row] for row in places]
    result = reduce(OPERATORS[op], tensors)
    return [cell_texts(tensor, row) for tensor, row in zip((*tensors, result), places)]


def _sentences(scene: Scene) -> Iterator[str]:
    shapes = [str(tuple(operand["shape"])) for operand in scene["operands"]]
    outcome = f"gives {tuple(scene['shape'])}" if scene["shape"] is not None else "fails"
    yield f"Broadcasting {scene['expression']}: {' with '.join(shapes)} {outcome}."
    for axis in scene["axes"]:
        verdict = "ERROR" if axis["verdict"] == "error" else axis["verdict"]
        yield f"  dim {axis['dim']}: {verdict}, {axis['reason']}"
    if scene["error"]:
        yield scene["error"]["message"]
    for mend in scene["mend"]:
        yield f"Would work: {mend['code']}, the result is {mend['result']}"
    for row in scene["sums"]:
        if row["dims"]:
            dims = f"dim{'s' if len(row['dims']) > 1 else ''} {', '.join(map(str, row['dims']))}"
            yield f"The gradient of {row['name']} is summed over {dims}: {row['name']}.grad = {row['code']}"
