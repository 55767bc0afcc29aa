"""Views: other shapes over the same memory. Nothing is copied; only shape, strides and offset change."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import expand as expand_array
from ..backend import strided
from ..binding import Array, Ints, as_ints
from ..dtypes import dtype as torch_dtype
from ..dtypes import from_numpy_dtype as torch_type_of
from ..grad_mode import enable_grad
from ..op import NONE, alias, attach, composite, composite_alias, op, tensor_method
from ..samples import fixed
from ..shapes import infer_shape, wrap_dim
from ..storage import address
from ..tensor import Tensor, storage_of

__all__ = ["adjoint", "as_strided", "broadcast_to", "chunk", "detach", "diagonal", "flatten",
           "movedim", "moveaxis", "narrow", "permute", "ravel", "reshape", "select", "split", "split_with_sizes", "squeeze",
           "swapaxes", "swapdims", "t", "tensor_split", "transpose", "unbind", "unflatten", "unsqueeze"]  # fmt: skip

_view = {"promotion": NONE, "half": False, "view": True}


@op(**_view, method="_view_as_shape", node="View")
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


@op(**_view, method=False, node="View")
def view_as_dtype(input: Array, dtype: Any) -> Array:
    """The same bits under another dtype; the last dimension shrinks or grows with the element's size."""
    if not input.ndim and input.itemsize != dtype.itemsize:
        raise RuntimeError(
            f"self.dim() cannot be 0 to view {torch_dtype.__name__} as {dtype} (different element sizes)"
        )
    return input.view(dtype.numpy)


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
    probe = array.reshape(size)
    if not array.size or probe.base is array or probe.base is array.base:
        return view(input, size)
    return unsafe_view(input.contiguous(), size)


@op(**_view)
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
            f"expand(torch.{torch_type_of(input.dtype).legacy}Tensor{{{list(input.shape)}}}, size={list(size)}): the number of "
            f"sizes provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor "
            f"({input.ndim})"
        )
    shape = list(size)
    for i, n in enumerate(size):
        old = input.shape[i - missing] if i >= missing else 1
        if n == -1:
            if i < missing:
                raise RuntimeError(
                    f"expand(torch.{torch_type_of(input.dtype).legacy}Tensor{{{list(input.shape)}}}, size={list(size)}): the "
                    f"expanded size of the tensor ({n}) isn't allowed in a leading, non-existing dimension {i}"
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
    if have == shape:
        return self
    extra = len(have) - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, have[extra:])):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(have)}}}.")
    dims = [*range(extra), *(i + extra for i, n in enumerate(shape) if n == 1 and have[i + extra] != 1)]
    return self.sum(dims, keepdim=True).view(shape) if dims else self.view(shape)


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
    """``expand`` as a function."""
    return expand(input, size)


@op(**_view)
def permute(input: Array, dims: Ints) -> Array:
    """The dimensions in another order.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    if len(dims) != input.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    order = tuple(wrap_dim(d, input.ndim) for d in dims)
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return input.transpose(order)


permute.grad(input=lambda grad, dims, F: F.permute(grad, tuple(int(i) for i in np.argsort([d % len(dims) for d in dims]))))
permute.samples(fixed(lambda make: ((make(2, 3, 4), 2, 0, 1), {}), lambda make: ((make(2, 3), (-1, 0)), {})))


@op(**_view)
def transpose(input: Array, dim0: int, dim1: int) -> Array:
    """Two dimensions exchanged.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, 4).transpose(0, 2).shape
    torch.Size([4, 3, 2])
    """
    a, b = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return input.swapaxes(a, b) if input.ndim else input.view()


transpose.grad(input=lambda grad, dim0, dim1, F: F.transpose(grad, dim0, dim1))
transpose.samples(fixed(lambda make: ((make(2, 3, 4), 0, -1), {})))


@op(**_view)
def t(input: Array) -> Array:
    """The transpose of a matrix; a vector or a scalar as it is.

    >>> import teachtorch as torch
    >>> torch.arange(6).view(2, 3).t()
    tensor([[0, 3],
            [1, 4],
            [2, 5]])
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T if input.ndim == 2 else input.view()


t.grad(input=lambda grad, F: F.t(grad))
t.samples(fixed(lambda make: ((make(2, 3),), {}), lambda make: ((make(2),), {})))


@op(**_view)
def unsqueeze(input: Array, dim: int) -> Array:
    """A dimension of size 1 inserted before position `dim`.

    >>> import teachtorch as torch
    >>> torch.zeros(3, 2).unsqueeze(1).shape
    torch.Size([3, 1, 2])
    """
    return input.reshape(_inserted(input.shape, dim)) if input.flags.c_contiguous else _expand_dims(input, dim)


def _inserted(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    d = wrap_dim(dim, len(shape) + 1)
    return (*shape[:d], 1, *shape[d:])


def _expand_dims(input: Array, dim: int) -> Array:
    d = wrap_dim(dim, input.ndim + 1)
    return input[(slice(None),) * d + (None,)]


unsqueeze.grad(input=lambda grad, dim, F: F.squeeze(grad, dim))
unsqueeze.samples(fixed(lambda make: ((make(2, 3), 1), {}), lambda make: ((make(), 0), {})))


def _squeeze_overload(input: Any, dim: Any = None) -> int:
    return 0 if dim is None else 1 if isinstance(dim, int) else 2


@op(**_view, overload=_squeeze_overload)
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
    return input.reshape(tuple(n for i, n in enumerate(input.shape) if not (i in wrapped and n == 1))) if (
        input.flags.c_contiguous
    ) else input.squeeze(tuple(d for d in wrapped if input.ndim and input.shape[d] == 1))


squeeze.grad(input=lambda grad, input_shape, F: F.reshape(grad, input_shape))
squeeze.samples(
    fixed(
        lambda make: ((make(1, 3, 1),), {}),
        lambda make: ((make(1, 3, 1), 0), {}),
        lambda make: ((make(1, 3, 1), 1), {}),
        lambda make: ((make(1, 3, 1), (0, 2)), {}),
    )
)


@op(**_view)
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


@op(**_view, method=False, node="Slice")
def slice_(input: Array, dim: int, start: int | None, end: int | None, step: int) -> Array:
    """``x[start:end:step]`` along one dimension."""
    return input[(slice(None),) * wrap_dim(dim, input.ndim) + (slice(start, end, step),)]


slice_.grad(
    input=lambda grad, input_shape, dim, start, end, step, F: F.slice_backward(grad, input_shape, dim, start, end, step)
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
    start = int(start)
    d = wrap_dim(dim, input._array.ndim)
    n = input._array.shape[d]
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= start <= n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_(input, d, start, start + length, 1)


@op(**_view)
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
    input=lambda grad, input_shape, offset, dim1, dim2, F: F.diagonal_backward(grad, input_shape, offset, dim1, dim2)
)
diagonal.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 3, 4), 1, 0, 2), {})))


@op(promotion=NONE, half=False, method=False)
def diagonal_backward(input: Array, shape: tuple[int, ...], offset: int, dim1: int, dim2: int, *, xp: Any) -> Array:
    """Zeros of `shape` with `input` on the diagonal."""
    result = xp.zeros(shape, input.dtype)
    place = result.diagonal(offset, dim1, dim2)
    place.flags.writeable = True
    place[...] = input
    return result


diagonal_backward.grad(input=lambda grad, offset, dim1, dim2, F: F.diagonal(grad, offset, dim1, dim2))
diagonal_backward.samples(fixed(lambda make: ((make(3, 2), (2, 3, 4), 1, 0, 2), {})))


@op(**_view)
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


@op(**_view, node="SplitWithSizes")
def split_with_sizes(input: Array, split_sizes: Any, dim: int = 0) -> tuple[Array, ...]:
    """The dimension cut into pieces of the given sizes."""
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


@op(**_view, method=False, node="Split")
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
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={split_size_or_sections}")
        if split_size_or_sections == 0 and tensor.size(dim):
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {tensor.size(dim)}"
            )
        return split_evenly(tensor, max(split_size_or_sections, 1), dim)
    return split_with_sizes(tensor, split_size_or_sections, dim)


@tensor_method
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller), as views."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.size(dim)
    size = -(-n // chunks)
    if not size:
        return split_with_sizes(input, [0] * chunks, dim)
    return split_evenly(input, size, dim)


@tensor_method
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Exactly so many pieces, sizes as equal as may be; or cut at the given positions."""
    n = input.size(dim)
    if isinstance(indices_or_sections, int):
        k = indices_or_sections
        if k <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {k}")
        bounds = [0]
        for i in range(k):
            bounds.append(bounds[-1] + n // k + (i < n % k))
    else:
        cuts = indices_or_sections.tolist() if isinstance(indices_or_sections, Tensor) else list(indices_or_sections)
        bounds = [0, *cuts, n]
    return tuple(slice_(input, dim, a, max(a, b) if b >= 0 else b, 1) for a, b in zip(bounds, bounds[1:]))


@op(**_view)
def as_strided(input: Array, size: Any, stride: Any, storage_offset: int | None = None) -> Array:
    """Any view of the storage, by shape, strides and offset in elements. Takes no heed of the input's own shape.

    >>> import teachtorch as torch
    >>> torch.arange(6).as_strided((2, 2), (1, 2), 1)
    tensor([[1, 3],
            [2, 4]])
    """
    item = input.itemsize
    return strided(input, tuple(size), tuple(s * item for s in stride), (storage_offset or 0) * item)


def _as_strided_tensor(
    input: Tensor, size: Any, stride: Any, storage_offset: int | None = None, _kernel: Any = as_strided
) -> Tensor:
    """The public form: the offset counts from the start of the storage, not from the input's first element."""
    own = input.storage_offset()
    if storage_offset is None:
        storage_offset = own
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError(f"mismatch in length of strides and shape: {len(stride)} and {len(size)}")
    if any(s < 0 for s in stride):
        raise RuntimeError(
            f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}"
        )
    storage = storage_of(input)
    last = storage_offset + sum((n - 1) * s for n, s in zip(size, stride)) if 0 not in size else -1
    if (last + 1) * input.element_size() > storage.nbytes():
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {storage_offset}, and itemsize "
            f"{input.element_size()} requiring a storage size of {(last + 1) * input.element_size()} are out of bounds "
            f"for storage of size {storage.nbytes()}"
        )
    return _kernel(input, size, stride, storage_offset - own)


def _as_strided_by_input(grad: Any, input: Any, size: Any, stride: Any, storage_offset: Any, F: Any) -> Any:
    """Add each element of `grad` to the place in memory it was read from, then read the input's own places."""
    array = getattr(input, "_array", input)
    item = array.itemsize
    places = _places(array.shape, tuple(s // item for s in array.strides), 0)
    read = _places(tuple(size), tuple(stride), storage_offset or 0)
    low = min(places.min(initial=0), read.min(initial=0))
    memory = F.scatter_places(grad, read - low, int(max(places.max(initial=0), read.max(initial=0)) - low) + 1)
    return F.gather_places(memory, places - low)


def _places(shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Any:
    """The place in memory of each element, in elements."""
    place = np.full(shape, offset, np.int64)
    for i, (n, s) in enumerate(zip(shape, strides)):
        place += (np.arange(n) * s).reshape((n,) + (1,) * (len(shape) - i - 1))
    return place


@op(promotion=NONE, half=False, method=False)
def scatter_places(input: Array, places: Any, length: int, *, xp: Any) -> Array:
    """A vector of `length` zeros with each element of `input` added at its place."""
    result = xp.zeros(length, input.dtype)
    xp.add.at(result, places, input)
    return result


scatter_places.grad(input=lambda grad, places, F: F.gather_places(grad, places))
scatter_places.samples(fixed(lambda make: ((make(2, 2), np.array([[0, 3], [3, 1]]), 5), {})))


@op(promotion=NONE, half=False, method=False)
def gather_places(input: Array, places: Any) -> Array:
    """The elements of a vector at `places`."""
    return input[places]


gather_places.grad(input=lambda grad, input_shape, places, F: F.scatter_places(grad, places, input_shape[0]))
gather_places.samples(fixed(lambda make: ((make(5), np.array([[0, 3], [3, 1]])), {})))

as_strided.grad(input=_as_strided_by_input)
as_strided.samples(fixed(lambda make: ((make(6), (2, 2), (1, 2), 1), {}), lambda make: ((make(6), (3, 2), (1, 1), 0), {})))
attach("as_strided", _as_strided_tensor)


def regenerate_view(view: Tensor) -> None:
    """Give a view the history that a write through its base or a sibling has left it."""
    record = view._view
    assert record is not None
    base, array = record.base, view._array
    item = array.itemsize
    offset = (address(array) - address(base._array)) // item
    with enable_grad():
        again = as_strided(base, array.shape, tuple(s // item for s in array.strides), offset)
    view._grad_fn, view._output_nr, view._requires_grad = again._grad_fn, 0, True
    record.version = view._version


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
    """All dimensions joined to one; a view where possible."""
    return reshape(input.contiguous(), (-1,)) if input._array.size else reshape(input, (0,))


@composite()
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension unfolded into several."""
    shape = input._array.shape
    d = wrap_dim(dim, len(shape))
    inner = infer_shape(tuple(sizes), shape[d])
    return view(input, (*shape[:d], *inner, *shape[d + 1 :]))


@composite()
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to new positions, the others in their order."""
    n = input._array.ndim
    sources = [wrap_dim(d, n) for d in ((source,) if isinstance(source, int) else source)]
    places = [wrap_dim(d, n) for d in ((destination,) if isinstance(destination, int) else destination)]
    order = [d for d in range(n) if d not in sources]
    for place, d in sorted(zip(places, sources)):
        order.insert(place, d)
    return permute(input, order)


moveaxis = composite_alias("moveaxis", movedim)
swapaxes, swapdims = alias("swapaxes", transpose), alias("swapdims", transpose)


def _transposed(self: Tensor) -> Tensor:
    """All dimensions in reverse order."""
    return permute(self, tuple(range(self._array.ndim))[::-1])


def _matrix_transposed(self: Tensor) -> Tensor:
    """The last two dimensions exchanged."""
    if self._array.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {self._array.ndim}-D tensor."
        )
    return transpose(self, -2, -1)


attach("T", property(_transposed))
attach("mT", property(_matrix_transposed))


def detach(input: Tensor) -> Tensor:
    """The same memory, outside the graph."""
    return input.detach()


@composite()
def adjoint(input: Tensor) -> Tensor:
    """The conjugate transpose of a matrix or of each matrix of a batch."""
    return transpose(input, -2, -1).conj()
