"""``x[...]`` and ``x[...] = v`` in every form, and the functions that pick and place elements by index."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..binding import Array, Number, Plain
from ..op import NONE, composite, op, tensor_method
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor, wrap
from .reshaping import unsqueeze
from .slicing import select, slice_

__all__ = ["argwhere", "gather", "index_add", "index_copy", "index_fill", "index_put", "index_select", "masked_fill", "masked_scatter",
           "masked_select", "nonzero", "scatter", "scatter_add", "take", "take_along_dim"]  # fmt: skip


# -- x[...] -------------------------------------------------------------------------------------------------


@tensor_method
def __getitem__(self: Tensor, key: Any) -> Tensor:
    """The part of the tensor that `key` names.

    Integers, slices, None and Ellipsis give views, one dimension after the other; tensors, lists and masks copy.
    """
    kind = type(key)
    if kind is int:
        return _select(self, 0, key)
    if kind is slice:
        result = _slice(self, 0, key)
        return result
    keys = _split_key(self, key)
    result, indices = _apply_basic(self, keys)
    if indices is not None:
        return index(result, indices)
    return _alias(result) if result is self else result


@op(promotion=NONE, half=False, view=True, method=False, node="Alias")
def _alias(input: Array) -> Array:
    """The same elements under a new tensor: ``x[...]``."""
    return input.view()


_alias.grad(input=lambda grad: grad)
_alias.samples(fixed(lambda make: ((make(2, 3),), {})))


def _select(tensor: Tensor, dim: int, i: int) -> Tensor:
    array = tensor._array
    if not array.ndim:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    n = array.shape[dim]
    if not -n <= i < n:
        raise IndexError(f"index {i} is out of bounds for dimension {dim} with size {n}")
    return select(tensor, dim, i)


def _slice(tensor: Tensor, dim: int, key: slice) -> Tensor:
    if not tensor._array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    step = 1 if key.step is None else operator.index(key.step)
    if step < 0:
        raise ValueError("step must be greater than zero")
    if step == 0:
        raise ValueError("slice step cannot be zero")
    start = None if key.start is None else operator.index(key.start)
    stop = None if key.stop is None else operator.index(key.stop)
    return slice_(tensor, dim, start, stop, step)


def _split_key(tensor: Tensor, key: Any) -> tuple[Any, ...]:
    """The key as a tuple with one entry per step; lists as tensors."""
    if isinstance(key, tuple):
        return key
    if isinstance(key, list) and any(isinstance(k, (slice, type(None), type(...))) for k in key):
        return tuple(key)
    return (key,)


def _apply_basic(tensor: Tensor, keys: tuple[Any, ...]) -> tuple[Tensor, list[Tensor | None] | None]:
    """Apply ints, slices, None and Ellipsis from left to right; collect tensors for advanced indexing."""
    taken = sum(_consumes(k) for k in keys)
    ndim = tensor._array.ndim
    if taken > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    result, dim = tensor, 0
    indices: list[Tensor | None] = []
    for k in keys:
        if isinstance(k, (bool, np.bool_)):
            result = unsqueeze(result, dim)
            indices += [None] * (dim - len(indices)) + [wrap(np.arange(1 if k else 0))]
            dim += 1
        elif k is None:
            result = unsqueeze(result, dim)
            dim += 1
        elif k is Ellipsis:
            dim += ndim - taken
        elif isinstance(k, slice):
            whole = k.start is None and k.stop is None and k.step is None
            result = result if whole and len(keys) > 1 else _slice(result, dim, k)
            dim += 1
        elif isinstance(k, Tensor) and not (k._array.ndim == 0 and k._array.dtype.kind in "iu"):
            indices += [None] * (dim - len(indices)) + _as_index(k, result, dim)
            dim += k._array.ndim if k._array.dtype.kind == "b" else 1
        elif isinstance(k, (list, tuple, range, np.ndarray)):
            from .creation import tensor as make

            made = make(k if not isinstance(k, range) else list(k))
            if made._array.dtype.kind == "f" and not made._array.size:
                made = made.long()
            indices += [None] * (dim - len(indices)) + _as_index(made, result, dim)
            dim += made._array.ndim if made._array.dtype.kind == "b" else 1
        else:
            try:
                position = operator.index(k)
            except TypeError:
                raise TypeError(
                    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                    f"(got {type(k).__name__})"
                ) from None
            result = _select_at(result, dim, position)
    return result, indices or None


def _select_at(tensor: Tensor, dim: int, i: int) -> Tensor:
    array = tensor._array
    if dim >= array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {array.ndim}")
    return _select(tensor, dim, i)


def _consumes(k: Any) -> int:
    if k is None or k is Ellipsis or isinstance(k, (bool, np.bool_)):
        return 0
    if isinstance(k, (Tensor, np.ndarray)):
        array = k._array if isinstance(k, Tensor) else k
        return array.ndim if array.dtype.kind == "b" or array.dtype == np.uint8 and isinstance(k, Tensor) else 1
    if isinstance(k, list) and k and isinstance(k[0], (bool, list)):
        probe = np.asarray(k)
        return probe.ndim if probe.dtype.kind == "b" else 1
    return 1


def _as_index(k: Tensor, tensor: Tensor, dim: int) -> list[Tensor | None]:
    """Integer indices as they are; a mask becomes the indices of its true elements."""
    array = k._array
    if array.dtype.kind == "b" or array.dtype == np.uint8:
        shape = tensor._array.shape
        for j, n in enumerate(array.shape):
            if dim + j >= len(shape) or n != shape[dim + j]:
                raise IndexError(
                    f"The shape of the mask {list(array.shape)} at index {j} does not match the shape of the indexed "
                    f"tensor {list(shape)} at index {dim + j}"
                )
        return [wrap(i) for i in np.nonzero(array)]
    if array.dtype.kind not in "iu":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return [k]


def _index_key(array: Array, indices: Any) -> tuple[Any, ...]:
    """numpy's key for PyTorch's list of index tensors; out-of-range positions are refused in PyTorch's words."""
    key: list[Any] = []
    for d, i in enumerate(indices):
        if i is None:
            key.append(slice(None))
            continue
        i = getattr(i, "_array", i)
        n = array.shape[d]
        if i.size and not (-n <= i.min() and i.max() < n):
            bad = int(i[(i < -n) | (i >= n)].reshape(-1)[0])
            raise IndexError(f"index {bad} is out of bounds for dimension {d} with size {n}")
        key.append(i)
    return tuple(key)


@op(promotion=NONE, half=False, method=False)
def index(input: Array, indices: Any) -> Array:
    """Elements at the positions given by one index tensor per dimension (None: the whole dimension)."""
    key = _index_key(input, indices)
    try:
        return input[key]
    except IndexError:
        shapes = ", ".join(str(list(getattr(i, "_array", i).shape)) for i in indices if i is not None)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


index.grad(input=lambda grad, input_shape, indices, F: F.index_backward(grad, input_shape, indices))
index.samples(
    fixed(
        lambda make: ((make(3, 2), [wrap(np.array([0, 2, 0]))]), {}),
        lambda make: ((make(3, 2), [None, wrap(np.array([1, 1]))]), {}),
        lambda make: ((make(3, 2), [wrap(np.array([0, 2])), wrap(np.array([1, 0]))]), {}),
    )
)


@op(promotion=NONE, half=False, method=False)
def index_backward(input: Array, shape: Any, indices: Any, *, xp: Any) -> Array:
    """Zeros of `shape` with `input` added at the places that ``index`` reads; a place read twice gets both."""
    result = xp.zeros(shape, input.dtype)
    xp.add.at(result, _index_key(result, indices), input)
    return result


index_backward.grad(input=lambda grad, indices, F: F.index(grad, indices))
index_backward.samples(fixed(lambda make: ((make(3, 2), (4, 2), [wrap(np.array([0, 2, 0]))]), {})))


# -- x[...] = v ---------------------------------------------------------------------------------------------


@tensor_method
def __setitem__(self: Tensor, key: Any, value: Any) -> None:
    """Write `value`, broadcast, to the part that `key` names."""
    if isinstance(key, Tensor) and key._array.dtype.kind == "b" and not isinstance(value, Tensor) and (
        key._array.shape == self._array.shape
    ):
        self.masked_fill_(key, value)
        return
    keys = _split_key(self, key)
    part, indices = _apply_basic(self, keys)
    if not isinstance(value, Tensor):
        from .creation import tensor

        if isinstance(value, (bool, int, float, complex)) and indices is None:
            part.fill_(value)
            return
        value = tensor(value, dtype=self.dtype) if isinstance(value, (bool, int, float, complex)) else tensor(value)
    if indices is None:
        while value._array.ndim > part._array.ndim and value._array.shape[0] == 1:
            value = value.squeeze(0)  # PyTorch drops leading dimensions of size 1
        part.copy_(value)
        return
    part.index_put_(indices, value.to(part.dtype) if value._array.ndim == 0 else value)


@op(promotion=NONE, half=False, inplace=True)
def index_put(input: Array, indices: Any, values: Array, accumulate: bool = False, *, xp: Any) -> Array:
    """A copy of the tensor with `values` written (or added) at the indexed places."""
    if values.dtype != input.dtype:
        from ..dtypes import FROM_NUMPY

        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{FROM_NUMPY[input.dtype].legacy} for the destination and {FROM_NUMPY[values.dtype].legacy} for the source."
        )
    result = input.copy()
    indices = [_mask_to_index(i) for i in indices]
    key = _index_key(result, [j for i in indices for j in i])
    try:
        if accumulate:
            xp.add.at(result, key, values)
        else:
            result[key] = values
    except ValueError:
        place = result[key].shape
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of "
            f"shape {list(place)}"
        ) from None
    return result


def _mask_to_index(i: Any) -> list[Any]:
    array = getattr(i, "_array", i)
    return list(np.nonzero(array)) if array is not None and array.dtype.kind == "b" else [array]


index_put.grad(
    input=lambda grad, indices, accumulate, F: grad if accumulate else F.index_put(grad, indices, F.zeros_like(F.index(grad, indices))),
    values=lambda grad, indices, F: F.index(grad, [j for i in indices for j in _mask_to_index(i)]),
)
index_put.samples(
    fixed(
        lambda make: ((make(4, 2), [wrap(np.array([0, 2]))], make(2, 2)), {}),
        lambda make: ((make(4, 2), [wrap(np.array([0, 0]))], make(2), True), {}),
    )
)


# -- along one dimension ------------------------------------------------------------------------------------


def _check_index(name: str, index: Array, n: int, dim: int) -> None:
    if index.size and not (0 <= index.min() and index.max() < n):
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
    xp.add.at(result, (slice(None),) * wrap_dim(dim, len(shape)) + (index,), input)
    return result


index_add_zeros.grad(input=lambda grad, dim, index, F: F.index_select(grad, dim, index))
index_add_zeros.samples(fixed(lambda make: ((make(3, 2), (4, 2), 0, wrap(np.array([0, 2, 0]))), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_add(input: Array, dim: int, index: Plain, source: Array, *, alpha: Number = 1, xp: Any) -> Array:
    """A copy with the slices of `source` added at positions of a dimension."""
    result = input.copy()
    xp.add.at(result, (slice(None),) * wrap_dim(dim, input.ndim) + (index,), source * alpha if alpha != 1 else source)
    return result


index_add.grad(
    input=lambda grad: grad,
    source=lambda grad, dim, index, alpha, F: F.index_select(grad, dim, index) * alpha,
)
index_add.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2, 0])), make(3, 2)), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_copy(input: Array, dim: int, index: Plain, source: Array) -> Array:
    """A copy with the slices of `source` written at positions of a dimension."""
    result = input.copy()
    result[(slice(None),) * wrap_dim(dim, input.ndim) + (index,)] = source
    return result


index_copy.grad(
    input=lambda grad, dim, index, F: F.index_fill(grad, dim, index, 0),
    source=lambda grad, dim, index, F: F.index_select(grad, dim, index),
)
index_copy.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2])), make(2, 2)), {})))


@op(promotion=NONE, half=False, inplace=True)
def index_fill(input: Array, dim: int, index: Plain, value: Array | Number) -> Array:
    """A copy with one value in the slices at positions of a dimension."""
    result = input.copy()
    result[(slice(None),) * wrap_dim(dim, input.ndim) + (index,)] = value
    return result


index_fill.grad(
    input=lambda grad, dim, index, F: F.index_fill(grad, dim, index, 0),
    value=lambda grad, dim, index, F: F.index_select(grad, dim, index).sum(),
)
index_fill.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([0, 2])), 1.5), {})))


def _picked(index: Array, dim: int, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """numpy's key for ``gather`` and ``scatter``: `index` along `dim`, its own position elsewhere."""
    return tuple(index if k == dim else np.arange(n).reshape((-1,) + (1,) * (index.ndim - k - 1)) for k, n in enumerate(index.shape))


def _check_gather(name: str, input: Array, dim: int, index: Array) -> int:
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if index.ndim != input.ndim and not (index.size == 0):
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
    return input[_picked(index, d, input.shape)] if input.ndim else input.copy()


gather.grad(input=lambda grad, input_shape, dim, index, F: F.scatter_add_zeros(grad, input_shape, dim, index))
gather.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2], [1, 1]]))), {})))


@op(promotion=NONE, half=False, method=False)
def scatter_add_zeros(input: Array, shape: Any, dim: int, index: Plain, *, xp: Any) -> Array:
    """Zeros of `shape` with `input` added at the places that ``gather`` reads."""
    result = xp.zeros(shape, input.dtype)
    if not shape:
        return result + input.sum()
    xp.add.at(result, _picked(index, wrap_dim(dim, len(shape)), tuple(shape)), input)
    return result


scatter_add_zeros.grad(input=lambda grad, dim, index, F: F.gather(grad, dim, index))
scatter_add_zeros.samples(fixed(lambda make: ((make(2, 2), (3, 2), 0, wrap(np.array([[0, 2], [0, 1]]))), {})))


@op(promotion=NONE, half=False, inplace=True)
def scatter(input: Array, dim: int, index: Plain, src: Array | Number, *, reduce: str | None = None, xp: Any) -> Array:
    """A copy with ``result[index[i][j]][j] = src[i][j]`` for dimension 0, and so on for others."""
    d = _check_gather("scatter", input, dim, index)
    result = input.copy()
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
    """Like ``scatter``, but adding: several values may go to one place."""
    d = _check_gather("scatter", input, dim, index)
    result = input.copy()
    if not input.ndim:
        return result + src
    xp.add.at(result, _picked(index, d, input.shape), src[tuple(slice(n) for n in index.shape)])
    return result


scatter_add.grad(
    input=lambda grad: grad,
    src=lambda grad, dim, index, F: F.gather(grad, dim, index),
)
scatter_add.samples(fixed(lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2], [0, 1]])), make(2, 2)), {})))


# -- masks --------------------------------------------------------------------------------------------------


@op(promotion=NONE, half=False, inplace=True)
def masked_fill(input: Array, mask: Plain, value: Array | Number, *, xp: Any) -> Array:
    """A copy with one value wherever the mask is true.

    >>> import teachtorch as torch
    >>> torch.tensor([1., -2.]).masked_fill(torch.tensor([False, True]), 0)
    tensor([1., 0.])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype " + str(mask.dtype))
    if hasattr(value, "ndim") and value.ndim:
        raise RuntimeError(
            f"masked_fill only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    return xp.where(mask, input.dtype.type(value) if not hasattr(value, "ndim") else value.astype(input.dtype), input)


masked_fill.grad(
    input=lambda grad, mask, F: F.where(mask, F.zeros_like(grad), grad),
    value=lambda grad, mask, F: F.where(mask, grad, F.zeros_like(grad)).sum(),
)
masked_fill.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False])), 1.5), {})))


@op(promotion=NONE, half=False)
def masked_select(input: Array, mask: Plain, *, xp: Any) -> Array:
    """The elements where the mask is true, as a vector.

    >>> import teachtorch as torch
    >>> x = torch.tensor([1, 2, 3])
    >>> torch.masked_select(x, x > 1)
    tensor([2, 3])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = np.broadcast_shapes(input.shape, mask.shape)
    return xp.broadcast_to(input, shape)[xp.broadcast_to(mask, shape)]


masked_select.grad(input=lambda grad, input_shape, mask, F: F.masked_place(grad, input_shape, mask))
masked_select.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False]))), {})))


@op(promotion=NONE, half=False, method=False)
def masked_place(input: Array, shape: Any, mask: Plain, *, xp: Any) -> Array:
    """Zeros of the broadcast shape with the vector `input` written where the mask is true."""
    whole = np.broadcast_shapes(tuple(shape), mask.shape)
    result = xp.zeros(whole, input.dtype)
    result[xp.broadcast_to(mask, whole)] = input
    return result


masked_place.grad(input=lambda grad, mask, F: F.masked_select(grad, mask))
masked_place.samples(fixed(lambda make: ((make(3), (3, 2), wrap(np.array([True, False]))), {})))


@op(promotion=NONE, half=False, inplace=True)
def masked_scatter(input: Array, mask: Plain, source: Array) -> Array:
    """A copy with the elements of `source`, in order, wherever the mask is true."""
    result = input.copy()
    mask = np.broadcast_to(mask, input.shape)
    n = int(mask.sum())
    if source.size < n:
        raise RuntimeError("masked_scatter: expected self to have at least as many elements as the mask has ones")
    result[mask] = source.reshape(-1)[:n]
    return result


masked_scatter.grad(
    input=lambda grad, mask, F: F.masked_fill(grad, mask, 0),
    source=lambda grad, source_shape, mask, F: _spread_back(grad, source_shape, mask, F),
)
masked_scatter.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False])), make(2, 2)), {})))


def _spread_back(grad: Any, source_shape: Any, mask: Any, F: Any) -> Any:
    picked = F.masked_select(grad, mask)
    n = int(np.prod(source_shape))
    rest = n - picked.shape[0]
    zeros = F.zeros_like(F.expand(F.reshape(F.sum(grad), (1,)), (rest,)))
    return F.reshape(F.cat([picked, zeros], 0), source_shape)


# -- where things are ---------------------------------------------------------------------------------------


@composite()
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the nonzero elements, a row each; or a tuple with one tensor per dimension.

    >>> import teachtorch as torch
    >>> torch.nonzero(torch.tensor([0, 5, 7]))
    tensor([[1],
            [2]])
    """
    array = input._array
    found = np.nonzero(array.reshape(1) if array.ndim == 0 else array)
    if as_tuple:
        return tuple(wrap(i) for i in found)
    if array.ndim == 0:
        return wrap(np.zeros((len(found[0]), 0), np.int64))
    return wrap(np.stack(found, 1))


@composite()
def argwhere(input: Tensor) -> Tensor:
    """The indices of the nonzero elements, a row each."""
    return nonzero(input)


@composite()
def take(input: Tensor, index: Tensor) -> Tensor:
    """Elements by their position in the flattened tensor."""
    return globals()["index"](input.reshape(-1), [index])


@composite()
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """``gather`` with broadcasting; without `dim`, of the flattened tensor."""
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    d = wrap_dim(dim, input.ndim)
    own = [n if k != d else m for k, (n, m) in enumerate(zip(input.shape, input.shape))]
    shape = [max(a, b) if k != d else b for k, (a, b) in enumerate(zip(own, indices.shape))]
    wide = [n if k != d else input.shape[d] for k, n in enumerate(shape)]
    return gather(input.expand(wide), d, indices.expand(shape))


