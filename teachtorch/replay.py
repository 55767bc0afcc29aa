"""Views of another dtype: ``z.real``, ``view_as_complex``, ``x.view(torch.int32)``, and views of these.

A view of the base's own dtype is found again in any tensor laid out like the base, by strides and offset. One of
another dtype is not: it remembers the operation that made it, and is made again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .storage import address

if TYPE_CHECKING:
    from .op import Op
    from .tensor import Tensor


def remember(op: Op, values: Any, result: Tensor, index: int | None = None) -> None:
    """Note on a new view of another dtype how it was made: by `op`, as result number `index` of several.

    Integers are no function of the numbers whose bits they are: for autograd, such a view is none.
    """
    view = result._view
    assert view is not None
    if result._array.dtype.kind in "biu" and view.base._array.dtype.kind not in "biu":
        result._view, result._requires_grad = None, False
    else:
        view.replay = partial(_again, op, values, index)


def _again(op: Op, values: Any, index: int | None, base: Tensor) -> Tensor:
    """The view that `op` made of ``values[0]``, made of the same place of another base."""
    n = op.signature.positional
    settings = dict(zip(op.signature.names[n:], values[n:]))
    made = op.function(part_of(base, values[0]), *values[1:n], **settings)
    return made if index is None else made[index]


def part_of(base: Tensor, view: Tensor) -> Tensor:
    """The part of `base` that `view` is of its own base, which is laid out the same."""
    from .plan import operations as F  # which know the rest of the engine

    record = view._view
    if record is None:
        return base
    if record.replay is not None:
        return record.replay(base)
    array, origin = view._array, record.base._array
    item = array.itemsize
    offset = (address(array) - address(origin)) // item
    return F.strided_view(base, array.shape, tuple(s // item for s in array.strides), offset)
