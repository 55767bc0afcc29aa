"""Every sample of every registered operation, as a case to run: the arguments are the same in every run."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import teachtorch as torch
import teachtorch.nn.functional  # registers the operations that only nn uses
from teachtorch.op import Op, registry
from teachtorch.tensor import Tensor


class Make:
    """What sample makers call: ``make(2, 3, low=0, high=1, dtype=...)`` gives a tensor of fixed numbers.

    The numbers come from numpy's generator, seeded with the operation's name: they depend on nothing else.
    """

    def __init__(self, seed: str, dtype: torch.dtype = torch.float64) -> None:
        self.numbers = np.random.default_rng(zlib.crc32(seed.encode()))
        self.dtype = dtype

    def __call__(
        self, *shape: int, low: float = -2.0, high: float = 2.0, dtype: torch.dtype | None = None
    ) -> Tensor:
        dtype = dtype or self.dtype
        values = self.numbers.uniform(low, high, shape)
        if dtype.is_complex:
            values = values + 1j * self.numbers.uniform(low, high, shape)
        elif not dtype.is_floating_point:
            values = np.floor(values) if dtype is not torch.bool else values > (low + high) / 2
        return torch.from_numpy(np.asarray(values)).to(dtype)


@dataclass(frozen=True)
class Case:
    """One sample of one operation."""

    op: Op
    number: int

    def arguments(self, dtype: torch.dtype = torch.float64) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Fresh arguments in the given dtype."""
        samples = list(all_samples(self.op, Make(self.op.name, dtype)))
        return samples[self.number]

    def differentiable(
        self, dtype: torch.dtype = torch.float64
    ) -> tuple[tuple[Any, ...], dict[str, Any], list[Tensor]]:
        """Fresh arguments, those with a derivative requiring grad, and a list of these."""
        args, kwargs = self.arguments(dtype)
        values = dict(zip(self.op.signature.names, self.op.signature.bind(args, kwargs)))
        leaves = [
            t
            for name in self.op.rules
            for t in tensors_in(values[name])
            if t.is_floating_point() or t.is_complex()
        ]
        return args, kwargs, [t.requires_grad_() for t in leaves]

    def __str__(self) -> str:
        return f"{self.op.name}-{self.number}"


def all_samples(op: Op, make: Make) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for maker in op.make_samples:
        yield from maker(make)


def cases() -> list[Case]:
    """All of them, in the order of registration."""
    return [Case(op, i) for op in registry.values() for i, _ in enumerate(all_samples(op, Make(op.name)))]


def tensors_in(values: Any) -> list[Tensor]:
    """The tensors among arguments, those in lists included."""
    if isinstance(values, Tensor):
        return [values]
    if isinstance(values, (list, tuple)):
        return [t for v in values for t in tensors_in(v)]
    if isinstance(values, dict):
        return tensors_in(list(values.values()))
    return []


def replaced(values: Any, change: Any) -> Any:
    """The same arguments with every tensor exchanged for ``change(tensor)``."""
    if isinstance(values, Tensor):
        return change(values)
    if isinstance(values, tuple) and hasattr(values, "_fields"):
        return values
    if isinstance(values, (list, tuple)):
        return type(values)(replaced(v, change) for v in values)
    if isinstance(values, dict):
        return {k: replaced(v, change) for k, v in values.items()}
    return values
