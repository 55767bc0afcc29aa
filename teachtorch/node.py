"""The nodes of the graph that ``backward`` walks.

A node is made when an operation runs on a tensor that requires grad. It knows

- ``next_functions``: for each input, the node that made it and which of that node's outputs it was;
- ``saved``: what the derivative needs, and the version each saved tensor had;
- ``plan``: which derivatives to compute, worked out once per operation and set of inputs;
- ``outputs``: shape and dtype of each result, against which incoming gradients are fitted.

Leaves have an :class:`AccumulateGrad` node, which adds what arrives to ``leaf.grad``.
"""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .op import Plan
    from .tensor import Tensor

Edge = tuple["Node | None", int]
NO_EDGE: Edge = (None, 0)

next_sequence: Callable[[], int] = itertools.count().__next__
"""Nodes are numbered as they are made; backward takes the youngest ready node first."""


class RemovableHandle:
    """What a hook registration returns: ``handle.remove()`` takes the hook away again."""

    _next_id = itertools.count()

    def __init__(self, hooks: OrderedDict[int, Any], *, extra_dict: Any = None) -> None:
        self.id = next(self._next_id)
        self._hooks = weakref.ref(hooks)
        self._extra = [
            weakref.ref(d) for d in ([extra_dict] if isinstance(extra_dict, dict) else extra_dict or [])
        ]

    def remove(self) -> None:
        """Remove the hook; removing it twice is harmless."""
        references: list[Any] = [self._hooks, *self._extra]
        for ref in references:
            hooks = ref()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


def add_hook(hooks: OrderedDict[int, Any], hook: Any) -> RemovableHandle:
    """Put `hook` at the end of `hooks` and return the handle that removes it."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class Hooks:
    """What users have attached to a node. Most nodes have none, and no object like this."""

    __slots__ = ("post", "pre", "retained", "tensor")

    def __init__(self) -> None:
        self.pre: OrderedDict[int, Any] = OrderedDict()  # called with grad_outputs
        self.post: OrderedDict[int, Any] = OrderedDict()  # called with grad_inputs, grad_outputs
        self.tensor: dict[int, OrderedDict[int, Any]] = {}  # output number -> hooks of that tensor
        self.retained: dict[int, weakref.ref[Tensor]] = {}  # output number -> tensor to keep the gradient of


class Node:
    """One recorded operation. Subclasses are named as PyTorch names them: ``MulBackward0``."""

    __slots__ = (
        "__dict__",  # for `metadata` and other rare things; made only when used
        "__weakref__",
        "hooks",
        "leaves",
        "next_functions",
        "outputs",
        "plan",
        "saved",
        "sequence",
    )

    plan: Plan
    saved: tuple[Any, ...] | None
    next_functions: tuple[Edge, ...]
    outputs: tuple[tuple[tuple[int, ...], Any], ...]
    leaves: Any  # the inputs that are leaves: the graph keeps them alive, their AccumulateGrad does not
    hooks: Hooks | None

    def __init__(
        self,
        plan: Any,
        next_functions: tuple[Edge, ...],
        saved: tuple[Any, ...] | None,
        outputs: tuple[Any, ...],
        leaves: Any = None,
    ) -> None:
        self.plan = plan
        self.next_functions = next_functions
        self.saved = saved
        self.outputs = outputs
        self.leaves = leaves
        self.hooks = None
        self.sequence = next_sequence()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def name(self) -> str:
        """``"MulBackward0"``."""
        return type(self).__name__

    def short_name(self) -> str:
        """How PyTorch's messages call it: ``"Mul"``, ``"Squeeze1"``."""
        name = self.name()
        forward, _, digit = name.rpartition("Backward")
        return forward + digit.replace("0", "") if digit.isdigit() else name

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for whatever one likes to attach."""
        return self.__dict__.setdefault("_metadata", {})

    def _sequence_nr(self) -> int:
        return self.sequence

    def register_hook(self, hook: Callable[[Any, Any], Any]) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after this node ran; it may return new ``grad_inputs``."""
        return add_hook(self.attached().post, hook)

    def register_prehook(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before this node runs; it may return new ``grad_outputs``."""
        return add_hook(self.attached().pre, hook)

    def attached(self) -> Hooks:
        """The node's hooks, made now if there were none."""
        if self.hooks is None:
            self.hooks = Hooks()
        return self.hooks

    # What was saved, as PyTorch shows it: node._saved_self, node._saved_result, node._saved_dim ...
    def __getattr__(self, name: str) -> Any:
        if name.startswith("_saved_"):
            wanted = name.removeprefix("_saved_")
            for saved_name, value in self.saved_values():
                if saved_name == wanted:
                    return value
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(f"_saved_{name}" for name in self.plan.saved_names)]

    def saved_values(self) -> Iterator[tuple[str, Any]]:
        """``(name, value)`` of everything kept for backward; tensors are checked for later writes."""
        if self.saved is None:
            raise RuntimeError(FREED)
        for name, capture, entry in zip(self.plan.saved_names, self.plan.captures, self.saved):
            yield name, capture.tensor(self, entry)

    def saved_versions(self) -> Iterator[tuple[str, Any, int, int]]:
        """``(name, array, version when saved, version now)`` of each saved tensor: nothing is checked."""
        for name, capture, entry in zip(self.plan.saved_names, self.plan.captures, self.saved or ()):
            yield from capture.versions(name, entry)

    # What the engine calls: once on raw arrays, or on Tensors where the backward is itself recorded.
    def backward_arrays(self, grads: list[Any]) -> Any:
        """Gradients of the inputs, from arrays to arrays, in the order of ``next_functions``."""
        return self.plan.backward(self, grads, raw=True)

    def backward_tensors(self, grads: list[Any]) -> Any:
        """The same on Tensors, with the operations recorded."""
        return self.plan.backward(self, grads, raw=False)

    def release(self) -> None:
        """Free what was saved; done after a backward without ``retain_graph``."""
        if self.plan.holds_tensors:
            self.saved = None


FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have "
    "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
    "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
    "you need to access saved tensors after calling backward."
)


class AccumulateGrad(Node):
    """The end of the graph at a leaf: adds the gradient that arrives to ``variable.grad``."""

    __slots__ = ("_variable",)

    def __init__(self, variable: Tensor) -> None:
        self._variable = weakref.ref(
            variable
        )  # the leaf owns its node; nodes that use the leaf keep it alive
        array = variable._array
        self.outputs = ((array.shape, array.dtype),)
        self.next_functions = ()
        self.saved = ()
        self.leaves = self.hooks = None
        self.sequence = 1 << 63  # before everything else as soon as it is ready, as in PyTorch

    @property
    def variable(self) -> Tensor:
        """The leaf."""
        leaf = self._variable()
        if leaf is None:
            raise ReferenceError("the leaf of this AccumulateGrad and every graph that used it are gone")
        return leaf

    def name(self) -> str:
        """PyTorch's, which says where in its own code this node lives."""
        return "torch::autograd::AccumulateGrad"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'AccumulateGrad' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        return list(object.__dir__(self))

    def saved_values(self) -> Iterator[tuple[str, Any]]:
        """A leaf saves nothing."""
        return iter(())

    saved_versions = saved_values  # type: ignore[assignment]

    def release(self) -> None:
        """Nothing to free."""


def accumulator(leaf: Tensor) -> AccumulateGrad | None:
    """The one AccumulateGrad of a leaf, made when the leaf is first used.

    None for a view made under ``no_grad``: it requires grad because its base does, but receives none.
    """
    node: AccumulateGrad | None = leaf._accumulator
    if node is None and leaf._requires_grad is True:
        node = leaf._accumulator = AccumulateGrad(leaf)
    return node


def check_still_leaf(leaf: Tensor) -> None:
    """A leaf may have changed since it was used: frozen, which is fine, or made the result of an operation."""
    if leaf._grad_fn is not None:
        raise RuntimeError("leaf variable has been moved into the graph interior")


def set_history(tensor: Tensor, node: Node) -> None:
    """`node` has made `tensor`, from now on: an operation wrote to it, or to what it is a view of.

    Hooks that the tensor had stay with its old node; ``retain_grad`` means the tensor as it is now.
    """
    old = tensor._grad_fn
    if old is not None and tensor._retains_grad:
        node.attached().retained[0] = old.attached().retained.pop(tensor._output_nr)
    tensor._hooks = None
    tensor._grad_fn, tensor._output_nr, tensor._requires_grad = node, 0, True


def edge(tensor: Tensor) -> Edge:
    """Where the gradient of `tensor` goes."""
    if not tensor._requires_grad:
        return NO_EDGE
    node = tensor._grad_fn if tensor._view is None else tensor.grad_fn
    return (accumulator(tensor), 0) if node is None else (node, tensor._output_nr)
