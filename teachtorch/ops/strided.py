"""Any view at all, by strides; and how a view that was written to gets its history back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import strided
from ..binding import Array
from ..grad_mode import enable_grad
from ..node import NO_EDGE, set_history
from ..op import NONE, composite, op, view_op
from ..replay import part_of
from ..samples import fixed
from ..tensor import Tensor, storage_of, wrap

__all__ = ["as_strided", "detach"]


@view_op(method=False, node="AsStrided")
def strided_view(input: Array, size: Any, stride: Any, storage_offset: int | None = None) -> Array:
    """The kernel of ``as_strided``; here the offset counts from the input's first element."""
    item = input.itemsize
    return strided(input, tuple(size), tuple(s * item for s in stride), (storage_offset or 0) * item)


@composite()
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Any view of the storage, by shape, strides and offset in elements. Takes no heed of the input's own shape.

    The offset counts from the start of the storage; without one, the input's own is taken.

    >>> import teachtorch as torch
    >>> torch.arange(6).as_strided((2, 2), (1, 2), 1)
    tensor([[1, 3],
            [2, 4]])
    """
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
    return strided_view(input, size, stride, storage_offset - own)


def _as_strided_by_input(
    grad: Any, input_shape: Any, input_strides: Any, size: Any, stride: Any, storage_offset: Any, F: Any
) -> Any:
    """Add each element of `grad` to the place in memory it was read from, then read the input's own places."""
    places = _places(input_shape, input_strides, 0)
    read = _places(tuple(size), tuple(stride), storage_offset or 0)
    low = min(places.min(initial=0), read.min(initial=0))
    memory = F.scatter_places(
        grad, read - low, int(max(places.max(initial=0), read.max(initial=0)) - low) + 1
    )
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

strided_view.grad(input=_as_strided_by_input)
strided_view.samples(
    fixed(lambda make: ((make(6), (2, 2), (1, 2), 1), {}), lambda make: ((make(6), (3, 2), (1, 1), 0), {}))
)


def regenerate_view(view: Tensor) -> None:
    """Give a view the history that a write through its base or a sibling has left it."""
    from ..inplace import check_view_history  # calls imports inplace, and this family calls

    record = view._view
    assert record is not None
    check_view_history(view, "its base or another view of its base has been")
    base = record.base
    with enable_grad():
        node = part_of(base, view)._grad_fn
        if node is None:  # the base has lost its history: this view is cut off too, but by a node
            node = strided_view(wrap(base._array).requires_grad_(), (), ())._grad_fn
            node.next_functions = (NO_EDGE,)
    set_history(view, node)
    record.version = view._version


def detach(input: Tensor) -> Tensor:
    """The same memory, outside the graph.

    >>> import teachtorch as torch
    >>> torch.detach(torch.tensor([1.], requires_grad=True)).requires_grad
    False
    """
    return input.detach()
