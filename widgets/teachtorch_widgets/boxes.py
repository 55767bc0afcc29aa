"""What a layout engine is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """A node to be placed. `lines` is its text, for the DOT file; the drawing has its own."""

    id: str
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge in the direction of forward. `loop`: it goes back to an earlier node and must not bend the
    order.
    """

    tail: str
    head: str
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A box around boxes."""

    id: str
    title: str
    members: tuple[str, ...]


@dataclass(slots=True)
class Layout:
    """Where everything goes: centres of boxes, control points of arrows, corners of frames."""

    width: float
    height: float
    boxes: dict[str, tuple[float, float]]
    arrows: list[str]
    frames: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    engine: str = "layered"
