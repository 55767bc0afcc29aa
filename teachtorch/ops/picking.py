"""Elements picked and placed by index along a dimension: ``index_select``, ``gather``, ``scatter``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array, Number, Plain
from ..op import NONE, composite, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor, wrap

__all__ = [
    "gather",
    "index_add",
    "index_copy",
    "index_fill",
    "index_select",
    "scatter",
    "scatter_add",
    "take",
    "take_along_dim",
]


def _check_index(name: str, index: Array, n: int, dim: int) -> None:
    if index.size and not (index.min() >= 0 and index.max() < n):
        bad = int(index[(index < 0) | (index >= n)].reshape(-1)[0])
        if name == "index_select":
            raise IndexError("index out of range in self")
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {n}")


@op(promotion=NONE, half=False)
def index_select(input: Array, dim: int, index: Plain, *, xp: Any) -> Array:
    """The slices at the given positions of a dimension.

    >>> import teachtorch as torch
    >>> torch.index_select(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    d = wrap_dim(dim, input.ndim)
    _check_index("index_select", index, input.shape[d] if input.ndim else 1, d)
    return xp.take(input, index, axis=d) if input.ndim else input.copy()


index_select.grad(
    input=lambda grad, input_shape, dim, index, F: F.index_add_zeros(grad, input_shape, dim, index),
)
index_select.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2, 0]))), {})))


@op(promotion=NONE, half=False, method=False)
def index_add_zeros(input: Array, shape: Any, dim: int, index: Plain, *, xp: Any) -> Array:
    """Zeros of `shape` with the slices of `input` added at positions of a dimension."""
    result = xp.zeros(shape, input.dtype)
    xp.add.at(*_slices(result, dim, index), input)
    return result


def _slices(array: Array, dim: int, index: Array) -> tuple[Array, tuple[Any, ...]]:
    """An array and numpy's key for its slices at `index` of a dimension; a scalar has the one dimension 0."""
    return (array if array.ndim else array.reshape(1)), (slice(None),) * wrap_dim(dim, array.ndim) + (index,)


index_add_zeros.grad(input=lambda grad, dim, index, F: F.index_select(grad, dim, index))
index_add_zeros.samples(fixed(lambda make: ((make(3, 2), (4, 2), 0, wrap(np.array([0, 2, 0]))), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_add(input: Array, dim: int, index: Plain, source: Array, *, alpha: Number = 1, xp: Any) -> Array:
    """A copy with the slices of `source` added at positions of a dimension.

    >>> import teachtorch as torch
    >>> torch.index_add(torch.zeros(2), 0, torch.tensor([1, 1]), torch.tensor([5., 6.]))
    tensor([ 0., 11.])
    """
    d = wrap_dim(dim, input.ndim)
    if [n for k, n in enumerate(input.shape) if k != d] != [n for k, n in enumerate(source.shape) if k != d]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(input.shape)} source.shape = {list(source.shape)}"
        )
    result = input.copy()
    xp.add.at(*_slices(result, d, index), source * alpha if alpha != 1 else source)
    return result


index_add.grad(
    input=lambda grad: grad,
    source=lambda grad, dim, index, alpha, F: F.index_select(grad, dim, index) * alpha,
)
index_add.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2, 0])), make(3, 2)), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_copy(input: Array, dim: int, index: Plain, source: Array) -> Array:
    """A copy with the slices of `source` written at positions of a dimension.

    >>> import teachtorch as torch
    >>> torch.index_copy(torch.zeros(2), 0, torch.tensor([1]), torch.tensor([5.]))
    tensor([0., 5.])
    """
    result = input.copy()
    slices, key = _slices(result, dim, index)
    slices[key] = source
    return result


index_copy.grad(
    input=lambda grad, dim, index, F: F.index_fill(grad, dim, index, 0),
    source=lambda grad, dim, index, F: F.index_select(grad, dim, index),
)
index_copy.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2])), make(2, 2)), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_fill(input: Array, dim: int, index: Plain, value: Array | Number) -> Array:
    """A copy with one value in the slices at positions of a dimension.

    >>> import teachtorch as torch
    >>> torch.index_fill(torch.zeros(2), 0, torch.tensor([1]), 5.)
    tensor([0., 5.])
    """
    result = input.copy()
    slices, key = _slices(result, dim, index)
    slices[key] = value
    return result


def _distinct(index: Any) -> Any:
    """Each position once: a value written twice to one place is there once."""
    return wrap(np.unique(index._array)) if isinstance(index, Tensor) else np.unique(index)


index_fill.grad(
    input=lambda grad, dim, index, F: F.index_fill(grad, dim, index, 0),
    value=lambda grad, dim, index, F: F.index_select(grad, dim, _distinct(index)).sum(),
)
index_fill.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2])), 1.5), {})))


def _picked(index: Array, dim: int, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """numpy's key for ``gather`` and ``scatter``: `index` along `dim`, its own position elsewhere."""
    return tuple(
        index if k == dim else np.arange(n).reshape((-1,) + (1,) * (index.ndim - k - 1))
        for k, n in enumerate(index.shape)
    )


def _check_gather(name: str, input: Array, dim: int, index: Array) -> int:
    if not index.size:  # nothing to pick: PyTorch asks no more
        return wrap_dim(dim, input.ndim)
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if index.ndim != max(input.ndim, 1) and index.ndim != input.ndim:
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as "
            + ("input tensor" if name == "gather" else "self tensor")
        )
    d = wrap_dim(dim, input.ndim)
    for k, n in enumerate(index.shape):
        if k != d and n > input.shape[k]:
            raise RuntimeError(
                f"Size does not match at dimension {k} expected index {list(index.shape)} to be no larger than self "
                f"{list(input.shape)} apart from dimension {d}"
            )
    _check_index(name, index, input.shape[d] if input.ndim else 1, d)
    return d


@op(promotion=NONE, half=False)
def gather(input: Array, dim: int, index: Plain, *, sparse_grad: bool = False) -> Array:
    """``result[i][j] = input[index[i][j]][j]`` for dimension 0, and so on for others.

    >>> import teachtorch as torch
    >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    d = _check_gather("gather", input, dim, index)
    if not index.size:
        return np.empty(index.shape, input.dtype)
    return input[_picked(index, d, input.shape)] if input.ndim else np.broadcast_to(input, index.shape).copy()


gather.grad(input=lambda grad, input_shape, dim, index, F: F.scatter_add_zeros(grad, input_shape, dim, index))
gather.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2], [1, 1]]))), {})))


@op(promotion=NONE, half=False, method=False)
def scatter_add_zeros(input: Array, shape: Any, dim: int, index: Plain, *, xp: Any) -> Array:
    """Zeros of `shape` with `input` added at the places that ``gather`` reads."""
    result = xp.zeros(shape, input.dtype)
    if not shape:
        return result + input.sum()
    if not index.size:
        return result
    xp.add.at(result, _picked(index, wrap_dim(dim, len(shape)), tuple(shape)), input)
    return result


scatter_add_zeros.grad(input=lambda grad, dim, index, F: F.gather(grad, dim, index))
scatter_add_zeros.samples(fixed(lambda make: ((make(2, 2), (3, 2), 0, wrap(np.array([[0, 2], [0, 1]]))), {})))


def _check_source(input: Array, index: Array, src: Any) -> None:
    if getattr(src, "ndim", 0) and src.ndim != index.ndim and index.size:
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    if hasattr(src, "dtype") and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")


@op(promotion=NONE, half=False, inplace=True)
def scatter(
    input: Array, dim: int, index: Plain, src: Array | Number, *, reduce: str | None = None, xp: Any
) -> Array:
    """A copy with ``result[index[i][j]][j] = src[i][j]`` for dimension 0, and so on for others.

    >>> import teachtorch as torch
    >>> torch.scatter(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([5., 6.]))
    tensor([6., 0., 5.])
    """
    _check_source(input, index, src)
    d = _check_gather("scatter", input, dim, index)
    result = input.copy()
    if not index.size:
        return result
    if not input.ndim:
        result[...] = src
        return result
    key = _picked(index, d, input.shape)
    part = src[tuple(slice(n) for n in index.shape)] if hasattr(src, "ndim") and src.ndim else src
    if reduce is None:
        result[key] = part
    elif reduce == "add":
        xp.add.at(result, key, part)
    elif reduce == "multiply":
        xp.multiply.at(result, key, part)
    else:
        raise RuntimeError("reduce argument must be either add or multiply.")
    return result


scatter.grad(
    input=lambda grad, dim, index, F: F.scatter(grad, dim, index, 0),
    src=lambda grad, src_shape, dim, index, F: (
        F.gather(grad, dim, index) if src_shape else F.gather(grad, dim, index).sum()
    ),
)
scatter.samples(
    fixed(
        lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2]])), make(1, 2)), {}),
        lambda make: ((make(3, 2), 1, wrap(np.array([[0], [1]])), 1.5), {}),
    )
)


@op(promotion=NONE, half=False, inplace=True)
def scatter_add(input: Array, dim: int, index: Plain, src: Array, *, xp: Any) -> Array:
    """Like ``scatter``, but adding: several values may go to one place.

    >>> import teachtorch as torch
    >>> torch.scatter_add(torch.zeros(2), 0, torch.tensor([1, 1]), torch.tensor([5., 6.]))
    tensor([ 0., 11.])
    """
    _check_source(input, index, src)
    d = _check_gather("scatter", input, dim, index)
    result = input.copy()
    if not index.size:
        return result
    if not input.ndim:
        return result + src
    xp.add.at(result, _picked(index, d, input.shape), src[tuple(slice(n) for n in index.shape)])
    return result


scatter_add.grad(
    input=lambda grad: grad,
    src=lambda grad, dim, index, F: F.gather(grad, dim, index),
)
scatter_add.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2], [0, 1]])), make(2, 2)), {})))


@op(promotion=NONE, half=False)
def take(input: Array, index: Plain) -> Array:
    """Elements by their position in the flattened tensor.

    Derivative: each element collects the gradients of the places it was taken to.

    >>> import teachtorch as torch
    >>> torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 3]))
    tensor([1, 4])
    """
    if index.dtype != np.int64:
        from ..dtypes import FROM_NUMPY

        raise RuntimeError(
            f"take(): Expected a long tensor for index, but got {FROM_NUMPY[index.dtype].legacy}"
        )
    if not input.size and index.size:
        raise IndexError("take(): tried to take from an empty tensor")
    if index.size and not (-input.size <= index.min() and index.max() < input.size):
        bad = int(index[(index < -input.size) | (index >= input.size)].reshape(-1)[0])
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {input.size} elements.")
    return input.reshape(-1)[index]


def _put_back(grad: Any, input_shape: Any, index: Any, F: Any) -> Any:
    size = math.prod(input_shape)
    places = F.reshape(index, (-1,)) % size if size else F.reshape(index, (-1,))
    return F.reshape(F.scatter_add_zeros(F.reshape(grad, (-1,)), (size,), 0, places), input_shape)


take.grad(input=_put_back)
take.samples(
    fixed(
        lambda make: ((make(3, 2), wrap(np.array([[0, 5], [-1, 0]]))), {}),
        lambda make: ((make(), wrap(np.array([0, 0]))), {}),
    )
)


@composite()
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """``gather`` with broadcasting; without `dim`, of the flattened tensor.

    >>> import teachtorch as torch
    >>> torch.take_along_dim(torch.tensor([[3, 1]]), torch.tensor([[1, 0]]), 1)
    tensor([[1, 3]])
    """
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    d = wrap_dim(dim, input.ndim)
    if indices._array.size and indices._array.min() < 0:  # counted from the end
        indices = wrap(np.where(indices._array < 0, indices._array + input.shape[d], indices._array))
    own = [n if k != d else m for k, (n, m) in enumerate(zip(input.shape, input.shape))]
    shape = [max(a, b) if k != d else b for k, (a, b) in enumerate(zip(own, indices.shape))]
    wide = [n if k != d else input.shape[d] for k, n in enumerate(shape)]
    return gather(input.expand(wide), d, indices.expand(shape))
