"""Overlapping windows over a dimension, rotations, and views made as copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import strided
from ..binding import Array
from ..op import NONE, composite, op, view_op
from ..samples import fixed
from ..shapes import broadcast_shape, wrap_dim
from ..tensor import Tensor, wrap
from .permuting import permute, t, transpose
from .reshaping import squeeze, unsqueeze
from .results import written
from .slicing import diagonal, narrow, select, slice_, split, split_with_sizes, tensor_split, unbind

__all__ = [
    "alias_copy", "as_strided_copy", "broadcast_shapes", "detach_copy", "diagonal_copy", "dsplit",
    "expand_copy", "hsplit", "narrow_copy", "nonzero_static", "permute_copy", "rot90", "select_copy",
    "slice_copy", "split_copy", "split_with_sizes_copy", "squeeze_copy", "t_copy", "transpose_copy",
    "unbind_copy", "unfold_copy", "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes",
    "unsqueeze_copy", "view_as_complex_copy", "view_as_real_copy", "view_copy", "vsplit",
]  # fmt: skip


@view_op()
def unfold(input: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` neighbours along a dimension, `step` apart, as a new last dimension; a view.

    Derivative: each element collects the gradients of the windows it is in.

    >>> import teachtorch as torch
    >>> torch.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])
    """
    d = wrap_dim(dimension, input.ndim)
    n = input.shape[d] if input.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {d} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not input.ndim:
        return input.reshape(1)[:size]
    shape = (*input.shape[:d], (n - size) // step + 1, *input.shape[d + 1 :], size)
    strides = (*input.strides[:d], input.strides[d] * step, *input.strides[d + 1 :], input.strides[d])
    return strided(input, shape, strides)


unfold.grad(
    input=lambda grad, input_shape, dimension, size, step, F: F.unfold_backward(
        grad, input_shape, dimension, size, step
    )
)
unfold.samples(fixed(lambda make: ((make(5), 0, 3, 1), {}), lambda make: ((make(3, 5), 1, 2, 2), {})))


@op(promotion=NONE, half=False, method=False)
def unfold_backward(
    input: Array, shape: tuple[int, ...], dimension: int, size: int, step: int, *, xp: Any
) -> Array:
    """Zeros of `shape` with the windows in `input` added where ``unfold`` reads them."""
    result = xp.zeros(shape, input.dtype)
    if not shape:
        return result + input.sum()
    d = wrap_dim(dimension, len(shape))
    before = (slice(None),) * d
    count = input.shape[d]
    for k in range(size):
        result[(*before, slice(k, k + (count - 1) * step + 1, step))] += input[..., k]
    return result


unfold_backward.grad(input=lambda grad, dimension, size, step, F: F.unfold(grad, dimension, size, step))
unfold_backward.samples(fixed(lambda make: ((make(3, 3), (5,), 0, 3, 1), {})))


@op(promotion=NONE, half=False)
def rot90(input: Array, k: int = 1, dims: Any = (0, 1), *, xp: Any) -> Array:
    """The tensor turned by `k` right angles in the plane of two dimensions.

    >>> import teachtorch as torch
    >>> torch.rot90(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == input.ndim:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    for i, d in enumerate(dims):
        if not -input.ndim <= d < input.ndim:
            raise RuntimeError(f"Rotation dim{i} out of range, dim{i} = {d}")
    return xp.rot90(input, k, dims).copy()


rot90.grad(input=lambda grad, k, dims, F: F.rot90(grad, -k, dims))
rot90.samples(fixed(lambda make: ((make(2, 3),), {}), lambda make: ((make(2, 3, 2), 2, (1, 2)), {})))


@composite(method=False)
def broadcast_shapes(*shapes: Any) -> Any:
    """The shape in which shapes meet.

    >>> import teachtorch as torch
    >>> torch.broadcast_shapes((3, 1), (4,))
    torch.Size([3, 4])
    """
    from ..shapes import Size

    sizes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    for s in sizes:
        for n in s:
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
    try:
        return Size(broadcast_shape(*sizes))
    except RuntimeError:
        raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape") from None


@composite()
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """``nonzero`` with a fixed number of rows: the surplus cut off, the missing ones filled.

    >>> import teachtorch as torch
    >>> torch.nonzero_static(torch.tensor([0, 5]), size=2)
    tensor([[ 1],
            [-1]])
    """
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    found = np.stack(np.nonzero(np.atleast_1d(input._array)), 1)[:, : input.ndim]
    result = np.full((size, input.ndim), fill_value, np.int64)
    result[: len(found)] = found[:size]
    return wrap(result)


# -- pieces -------------------------------------------------------------------------------------------------


def _splitter(name: str, least: int, dim_of: Callable[[int], int], doc: str) -> Any:
    def split_along(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        if isinstance(indices_or_sections, str):
            raise TypeError(
                f"{name}() received an invalid combination of arguments - got (Tensor, str), but expected one of:\n"
                " * (Tensor input, int sections)\n * (Tensor input, tuple of ints indices)"
            )
        if input.ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but "
                f"got a tensor with {input.ndim} dimensions!"
            )
        d = dim_of(input.ndim)
        if isinstance(indices_or_sections, int):
            k, n = indices_or_sections, input.shape[d]
            if k == 0 or n % k:
                raise RuntimeError(
                    f"torch.{name} attempted to split along dimension {d}, but the size of the dimension "
                    f"{n} is not divisible by the split_size {k}!"
                )
        return tensor_split(input, indices_or_sections, d)

    split_along.__name__ = split_along.__qualname__ = name
    split_along.__doc__ = doc
    return composite()(split_along)


hsplit = _splitter(
    "hsplit",
    1,
    lambda n: 0 if n == 1 else 1,
    "Pieces side by side: cut along dimension 1, a vector along 0.\n\n    >>> import teachtorch as torch\n    >>> "
    "torch.hsplit(torch.tensor([[1, 2], [3, 4]]), 2)\n    (tensor([[1],\n            [3]]), tensor([[2],\n           "
    " [4]]))\n    ",
)
vsplit = _splitter(
    "vsplit",
    2,
    lambda n: 0,
    "Pieces one above the other: cut along dimension 0.\n\n    >>> import teachtorch as torch\n    >>> "
    "torch.vsplit(torch.tensor([[1, 2], [3, 4]]), 2)\n    (tensor([[1, 2]]), tensor([[3, 4]]))\n    ",
)
dsplit = _splitter(
    "dsplit",
    3,
    lambda n: 2,
    "Pieces one behind the other: cut along dimension 2.\n\n    >>> import teachtorch as torch\n    >>> "
    "torch.dsplit(torch.tensor([[[1, 2]]]), 2)\n    (tensor([[[1]]]), tensor([[[2]]]))\n    ",
)


@composite()
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """``chunk`` under a name that promises less about later writes; here the pieces are copies.

    >>> import teachtorch as torch
    >>> torch.unsafe_chunk(torch.arange(3), 2)
    (tensor([0, 1]), tensor([2]))
    """
    return tuple(piece.clone() for piece in input.chunk(chunks, dim))


@composite()
def unsafe_split(tensor: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """``split`` under a name that promises less about later writes; here the pieces are copies.

    >>> import teachtorch as torch
    >>> torch.unsafe_split(torch.arange(3), 2)
    (tensor([0, 1]), tensor([2]))
    """
    return tuple(piece.clone() for piece in split(tensor, split_size, dim))


@composite()
def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """``split_with_sizes`` under a name that promises less about later writes; here the pieces are copies.

    >>> import teachtorch as torch
    >>> torch.unsafe_split_with_sizes(torch.arange(3), [1, 2])
    (tensor([0]), tensor([1, 2]))
    """
    return tuple(piece.clone() for piece in split_with_sizes(input, split_sizes, dim))


# -- copies -------------------------------------------------------------------------------------------------


def _copy_of(name: str, view: Callable[..., Any], example: str, method: bool = False) -> Any:
    """The operation `view` with its result, or results, copied. `example` goes into the docstring."""

    def copy(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = view(*args, **kwargs)
        copies = tuple(piece.clone() for piece in result) if isinstance(result, tuple) else result.clone()
        return written(copies, out)

    copy.__name__ = copy.__qualname__ = f"{name}_copy"
    copy.__doc__ = f""":func:`torch.{name}` with its own memory.

    >>> import teachtorch as torch
    >>> torch.{name}_copy({example}
    """
    return composite(method=method)(copy)


alias_copy = _copy_of(
    "alias",
    lambda input: input,
    "torch.tensor([1]))\n    tensor([1])",
)
as_strided_copy = _copy_of(
    "as_strided",
    lambda input, *args, **kw: input.as_strided(*args, **kw),
    "torch.arange(4), (2,), (2,))\n    tensor([0, 2])",
)
detach_copy = _copy_of(
    "detach",
    lambda input: input.detach(),
    "torch.tensor([1]))\n    tensor([1])",
)
diagonal_copy = _copy_of(
    "diagonal",
    diagonal,
    "torch.eye(2))\n    tensor([1., 1.])",
)
expand_copy = _copy_of(
    "expand",
    lambda input, size, **kw: input.expand(size),
    "torch.tensor([1]), (2,))\n    tensor([1, 1])",
)
narrow_copy = _copy_of(
    "narrow",
    narrow,
    "torch.arange(4), 0, 1, 2)\n    tensor([1, 2])",
    method=True,
)
permute_copy = _copy_of(
    "permute",
    permute,
    "torch.tensor([[1, 2]]), (1, 0))\n    tensor([[1],\n            [2]])",
)
select_copy = _copy_of(
    "select",
    select,
    "torch.tensor([[1, 2]]), 0, 0)\n    tensor([1, 2])",
)
slice_copy = _copy_of(
    "slice",
    lambda input, dim=0, start=None, end=None, step=1: slice_(input, dim, start, end, step),
    "torch.arange(4), 0, 1, 3)\n    tensor([1, 2])",
)
split_copy = _copy_of(
    "split",
    split,
    "torch.arange(3), 2)\n    (tensor([0, 1]), tensor([2]))",
)
split_with_sizes_copy = _copy_of(
    "split_with_sizes",
    split_with_sizes,
    "torch.arange(3), [1, 2])\n    (tensor([0]), tensor([1, 2]))",
)
squeeze_copy = _copy_of(
    "squeeze",
    squeeze,
    "torch.tensor([[1]]))\n    tensor(1)",
)
t_copy = _copy_of(
    "t",
    t,
    "torch.tensor([[1, 2]]))\n    tensor([[1],\n            [2]])",
)
transpose_copy = _copy_of(
    "transpose",
    transpose,
    "torch.tensor([[1, 2]]), 0, 1)\n    tensor([[1],\n            [2]])",
)
unbind_copy = _copy_of(
    "unbind",
    unbind,
    "torch.tensor([1, 2]))\n    (tensor(1), tensor(2))",
)
unfold_copy = _copy_of(
    "unfold",
    unfold,
    "torch.arange(3), 0, 2, 1)\n    tensor([[0, 1],\n            [1, 2]])",
)
unsqueeze_copy = _copy_of(
    "unsqueeze",
    unsqueeze,
    "torch.tensor([1]), 0)\n    tensor([[1]])",
)
view_copy = _copy_of(
    "view",
    lambda input, size: input.view(size),
    "torch.arange(4), (2, 2))\n    tensor([[0, 1],\n            [2, 3]])",
)
view_as_real_copy = _copy_of(
    "view_as_real",
    lambda input: input.view_as_real(),
    "torch.tensor([1 + 2j]))\n    tensor([[1., 2.]])",
)
view_as_complex_copy = _copy_of(
    "view_as_complex",
    lambda input: input.view_as_complex(),
    "torch.tensor([[1., 2.]]))\n    tensor([1.+2.j])",
)
