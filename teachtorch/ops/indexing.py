"""``x[...]`` and ``x[...] = v`` in every form."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..binding import NUMBERS, Array
from ..op import NONE, op, tensor_method
from ..samples import fixed
from ..tensor import Tensor, wrap
from .reshaping import unsqueeze, view
from .slicing import select, slice_

__all__ = ["index_put"]


@tensor_method
def __getitem__(self: Tensor, key: Any) -> Tensor:
    """The part of the tensor that `key` names.

    Integers, slices, None and Ellipsis give views, one dimension after the other; tensors, lists and masks copy.
    """
    kind = type(key)
    if kind is int:
        return _select(self, key)
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


def _select(tensor: Tensor, i: int) -> Tensor:
    """``x[i]``."""
    if not tensor._array.ndim:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    return _select_at(tensor, 0, i, 0)


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
    result, dim, consumed = tensor, 0, 0  # the next dimension: of the result so far, and of the tensor
    indices: list[Tensor | None] = []
    for k in keys:
        if isinstance(k, Tensor) and not k._array.ndim and k._array.dtype.kind == "b":
            k = bool(k)  # a mask without dimensions adds one, of size 1 or 0
        if isinstance(k, (bool, np.bool_)):
            result = unsqueeze(result, dim)
            indices += [None] * (dim - len(indices)) + [wrap(np.arange(1 if k else 0))]
            dim += 1
        elif k is None:
            result = unsqueeze(result, dim)
            dim += 1
        elif k is Ellipsis:
            dim += ndim - taken
            consumed += ndim - taken
        elif isinstance(k, slice):
            whole = k.start is None and k.stop is None and k.step is None
            result = result if whole and len(keys) > 1 else _slice(result, dim, k)
            dim += 1
            consumed += 1
        elif isinstance(k, Tensor) and not (k._array.ndim == 0 and k._array.dtype.kind in "iu"):
            indices += [None] * (dim - len(indices)) + _as_index(k, result, dim)
            dim += _consumes(k)
            consumed += _consumes(k)
        elif isinstance(k, (list, tuple, range, np.ndarray)):
            from .creation import tensor as make

            made = make(k if not isinstance(k, range) else list(k))
            if made._array.dtype.kind == "f" and not made._array.size:
                made = made.long()
            indices += [None] * (dim - len(indices)) + _as_index(made, result, dim)
            dim += _consumes(made)
            consumed += _consumes(made)
        else:
            try:
                position = operator.index(k)
            except TypeError:
                if isinstance(k, str):
                    raise TypeError("new(): invalid data type 'str'") from None
                raise IndexError(
                    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                    f"(got {type(k).__name__})"
                ) from None
            result = _select_at(result, dim, position, consumed)
            consumed += 1
    return result, indices or None


def _select_at(tensor: Tensor, dim: int, i: int, named: int) -> Tensor:
    """The slice at `i` of dimension `dim`, which was dimension `named` before earlier entries took theirs away."""
    array = tensor._array
    if dim >= array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {array.ndim}")
    n = array.shape[dim]
    if not -n <= i < n:
        raise IndexError(f"index {i} is out of bounds for dimension {named} with size {n}")
    return select(tensor, dim, i)


def _consumes(k: Any) -> int:
    if k is None or k is Ellipsis or isinstance(k, (bool, np.bool_)):
        return 0
    if isinstance(k, (Tensor, np.ndarray)):
        array = k._array if isinstance(k, Tensor) else k
        return (
            array.ndim
            if array.dtype.kind == "b" or (array.dtype == np.uint8 and isinstance(k, Tensor))
            else 1
        )
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


@tensor_method
def __setitem__(self: Tensor, key: Any, value: Any) -> None:
    """Write `value`, broadcast, to the part that `key` names."""
    if key is False:  # x[False] is empty
        return
    whole = type(key) is slice and key == slice(None)
    part, indices = _apply_basic(self, () if whole else _split_key(self, key))
    if not isinstance(value, Tensor):
        if indices is None and type(value) in (int, float) and not part.requires_grad:
            part.fill_(value)
            return
        value = _as_value(self, value)
    if indices is not None:
        part.index_put_(indices, _without_leading_ones(value))
    elif value._array.shape == part._array.shape:
        part.copy_(value)
    elif not value._array.ndim:
        part.fill_(value)
    else:
        value = view(value, _without_leading_ones(value).shape)
        part.copy_(value.expand(part._array.shape) if value._array.shape != part._array.shape else value)


def _as_value(target: Tensor, value: Any) -> Tensor:
    """A number as a tensor of the target's dtype; nothing else can be written by ``x[...] = value``."""
    from .creation import tensor

    if not isinstance(value, NUMBERS):
        kind = type(value)
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        raise TypeError(f"can't assign a {name} to a {target.type()}")
    return tensor(value, dtype=target.dtype)


def _without_leading_ones(value: Tensor) -> Tensor:
    """`value` without leading dimensions of size 1."""
    shape = value._array.shape
    start = next((i for i, n in enumerate(shape) if n != 1), len(shape))
    return view(value, shape[start:]) if start else value


@op(promotion=NONE, half=False, inplace=True)
def index_put(
    input: Array, indices: Any, values: Array, accumulate: bool = False, *, xp: Any, out: Any = None
) -> Array:
    """A copy of the tensor with `values` written (or added) at the indexed places.

    >>> import teachtorch as torch
    >>> torch.index_put(torch.zeros(3), (torch.tensor([0, 2]),), torch.tensor([5., 6.]))
    tensor([5., 0., 6.])
    """
    if values.dtype != input.dtype:
        from ..dtypes import FROM_NUMPY

        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{FROM_NUMPY[input.dtype].legacy} for the destination and "
            f"{FROM_NUMPY[values.dtype].legacy} for the source."
        )
    result = input.copy() if out is None else out
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
    input=lambda grad, indices, accumulate, F: (
        grad if accumulate else F.index_put(grad, indices, F.zeros_like(F.index(grad, indices)))
    ),
    values=lambda grad, indices, F: F.index(grad, [j for i in indices for j in _mask_to_index(i)]),
)
index_put.samples(
    fixed(
        lambda make: ((make(4, 2), [wrap(np.array([0, 2]))], make(2, 2)), {}),
        lambda make: ((make(4, 2), [wrap(np.array([0, 0]))], make(2), True), {}),
    )
)
