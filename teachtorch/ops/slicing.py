"""Parts of a tensor, as views: ``select``, slices, ``diagonal``, ``unbind``, ``split``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..binding import Array
from ..op import NONE, op, tensor_method, view_op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor

__all__ = ["chunk", "diagonal", "narrow", "select", "split", "split_with_sizes", "tensor_split", "unbind"]


@view_op()
def select(input: Array, dim: int, index: int) -> Array:
    """The slice at one position of a dimension, which disappears: ``x[:, 2]`` is ``x.select(1, 2)``.

    >>> import teachtorch as torch
    >>> torch.arange(6).view(2, 3).select(1, 0)
    tensor([0, 3])
    """
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = wrap_dim(dim, input.ndim)
    n = input.shape[d]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {d}"
        )
    return input[(slice(None),) * d + (index, ...)]


select.grad(input=lambda grad, input_shape, dim, index, F: F.select_backward(grad, input_shape, dim, index))
select.samples(fixed(lambda make: ((make(2, 3), 1, -1), {}), lambda make: ((make(3), 0, 1), {})))


@op(promotion=NONE, half=False, method=False)
def select_backward(input: Array, shape: tuple[int, ...], dim: int, index: int, *, xp: Any) -> Array:
    """Zeros of `shape` with `input` in the place that ``select`` reads."""
    result = xp.zeros(shape, input.dtype)
    result[(slice(None),) * wrap_dim(dim, len(shape)) + (index,)] = input
    return result


select_backward.grad(input=lambda grad, dim, index, F: F.select(grad, dim, index))
select_backward.samples(fixed(lambda make: ((make(2), (2, 3), 1, -1), {})))


@view_op(method=False, node="Slice")
def slice_(input: Array, dim: int, start: int | None, end: int | None, step: int) -> Array:
    """``x[start:end:step]`` along one dimension."""
    return input[(slice(None),) * wrap_dim(dim, input.ndim) + (slice(start, end, step),)]


slice_.grad(
    input=lambda grad, input_shape, dim, start, end, step, F: F.slice_backward(
        grad, input_shape, dim, start, end, step
    )
)
slice_.samples(fixed(lambda make: ((make(5, 2), 0, 1, 4, 2), {})))


@op(promotion=NONE, half=False, method=False)
def slice_backward(
    input: Array, shape: tuple[int, ...], dim: int, start: int | None, end: int | None, step: int, *, xp: Any
) -> Array:
    """Zeros of `shape` with `input` in the place that the slice reads."""
    result = xp.zeros(shape, input.dtype)
    result[(slice(None),) * wrap_dim(dim, len(shape)) + (slice(start, end, step),)] = input
    return result


slice_backward.grad(input=lambda grad, dim, start, end, step, F: F.slice_(grad, dim, start, end, step))
slice_backward.samples(fixed(lambda make: ((make(2, 2), (5, 2), 0, 1, 4, 2), {})))


@tensor_method
def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`length` positions of a dimension from `start` on.

    >>> import teachtorch as torch
    >>> torch.arange(5).narrow(0, 1, 3)
    tensor([1, 2, 3])
    """
    if not input._array.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and start._array.ndim:
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    start = int(start)
    d = wrap_dim(dim, input._array.ndim)
    n = input._array.shape[d]
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_(input, d, start, start + length, 1)


@view_op()
def diagonal(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The diagonal of two dimensions, put last.

    >>> import teachtorch as torch
    >>> torch.arange(9).view(3, 3).diagonal()
    tensor([0, 4, 8])
    """
    a, b = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    result = input.diagonal(offset, a, b)
    result.flags.writeable = True  # numpy returns a view that it marks read-only
    return result


diagonal.grad(
    input=lambda grad, input_shape, offset, dim1, dim2, F: F.diagonal_backward(
        grad, input_shape, offset, dim1, dim2
    )
)
diagonal.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 3, 4), 1, 0, 2), {})))


@op(promotion=NONE, half=False, method=False)
def diagonal_backward(
    input: Array, shape: tuple[int, ...], offset: int, dim1: int, dim2: int, *, xp: Any
) -> Array:
    """Zeros of `shape` with `input` on the diagonal."""
    result = xp.zeros(shape, input.dtype)
    place = result.diagonal(offset, dim1, dim2)
    place.flags.writeable = True
    place[...] = input
    return result


diagonal_backward.grad(input=lambda grad, offset, dim1, dim2, F: F.diagonal(grad, offset, dim1, dim2))
diagonal_backward.samples(fixed(lambda make: ((make(3, 2), (2, 3, 4), 1, 0, 2), {})))


@view_op()
def unbind(input: Array, dim: int = 0) -> tuple[Array, ...]:
    """The slices along a dimension, as a tuple.

    >>> import teachtorch as torch
    >>> torch.tensor([[1, 2], [3, 4]]).unbind()
    (tensor([1, 2]), tensor([3, 4]))
    """
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    return tuple([input[(*before, i, ...)] for i in range(input.shape[wrap_dim(dim, input.ndim)])])


unbind.grad(input=lambda grads, dim, F: F.stack(grads if isinstance(grads, list) else [grads], dim))
unbind.samples(fixed(lambda make: ((make(2, 3),), {}), lambda make: ((make(2, 3), 1), {})))


@view_op(node="SplitWithSizes")
def split_with_sizes(input: Array, split_sizes: Any, dim: int = 0) -> tuple[Array, ...]:
    """The dimension cut into pieces of the given sizes.

    >>> import teachtorch as torch
    >>> [piece.tolist() for piece in torch.split_with_sizes(torch.arange(5), (2, 3))]
    [[0, 1], [2, 3, 4]]
    """
    d = wrap_dim(dim, input.ndim)
    sizes = tuple(split_sizes)
    if sum(sizes) != input.shape[d]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {input.shape[d]} (input tensor's size at "
            f"dimension {dim}), but got split_sizes={list(sizes)}"
        )
    pieces, start = [], 0
    for n in sizes:
        pieces.append(input[(slice(None),) * d + (slice(start, start + n),)])
        start += n
    return tuple(pieces)


split_with_sizes.grad(input=lambda grads, dim, F: F.cat(grads if isinstance(grads, list) else [grads], dim))
split_with_sizes.samples(fixed(lambda make: ((make(5, 2), (2, 3)), {})))


@view_op(method=False, node="Split")
def split_evenly(input: Array, split_size: int, dim: int = 0) -> tuple[Array, ...]:
    """The dimension cut into pieces of one size; the last may be smaller."""
    d = wrap_dim(dim, input.ndim)
    n = input.shape[d]
    starts = range(0, n, split_size) if n else range(1)
    return tuple([input[(slice(None),) * d + (slice(s, s + split_size),)] for s in starts])


split_evenly.grad(input=lambda grads, dim, F: F.cat(grads if isinstance(grads, list) else [grads], dim))
split_evenly.samples(fixed(lambda make: ((make(5, 2), 2), {})))


@tensor_method
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size, or of the sizes in a list, as views.

    >>> import teachtorch as torch
    >>> [p.tolist() for p in torch.split(torch.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    if isinstance(split_size_or_sections, int):
        if split_size_or_sections < 0:
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={split_size_or_sections}"
            )
        if split_size_or_sections == 0 and tensor.size(dim):
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {tensor.size(dim)}"
            )
        return split_evenly(tensor, max(split_size_or_sections, 1), dim)
    return split_with_sizes(tensor, split_size_or_sections, dim)


@tensor_method
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller), as views.

    >>> import teachtorch as torch
    >>> [piece.tolist() for piece in torch.chunk(torch.arange(5), 3)]
    [[0, 1], [2, 3], [4]]
    """
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.size(dim)
    size = -(-n // chunks)
    if not size:
        return split_with_sizes(input, [0] * chunks, dim)
    return split_evenly(input, size, dim)


@tensor_method
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Exactly so many pieces, sizes as equal as may be; or cut at the given positions.

    >>> import teachtorch as torch
    >>> [piece.tolist() for piece in torch.tensor_split(torch.arange(5), 3)]
    [[0, 1], [2, 3], [4]]
    """
    n = input.size(dim)
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        k = indices_or_sections
        if k <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {k}")
        bounds = [0]
        for i in range(k):
            bounds.append(bounds[-1] + n // k + (i < n % k))
    else:
        bounds = [0, *indices_or_sections, n]
    return tuple(slice_(input, dim, a, max(a, b) if b >= 0 else b, 1) for a, b in pairwise(bounds))
