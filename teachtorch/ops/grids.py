"""All combinations of coordinates: grids, products, subsets, powers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..op import composite
from ..tensor import Tensor, wrap
from .joining import cat, flip, stack
from .running import cumprod

__all__ = ["cartesian_prod", "combinations", "meshgrid", "vander"]


@composite(method=False)
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Vectors as the coordinates of a grid: one tensor per vector, all of the grid's shape.

    ``indexing="ij"``, the default: the first vector runs along the first dimension. ``"xy"``: along the
    second.

    >>> import teachtorch as torch
    >>> rows, columns = torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4, 5]), indexing="ij")
    >>> rows
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for t in tensors:
        if t.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {_shown(t)}"
            )
    if len({t.dtype for t in tensors}) > 1:
        raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    n = len(tensors)
    swap = indexing == "xy" and n > 1
    vectors = (tensors[1], tensors[0], *tensors[2:]) if swap else tensors
    shape = tuple(t.numel() for t in vectors)
    grids = [t.view((1,) * i + (-1,) + (1,) * (n - i - 1)).expand(shape) for i, t in enumerate(vectors)]
    return (grids[1], grids[0], *grids[2:]) if swap else tuple(grids)


def _shown(t: Tensor) -> str:
    return str(t)


@composite(method=False)
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every choice of one element from each vector, a row each.

    >>> import teachtorch as torch
    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])
    """
    for t in tensors:
        if t.ndim != 1:
            raise RuntimeError("Expect a 1D vector, but got shape " + str(list(t.shape)))
    if len(tensors) == 1:
        return tensors[0]
    return stack([g.flatten() for g in meshgrid(*tensors, indexing="ij")], 1)


@composite(method=False)
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every choice of `r` elements of a vector, in order, a row each.

    >>> import teachtorch as torch
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.ndim != 1:
        raise RuntimeError("Expect a 1D vector, but got shape " + str(list(input.shape)))
    if r < 0:
        raise RuntimeError("Expect a non-negative number, but got " + str(r))
    if r == 0:
        return input.new_empty(0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen = np.array(list(choose(range(input.numel()), r)), np.int64).reshape(-1, r)
    return stack([input.index_select(0, wrap(chosen[:, k].copy())) for k in range(r)], 1)


@composite(method=False)
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element as a row: Vandermonde's matrix. Falling powers unless `increasing`.

    >>> import teachtorch as torch
    >>> torch.vander(torch.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [4, 2, 1],
            [9, 3, 1]])
    """
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    columns = x.numel() if N is None else N
    if columns < 0:
        raise RuntimeError("N must be non-negative.")
    powers = powers_of(x, columns)
    return powers if increasing else flip(powers, -1)


def powers_of(x: Tensor, columns: int) -> Tensor:
    """``x⁰, x¹, ...`` along a new last dimension."""
    if x._array.dtype.kind in "bui":
        x = x.to(x.new_zeros(()).long().dtype)
    one = x.detach().mul(0).add(1).unsqueeze(-1)
    if columns == 0:
        return one.narrow(-1, 0, 0)
    if columns == 1:
        return one
    return cat([one, cumprod(x.unsqueeze(-1).expand(*x.shape, columns - 1), -1)], -1)
