"""Where the cells of an n-dimensional tensor go on paper, and their drawing.

The last axis runs to the right and the one before it downwards, as a matrix is printed. Axes further left
repeat that block: to the right, downwards, to the right, ... A long axis is cut in the middle.

>>> [spot.index for spot in Grid((4, 3, 2), cell=(10, 10)).axes[0]]
[0, 1, 2, 3]
>>> shown((8, 7, 6, 5), budget=96)
(3, 3, 3, 3)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from .svg import Markup, tag

GAP, CUT = 9, 15  # pixels between blocks, and where indices are left out
MOST, FEWEST = 20, 3  # indices of an axis; one that is cut keeps its last index


@dataclass(frozen=True, slots=True)
class Spot:
    """An index along an axis and its distance from the axis's start, in pixels."""

    index: int
    offset: int


def shown(shape: tuple[int, ...], budget: int) -> tuple[int, ...]:
    """How many indices of each axis to draw: as many as leave at most `budget` cells, and never fewer than
    three.
    """
    for longest in range(MOST, FEWEST, -1):
        counts = tuple(min(size, longest) for size in shape)
        if prod(counts) <= budget:
            return counts
    return tuple(min(size, FEWEST) for size in shape)


class Grid:
    """The places of the cells of a tensor of this shape.

    Attributes:
        axes: for each axis the spots that are drawn.
        cell: width and height of a cell.
        size: width and height of the whole.
    """

    def __init__(self, shape: tuple[int, ...], cell: tuple[int, int], budget: int = 96) -> None:
        self.shape, self.cell = shape, cell
        extent = [cell[0], cell[1]]
        axes: list[tuple[Spot, ...]] = []
        counts = shown(shape, budget)
        for level, (size, count) in enumerate(zip(reversed(shape), reversed(counts))):
            way = level % 2
            step = extent[way] + (GAP if level > 1 else 0)
            spots = tuple(self._spots(size, count, step))
            axes.append(spots)
            extent[way] += spots[-1].offset if spots else 0
        self.axes = tuple(reversed(axes))
        self.size = (extent[0], extent[1])

    @staticmethod
    def _spots(size: int, count: int, step: int) -> Iterator[Spot]:
        kept = range(size) if count == size else (*range(count - 1), size - 1)
        for place, index in enumerate(kept):
            yield Spot(index, place * step + (CUT if index != place else 0))

    @property
    def count(self) -> int:
        """How many cells are drawn."""
        return prod(len(axis) for axis in self.axes)

    @property
    def is_cut(self) -> bool:
        """Whether some indices are left out."""
        return any(len(axis) < size for axis, size in zip(self.axes, self.shape))

    def places(self) -> Iterator[tuple[tuple[int, ...], int, int]]:
        """``(index, x, y)`` of every cell that is drawn, in the order of memory."""
        last = len(self.axes) - 1
        for spots in product(*self.axes):
            x = sum(spot.offset for axis, spot in enumerate(spots) if (last - axis) % 2 == 0)
            y = sum(spot.offset for axis, spot in enumerate(spots) if (last - axis) % 2 == 1)
            yield tuple(spot.index for spot in spots), x, y

    def draw(self, strides: tuple[int, ...], colour: str, labels: list[str] | None = None) -> Markup:
        """The cells of an operand expanded to this grid.

        Args:
            strides: its strides; along an axis of stride 0 only the first cell is real, the others repeat it.
            colour: its class.
            labels: a text for each cell that is drawn.
        """
        width, height = self.cell
        square = f"h{width - 2}v{height - 2}h{2 - width}z"
        paths, pens, texts = {"real": "", "again": ""}, {"real": (0, 0), "again": (0, 0)}, []
        for number, (index, x, y) in enumerate(self.places()):
            kind = "again" if any(i and not stride for i, stride in zip(index, strides)) else "real"
            # Relative moves are shorter, and a drawing may have hundreds of them.
            paths[kind] += f"m{x + 1 - pens[kind][0]} {y + 1 - pens[kind][1]}{square}"
            pens[kind] = (x + 1, y + 1)
            if labels:
                style = "again" if kind == "again" else None
                texts.append(tag("text", labels[number], class_=style, x=x + width / 2, y=y + height / 2 + 4))
        drawn = (tag("path", class_=name, d=d) for name, d in paths.items() if d)
        return tag("g", *drawn, *texts, *self._cuts(), class_=f"cells {colour}")

    def _cuts(self) -> Iterator[Markup]:
        """Three dots where an axis was cut."""
        last = len(self.axes) - 1
        for axis, (spots, size) in enumerate(zip(self.axes, self.shape)):
            if len(spots) == size:
                continue
            across = (last - axis) % 2 == 0
            at = spots[-1].offset - CUT / 2 - (GAP / 2 if last - axis > 1 else 0)
            x, y = (at, self.size[1] / 2) if across else (self.size[0] / 2, at)
            yield tag("text", "⋯" if across else "⋮", class_="strong", x=x, y=y + 4)
