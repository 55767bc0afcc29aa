"""Draws the scene of :func:`~teachtorch_widgets.graph`: boxes, arrows, frames and a legend."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from .graph_scene import NOT_KEPT
from .placement import HEAD, LINE, PAD, heat_size
from .svg import Markup, tag, width

MARGIN, LEGEND = 12, 28
NOTE = 76  # characters of a line of a note, if the graph is no wider


def body(scene: dict[str, Any], *, live: bool = False) -> tuple[Markup, float, float]:
    """The picture without style, its width and its height.

    In the live picture are both the texts of the student's view and those of PyTorch's own (classes ``ours``
    and ``theirs``): the toggle shows the one or the other, and nothing is laid out again.
    """
    parts = [tag("text", scene["title"], class_="strong", x=MARGIN, y=20)]
    top = 30
    wide = MARGIN * 2 + width(scene["title"], 12)
    room = max(NOTE, int(scene["size"][0] / width("0", 11)))
    for line in (line for note in scene["notes"] for line in wrap(note, room)):
        top += 16
        parts.append(tag("text", line, class_="dim", x=MARGIN, y=top - 8))
        wide = max(wide, MARGIN * 2 + width(line, 11))
    drawn = [_frame(frame) for frame in scene["frames"] if "box" in frame]
    drawn += [_edge(edge, number, live) for number, edge in enumerate(scene["edges"])]
    drawn += [_node(node, live) for node in scene["nodes"]]
    parts.append(tag("g", *drawn, transform=f"translate({MARGIN} {top})"))
    high = top + scene["size"][1]
    legend, legend_width = _legend(scene, high + 20)
    parts.append(legend)
    wide = max(wide, scene["size"][0] + 2 * MARGIN, legend_width)
    return Markup("".join(parts)), wide, high + LEGEND + 6


def _frame(frame: dict[str, Any]) -> Markup:
    x, y, wide, high = frame["box"]
    return tag(
        "g",
        tag("rect", x=x, y=y, width=wide, height=high, rx=10),
        tag("text", frame["title"], class_="dim strong", x=x + 8, y=y + 15),
        class_="frame",
    )


def _edge(edge: dict[str, Any], number: int, live: bool) -> Markup:
    """An arrow; its head is drawn, not a marker, since markers need ids that are unique in the whole page."""
    numbers = [float(n) for n in edge["path"].replace("M", " ").replace("C", " ").replace("L", " ").split()]
    start, end = (numbers[0], numbers[1]), (numbers[-2], numbers[-1])
    before, after = (numbers[-4], numbers[-3]), (numbers[2], numbers[3])
    if before == end:
        before = (numbers[-6], numbers[-5])
    kind = "edge" + ("" if edge["grad"] else " nograd") + (" loop" if edge.get("loop") else "")
    parts = [tag("path", class_="line", d=edge["path"]), tag("path", class_="tip ours", d=_tip(before, end))]
    if live and edge["grad"]:
        parts.append(tag("path", class_="tip theirs", d=_tip(after, start)))
    if live and edge.get("slot"):
        parts.append(
            tag("text", edge["slot"], class_="dim theirs", x=end[0] + 6, y=end[1] - 8 - 12 * edge["twin"])
        )
    return tag("g", *parts, class_=kind, data_e=number if live else None)


def _tip(before: tuple[float, float], end: tuple[float, float]) -> str:
    """A triangle at `end` that comes from `before`."""
    dx, dy = end[0] - before[0], end[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / length, dy / length
    x, y = end[0] - 8 * ux, end[1] - 8 * uy
    return f"M{end[0]:.0f} {end[1]:.0f}L{x - 4 * uy:.1f} {y + 4 * ux:.1f}L{x + 4 * uy:.1f} {y - 4 * ux:.1f}z"


def _node(node: dict[str, Any], live: bool) -> Markup:
    x, y, wide, high = node["box"]
    number = node["kind"] == "number"
    parts = [tag("rect", class_="box", width=wide, height=high, rx=high / 2 if number else 8)]

    def line(words: str, style: str, y: float, theirs: str = "") -> None:
        """A text of the student's view, and in the live picture its counterpart in PyTorch's."""
        both = live and theirs
        where: dict[str, Any] = {"x": wide / 2 if number else PAD, "y": y}
        parts.append(tag("text", words, class_=f"{style} ours" if both else style, **where))
        if both:
            parts.append(tag("text", theirs, class_=f"{style} theirs", **where))

    if number:
        line(node["title"], "mid", 17, "None")
    else:
        line(node["title"], "head", HEAD, node["torch"])
        line(node["sub"], "dim", HEAD + LINE, node["torchsub"])
        down = HEAD + LINE
        if node.get("type"):
            down += LINE
            line(node["type"], "dim", down)
        if "heat" in node:
            heat_wide, heat_high = heat_size(node)
            place = {"x": PAD, "y": down + 6, "width": heat_wide, "height": heat_high}
            parts.append(tag("image", href=node["heat"][0], preserveAspectRatio="none", **place))
            down += heat_high + 6
        elif node.get("value"):
            down += LINE
            line(node["value"], "dim" if node["value"] == NOT_KEPT else "value", down)
        if node.get("stale"):
            down += LINE
            line(node["stale"], "warn", down)
        if node.get("grad"):
            line(f"grad {node['grad']}", "grad", down + LINE)
    kind = (
        f"node {node['kind']}"
        + (" root" if node.get("root") else "")
        + (" stale" if node.get("stale") else "")
    )
    return tag("g", *parts, class_=kind, data_n=node["id"] if live else None, transform=f"translate({x} {y})")


def _legend(scene: dict[str, Any], y: float) -> tuple[Markup, float]:
    """What the boxes mean, for the kinds that occur."""
    kinds = {node["kind"] for node in scene["nodes"]}
    words = {
        "leaf": "leaf: its .grad is filled",
        "op": "operation",
        "data": "no gradient wanted",
        "lost": "not reached",
        "module": "folded",
    }
    x, parts = float(MARGIN), []
    for kind, text in words.items():
        if kind in kinds:
            box = tag("rect", class_="box", x=x, y=y - 10, width=18, height=12, rx=3)
            parts.append(tag("g", box, class_=f"node {kind}"))
            parts.append(tag("text", text, class_="dim", x=x + 24, y=y))
            x += 42 + width(text, 11)
    return Markup("".join(parts)), x + MARGIN
