"""The command `teachtorch`: open the course, grade a class, see what is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

NEEDS_LAB = 'The `teachtorch` command needs typer and rich: pip install "teachtorch[lab]"'


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends in SystemExit, as scripts do."""
    try:
        import rich
        import typer
    except ImportError:
        print(NEEDS_LAB, file=sys.stderr)
        raise SystemExit(1) from None
    from .app import run

    raise SystemExit(run(arguments))
