"""A plain layered layout, for places where no program can be run: rows by depth, columns by barycentre.

It is the method of Sugiyama without its refinements: every box goes one row below the lowest of its sources,
rows are ordered a few times by the mean place of their neighbours, and arrows are smooth curves from bottom
to top.
"""

from __future__ import annotations

from collections.abc import Sequence

from .boxes import Arrow, Box, Frame, Layout

ACROSS, DOWN, SWEEPS = 22.0, 34.0, 6


def lay_out(boxes: Sequence[Box], arrows: Sequence[Arrow], frames: Sequence[Frame]) -> Layout:
    """Place `boxes`; `frames` get none, since their boxes may lie apart."""
    rows = _rows(boxes, arrows)
    _order(rows, arrows)
    sizes = {box.id: (box.width, box.height) for box in boxes}
    widths = [sum(sizes[i][0] for i in row) + ACROSS * (len(row) - 1) for row in rows]
    total = max(widths, default=0.0)
    places: dict[str, tuple[float, float]] = {}
    y = 0.0
    for row, width in zip(rows, widths):
        x, height = (total - width) / 2, max(sizes[i][1] for i in row)
        for box in row:
            places[box] = (x + sizes[box][0] / 2, y + height / 2)
            x += sizes[box][0] + ACROSS
        y += height + DOWN
    return Layout(total, max(y - DOWN, 0.0), places, [_curve(arrow, places, sizes) for arrow in arrows])


def _rows(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[list[str]]:
    """Boxes by depth. Sources sit right above their first user, so that a leaf is beside what it meets."""
    users: dict[str, list[str]] = {box.id: [] for box in boxes}
    waits = dict.fromkeys(users, 0)
    sources: dict[str, list[str]] = {box.id: [] for box in boxes}
    for arrow in arrows:
        if not arrow.loop:
            users[arrow.tail].append(arrow.head)
            sources[arrow.head].append(arrow.tail)
            waits[arrow.head] += 1
    depth = dict.fromkeys(users, 0)
    ready = [box for box, count in waits.items() if not count]
    for box in ready:  # grows while it is walked
        for user in users[box]:
            depth[user] = max(depth[user], depth[box] + 1)
            waits[user] -= 1
            if not waits[user]:
                ready.append(user)
    for box in users:
        if users[box] and not sources[box]:
            depth[box] = min(depth[user] for user in users[box]) - 1
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for box, level in depth.items():
        rows[level].append(box)
    return [row for row in rows if row]


def _order(rows: list[list[str]], arrows: Sequence[Arrow]) -> None:
    near: dict[str, list[str]] = {}
    for arrow in arrows:
        near.setdefault(arrow.tail, []).append(arrow.head)
        near.setdefault(arrow.head, []).append(arrow.tail)
    for _ in range(SWEEPS):
        place = {box: (i + 0.5) / len(row) for row in rows for i, box in enumerate(row)}
        for row in rows:
            row.sort(
                key=lambda box: (
                    sum(place[n] for n in near[box]) / len(near[box]) if box in near else place[box]
                )
            )


def _curve(
    arrow: Arrow, places: dict[str, tuple[float, float]], sizes: dict[str, tuple[float, float]]
) -> str:
    (x0, y0), (x1, y1) = places[arrow.tail], places[arrow.head]
    y0, y1 = y0 + sizes[arrow.tail][1] / 2, y1 - sizes[arrow.head][1] / 2
    middle = (y0 + y1) / 2
    return f"M{x0:.0f} {y0:.0f}C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
