"""What things in a graph are called: as the student wrote them, where that can be known.

Leaves and results get the names of the arguments ``params`` and ``inputs``, else of the variables that hold
them. A result without a name is called t1, t2, ... in the order of forward, so that ``3 * x + 2`` reads ``t1
= 3 * x`` and ``y = t1 + …``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from teachtorch.autograd.trace import Graph, Link, Saved, Vertex

from .svg import shorten
from .values import scalar

INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "remainder": "%", "floor_divide": "//",
    "matmul": "@", "mm": "@", "mv": "@", "bmm": "@", "dot": "@",
}  # fmt: skip
PATTERNS = {"neg": "-{0}", "t": "{0}.t()", "getitem": "{0}[…]", "index": "{0}[…]", "select": "{0}[…]",
            "slice": "{0}[…]", "clone": "{0}.clone()", "view": "{0}.view(…)", "reshape": "{0}.reshape(…)",
            "sum": "{0}.sum({1})", "mean": "{0}.mean({1})"}  # fmt: skip
SETTINGS = ("dim", "exponent", "p", "min", "max", "negative_slope", "start_dim")
MAX_TITLE = 30
UNKNOWN = "…"


class Names:
    """Names for the leaves, results and data of one graph.

    Args:
        graph: the graph.
        given: names and tensors from ``params`` and ``inputs``; they come first.
        held: names and tensors of the caller's variables, which fill the gaps.
        root: what to call the result that backward starts from if nothing else names it.
    """

    def __init__(self, graph: Graph, given: Mapping[str, Any], held: Mapping[str, Any], root: str) -> None:
        self.graph = graph
        self.tensors: dict[int, Any] = {}
        self.vertices: dict[int, str] = {}
        self.data: list[tuple[str, Any]] = []
        places = {id(vertex.node): vertex.index for vertex in graph.nodes}
        leaves = {id(vertex.variable): vertex.index for vertex in graph.nodes if vertex.variable is not None}
        for name, tensor in (*given.items(), *held.items()):
            if not tensor.requires_grad:
                self.data.append((name, tensor))
                continue
            index = leaves.get(id(tensor)) if tensor.grad_fn is None else places.get(id(tensor.grad_fn))
            if index is not None and index not in self.vertices:
                self.vertices[index], self.tensors[index] = name, tensor
        self._fill(root)

    def _fill(self, root: str) -> None:
        """Name what nobody named."""
        self.named = set(self.vertices)
        taken = set(self.vertices.values()) | {name for name, _ in self.data}
        if self.graph.nodes and 0 not in self.vertices:
            self.vertices[0] = root if root not in taken else "result"
            taken.add(self.vertices[0])
        for prefix, members in (("leaf", self._leaves()), ("t", self._operations())):
            free = (
                name for n in range(1, len(self.graph.nodes) + 2) if (name := f"{prefix}{n}") not in taken
            )
            for vertex in members:
                if vertex.index not in self.vertices:
                    self.vertices[vertex.index] = next(free)

    def _leaves(self) -> Iterable[Vertex]:
        return (vertex for vertex in self.graph.nodes if vertex.variable is not None)

    def _operations(self) -> Iterable[Vertex]:
        made = (vertex for vertex in self.graph.nodes if vertex.variable is None)
        return sorted(made, key=lambda vertex: vertex.made)

    def data_name(self, tensor: Any) -> str | None:
        """The name of a tensor that requires no grad, if somebody named it or its transpose."""
        for name, known in self.data:
            if same(known, tensor):
                return name
        for name, known in self.data:
            if known.ndim == 2 and same(known.t(), tensor):
                return f"{name}.t()"
        return None

    def operand(self, vertex: Vertex, slot: int) -> str:
        """What stands in place `slot` of an operation: a name, a number, or ``…`` if it is not known."""
        link = vertex.links[slot]
        if link.to is not None:
            return self.vertices[link.to]
        saved = saved_argument(vertex, link.argument or ("self", "other")[min(slot, 1)])
        if saved is None or saved.value is None:
            return UNKNOWN
        if isinstance(saved.value, (bool, int, float, complex)):
            return scalar(saved.value)
        if not hasattr(saved.value, "shape"):
            return UNKNOWN
        named = self.data_name(saved.value)
        return named or (scalar(saved.value.item()) if saved.value.ndim == 0 else UNKNOWN)

    def of_saved(self, vertex: Vertex, saved: Saved) -> str:
        """Whose value it is that a node saved: an operand's or its own result's."""
        if saved.name == "result":
            return self.vertices[vertex.index]
        for slot, link in enumerate(vertex.links):
            if saved_argument(vertex, link.argument) is saved and self.operand(vertex, slot) != UNKNOWN:
                return self.operand(vertex, slot)
        return saved.name

    def expression(self, vertex: Vertex) -> str:
        """The operation as it would be written: ``m * x``, ``t2.sum()``, ``relu(t1)``."""
        operation = vertex.operation or snake(vertex.name)
        operands = [self.operand(vertex, slot) for slot in range(len(vertex.links))]
        settings = [
            saved for saved in vertex.saved
            if saved.name in SETTINGS and isinstance(saved.value, (int, float, tuple)) and saved.value != ()
        ]  # fmt: skip
        if operation in INFIX:
            if len(operands) < 2:
                operands += [_written(saved.value) for saved in settings] or [UNKNOWN]
            return f" {INFIX[operation]} ".join(operands[:2])
        shown = {link.argument for link in vertex.links}
        keywords = [f"{saved.name}={_written(saved.value)}" for saved in settings if saved.name not in shown]
        operands = [operand for operand, link in zip(operands, vertex.links) if not _absent(vertex, link)]
        if operation in PATTERNS and operands:
            return PATTERNS[operation].format(operands[0], ", ".join(keywords))
        return f"{operation}({', '.join([*operands, *keywords])})"

    def title(self, vertex: Vertex) -> str:
        """``t1 = m * x``, in a length that fits a box."""
        return shorten(f"{self.vertices[vertex.index]} = {self.expression(vertex)}", MAX_TITLE)


def _absent(vertex: Vertex, link: Link) -> bool:
    """Whether an optional argument was not given: it is known, and it is None."""
    saved = saved_argument(vertex, link.argument)
    return link.to is None and saved is not None and saved.value is None and saved.problem is None


def _written(value: Any) -> str:
    return scalar(value).removesuffix(".") if isinstance(value, (int, float)) else str(value)


def snake(name: str) -> str:
    """PyTorch's name of a node as the name of its operation.

    >>> snake("MseLossBackward0")
    'mse_loss'
    """
    stem = re.sub(r"Backward\d*$", "", name.rpartition("::")[2])
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).lower()


def saved_argument(vertex: Vertex, argument: str) -> Saved | None:
    """What a node saved of one of its arguments; PyTorch calls ``input`` ``self`` there."""
    wanted = {argument, "self"} if argument == "input" else {argument}
    return next((saved for saved in vertex.saved if saved.name in wanted), None)


def same(a: Any, b: Any) -> bool:
    """Whether two tensors are the same cells of the same memory."""
    if a is b:
        return True
    if tuple(a.shape) != tuple(b.shape) or a.numel() == 0:
        return False
    return bool(a.data_ptr() == b.data_ptr() and a.stride() == b.stride() and a.dtype == b.dtype)


def why_no_grad(name: str, tensor: Any, reached: bool, backward_ran: bool) -> str:
    """Why ``tensor.grad`` is None, or that it is not.

    Args:
        name: what the tensor is called.
        tensor: the tensor.
        reached: whether the graph of the loss leads to it.
        backward_ran: whether a backward has freed the graph already.
    """
    if not tensor.requires_grad:
        return f"{name}.requires_grad is False: nothing is recorded for it, and it never gets a .grad"
    if tensor.grad_fn is not None:
        if getattr(tensor, "retains_grad", False):
            return f"{name} is no leaf, but retain_grad() was called: its .grad is kept when backward runs"
        return (
            f"{name} is no leaf: {tensor.grad_fn.name()} made it. Gradients pass through it; only leaves "
            f"keep theirs (call {name}.retain_grad() before backward to keep it)"
        )
    if tensor.grad is not None:
        return f"{name}.grad is there, from an earlier backward; another backward adds to it"
    if not reached:
        return (
            f"no way leads from the loss to {name}: it was not used, or the way was cut by detach(), "
            "no_grad() or a new tensor made from numbers"
        )
    if backward_ran:
        return f"{name}.grad is None though a backward has run: it was reset since, or not among its inputs"
    return f"backward has not been called yet: it will put the gradient into {name}.grad"
