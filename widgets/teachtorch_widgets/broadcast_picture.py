"""Draws the scene of :func:`~teachtorch_widgets.broadcast`: shapes aligned from the right, then the cells."""

from __future__ import annotations

from typing import Any

from .cells import Grid
from .svg import Markup, number, shorten, tag, width

LEFT, COLUMN, ROW, TOP = 118, 104, 34, 34
COLOURS = ("blue", "green", "purple", "gold")  # of the operands, in turn
# What was inserted has a plus, what was stretched an arrow.
MARKS = {"equal": "= equal", "stretch": "↔ stretch", "insert": "+ insert", "error": "✕ ERROR"}
MARGIN, SPREAD = 14, 40


def forward(scene: dict[str, Any]) -> tuple[Markup, float, float]:
    """The body of the forward picture, its width and its height."""
    table, wide, high = _table(scene, _verdicts)
    parts = [table]
    lines = [scene["error"]["message"], *scene["error"]["axes"]] if scene["error"] else scene["notes"]
    for row, line in enumerate(lines):
        style = "strong error" if scene["error"] and row == 0 else "dim"
        high += 18
        parts.append(tag("text", line, class_=style, x=MARGIN, y=high))
        wide = max(wide, MARGIN * 2 + width(line))
    for mend in scene["mend"]:
        high += 18
        line = f"would work: {mend['code']}  → {mend['result']}"
        parts.append(tag("text", line, x=MARGIN, y=high, class_="mends"))
        wide = max(wide, MARGIN * 2 + width(line))
    if scene["cells"]:
        cells, across, down = _cells(scene, high + 38)
        parts.append(cells)
        wide, high = max(wide, across), down
    return Markup("".join(parts)), wide, high + 14


def gradient(scene: dict[str, Any]) -> tuple[Markup, float, float]:
    """The body of the gradient picture: the axes over which each operand's gradient is summed."""
    table, wide, high = _table(scene, _sums)
    parts = [table]
    for row in scene["sums"]:
        high += 20
        line = f"{row['name']}.grad = {row['code']}"
        parts.append(tag("text", line, x=MARGIN, y=high))
        wide = max(wide, MARGIN * 2 + width(line))
    high += 22
    line = "What forward repeated, backward sums: every copy of a cell sends its gradient home."
    parts.append(tag("text", line, class_="dim", x=MARGIN, y=high))
    return Markup("".join(parts)), max(wide, MARGIN * 2 + width(line, 11)), high + 14


def _table(scene: dict[str, Any], verdicts: Any) -> tuple[Markup, float, float]:
    """The shapes one under the other, aligned at the right."""
    axes, names = scene["axes"], scene["operands"]
    parts = []
    for column, axis in enumerate(axes):
        x = LEFT + column * COLUMN + COLUMN / 2
        parts.append(tag("text", f"dim {axis['dim']}", class_="mid dim", x=x, y=20))
        if axis["verdict"] == "error":
            parts.append(tag("rect", class_="wrong", x=x - COLUMN / 2 + 4, y=6,
                             width=COLUMN - 8, height=(len(names) + 1) * ROW + 72, rx=8))  # fmt: skip
        for row, operand in enumerate(names):
            parts.append(
                _size(
                    axis["sizes"][row], axis, x, TOP + row * ROW, COLOURS[row % len(COLOURS)], operand["name"]
                )
            )
        line = TOP + len(names) * ROW + 8
        parts.append(_size(axis["size"], axis, x, line, "result", "result"))
        parts.append(verdicts(scene, axis, x, line + ROW + 16))
    for row, operand in enumerate(names):
        parts.append(tag("text", shorten(operand["name"], 12), class_=f"strong {COLOURS[row % len(COLOURS)]}",
                         x=MARGIN, y=TOP + row * ROW + 18))  # fmt: skip
    line = TOP + len(names) * ROW + 4
    right = LEFT + max(len(axes), 1) * COLUMN
    parts.append(tag("path", class_="rule", d=f"M{MARGIN} {line}H{right - 10}"))
    parts.append(tag("text", shorten(scene["expression"], 13), class_="strong", x=MARGIN, y=line + 22))
    if not axes:
        parts.append(
            tag("text", "no axes: every operand is a single number", class_="dim", x=LEFT, y=line + 22)
        )
        right = LEFT + 330
    return Markup("".join(parts)), right + MARGIN, line + 2 * ROW + 8


def _size(size: int | None, axis: dict[str, Any], x: float, y: float, style: str, name: str) -> Markup:
    """One size of one shape: solid where there is memory, dashed where it is stretched or inserted."""
    if style == "result":
        words, kind = ("✕", "none") if size is None else (str(size), "real")
    elif size is None:
        kind = "again"
        words = "—" if axis["size"] is None else "+1" if axis["size"] == 1 else f"+1 → {axis['size']}"
    elif size == 1 and axis["size"] not in (1, None):
        words, kind = f"1 → {axis['size']}", "again"
    else:
        words, kind = str(size), "real"
    box = tag("rect", class_=kind, x=x - 36, y=y, width=72, height=26, rx=5)
    return tag("g", box, tag("text", words, x=x, y=y + 18), class_=f"{style} size")


def _verdicts(scene: dict[str, Any], axis: dict[str, Any], x: float, y: float) -> Markup:
    return _pill(MARKS[axis["verdict"]], axis["verdict"], x, y)


def _sums(scene: dict[str, Any], axis: dict[str, Any], x: float, y: float) -> Markup:
    summed = [row["name"] for row in scene["sums"] if axis["dim"] in row["dims"]]
    return (
        _pill(shorten(f"Σ for {', '.join(summed)}", 13), "stretch", x, y)
        if summed
        else _pill("kept", "equal", x, y)
    )


def _pill(words: str, kind: str, x: float, y: float) -> Markup:
    """A verdict under its axis."""
    box = tag("rect", x=x - 44, y=y - 15, width=88, height=21, rx=10.5)
    return tag("g", box, tag("text", words, x=x, y=y), class_=f"pill {kind}")


def _cells(scene: dict[str, Any], top: float) -> tuple[Markup, float, float]:
    """Every operand expanded to the result, and the result; the scene says where each goes."""
    cells = scene["cells"]
    grid = Grid(tuple(scene["shape"]), tuple(cells["cell"]), cells["budget"])
    parts = []
    captions = [
        *(f"{operand['name']}  stride {tuple(operand['stride'])}" for operand in scene["operands"]),
        f"{scene['expression']}  {tuple(scene['shape'])}",
    ]
    wide = down = 0.0
    for box, ((x, y), caption) in enumerate(zip(cells["boxes"], captions)):
        result = box == len(scene["operands"])
        style = "result" if result else COLOURS[box % len(COLOURS)]
        strides = (1,) * len(scene["shape"]) if result else scene["operands"][box]["stride"]
        drawn = grid.draw(tuple(strides), style, cells["labels"] and cells["labels"][box])
        parts.append(tag("text", caption, class_=f"strong {style}", x=x, y=top + y - 10))
        parts.append(tag("g", drawn, transform=f"translate({x} {number(top + y)})", data_box=box))
        if not result:
            sign = "=" if box == len(scene["operands"]) - 1 else scene["sign"]
            sign_x = x + max(grid.size[0], width(caption)) + SPREAD / 2
            parts.append(
                tag("text", sign, class_="mid sign", x=sign_x, y=top + y + min(grid.size[1], 200) / 2 + 6)
            )
        wide = max(wide, x + max(grid.size[0], width(caption)) + MARGIN)
        down = max(down, top + y + grid.size[1])
    legend: tuple[tuple[str, str], ...]
    legend = (("real", "in memory"), ("again", "repeated: stride 0, no memory of its own"))
    x, y = float(MARGIN), down + 16
    if cells["labels"] and not scene["values"]:
        legend = (*legend, ("", "numbers: places in memory"))
    for kind, words in legend:
        if kind:
            parts.append(
                tag("g", tag("rect", class_=kind, x=x, y=y, width=14, height=14, rx=2), class_="blue")
            )
            x += 20
        parts.append(tag("text", words, class_="dim", x=x, y=y + 11))
        x += 24 + width(words, 11)
    return Markup("".join(parts)), max(wide, x), y + 14


def place(grid: Grid, captions: list[int], limit: int = 880) -> list[tuple[int, int]]:
    """Where the boxes of cells go: side by side, and on a new line when the line is full.

    `captions` are the widths of the words over them.
    """
    boxes: list[tuple[int, int]] = []
    x, y = MARGIN, 0
    for caption in captions:
        wide = max(grid.size[0], caption)
        if boxes and x + wide > limit:
            x, y = MARGIN, y + grid.size[1] + 44
        boxes.append((x, y))
        x += wide + SPREAD
    return boxes
