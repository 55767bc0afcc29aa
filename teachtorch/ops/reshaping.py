"""The same elements under another shape: ``view``, ``expand``, ``squeeze``. Only ``reshape`` may copy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import expand as expand_array
from ..backend import strided
from ..binding import Array, Ints, as_ints
from ..dtypes import dtype as torch_dtype
from ..dtypes import from_numpy_dtype as torch_type_of
from ..op import NONE, attach, composite, op, tensor_method, view_op
from ..samples import fixed
from ..shapes import infer_shape, wrap_dim
from ..tensor import Tensor

__all__ = ["broadcast_to", "flatten", "ravel", "reshape", "squeeze", "unflatten", "unsqueeze"]


@view_op(method="_view_as_shape", node="View")
def view(input: Array, size: Ints) -> Array:
    """The same elements in the same order under another shape; one size may be -1.

    Works without copying or not at all: the strides must allow it.

    >>> import teachtorch as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    shape = infer_shape(size, input.size)
    result = input.reshape(shape)
    if input.size and result.base is not input and result.base is not input.base:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return result if result is not input else input.view()


view.grad(input=lambda grad, input_shape, F: F.reshape(grad, input_shape))
view.samples(fixed(lambda make: ((make(2, 3), 6), {}), lambda make: ((make(2, 3, 2), 3, -1), {})))


def _tensor_view(self: Tensor, *size: Any, dtype: Any = None) -> Tensor:
    """A view with another shape, ``x.view(2, -1)``, or another dtype over the same bits, ``x.view(torch.int32)``."""
    if dtype is None and len(size) == 1 and isinstance(size[0], torch_dtype):
        dtype = size[0]
    return view(self, *size) if dtype is None else view_as_dtype(self, dtype)


_tensor_view.__name__ = "view"
attach("view", _tensor_view)


@view_op(method=False, node="View")
def view_as_dtype(input: Array, dtype: Any) -> Array:
    """The same bits under another dtype; the last dimension shrinks or grows with the element's size."""
    if not input.ndim and input.itemsize != dtype.itemsize:
        raise RuntimeError(
            f"self.dim() cannot be 0 to view {torch_dtype.__name__} as {dtype} (different element sizes)"
        )
    return input.view(dtype.numpy)


@view_op(method=False)
def reshape_alias(input: Array, size: Ints) -> Array:
    """The view that ``reshape`` makes of a tensor whose elements do not lie in order, where one is possible."""
    return input.reshape(size)


reshape_alias.grad(input=lambda grad, input_shape, F: F.reshape(grad, input_shape))
reshape_alias.samples(fixed(lambda make: ((make(2, 3), (6,)), {})))


@op(promotion=NONE, half=False, method=False, node="UnsafeView")
def unsafe_view(input: Array, size: Ints) -> Array:
    """The reshaped copy that ``reshape`` makes where a view is impossible; not a view of its input for autograd."""
    return input.reshape(size)


unsafe_view.grad(input=lambda grad, input_shape, F: F.reshape(grad, input_shape))
unsafe_view.samples(fixed(lambda make: ((make(2, 3), (3, 2)), {})))


@composite(raw=lambda array, *shape: array.reshape(*shape))
def reshape(input: Tensor, *shape: Any) -> Tensor:
    """Like ``view``, but copies where the strides do not allow a view.

    >>> import teachtorch as torch
    >>> torch.arange(6).view(2, 3).t().reshape(6)
    tensor([0, 3, 1, 4, 2, 5])
    """
    array = input._array
    size = infer_shape(as_ints(shape if len(shape) != 1 else shape[0]), array.size)
    if array.flags.c_contiguous:
        return view(input, size)
    probe = array.reshape(size)
    if probe.base is array or probe.base is array.base:
        return reshape_alias(input, size)
    return unsafe_view(input.contiguous(), size)


@view_op()
def expand(input: Array, size: Ints) -> Array:
    """The tensor repeated along dimensions of size 1, without copying: the stride there is 0. -1 keeps a size.

    >>> import teachtorch as torch
    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    if not input.ndim and -1 not in size:
        return expand_array(input, tuple(size))  # the gradient of every sum
    missing = len(size) - input.ndim
    if missing < 0:
        raise RuntimeError(
            f"expand({_described(input)}, size={list(size)}): the number of sizes provided "
            f"({len(size)}) must be greater or equal to the number of dimensions in the tensor "
            f"({input.ndim})"
        )
    shape = list(size)
    for i, n in enumerate(size):
        old = input.shape[i - missing] if i >= missing else 1
        if n == -1:
            if i < missing:
                raise RuntimeError(
                    f"The expanded size of the tensor ({n}) isn't allowed in a leading, non-existing dimension {i}"
                )
            shape[i] = old
        elif old not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({old}) at non-singleton "
                f"dimension {i}.  Target sizes: {list(size)}.  Tensor sizes: {list(input.shape)}"
            )
    return expand_array(input, tuple(shape))


expand.grad(input=lambda grad, input_shape, F: F.sum_to_size(grad, input_shape))
expand.samples(fixed(lambda make: ((make(3, 1), 2, 3, 4), {}), lambda make: ((make(3, 1), -1, 2), {})))


def _described(array: Array) -> str:
    return f"torch.{torch_type_of(array.dtype).legacy}Tensor{{{list(array.shape)}}}"


def _sum_to_size_array(array: Any, *size: Any) -> Any:
    shape = as_ints(size)
    extra = array.ndim - len(shape)
    if extra:
        array = array.sum(tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and array.shape[i] != 1)
    return array.sum(axes, keepdims=True) if axes else array


@composite(raw=_sum_to_size_array)
def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Sum over the dimensions that broadcasting to this shape would have repeated."""
    shape = as_ints(size)
    have = self._array.shape
    if not shape:
        return self.sum()
    if have == shape:
        return self
    extra = len(have) - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, have[extra:])):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(have)}}}.")
    dims = [*range(extra), *(i + extra for i, n in enumerate(shape) if n == 1 and have[i + extra] != 1)]
    return self.sum(tuple(dims), keepdim=True).view(shape) if dims else self.view(shape)


@tensor_method
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """``expand`` to the shape of another tensor."""
    return expand(self, other._array.shape)


@tensor_method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """``view`` in the shape of another tensor."""
    return view(self, other._array.shape)


@tensor_method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """``reshape`` to the shape of another tensor."""
    return reshape(self, other._array.shape)


@composite()
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """``expand`` as a function.

    >>> import teachtorch as torch
    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return expand(input, size)


@view_op()
def unsqueeze(input: Array, dim: int) -> Array:
    """A dimension of size 1 inserted before position `dim`.

    >>> import teachtorch as torch
    >>> torch.zeros(3, 2).unsqueeze(1).shape
    torch.Size([3, 1, 2])
    """
    return (
        input.reshape(_inserted(input.shape, dim)) if input.flags.c_contiguous else _expand_dims(input, dim)
    )


def _inserted(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    d = wrap_dim(dim, len(shape) + 1)
    return (*shape[:d], 1, *shape[d:])


def _expand_dims(input: Array, dim: int) -> Array:
    """numpy gives a new dimension the stride 0; PyTorch the one it would have if it were larger."""
    d = wrap_dim(dim, input.ndim + 1)
    step = input.shape[d] * input.strides[d] if d < input.ndim else input.itemsize
    return strided(input, _inserted(input.shape, dim), (*input.strides[:d], step, *input.strides[d:]))


unsqueeze.grad(input=lambda grad, dim, F: F.squeeze(grad, dim))
unsqueeze.samples(fixed(lambda make: ((make(2, 3), 1), {}), lambda make: ((make(), 0), {})))


def _squeeze_overload(input: Any, dim: Any = None) -> int:
    return 0 if dim is None else 1 if isinstance(dim, int) else 2


@view_op(overload=_squeeze_overload)
def squeeze(input: Array, dim: int | tuple[int, ...] | None = None) -> Array:
    """Without its dimensions of size 1: all of them, or those named.

    >>> import teachtorch as torch
    >>> torch.zeros(1, 3, 1).squeeze(0).shape
    torch.Size([3, 1])
    """
    if dim is None:
        return input.squeeze()
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    wrapped = {wrap_dim(d, input.ndim) for d in dims}
    return (
        input.reshape(tuple(n for i, n in enumerate(input.shape) if not (i in wrapped and n == 1)))
        if (input.flags.c_contiguous)
        else input.squeeze(tuple(d for d in wrapped if input.ndim and input.shape[d] == 1))
    )


squeeze.grad(input=lambda grad, input_shape, F: F.reshape(grad, input_shape))
squeeze.samples(
    fixed(
        lambda make: ((make(1, 3, 1),), {}),
        lambda make: ((make(1, 3, 1), 0), {}),
        lambda make: ((make(1, 3, 1), 1), {}),
        lambda make: ((make(1, 3, 1), (0, 2)), {}),
    )
)


@composite()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` joined to one.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    shape = input._array.shape
    a, b = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if a > b:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshape(input, (1,))
    if a == b:
        return input
    return reshape(input, (*shape[:a], int(np.prod(shape[a : b + 1], dtype=np.int64)), *shape[b + 1 :]))


@composite()
def ravel(input: Tensor) -> Tensor:
    """All dimensions joined to one; a view where possible.

    >>> import teachtorch as torch
    >>> torch.ravel(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return reshape(input.contiguous(), (-1,)) if input._array.size else reshape(input, (0,))


@composite()
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension unfolded into several.

    >>> import teachtorch as torch
    >>> torch.unflatten(torch.arange(4), 0, (2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    shape = input._array.shape
    d = wrap_dim(dim, len(shape))
    inner = tuple(sizes)
    if -1 not in inner and math.prod(inner) != shape[d]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(inner)} don't multiply up to the size of dim {dim} ({shape[d]}) in the "
            "input tensor"
        )
    inner = infer_shape(inner, shape[d])
    return view(input, (*shape[:d], *inner, *shape[d + 1 :]))
