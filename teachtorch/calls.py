"""What happens between ``torch.mul(a, b)`` and the kernel, and back.

The common cases (one or two float tensors of one dtype) have short ways of their own, since on three
elements the way costs more than the multiplication. Whatever they do not cover falls through to
:func:`invoke`, which does everything: binding, promotion, two-byte types, several results, views.
Nothing is checked that the kernel would notice anyway; when it raises, :mod:`teachtorch.diagnose` looks at the
arguments again and says what PyTorch would have said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes
from .backend import namespace
from .binding import NUMBERS, as_number
from .diagnose import explain, refuse_complex
from .dtypes import is_half
from .grad_mode import is_grad_enabled
from .inplace import check_out, check_writable, write, write_out
from .node import NO_EDGE, accumulator
from .plan import SaveClone
from .promotion import result_dtype
from .replay import remember
from .tensor import MAYBE, Tensor, View, storage_of

if TYPE_CHECKING:
    from .op import Op

_new = object.__new__
ndarray = np.ndarray
_FLOAT32 = np.dtype(np.float32)


# -- the short ways -----------------------------------------------------------------------------------


def forward_caller(op: Op) -> Callable[..., Any]:
    """The public function of an operation."""
    signature = op.signature
    settled = not op.view and not signature.lists and op.needs_xp and not signature.optional
    if op.view and signature.arrays == (0,):
        return _view(op)
    if settled and signature.edges == signature.arrays == (0,):
        return _unary(op)
    if (
        settled
        and signature.edges == signature.arrays == (0, 1)
        and signature.required == 2
        and op.returns is None
    ):
        return _binary(op)

    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        values = signature.bind(args, kwargs)
        return invoke(op, values) if out is None else invoke_out(op, values, out)

    return call


def _unary(op: Op) -> Callable[..., Any]:
    """One tensor, then settings: ``exp(x)``, ``x.sum(0)``."""
    kernel, direct, signature = op.kernel, op.direct, op.signature
    defaults = tuple(signature.defaults[1:])
    n = signature.positional
    named = tuple(signature.names[n:])
    record_it = record_one if op.returns is None else None

    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is None and args and isinstance(args[0], Tensor):
            input = args[0]
            array = input._array
            if type(array) is ndarray and array.dtype in direct:
                try:
                    if len(args) == 1 and not kwargs:
                        values: Any = (input, *defaults)
                        raw = kernel(array, xp=np)
                    else:
                        values = signature.bind(args, kwargs)
                        settings = dict(zip(named, values[n:]))
                        raw = kernel(array, *values[1:n], **settings, xp=np)
                except Exception:
                    return invoke(op, signature.bind(args, kwargs))
                if type(raw) is tuple:
                    return _finish(op, values, raw, None)
                result = _new(Tensor)
                result._array = raw if type(raw) is ndarray else np.asarray(raw)
                if input._requires_grad and is_grad_enabled() and op.rules:
                    if record_it is not None:
                        record_it(op, values, result)
                    else:
                        record(op, values, (result,))
                return result
        values = signature.bind(args, kwargs)
        return invoke(op, values) if out is None else invoke_out(op, values, out)

    return call


def _binary(op: Op) -> Callable[..., Any]:
    """Two tensors, or a tensor and a number: ``x * y``, ``x * 2``."""
    kernel, direct, signature = op.kernel, op.direct, op.signature
    floats = frozenset(d for d in direct if d.kind in "fc")
    numbers_too = 1 in signature.numbers
    defaults = tuple(signature.defaults[2:])
    record_it = record_two if not signature.scalars and op.returns is None else None

    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is None and len(args) == 2 and not kwargs and isinstance(args[0], Tensor):
            input, other = args
            a = input._array
            if isinstance(other, Tensor):
                b = other._array
                ready = a.dtype is b.dtype and a.dtype in direct and type(a) is ndarray and type(b) is ndarray
                tracked = input._requires_grad or other._requires_grad
            else:
                b = other
                kind = type(other)
                ready = (
                    (kind is float or kind is int)
                    and numbers_too
                    and a.dtype in floats
                    and type(a) is ndarray
                )
                tracked = input._requires_grad
            if ready:
                try:
                    raw = kernel(a, b, xp=np)
                except Exception:
                    return invoke(op, [input, other, *defaults])
                result = _new(Tensor)
                result._array = raw if type(raw) is ndarray else np.asarray(raw)
                if tracked and is_grad_enabled() and op.rules:
                    if record_it is not None:
                        record_it(op, (input, other, *defaults), result)
                    else:
                        record(op, (input, other, *defaults), (result,))
                return result
        values = signature.bind(args, kwargs)
        return invoke(op, values) if out is None else invoke_out(op, values, out)

    return call


def _view(op: Op) -> Callable[..., Any]:
    """One tensor, and a result over the same memory: ``x.view(2, 3)``, ``x.t()``."""
    kernel, signature = op.kernel, op.signature
    bind, n = signature.bind, signature.positional
    n_names = len(signature.names)
    simple = not signature.ints and n == n_names

    def call(*args: Any, **kwargs: Any) -> Any:
        values: Any = args if simple and len(args) == n_names else bind(args, kwargs)
        source = values[0]
        if not isinstance(source, Tensor) or op.needs_xp:
            return invoke(op, list(values))
        raw = kernel(source._array, *values[1:])
        if type(raw) is tuple:
            return _wrap_views(op, values, raw)
        storage = source._storage or storage_of(source)
        result = _new(Tensor)
        result._array = raw
        result._storage = storage
        parent = source._view
        recording = is_grad_enabled()
        if parent is None:
            base = source
            result._view = View(source, storage.version, "" if recording else "no_grad")
        else:
            base = parent.base
            result._view = View(base, storage.version, parent.origin if recording else "no_grad")
        result._requires_grad = MAYBE
        if raw.dtype is not base._array.dtype and raw.dtype != base._array.dtype:
            remember(op, values, result)
        if recording and source._requires_grad and op.rules:
            record_one(op, values, result)
        return result

    return call


def operator_caller(op: Op, name: str) -> Callable[..., Any]:
    """A Python operator: like the function, but ``NotImplemented`` for operands it cannot take."""
    function = op.function
    if name in ("__neg__", "__pos__", "__abs__", "__invert__"):
        return function

    if name.startswith("__i"):
        inplace = getattr(Tensor, op.name + "_")

        def in_place(self: Tensor, other: Any) -> Any:
            return inplace(self, other) if isinstance(other, (Tensor, *NUMBERS)) else NotImplemented

        return in_place

    commutes = name in ("__radd__", "__rmul__", "__rand__", "__ror__", "__rxor__")
    reflected = name.startswith("__r") and name != "__rshift__" and op.name != "rsub" and not commutes

    def forward(self: Tensor, other: Any) -> Any:
        if isinstance(other, (Tensor, *NUMBERS)):
            return function(self, other)
        return NotImplemented

    def backward(self: Tensor, other: Any) -> Any:
        if isinstance(other, (Tensor, *NUMBERS)):
            return function(other, self)
        return NotImplemented

    return backward if reflected else forward


# -- the long way -------------------------------------------------------------------------------------


def invoke(op: Op, values: list[Any]) -> Any:
    """Run an operation on bound argument values."""
    arrays, xp, narrow = prepare(op, values)
    signature = op.signature
    n = signature.positional
    settings = dict(zip(signature.names[n:], arrays[n:])) if n < len(arrays) else {}
    if op.needs_xp:
        settings["xp"] = xp
    try:
        raw = op.kernel(*arrays[:n], **settings)
    except RuntimeWarning:  # warnings are errors in this program; a division by zero is none in PyTorch
        with np.errstate(all="ignore"):
            raw = op.kernel(*arrays[:n], **settings)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError, np.linalg.LinAlgError) as error:
        again = explain(op, values, arrays, error)
        if again is None:
            raise
        return invoke(op, again)
    return _wrap_views(op, values, raw) if op.view else _finish(op, values, raw, narrow)


def _finish(op: Op, values: Any, raw: Any, narrow: Any) -> Any:
    """Wrap what the kernel returned, and record it."""
    if type(raw) is tuple:
        results = tuple([_wrap(x, narrow) for x in raw])
    else:
        results = (_wrap(raw, narrow),)
    if op.rules and is_grad_enabled():
        record(op, values, results)
    if type(raw) is not tuple:
        return results[0]
    return op.returns(*results) if op.returns is not None else results


def _wrap(raw: Any, narrow: Any) -> Tensor:
    result = _new(Tensor)
    if narrow is not None and raw.dtype == _FLOAT32:
        raw = raw.astype(narrow)
    result._array = raw if type(raw) is ndarray or not isinstance(raw, np.generic) else np.asarray(raw)
    return result


def prepare(op: Op, values: list[Any]) -> tuple[list[Any], Any, Any]:
    """The arrays to hand to the kernel, their library, and the two-byte dtype to round to, if any."""
    signature = op.signature
    arrays = list(values)
    found: Any = None
    for i in signature.arrays:
        value = values[i]
        if isinstance(value, Tensor):
            arrays[i] = value._array
            if found is None:
                found = value._array
        elif value is None and i in signature.optional:
            pass
        elif isinstance(value, NUMBERS) and i in signature.numbers:
            arrays[i] = as_number(value)
        else:
            raise signature.wrong_type(i, values)
    if found is None and signature.numbers and not signature.all_numbers and not signature.lists:
        raise signature.wrong_type(0, values)
    for i in signature.lists:
        arrays[i] = _arrays_of(op, i, values[i])
        if found is None and arrays[i]:
            found = arrays[i][0]
    if op.real is not None:
        refuse_complex(op, arrays)
    xp = np if found is None or type(found) is ndarray else namespace(found)
    narrow = None
    if op.promotion != "none":
        narrow = _promote(op, arrays)
    return arrays, xp, narrow


def _arrays_of(op: Op, i: int, tensors: Any) -> list[Any]:
    signature = op.signature
    if isinstance(tensors, Tensor) or not isinstance(tensors, (list, tuple)):
        if not hasattr(tensors, "__iter__") or isinstance(tensors, Tensor):
            raise TypeError(
                f"{op.name}(): argument '{signature.names[i]}' (position {i + 1}) must be tuple of Tensors, not "
                f"{type(tensors).__name__}"
            )
        tensors = tuple(tensors)
    for k, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise TypeError(f"expected Tensor as element {k} in argument {i}, but got {type(t).__name__}")
    return [t._array for t in tensors]


def _promote(op: Op, arrays: list[Any]) -> Any:
    """Cast the promoted arrays to their common dtype, in place in the list."""
    signature = op.signature
    operands = [arrays[i] for i in signature.promoted if arrays[i] is not None]
    for i in signature.lists:
        operands += arrays[i]
    if not operands:
        return None
    common = result_dtype(operands)
    promotion = op.promotion if op.promotion_of is None else op.promotion_of(*arrays)
    if promotion == "float" and common.kind in "bui":
        common = dtypes.get_default_dtype()
    target = common.numpy
    narrow = None
    if op.half and is_half(target):
        target, narrow = _FLOAT32, target
    for i in signature.promoted:
        x = arrays[i]
        if x is not None and hasattr(x, "ndim") and x.dtype is not target:
            arrays[i] = x.astype(target)
    for i in signature.lists:
        arrays[i] = [x if x.dtype is target else x.astype(target) for x in arrays[i]]
    return narrow


def _wrap_views(op: Op, values: list[Any], raw: Any) -> Any:
    """Tensors over arrays that share the input's memory."""
    source = values[0]
    storage = storage_of(source)
    recording = is_grad_enabled()
    single = type(raw) is not tuple
    parent = source._view
    base, inherited = (source, "") if parent is None else (parent.base, parent.origin)
    origin = "no_grad" if not recording else inherited if single else "multiple"
    results: list[Tensor] = []
    for array in (raw,) if single else raw:
        result = _new(Tensor)
        result._array = array
        result._storage = storage
        result._view = View(base, storage.version, origin)
        result._requires_grad = MAYBE
        if array.dtype != base._array.dtype:
            remember(op, values, result, None if single else len(results))
        results.append(result)
    if recording and source._requires_grad and op.rules:
        record(op, values, results)
    return results[0] if single else tuple(results)


# -- recording ----------------------------------------------------------------------------------------


def record(op: Op, values: Any, results: Any, inplace: bool = False) -> Any:
    """Make the node of an operation that just ran, if an input requires grad, and hang it on the results."""
    edges: list[Any] = []
    leaves: list[Any] = []
    code, bit = 0, 1
    signature = op.signature
    lengths: Any = ()
    for i in signature.edges:
        value = values[i]
        if isinstance(value, Tensor):
            flag = value._requires_grad
            if flag and (flag is True or value.requires_grad):
                code |= bit
                edges.append(_link(value, leaves))
            else:
                edges.append(NO_EDGE)
        elif type(value) is list or type(value) is tuple:
            for t in value:
                if t._requires_grad and t.requires_grad:
                    code |= bit
                    edges.append(_link(t, leaves))
                else:
                    edges.append(NO_EDGE)
            lengths = (*lengths, len(value))
        elif i not in signature.scalars or (value is None and _has_tensor(values, signature.scalars)):
            edges.append(NO_EDGE)
        bit <<= 1
    if not code:
        return None
    overload = 0 if op.overload is None else op.overload(*values)
    key = (code, overload, lengths, inplace)
    plan = op.plans.get(key)
    if plan is None:
        counts = tuple(_edge_count(values, i, signature.scalars) for i in signature.edges)
        plan = op.plan(key, code, overload, counts, inplace)
    if not plan.rules:
        return None
    outputs = tuple([(r._array.shape, r._array.dtype) for r in results])
    node = plan.node_class(plan, tuple(edges), None, outputs, leaves)
    if inplace:
        return node
    for i, result in enumerate(results):
        if result._array.dtype.kind in "fcV":
            result._requires_grad = True
            result._grad_fn = node
            if i:
                result._output_nr = i
    node.saved = plan.save(values, results) if plan.captures else ()
    return node


def _link(tensor: Tensor, leaves: list[Any]) -> Any:
    """The edge to the node that made `tensor`; a leaf is also noted, to be kept alive."""
    node = tensor._grad_fn if tensor._view is None else tensor.grad_fn
    if node is not None:
        return node, tensor._output_nr
    leaves.append(tensor)
    return tensor._accumulator or accumulator(tensor), 0


def record_one(op: Op, values: Any, result: Tensor) -> None:
    """:func:`record` for one tensor argument, one result: the short way of most operations."""
    input = values[0]
    flag = input._requires_grad
    if flag is not True and not input.requires_grad:
        return
    node = input._grad_fn if input._view is None else input.grad_fn
    if node is None:
        edges: Any = ((input._accumulator or accumulator(input), 0),)
        leaf: Any = input
    else:
        edges = ((node, input._output_nr),)
        leaf = None
    overload = 0 if op.overload is None else op.overload(*values)
    key = overload << 2 | 1
    plan = op.plans.get(key) or op.plan(key, 1, overload, (1,), False)
    array = result._array
    made = plan.node_class(plan, edges, None, ((array.shape, array.dtype),), leaf)
    result._requires_grad = True
    result._grad_fn = made
    made.saved = plan.save(values, (result,)) if plan.captures else ()


def record_two(op: Op, values: Any, result: Tensor) -> None:
    """:func:`record` for two tensor arguments (the second may be a number) and one result."""
    input, other = values[0], values[1]
    code = 0
    left = right = NO_EDGE
    leaf: Any = None
    flag = input._requires_grad
    if flag and (flag is True or input.requires_grad):
        code = 1
        node = input._grad_fn if input._view is None else input.grad_fn
        if node is None:
            left = (input._accumulator or accumulator(input), 0)
            leaf = input
        else:
            left = (node, input._output_nr)
    if isinstance(other, Tensor):
        flag = other._requires_grad
        if flag and (flag is True or other.requires_grad):
            code |= 2
            node = other._grad_fn if other._view is None else other.grad_fn
            if node is None:
                right = (other._accumulator or accumulator(other), 0)
                leaf = other if leaf is None else (input, other)
            else:
                right = (node, other._output_nr)
    if not code:
        return
    overload = 0 if op.overload is None else op.overload(*values)
    key = overload << 2 | code
    plan = op.plans.get(key) or op.plan(key, code, overload, (1, 1), False)
    array = result._array
    made = plan.node_class(plan, (left, right), None, ((array.shape, array.dtype),), leaf)
    result._requires_grad = True
    result._grad_fn = made
    made.saved = plan.save(values, (result,)) if plan.captures else ()


def _edge_count(values: Any, i: int, scalars: tuple[int, ...]) -> int:
    value = values[i]
    if isinstance(value, (list, tuple)):
        return len(value)
    if i not in scalars or isinstance(value, Tensor):
        return 1
    return int(value is None and _has_tensor(values, scalars))


def _has_tensor(values: Any, positions: tuple[int, ...]) -> bool:
    """Whether one of these arguments is a tensor: then a missing one is a missing tensor, and has an edge too."""
    return any(isinstance(values[i], Tensor) for i in positions)


# -- writing to an existing tensor --------------------------------------------------------------------


def inplace_caller(op: Op) -> Callable[..., Any]:
    """``name_``: the result is written to the first argument."""
    signature, kernel, direct = op.signature, op.kernel, op.direct
    floats = frozenset(d for d in direct if d.kind in "fc")
    short = (
        op.takes_out
        and signature.arrays == signature.promoted
        and len(signature.arrays) <= 2
        and not signature.ints
    )
    short = short and op.promotion != "none" and signature.arrays == tuple(range(len(signature.arrays)))

    def call(*args: Any, **kwargs: Any) -> Any:
        target = args[0]
        if short and target._view is None and not (target._requires_grad and is_grad_enabled()):
            array = target._array
            other = args[1] if len(args) > 1 else None
            if isinstance(other, Tensor):
                operand = other._array
                ready = operand.dtype is array.dtype and operand.ndim <= array.ndim and array.dtype in direct
                ready = ready and other._view is None and not (other._requires_grad and is_grad_enabled())
            else:
                operand = other
                kind = type(other)
                ready = (kind is float or kind is int or other is None) and array.dtype in floats
            if ready and type(array) is ndarray and (array.base is None or 0 not in array.strides):
                try:
                    if other is None:
                        kernel(array, xp=np, out=array, **kwargs)
                    else:
                        kernel(array, operand, *args[2:], xp=np, out=array, **kwargs)
                except RuntimeWarning:  # raised when the loop has run: the values are written
                    target._bump_version()
                    return target
                except Exception:  # said properly below, if it happens again
                    pass
                else:
                    target._bump_version()
                    return target
        values = signature.bind(args, kwargs)
        target = values[0]
        if not isinstance(target, Tensor):
            raise signature.wrong_type(0, values)
        node, originals = None, values
        if is_grad_enabled():
            check_writable(target, values)
            node = record(op, values, (target,), inplace=True) if op.rules else None
            if node is not None:
                originals = [_before(target, node), *values[1:]]
        return write(op, target, values, originals, node)

    call.__name__ = op.name + "_"
    call.__doc__ = f"In-place version of :func:`torch.{op.name}`: writes to this tensor and returns it."
    return call


def _before(target: Tensor, node: Any) -> Tensor:
    """The target as it is now, history included, for a derivative that needs the overwritten values."""
    snapshot = _new(Tensor)
    overwritten = any(isinstance(c, SaveClone) for c in node.plan.captures)
    snapshot._array = target._array.copy() if overwritten else target._array
    snapshot._requires_grad = target.requires_grad
    snapshot._grad_fn, snapshot._output_nr = target.grad_fn, target._output_nr
    if snapshot._requires_grad and snapshot._grad_fn is None:
        snapshot._accumulator = target._accumulator
    return snapshot


def invoke_out(op: Op, values: list[Any], out: Any) -> Any:
    """``out=``: the results are written to given tensors, which are resized if their shape differs."""
    outs = tuple(out) if isinstance(out, (list, tuple)) else (out,)
    check_out(op, values, outs)
    if is_grad_enabled():
        flat = [v for value in values for v in (value if isinstance(value, (list, tuple)) else (value,))]
        if any(isinstance(v, Tensor) and v.requires_grad for v in (*flat, *outs)) and op.rules:
            raise RuntimeError(
                f"{op.name}(): functions with out=... arguments don't support automatic differentiation, but one of "
                "the arguments requires grad."
            )
    plain = [v.detach() if isinstance(v, Tensor) else v for v in values]
    results = invoke(op, plain)
    if isinstance(results, tuple):
        written = tuple(write_out(o, r) for o, r in zip(out, results))
        return op.returns(*written) if op.returns is not None else written
    return write_out(out, results)
