"""Writing to a tensor that already exists: ``add_``, ``x[0] = 1``, ``out=``.

An in-place operation checks that it may write, writes, counts the write in the storage's version, and
rewrites history: the tensor's ``grad_fn`` becomes the operation's node. If the tensor is a view, its base
changed as well: the base gets a :class:`CopySlices` node, which routes the gradient of the written part
through the operation and leaves the rest alone, and every view works out its new ``grad_fn`` when asked.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .backend import namespace, strided
from .diagnose import explain
from .dtypes import FROM_NUMPY, c_name
from .grad_mode import no_grad
from .node import Node, edge, set_history
from .plan import SaveResult
from .promotion import can_cast
from .storage import Storage, address, extent
from .tensor import Tensor, storage_of, wrap

if TYPE_CHECKING:
    from .op import Op


_OVERLAP_IS_FINE = ("fill", "index_put", "masked_fill", "zero")
"""Operations that PyTorch lets write to one place several times, as through an expanded tensor."""


def write(op: Op, target: Tensor, values: list[Any], originals: list[Any], node: Node | None) -> Tensor:
    """Run `op` and put its result into `target`; `node` is its node if it is recorded."""
    from .calls import prepare  # calls imports this module

    destination = target._array
    if (op.name not in _OVERLAP_IS_FINE and not (op.name == "copy" and values[1] is target)) or (
        op.name == "fill" and isinstance(values[1], Tensor)  # which PyTorch copies
    ):
        check_no_overlap(target)
        if op.promotion != "none" or op.name == "copy":
            check_no_partial_overlap(target, values)
    elif op.name == "index_put":
        check_no_partial_overlap(target, values, same_is_fine=False)
    arrays, xp, narrow = prepare(op, values)
    saved: list[Any] = []
    if node is not None:  # before the write: what it saves and overwrites is stale from then on
        saved = [c.save(originals, (target,)) for c in node.plan.captures]
    n = op.signature.positional
    settings = dict(zip(op.signature.names[n:], arrays[n:])) if n < len(arrays) else {}
    if op.needs_xp:
        settings["xp"] = xp
    into = op.takes_out and arrays[0] is destination and narrow is None
    if into:
        settings["out"] = destination
    try:
        raw = op.kernel(*arrays[:n], **settings)
    except RuntimeWarning:  # raised after the loop has run: with out= the values are already written
        if not into:
            with np.errstate(all="ignore"):
                raw = op.kernel(*arrays[:n], **settings)
        else:
            raw = destination
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        if into:
            del settings["out"]
            shape = _shape_of(op, arrays[:n], settings)
            if shape is not None and shape != destination.shape:
                raise _does_not_match(destination.shape, shape) from None
        again = explain(op, values, arrays, error)
        if again is None:
            raise
        return write(op, target, again, originals, node)
    if raw is not destination:
        store(destination, raw if narrow is None else raw.astype(narrow))
    target._bump_version()
    if node is not None:
        rebase_history(target, node)
        node.saved = tuple(
            [
                c.save(originals, (target,)) if type(c) is SaveResult else s
                for c, s in zip(node.plan.captures, saved)
            ]
        )
    return target


def _shape_of(op: Op, arrays: list[Any], settings: dict[str, Any]) -> Any:
    try:
        return op.kernel(*arrays, **settings).shape
    except Exception:
        return None


def _does_not_match(target: tuple[int, ...], result: tuple[int, ...]) -> RuntimeError:
    return RuntimeError(f"output with shape {list(target)} doesn't match the broadcast shape {list(result)}")


def store(destination: Any, raw: Any) -> None:
    """Copy a result into the target's memory, after the checks on shape and dtype."""
    raw_type, type_ = FROM_NUMPY[raw.dtype], FROM_NUMPY[destination.dtype]
    if not can_cast(raw_type, type_):
        raise RuntimeError(
            f"result type {raw_type.legacy} can't be cast to the desired output type {type_.legacy}"
        )
    if raw.shape != destination.shape:
        raise _does_not_match(destination.shape, raw.shape)
    destination[...] = raw


def check_writable(target: Tensor, values: list[Any]) -> None:
    """Raise PyTorch's errors about leaves and about views that a recorded operation must not write to."""
    if not any(
        isinstance(value, Tensor) and value._requires_grad and value.requires_grad for value in values
    ):
        return
    view = target._view
    if view is not None:
        check_view_history(target, "is being")
        if target.requires_grad and view.base.is_leaf:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation."
            )
    # A view that does not know its new history yet counts as a leaf, even if the base has one: PyTorch's rule.
    if target.requires_grad and target._grad_fn is None:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


def check_view_history(view: Tensor, modified: str) -> None:
    """Refuse a history for a view that was made without one, or as one of several; `modified`: how it changes."""
    record = view._view
    assert record is not None
    if not record.origin:
        return
    node = view._grad_fn
    if node is not None:
        output = f"Output {view._output_nr} of {node.short_name()} is a view"
    if node is None or record.origin == "no_grad":
        start = "A view was created in" if node is None else f"{output} of a view which was created in"
        message = f"{start} no_grad mode and {modified} modified inplace with grad mode enabled."
    else:
        message = f"{output} and {modified} modified inplace."
    if record.origin == "multiple":
        raise RuntimeError(
            f"{message} This view is the output of a function that returns multiple views. Such functions do not allow "
            "the output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
        )
    raise RuntimeError(
        f"{message} Given that this use case is ambiguous and error-prone, it is forbidden. You can "
        "clarify your code by "
        "moving both the view and the inplace either both inside the no_grad block (if you don't "
        "want the inplace to be "
        "tracked) or both outside (if you want the inplace to be tracked)."
    )


def check_no_overlap(target: Tensor) -> None:
    """Refuse to write to a tensor of which several elements are one place in memory (an expanded one)."""
    array = target._array
    if not array.size:
        return  # nothing to write, whatever strides numpy gives it
    for n, s in zip(array.shape, array.strides):
        if s == 0 and n > 1:
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )


def check_no_partial_overlap(target: Tensor, values: list[Any], same_is_fine: bool = True) -> None:
    """Refuse to read from memory that the same operation writes to, unless element by element the same."""
    storage = storage_of(target)
    for value in values[1:]:
        other = value._storage if isinstance(value, Tensor) else None
        if other is not None and other.array is storage.array:
            a, b = target._array, value._array
            if not (a.size and b.size and is_dense(a) and is_dense(b)):
                continue  # too hard to tell for PyTorch as well, which allows it
            begin, start = address(a), address(b)
            if same_is_fine and begin == start and a.shape == b.shape and a.strides == b.strides:
                continue
            if begin < start + b.nbytes and start < begin + a.nbytes:
                raise RuntimeError(
                    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
                    "single memory location. Please clone() the tensor before performing the operation."
                )


def is_dense(array: Any) -> bool:
    """Whether the elements fill their stretch of memory, each place once, in whatever order."""
    step = array.itemsize
    for s, n in sorted((s, n) for n, s in zip(array.shape, array.strides) if n != 1):
        if s != step:
            return False
        step *= n
    return True


def rebase_history(target: Tensor, node: Node) -> None:
    """Make `node` the history of `target`, and of its base if it is a view."""
    view = target._view
    if view is None:
        set_history(target, node)
        return
    set_history(view.base, CopySlices(view.base, target, node))
    target._requires_grad = True
    _ = target.grad_fn  # regenerated from the base's new history, as for every other view of it


class CopySlices(Node):
    """The history of a base whose view was written to."""

    __slots__ = ("base_geometry", "function", "offset", "replay", "view_geometry")

    def name(self) -> str:
        """PyTorch's, which says where in its own code this node lives."""
        return "torch::autograd::CopySlices"

    def __init__(self, base: Tensor, view: Tensor, function: Node) -> None:
        array, part = base._array, view._array
        outputs = ((array.shape, array.dtype),)
        super().__init__(function.plan, (edge(base), *function.next_functions[1:]), (), outputs)
        self.function = function
        self.base_geometry = array.shape, array.strides, extent(array)
        self.view_geometry = part.shape, part.strides
        self.offset = address(part) - address(array)
        self.replay = None if view._view is None else view._view.replay

    def backward_arrays(self, grads: list[Any]) -> Any:
        """Pass the part's gradient through the operation; elsewhere the gradient goes on unchanged."""
        (grad,) = grads
        shape, strides, length = self.base_geometry
        memory = namespace(grad).zeros(length, grad.dtype)
        whole = strided(memory, shape, strides)
        whole[...] = grad
        if self.replay is None:
            part = strided(memory, *self.view_geometry, self.offset)
        else:
            with no_grad():
                part = self.replay(wrap(whole))._array
        inner = self.function.backward_arrays([part.copy()])
        part[...] = 0 if inner[0] is None else _sum_to(inner[0], part.shape)
        return [whole, *inner[1:]]

    def backward_tensors(self, grads: list[Any]) -> Any:
        """The same, recorded: built from ``strided_view`` and ``copy_``."""
        from .plan import operations as F

        (grad,) = grads
        shape, strides, _ = self.base_geometry
        item = grad._array.itemsize
        whole = F.empty_strided(shape, tuple(s // item for s in strides), dtype=grad.dtype).copy_(grad)
        inner = self.function.backward_tensors([self._part(whole).clone()])
        part = self._part(whole)
        if inner[0] is None:
            part.zero_()
        else:
            part.copy_(inner[0])
        return [whole, *inner[1:]]

    def _part(self, whole: Tensor) -> Tensor:
        """The place that was written to, in a gradient laid out like the base."""
        from .plan import operations as F

        if self.replay is not None:
            return self.replay(whole)
        item = whole._array.itemsize
        size, strides = self.view_geometry
        return F.strided_view(whole, size, tuple(s // item for s in strides), self.offset // item)

    def release(self) -> None:
        """Free what the operation saved."""
        self.function.release()

    def saved_values(self) -> Any:
        """What the operation inside saved."""
        return self.function.saved_values()

    def saved_versions(self) -> Any:
        """What the operation inside saved, with versions."""
        return self.function.saved_versions()


def _sum_to(grad: Any, shape: tuple[int, ...]) -> Any:
    if grad.shape == shape:
        return grad
    extra = grad.ndim - len(shape)
    grad = grad.sum(tuple(range(extra))) if extra else grad
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
    return grad.sum(axes, keepdims=True) if axes else grad


_OUT_DTYPE = {
    "amax": (
        "Expected the dtype for input and out to match, but got {0.legacy} for input's dtype and {1.legacy} for out's "
        "dtype."
    ),
    "aminmax": "Expected out tensor to have dtype {2}, but got {3} instead",
    "gather": "Expected out tensor to have dtype {2}, but got {3} instead",
    "index_select": "index_select(): self and result must have the same scalar type",
    "kthvalue": "Expected out tensor to have dtype {2}, but got {3} instead",
    "masked_select": "masked_select(): self and result must have the same scalar type",
    "take": (
        "take(): self and out expected to have the same dtype, but got self.dtype = {0.legacy} and out.dtype = "
        "{1.legacy}"
    ),
}
_OUT_DTYPE["amin"] = _OUT_DTYPE["amax"]
"""Operations whose ``out=`` must have the input's dtype, and must not be where the input is."""


def check_out(op: Op, values: list[Any], outs: tuple[Any, ...]) -> None:
    """Raise PyTorch's errors about an ``out=`` that will not do."""
    for out in outs:
        if not isinstance(out, Tensor):
            raise TypeError(f"{op.name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if op.name not in _OUT_DTYPE:
        return
    want = values[0].dtype
    for have in [o.dtype for o in (outs if op.name == "aminmax" else outs[:1])]:
        if have is not want:
            raise RuntimeError(_OUT_DTYPE[op.name].format(want, have, c_name(want), c_name(have)))
    if op.name not in ("amax", "amin", "aminmax"):
        check_no_overlap(outs[0])
        check_no_partial_overlap(outs[0], [outs[0], *values], same_is_fine=False)


def write_out(out: Any, result: Tensor) -> Tensor:
    """Put a result into the tensor given as ``out=``."""
    if not isinstance(out, Tensor):
        raise TypeError(f"argument 'out' must be Tensor, not {type(out).__name__}")
    raw = result._array
    raw_type, type_ = FROM_NUMPY[raw.dtype], FROM_NUMPY[out._array.dtype]
    if not can_cast(raw_type, type_):
        raise RuntimeError(
            f"result type {raw_type.legacy} can't be cast to the desired output type {type_.legacy}"
        )
    if raw.shape != out._array.shape:
        if out._array.size:
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {list(out._array.shape)}, which "
                f"does not match the required output shape {list(raw.shape)}. This behavior is deprecated, and in a "
                "future PyTorch release outputs will not be resized unless they have zero elements. You can explicitly "
                "reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
                UserWarning,
                stacklevel=5,
            )
        version = out._version
        out._array = raw.astype(out._array.dtype, order="C")
        out._storage = Storage(out._array, version)
    else:
        check_no_overlap(out)
        out._array[...] = raw
    out._bump_version()
    return out
