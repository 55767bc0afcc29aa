"""The assignments that come with teachtorch: one package each, a notebook and the questions beside it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..spec import Assignment

NAMES = ("ex1", "ex2")


@cache
def load(name: str) -> Assignment:
    """The assignment called `name`; KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(name)
    assignment: Assignment = import_module(f"{__name__}.{name}").assignment
    return assignment


def all_assignments() -> list[Assignment]:
    """Every assignment, in the order of the course."""
    return [load(name) for name in NAMES]
