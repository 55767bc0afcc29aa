"""How large every box of a graph is, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import dot
from .base import Scene
from .boxes import Arrow, Box, Frame
from .svg import width

PAD, LINE, HEAD = 11, 16, 20  # inside a box: left and right, from line to line, to the first baseline


def place(scene: Scene) -> None:
    """Work out the size of every box and lay the graph out; nothing is laid out again after this."""
    boxes = [Box(node["id"], *_size(node), tuple(_lines(node))) for node in scene["nodes"]]
    arrows = [Arrow(edge["from"], edge["to"], edge.get("loop", False)) for edge in scene["edges"]]
    frames = [Frame(frame["id"], frame["title"], tuple(frame["members"])) for frame in scene["frames"]]
    laid = dot.lay_out(boxes, arrows, frames)
    for node, box in zip(scene["nodes"], boxes):
        x, y = laid.boxes[box.id]
        node["box"] = [
            round(x - box.width / 2),
            round(y - box.height / 2),
            round(box.width),
            round(box.height),
        ]
    for edge, path in zip(scene["edges"], laid.arrows):
        edge["path"] = path
    for frame in scene["frames"]:
        if frame["id"] in laid.frames:
            frame["box"] = [round(number) for number in laid.frames[frame["id"]]]
    scene["size"] = [round(laid.width), round(laid.height)]
    scene["dot"] = dot.write(boxes, arrows, frames)


def _lines(node: Mapping[str, Any]) -> Iterator[str]:
    """The text of a box, line by line."""
    for key in ("title", "sub", "type", "value", "stale"):
        if node.get(key):
            yield node[key]
    if node.get("grad"):
        yield f"grad {node['grad']}"


def heat_size(node: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of a box's heat map."""
    if "heat" not in node:
        return 0, 0
    _, columns, rows = node["heat"]
    dot_size = 12 if columns <= 10 else 7 if columns <= 16 else 5
    return columns * dot_size, max(rows * 5, 10)


def _size(node: Mapping[str, Any]) -> tuple[float, float]:
    """Width and height of a box that holds its lines."""
    if node["kind"] == "number":
        return max(30.0, round(width(node["title"], 13)) + 16.0), 26.0
    heads = [width(node["title"], 13), width(node["torch"], 13)]
    lines = [width(node.get(key, ""), 11) for key in ("sub", "torchsub", "type", "stale")]
    if "heat" not in node:
        lines.append(width(node.get("value", ""), 11))
    if node.get("grad"):
        lines.append(width(f"grad += → {node['grad']}", 11))
    wide = max(*heads, *lines, heat_size(node)[0])
    height = HEAD + LINE + 8
    height += LINE * sum(bool(node.get(key)) for key in ("type", "stale", "grad"))
    if "heat" in node:
        height += heat_size(node)[1] + 6
    elif node.get("value"):
        height += LINE
    return max(96.0, round(wide) + 2.0 * PAD), float(height)
