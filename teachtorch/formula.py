"""The source text of a derivative, for those who want to read it: widgets, error messages, curious students."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def formula(rule: Callable[..., Any], argument: str) -> str:
    """The expression of a derivative as it stands in the source: ``"grad * other.conj()"``.

    A derivative that is a function of several lines gives its call: ``"_by_base(grad, input, exponent, F)"``.
    """
    if rule.__name__ != "<lambda>":
        return f"{rule.__name__}({', '.join(inspect.signature(rule).parameters)})"
    try:
        tree = ast.parse(_statement(rule))
    except (OSError, SyntaxError):
        return "(source not available)"
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == argument and isinstance(node.value, ast.Lambda):
            return ast.unparse(node.value.body)
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return ast.unparse(lambdas[0].body) if lambdas else "(source not available)"


def _statement(rule: Callable[..., Any]) -> str:
    """The whole statement that contains a lambda: ``inspect`` gives its first line only."""
    lines, _ = inspect.findsource(rule)
    start = rule.__code__.co_firstlineno - 1
    while start > 0 and lines[start].startswith((" ", ")")):
        start -= 1
    end = start + 1
    while end < len(lines) and (lines[end].startswith((" ", ")", "\n"))):
        end += 1
    return textwrap.dedent("".join(lines[start:end]))
