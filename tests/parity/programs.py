"""Random little programs of views, in-place writes and arithmetic, and what an engine makes of them.

A program is a list of Python statements over a module named ``torch``, so that a disagreement can be read, and run by
hand on either engine. Statements are chosen to suit the shapes that came before, which PyTorch tells; now and then
one is meant to fail.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Outcome:
    """What running a program showed: for each statement the error it raised, then the state of every variable."""

    errors: list[tuple[str, str] | None] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    gradients: dict[str, Any] = field(default_factory=dict)


class Writer:
    """Writes one program, statement by statement, running it on PyTorch to know the shapes."""

    def __init__(self, torch: Any, seed: int) -> None:
        self.choose = random.Random(seed)
        self.space: dict[str, Any] = {"torch": torch}
        self.lines: list[str] = []
        self.count = 0

    def program(self, length: int) -> list[str]:
        """Some leaves, then so many statements."""
        for _ in range(self.choose.choice([1, 2, 2, 3])):
            self.leaf()
        for _ in range(length):
            self.statement()
        return self.lines

    def emit(self, line: str) -> None:
        self.lines.append(line)
        with suppress(Exception):  # the errors are compared later; here only the names that got bound matter
            exec(line, self.space)

    def new(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def tensors(self) -> dict[str, Any]:
        return {k: v for k, v in self.space.items() if k.startswith("v")}

    def pick(self, suits: Callable[[Any], bool] = lambda t: True) -> str | None:
        names = [k for k, t in self.tensors().items() if suits(t)]
        return self.choose.choice(names) if names else None

    def partner(self, shape: Any, clear_of: Any = None) -> str | None:
        """A tensor that broadcasts into `shape`, for writing to `clear_of` if given.

        What such a write gives is undefined if the two overlap in a way that PyTorch does not notice.
        """

        def fits(t: Any) -> bool:
            if t.ndim > len(shape) or not all(n in (1, m) for n, m in zip(t.shape[::-1], shape[::-1])):
                return False
            if clear_of is None or t.untyped_storage().data_ptr() != clear_of.untyped_storage().data_ptr():
                return True
            return is_dense(t) and is_dense(clear_of)

        return self.pick(fits)

    # -- kinds of statement ---------------------------------------------------------------------------------

    def leaf(self) -> None:
        shape = self.choose.choice(["2, 3", "3, 2", "2, 2", "6", "4", "2, 3, 2"])
        total = int(np.prod([int(n) for n in shape.split(",")]))
        grad = ".requires_grad_()" if self.choose.random() < 0.6 else ""
        name = self.new()
        scale = self.choose.choice([0.25, 0.5])
        self.emit(
            f"{name} = ((torch.arange({total}.) - 2.5) * "
            f"{scale}).double().view({shape}){'.clone()' if self.choose.random() < 0.7 else ''}{grad}"
        )

    def statement(self) -> None:
        kinds: list[tuple[Callable[[], str | None], int]] = [
            (self.view, 10),
            (self.write, 10),
            (self.assign, 4),
            (self.arithmetic, 7),
            (self.several_views, 2),
            (self.rare, 2),
        ]
        make = self.choose.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        line = make()
        if line is None:
            return
        if self.choose.random() < 0.08:
            line = f"with torch.no_grad(): {line}"
        self.emit(line)

    def view(self) -> str | None:
        name = self.pick()
        if name is None:
            return None
        t = self.space[name]
        c = self.choose
        n = t.ndim
        options = [
            "[...]",
            f".view_as({name})",
            ".view(-1)",
            ".flatten()",
            ".unsqueeze(0)",
            ".squeeze()",
            ".detach()",
            ".reshape(-1)",
        ]
        if n:
            d = c.randrange(n)
            size = t.shape[d]
            options += [
                f".select({d}, {c.randrange(max(size, 1))})",
                f"[{c.choice([0, -1])}]",
                f".unsqueeze({n})",
                f".squeeze({d})",
            ]
            options += [
                f"[{c.randrange(2)}:]",
                f"[:{c.randrange(1, 3)}]",
                "[::2]",
                f".narrow({d}, 0, {max(size - 1, 0)})",
            ]
            options += [".view(2, -1)", ".reshape(-1, 2)", f".expand(2, {', '.join(['-1'] * n)})"]
        if n >= 2:
            options += [
                ".t()",
                ".transpose(0, 1)",
                "[:, 0]",
                "[:, 1:]",
                ".diagonal()",
                ".T",
                "[0, 1]",
                "[..., -1]",
                "[None, :, 0]",
            ]
            options += [f".permute({', '.join(map(str, c.sample(range(n), n)))})"]
        if t.numel() >= 3:
            options += [".as_strided((2,), (1,), 1)"]  # overlapping ones are undefined when written to
        return f"{self.new()} = {name}{c.choice(options)}"

    def several_views(self) -> str | None:
        name = self.pick(lambda t: t.ndim > 0 and t.shape[0] == 2)
        if name is None:
            return None
        call = self.choose.choice(["unbind()", "split(1)", "chunk(2)", "split([1, 1])", "tensor_split(2)"])
        return f"{self.new()}, {self.new()} = {name}.{call}"

    def write(self) -> str | None:
        name = self.pick()
        if name is None:
            return None
        other = self.partner(self.space[name].shape, clear_of=self.space[name])
        c = self.choose
        options = [
            "zero_()",
            "fill_(2)",
            "mul_(3)",
            "add_(1)",
            "sin_()",
            "exp_()",
            "neg_()",
            "clamp_(-1, 1)",
            "sub_(0.5)",
            "div_(2)",
            "tanh_()",
            "sigmoid_()",
            "pow_(2)",
            "sqrt_()",
            "abs_()",
            f"masked_fill_({name} > 0, 0.5)",
            "clamp_(min=0)",
            "reciprocal_()",
        ]
        if other is not None:
            options += [
                f"add_({other})",
                f"mul_({other})",
                f"copy_({other})",
                f"sub_({other}, alpha=2)",
                f"div_({other}.detach() + 10)",
            ] * 3
        return f"{name}.{c.choice(options)}"

    def assign(self) -> str | None:
        name = self.pick(lambda t: t.ndim > 0)
        if name is None:
            return None
        t = self.space[name]
        c = self.choose
        places = ["[0]", "[-1]", "[...]", "[1:]", "[::2]", f"[{name} > 0]", "[[0]]"]
        if t.shape[0] >= 2:  # in range: PyTorch writes some elements before it refuses
            places += ["[torch.tensor([0, 1])]"]
        if t.ndim >= 2:
            places += ["[:, 0]", "[0, 0]", "[:, 1:]", "[0, :]"]
            places += ["[[0, 1], [1, 0]]"] if min(t.shape[:2]) >= 2 else []
        place = c.choice(places)
        values = ["1.5", "7"]
        try:
            target = eval(f"{name}{place}", dict(self.space))
        except Exception:
            target = None
        if target is not None and ">" not in place:
            copied = target.untyped_storage().data_ptr() != t.untyped_storage().data_ptr()
            other = self.partner(target.shape, clear_of=t if copied else target)
            values += [other] * 4 if other else []
        operator = c.choices([" = ", " += ", " *= "], [6, 1, 1])[0]
        return f"{name}{place}{operator}{c.choice(values)}"

    def arithmetic(self) -> str | None:
        name = self.pick()
        if name is None:
            return None
        t = self.space[name]
        other = self.partner(t.shape)
        c = self.choose
        options = [
            f"{name} * 2",
            f"{name}.sin()",
            f"{name}.exp()",
            f"{name} ** 2",
            f"{name}.sum()",
            f"{name}.clone()",
            f"{name}.tanh()",
            f"{name}.abs()",
            f"{name}.relu()" if hasattr(t, "relu") else f"{name}.neg()",
            f"1 - {name}",
            f"{name}.mean()",
        ]
        if t.ndim:
            options += [
                f"{name}.sum(0)",
                f"{name}.cumsum(0)",
                f"{name}[torch.tensor([0, 0])]",
                f"{name}.flip(0)",
                f"{name}.contiguous()",
            ]
        if t.ndim == 2:
            options += [
                f"{name} @ {name}.t()",
                f"torch.cat([{name}, {name}])",
                f"torch.stack([{name}, {name}])",
                f"{name}.tril()",
            ]
        if other is not None:
            options += [
                f"{name} * {other}",
                f"{name} + {other}",
                f"{name} - {other}",
                f"torch.where({name} > 0, {name}, {other})",
            ] * 3
        return f"{self.new()} = {c.choice(options)}"

    def rare(self) -> str | None:
        name = self.pick()
        if name is None:
            return None
        options = [
            f"{name}.requires_grad_()",
            f"{name}.detach_()",
            f"{name}.data.mul_(2)",
            f"{self.new()} = {name}.detach()",
            f"{name}.retain_grad()",
            f"{self.new()} = {name}.data",
            f"{name}.requires_grad = False",
        ]
        return self.choose.choice(options)


def is_dense(t: Any) -> bool:
    """Whether the elements fill a stretch of memory without gaps: then PyTorch sees every overlap."""
    step = 1
    for stride, size in sorted(zip(t.stride(), t.shape)):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


def run(engine: Any, lines: list[str]) -> Outcome:
    """Run a program on an engine, then a backward from everything that has a gradient."""
    outcome = Outcome()
    space: dict[str, Any] = {"torch": engine}
    for line in lines:
        outcome.errors.append(attempt(lambda line=line: exec(line, space)))
    names = sorted(k for k in space if k.startswith("v"))
    for name in names:
        outcome.state[name] = describe(space[name])
    loss: list[Any] = []
    outcome.errors.append(attempt(lambda: loss.append(total([space[k] for k in names]))))
    if loss and loss[0] is not None:
        leaves = [space[k] for k in names if space[k].is_leaf and space[k].requires_grad]
        outcome.errors.append(attempt(lambda: outcome.gradients.update(second(engine, loss[0], leaves))))
        outcome.errors.append(attempt(lambda: loss[0].backward()))
        for name in names:
            t = space[name]
            shown: list[Any] = []
            kept = t.is_leaf or t.retains_grad
            if attempt(lambda t=t, shown=shown, kept=kept: shown.append(t.grad if kept else None)) is None:
                outcome.gradients[name] = None if shown[0] is None else shown[0].detach().numpy().copy()
    return outcome


def second(engine: Any, loss: Any, leaves: list[Any]) -> dict[str, Any]:
    """The gradient of the squared length of the gradient: every derivative, differentiated."""
    first = engine.autograd.grad(loss, leaves, create_graph=True, allow_unused=True)
    parts = [(g * g).sum() for g in first if g is not None and g.requires_grad]
    if not parts:
        return {}
    length = parts[0]
    for part in parts[1:]:
        length = length + part
    found = engine.autograd.grad(length, leaves, retain_graph=True, allow_unused=True)
    return {f"second {i}": None if g is None else g.detach().numpy().copy() for i, g in enumerate(found)}


def attempt(action: Callable[[], Any]) -> tuple[str, str] | None:
    try:
        action()
    except Exception as error:
        return type(error).__name__, (str(error).splitlines() or [""])[0]
    return None


def total(tensors: list[Any]) -> Any:
    """A scalar that depends on every tensor with a history, each weighted in its own way."""
    parts = [
        (t * t * (i + 1)).sum() for i, t in enumerate(tensors) if t.requires_grad and t.is_floating_point()
    ]
    result = parts[0] if parts else None
    for part in parts[1:]:
        result = result + part
    return result


def describe(t: Any) -> dict[str, Any]:
    """All that can be seen of a tensor.

    Strides only of views: how arithmetic lays out a new tensor is numpy's choice where the operands lie differently.
    """
    sizes = zip(t.stride(), t.shape) if t._is_view() else ()
    steps = tuple(s for s, n in sizes if n > 1 and t.numel())  # elsewhere a stride means nothing
    seen: dict[str, Any] = {"values": t.detach().numpy().copy(), "shape": tuple(t.shape), "stride": steps}
    for what, look in {
        "requires_grad": lambda: t.requires_grad,
        "leaf": lambda: t.is_leaf,
        "version": lambda: t._version,
        "view": lambda: t._is_view(),
        "offset": lambda: t.storage_offset() if t.numel() else 0,
        "output_nr": lambda: t.output_nr,
        "grad_fn": lambda: graph_of(t.grad_fn),
    }.items():
        value: list[Any] = []
        error = attempt(lambda look=look, value=value: value.append(look()))
        seen[what] = value[0] if error is None else error
    return seen


def graph_of(node: Any, depth: int = 2) -> Any:
    """Names of a node and of those behind it."""
    if node is None:
        return None
    if not depth:
        return node.name()
    return node.name(), [(graph_of(n, depth - 1), nr) for n, nr in node.next_functions]


def differences(ours: Outcome, theirs: Outcome) -> list[str]:
    """What two engines disagree about, in words."""
    found = []
    for i, (a, b) in enumerate(zip(ours.errors, theirs.errors)):
        if a != b:
            found.append(f"statement {i}: {a} instead of {b}")
    for name, theirs_state in theirs.state.items():
        if name not in ours.state:
            found.append(f"{name} is missing")
            continue
        for what, expected in theirs_state.items():
            value = ours.state[name][what]
            same = close(value, expected) if what == "values" else value == expected
            if not same:
                found.append(f"{name}.{what}: {value} instead of {expected}")
    for name, expected in theirs.gradients.items():
        if not close(ours.gradients.get(name), expected):
            found.append(f"{name}.grad: {ours.gradients.get(name)} instead of {expected}")
    return found


def close(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
