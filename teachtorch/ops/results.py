"""``out=`` for functions that are made of operations."""

from __future__ import annotations

from typing import Any

from ..inplace import write_out

__all__: list[str] = []


def written(result: Any, out: Any) -> Any:
    """`result`, or what was given as ``out=`` with the result written to it; one tensor or several."""
    if out is None:
        return result
    if isinstance(result, tuple):
        copies = [write_out(o, r) for o, r in zip(out, result)]
        return type(result)(copies)
    return write_out(out, result)
