"""A small writer of SVG: elements as text, escaped, and nothing else.

>>> tag("text", "a < b", class_="name", x=3, y=4.50)
"<text class='name' x='3' y='4.5'>a &lt; b</text>"
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from .assets import style

NAMESPACE = "http://www.w3.org/2000/svg"
QUOTES = {"'": "&apos;"}
"""Attributes stand in single quotes: a notebook is JSON and would escape every double one."""

ADVANCE = 0.602
"""Width of a character of the usual monospaced fonts, in units of the font size. Labels use no other font, so
that Python can tell how wide they are without a browser."""


class Markup(str):
    """Text that is SVG already and must not be escaped again."""

    __slots__ = ()


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """One element. ``class_`` is the attribute ``class``, ``stroke_width`` is ``stroke-width``, ``None`` is
    left out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}='{escape(number(value), QUOTES)}'"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else escape(number(child)) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def number(value: object) -> str:
    """Coordinates with one decimal at most; anything else as ``str`` has it."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def width(text: str, size: float = 12) -> float:
    """How wide `text` is in a monospaced font of `size` pixels."""
    return len(text) * size * ADVANCE


def shorten(text: str, room: int) -> str:
    """`text` in at most `room` characters, the cut marked.

    >>> shorten("linear(x, weight, bias)", 12)
    'linear(x, w…'
    """
    return text if len(text) <= room else text[: room - 1] + "…"


def document(
    body: str,
    *,
    size: tuple[float, float],
    title: str,
    description: str,
    styles: tuple[str, ...],
) -> str:
    """A complete SVG that needs nothing from the page around it: styles, title and description inside.

    ``image/svg+xml`` in a saved notebook is what GitHub, nbconvert and a reader without a kernel show.
    """
    head = tag("title", title) + tag("desc", description) + tag("style", Markup(style(*styles)))
    wide, high = number(size[0]), number(size[1])
    paper = tag("rect", class_="paper", width="100%", height="100%")
    attributes = {"width": wide, "height": high, "viewBox": f"0 0 {wide} {high}", "xmlns": NAMESPACE}
    return tag("svg", Markup(head), paper, Markup(body), class_="tt-picture", role="img", **attributes)
