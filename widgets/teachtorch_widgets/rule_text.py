"""A derivative's rule as a textbook has it, and with the numbers in it: ``grad * other = 2. * 3. = 6.``

A rule is the source of the derivative itself, so it covers every case of its operation. Shown is the case at
hand.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from .values import array, scalar

COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def tidy(formula: str, settings: Mapping[str, Any], real: bool = True) -> str:
    """The rule for these settings.

    Branches are decided, ``.conj()`` is left out where it does nothing, and so is ``F``, their namespace.

    >>> tidy("grad if alpha == 1 else grad * alpha", {"alpha": 1})
    'grad'
    >>> tidy("grad * other.conj()", {}, real=True)
    'grad * other'
    >>> tidy("grad * F.cos(input)", {})
    'grad * cos(input)'
    """
    tree = _parsed(formula)
    return formula if tree is None else ast.unparse(_Tidy(settings, real).visit(tree))


def with_numbers(formula: str, values: Mapping[str, Any], result: Any) -> str:
    """The rule, the rule with its values put in, and its result, where all of them are single numbers.

    >>> import numpy as np
    >>> with_numbers("grad * other", {"grad": np.float32(2), "other": 3}, np.float32(6))
    'grad * other = 2. * 3 = 6.'
    >>> with_numbers("grad * other", {"grad": np.ones(2), "other": 3}, np.ones(2))
    'grad * other'
    """
    tree = _parsed(formula)
    if tree is None or result is None or array(result).size != 1:
        return formula
    filling = _Fill({name: _item(value) for name, value in values.items() if _single(value)})
    filled = ast.unparse(filling.visit(tree))
    answer = scalar(_item(result))
    words = [formula] if filling.unknown else [formula, filled]
    return " = ".join(dict.fromkeys([*words, answer]))


class _Tidy(ast.NodeTransformer):
    def __init__(self, settings: Mapping[str, Any], real: bool) -> None:
        self.settings, self.real = settings, real

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        decided = self._decide(node.test)
        if decided is None:
            return self.generic_visit(node)
        return self.visit(node.body if decided else node.orelse)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        conjugates = isinstance(node.func, ast.Attribute) and node.func.attr in ("conj", "conjugate")
        if self.real and conjugates and not node.args:
            return self.visit(node.func.value)  # type: ignore[attr-defined]
        node.args = [argument for argument in node.args if not _is_namespace(argument)]
        if isinstance(node.func, ast.Attribute) and _is_namespace(node.func.value):
            node.func = ast.Name(node.func.attr)
        return self.generic_visit(node)

    def _decide(self, test: ast.expr) -> bool | None:
        """The truth of ``name == constant`` and the like, where the setting is known."""
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in COMPARE):
            return None
        left, right = test.left, test.comparators[0]
        if not (isinstance(left, ast.Name) and left.id in self.settings and isinstance(right, ast.Constant)):
            return None
        value = self.settings[left.id]
        if hasattr(value, "shape"):
            return None
        return bool(COMPARE[type(test.ops[0])](value, right.value))


class _Fill(ast.NodeTransformer):
    """Puts numbers in the places of names; `unknown` says that some name had none."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values, self.unknown = values, False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.values:
            self.unknown = True
            return node
        text = scalar(self.values[node.id])
        return ast.Name(f"({text})" if text.startswith("-") else text)


def _is_namespace(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "F"


def _parsed(formula: str) -> ast.expr | None:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError:
        return None


def _single(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex)) or (
        hasattr(value, "shape") and array(value).size == 1
    )


def _item(value: Any) -> Any:
    return array(value).reshape(-1)[0] if hasattr(value, "shape") else value
