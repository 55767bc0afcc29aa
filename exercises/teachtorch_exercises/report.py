"""What `check`, `hint` and `solution` show: a card in a notebook, the same words where there is only text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

#: Colours follow JupyterLab's theme, light or dark; what they say the marks say as well.
COLOURS = {"✓": "var(--jp-success-color1, #2e7d32)", "✗": "var(--jp-error-color1, #c62828)"}
CARD = "border-left: 4px solid {colour}; padding: 0.2em 0.9em; margin: 0.3em 0; max-width: 60em"
FAINT = "var(--jp-ui-font-color2, #616161)"


@dataclass(frozen=True)
class Line:
    """One line of a report. `mark` is "✓", "✗" or "·"; `detail` says more where there is more to say."""

    mark: str
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """A heading, lines, a piece of advice, code, and a footnote; any of them may be empty.

    Jupyter shows it because it is the last value of the cell; elsewhere `print(check("ex1a"))` does.
    """

    heading: str
    good: bool | None = None
    lines: list[Line] = field(default_factory=list)
    advice: str = ""
    code: str = ""
    footnote: str = ""

    def __repr__(self) -> str:
        parts = [self.heading]
        for line in self.lines:
            parts.append(f"  {line.mark} {line.text}" + (f"\n      {line.detail}" if line.detail else ""))
        if self.advice:
            parts.append(f"  → {self.advice}")
        if self.code:
            parts.append("\n".join("    " + line for line in self.code.splitlines()))
        if self.footnote:
            parts.append(f"  ({self.footnote})")
        return "\n".join(parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        mark = {True: "✓", False: "✗", None: "·"}[self.good]
        colour = COLOURS.get(mark, "var(--jp-info-color1, #0277bd)")
        parts = [f"<strong>{_prose(self.heading)}</strong>"]
        if self.lines:
            items = "".join(map(_item, self.lines))
            parts.append(f'<ul style="list-style: none; padding-left: 0.3em; margin: 0.3em 0">{items}</ul>')
        if self.advice:
            parts.append(f'<p style="margin: 0.3em 0">→ {_prose(self.advice)}</p>')
        if self.code:
            parts.append(f'<pre style="margin: 0.5em 0"><code>{escape(self.code)}</code></pre>')
        if self.footnote:
            parts.append(
                f'<p style="margin: 0.3em 0; color: {FAINT}"><small>{_prose(self.footnote)}</small></p>'
            )
        style = CARD.format(colour=colour)
        return f'<div role="status" class="teachtorch-report" style="{style}">{"".join(parts)}</div>'


def _item(line: Line) -> str:
    mark = f'<span style="color: {COLOURS.get(line.mark, FAINT)}">{line.mark}</span>'
    detail = f'<div style="padding-left: 1.4em">{_prose(line.detail)}</div>' if line.detail else ""
    return f"<li>{mark} {_prose(line.text)}{detail}</li>"


def _prose(text: str) -> str:
    """Text with its `code` set as code, everything escaped: part of it may be a student's."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # a stray backquote: leave it as it is
        return escape(text)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
