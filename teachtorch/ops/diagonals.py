"""Diagonals and triangles: taking them out, putting them in, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import dtype as DType
from ..dtypes import int64
from ..op import NONE, composite, op, tensor_method
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor
from .creation import finish
from .results import written
from .slicing import diagonal

__all__ = ["block_diag", "diag", "diag_embed", "diagflat", "trace", "tril_indices", "triu_indices"]


@op(promotion=NONE, half=False)
def diag_embed(input: Array, offset: int = 0, dim1: int = -2, dim2: int = -1, *, xp: Any) -> Array:
    """Matrices of zeros with the lines of the last dimension on their diagonals.

    Derivative: the diagonals of the gradient.

    >>> import teachtorch as torch
    >>> torch.diag_embed(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    a, b = wrap_dim(dim1, input.ndim + 1), wrap_dim(dim2, input.ndim + 1)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    n = input.shape[-1] + abs(offset)
    result = xp.zeros((*input.shape[:-1], n, n), input.dtype)
    place = result.diagonal(offset, -2, -1)
    place.flags.writeable = True
    place[...] = input
    return xp.moveaxis(result, (-2, -1), (a, b))


diag_embed.grad(input=lambda grad, offset, dim1, dim2, F: F.diagonal(grad, offset, dim1, dim2))
diag_embed.samples(
    fixed(
        lambda make: ((make(3),), {}),
        lambda make: ((make(2, 3), 1), {}),
        lambda make: ((make(2, 3), -1, 0, 2), {}),
    )
)


@composite()
def diag(input: Tensor, diagonal: int = 0, *, out: Any = None) -> Tensor:
    """A vector as the diagonal of a matrix; the diagonal of a matrix as a vector.

    >>> import teachtorch as torch
    >>> torch.diag(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    if input.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    result = diag_embed(input, diagonal) if input.ndim == 1 else _taken_out(input, diagonal)
    return written(result, out)


def _taken_out(input: Tensor, offset: int) -> Tensor:
    return diagonal(input, offset).clone()


@composite()
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """All elements, flattened, as the diagonal of a matrix.

    >>> import teachtorch as torch
    >>> torch.diagflat(torch.tensor([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(input.reshape(-1), offset)


@op(promotion=NONE, half=False)
def trace(input: Array, *, xp: Any) -> Array:
    r"""The sum of the diagonal of a matrix, :math:`\sum_i a_{ii}`. Derivative: the identity, times the
    gradient.

    >>> import teachtorch as torch
    >>> torch.trace(torch.tensor([[1., 2.], [3., 4.]]))
    tensor(5.)
    """
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    wide = input.astype(np.int64) if input.dtype.kind in "bui" else input
    return xp.asarray(wide.diagonal().sum(dtype=None if wide.itemsize > 2 else np.float32)).astype(wide.dtype)


def _trace_by_input(grad: Any, input_shape: Any, F: Any) -> Any:
    line = F.expand(F.reshape(grad, (1,)), (min(input_shape),))
    return F.diagonal_backward(line, input_shape, 0, 0, 1)


trace.grad(input=_trace_by_input)
trace.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 3),), {})))


@op(method=False, half=False, node="BlockDiag")
def block_diagonal(tensors: Sequence[Array], *, xp: Any) -> Array:
    """The kernel of ``block_diag``."""
    blocks = [xp.atleast_2d(x) for x in tensors]
    result = xp.zeros(
        (sum(b.shape[0] for b in blocks), sum(b.shape[1] for b in blocks)),
        blocks[0].dtype if blocks else np.float32,
    )
    row = column = 0
    for b in blocks:
        result[row : row + b.shape[0], column : column + b.shape[1]] = b
        row, column = row + b.shape[0], column + b.shape[1]
    return result


def _blocks(grad: Any, tensors_shape: Any, F: Any) -> list[Any]:
    parts, row, column = [], 0, 0
    for shape in tensors_shape:
        m, n = ((1, 1), (1, *shape), shape)[len(shape)]
        part = F.slice_(F.slice_(grad, 0, row, row + m, 1), 1, column, column + n, 1)
        parts.append(F.reshape(part, tuple(shape)))
        row, column = row + m, column + n
    return parts


block_diagonal.grad(tensors=_blocks)
block_diagonal.samples(fixed(lambda make: (([make(2, 3), make(2), make()],), {})))


@composite(method=False)
def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a large one; vectors count as rows.

    >>> import teachtorch as torch
    >>> torch.block_diag(torch.tensor([[1, 2]]), torch.tensor([3]))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    for i, t in enumerate(tensors):
        if t.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {t.ndim} "
                "dimensions"
            )
    return block_diagonal(list(tensors)) if tensors else finish(np.zeros((1, 0), np.float32))


def _triangle(name: str, which: Any, doc: str) -> Any:
    def indices(
        row: int, col: int, offset: int = 0, *, dtype: DType = int64, device: Any = None, layout: Any = None
    ) -> Tensor:
        if row < 0 or col < 0:
            side, n = ("row", row) if row < 0 else ("col", col)
            raise RuntimeError(f"{side} must be non-negative, got{n}")
        return finish(np.stack(which(row, offset, col)).astype(dtype.numpy), False, device)

    indices.__name__ = indices.__qualname__ = name
    indices.__doc__ = doc
    return indices


tril_indices = _triangle(
    "tril_indices", np.tril_indices,
    """Rows and columns of the elements on and below a diagonal of a matrix, as a (2, n) tensor.

    >>> import teachtorch as torch
    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """,
)  # fmt: skip
triu_indices = _triangle(
    "triu_indices", np.triu_indices,
    """Rows and columns of the elements on and above a diagonal of a matrix, as a (2, n) tensor.

    >>> import teachtorch as torch
    >>> torch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """,
)  # fmt: skip


@tensor_method
def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Write one value to the main diagonal; with `wrap`, start again below in a tall matrix.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 2).fill_diagonal_(5)
    tensor([[5., 0.],
            [0., 5.]])
    """
    if self.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    if self.ndim > 2 and len(set(self.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    n, step = min(self.shape), sum(self.stride())
    self.as_strided((n,), (step,)).fill_(fill_value)
    rows, columns = self.shape[0], self.shape[-1]
    if wrap and self.ndim == 2 and rows > columns + 1:
        below = (columns + 1) * self.stride(0)
        count = -(-(self.numel() - (columns + 1) * columns) // (columns + 1))
        self.as_strided((count,), (step,), self.storage_offset() + below).fill_(fill_value)
    return self
