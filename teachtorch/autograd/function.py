"""Operations of one's own: a forward and a backward, written as a class.

::

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x ** 2

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 2 * x

    Square.apply(x)

`ctx` is the node of the graph itself, as in PyTorch: what forward leaves on it, backward finds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..grad_mode import is_grad_enabled, no_grad
from ..inplace import check_writable, rebase_history
from ..node import FREED, NO_EDGE, Node, edge
from ..plan import SavedVariable, pack, saved_tensor_hooks, stale
from ..tensor import Tensor, storage_of, wrap

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx:
    """What forward and backward share."""

    materialize_grads = True
    needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for backward. Call it once, in forward; in-place changes to them are noticed."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for ``jvp``."""
        for t in tensors:
            if not (t is None or isinstance(t, Tensor)):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save "
                    "non-tensors as attributes on ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Say which inputs forward changed in place; they must be returned."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Say which outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros (True) or None for outputs that nobody used."""
        self.materialize_grads = value


class FunctionNode(Node, FunctionCtx):
    """The node of a custom function. Its class is named after the function: ``SquareBackward``."""

    __slots__ = ()
    _function: type[Function]
    _entries: Any = ()
    _positions: tuple[int, ...] = ()  # which arguments of apply are tensors

    def __init__(self) -> None:
        super().__init__(None, (), (), ())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        return list(object.__dir__(self))

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` kept."""
        if self._entries is None:
            raise RuntimeError(FREED)
        return tuple(self._unpack(e) for e in self._entries)

    saved_variables = saved_tensors

    def _unpack(self, entry: Any) -> Any:
        if entry is None:
            return None
        if isinstance(entry, SavedVariable):
            return entry.unpack(entry.packed)
        kind, *parts = entry
        if kind == "input":
            tensor, version = parts
            if tensor._version != version:
                raise stale(self, tensor._array, "", tensor._version, version)
            return tensor
        array, storage, version, nr = parts
        if storage.version != version:
            raise stale(self, array, f", which is output {nr} of {self.name()}", storage.version, version)
        tensor = wrap(array)
        tensor._storage = storage
        if nr is not None and array.dtype.kind not in "biu":
            tensor._requires_grad, tensor._grad_fn, tensor._output_nr = True, self, nr
        return tensor

    def saved_values(self) -> Any:
        """``(name, tensor)`` of what was saved."""
        return ((f"tensor{i}", t) for i, t in enumerate(self.saved_tensors))

    def saved_versions(self) -> Any:
        """``(name, array, version when saved, version now)`` of what was saved."""
        for i, entry in enumerate(self._entries or ()):
            if isinstance(entry, tuple):
                if entry[0] == "input":
                    yield f"tensor{i}", entry[1]._array, entry[2], entry[1]._version
                else:
                    yield f"tensor{i}", entry[1], entry[3], entry[2].version

    def release(self) -> None:
        """Free what was saved."""
        if self._entries:
            self._entries = None

    def _call(self, grads: list[Any]) -> list[Any]:
        results = self._function.backward(self, *grads)
        results = results if isinstance(results, tuple) else (results,)
        count = len(self.needs_input_grad)
        while len(results) > count and results[-1] is None:
            results = results[:-1]  # PyTorch lets superfluous Nones pass
        if len(results) != count:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected {count}, "
                f"got {len(results)})"
            )
        for i, r in enumerate(results):
            if r is not None and not isinstance(r, Tensor):
                raise RuntimeError(
                    f"function {self.name()} returned a gradient of type {type(r).__name__} at position {i}; expected "
                    "None or a Tensor"
                )
            if r is not None and i not in self._positions:
                raise RuntimeError(
                    f"function {self.name()} returned a gradient different than None at position {i + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
        return [results[i] for i in self._positions]

    def backward_arrays(self, grads: list[Any]) -> Any:
        """Run the user's backward, unrecorded."""
        with no_grad():
            results = self._call([None if g is None else wrap(g) for g in grads])
        # A gradient that the user still holds must not become somebody's .grad: hand on a view of it.
        return [None if r is None else r._array.view() for r in results]

    def backward_tensors(self, grads: list[Any]) -> Any:
        """Run the user's backward, recorded."""
        return self._call(grads)


class Function:
    """The base of custom operations: override ``forward`` and ``backward``, call ``apply``.

    >>> import teachtorch as torch
    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * 2
    >>> x = torch.tensor([1.], requires_grad=True)
    >>> Double.apply(x)
    tensor([2.], grad_fn=<DoubleBackward>)
    """

    _node_class: type[FunctionNode]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch."
            "autograd.Function)"
        )

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = f"{cls.__name__}Backward"
        cls._node_class = type(name, (FunctionNode,), {"__slots__": (), "_function": cls})

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """``forward(ctx, *args)``, or ``forward(*args)`` beside a ``setup_context``."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Put on `ctx` what backward needs, if ``forward`` does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of the inputs, one for each argument of ``forward``, None for those without."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The directional derivative, for forward mode."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward, and record the node if an input requires grad."""
        ctx = cls._node_class()
        ctx._positions = tuple(i for i, a in enumerate(args) if isinstance(a, Tensor))
        ctx.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        recording = is_grad_enabled() and any(ctx.needs_input_grad)
        with no_grad():
            if cls.setup_context is not Function.setup_context:
                outputs = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, outputs)
            else:
                outputs = cls.forward(ctx, *args, **kwargs)
        single = not isinstance(outputs, tuple)
        results = _outputs(ctx, args, (outputs,) if single else outputs, recording)
        return results[0] if single else results


def _outputs(
    ctx: FunctionNode, args: tuple[Any, ...], outputs: tuple[Any, ...], recording: bool
) -> tuple[Any, ...]:
    """Hang the node on the outputs."""
    dirty = {id(t) for t in ctx.__dict__.get("dirty_tensors", ())}
    plain = {id(t) for t in ctx.__dict__.get("non_differentiable", ())}
    inputs = {id(a) for a in args if isinstance(a, Tensor)}
    if recording:
        tensors = [args[i] for i in ctx._positions]
        ctx.next_functions = tuple(edge(t) if t.requires_grad else NO_EDGE for t in tensors)
        ctx.leaves = [t for t in tensors if t._grad_fn is None]
    results, kinds = [], []
    for out in outputs:
        if not isinstance(out, Tensor):
            results.append(out)
            continue
        if id(out) in dirty:
            if recording:
                check_writable(out, list(args))
            out._bump_version()
        elif id(out) in inputs:
            with no_grad():
                out = out.view_as(out) if id(out) not in plain else out.detach()
        results.append(out)
        kinds.append(out)
    ctx.outputs = tuple((t._array.shape, t._array.dtype) for t in kinds)
    if recording:
        for nr, out in enumerate(kinds):
            if id(out) in plain or out._array.dtype.kind in "biu":
                out._requires_grad = False
            elif id(out) in dirty and out._view is not None:
                rebase_history(out, ctx)
            else:
                out._view = None if id(out) not in dirty else out._view
                out._requires_grad, out._grad_fn, out._output_nr = True, ctx, nr
        ctx._entries = tuple(_saved(t, kinds) for t in ctx.__dict__.get("to_save", ()))
    ctx.__dict__.pop("to_save", None)
    return tuple(results)


def _saved(tensor: Any, outputs: list[Tensor]) -> Any:
    """An output is kept without its history, which would be a cycle; an input as it is."""
    if tensor is None:
        return None
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"save_for_backward can only save variables, but argument 0 is of type {type(tensor).__name__}"
        )
    if saved_tensor_hooks:
        return pack(tensor)
    for nr, out in enumerate(outputs):
        if out is tensor:
            storage = storage_of(tensor)
            return "output", tensor._array, storage, storage.version, nr
    return "input", tensor, tensor._version


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a backward that cannot be differentiated itself: a second derivative is an error, not nonsense."""

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            results = fn(ctx, *args)
        if not is_grad_enabled() or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return results
        several = isinstance(results, tuple)
        refused = [
            _Refuse.apply(r.detach().requires_grad_()) if isinstance(r, Tensor) else r
            for r in (results if several else (results,))
        ]
        return tuple(refused) if several else refused[0]

    return wrapper


class _Refuse(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
