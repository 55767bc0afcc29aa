"""``backward``: walk the graph from the outputs to the leaves, youngest node first.

Two passes. The first counts, for every node that will run, how many gradients it waits for. The second keeps
the ready nodes in a heap, takes the youngest, runs its derivatives, and hands each result to the node it came
from. A node with several users gets the sum. Leaves add what arrives to ``.grad``.

Nothing here is recursive: a graph of a million nodes needs a heap, not a stack.

Gradients travel as raw arrays, unless the backward is itself recorded (``create_graph``): then they are
Tensors. A gradient is fitted to the shape and dtype of the tensor it belongs to in one place,
:func:`teachtorch.autograd.fitting.fit`, so that derivatives need not know about broadcasting.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import namespace
from ..grad_mode import set_grad_enabled
from ..node import AccumulateGrad, Edge, Hooks, Node, accumulator, check_still_leaf
from ..op import attach
from ..plan import operations as F
from ..tensor import Tensor, wrap
from .fitting import fit, fit_tensor
from .plain import plain_backward

ndarray = np.ndarray
Root = tuple[Node, int]
"""An output of a node."""


class Backward:
    """One run of the engine."""

    def __init__(self, *, keep_graph: bool, create_graph: bool) -> None:
        self.keep_graph = keep_graph
        self.create_graph = create_graph
        self.raw = not create_graph
        self.ready: list[tuple[int, int, Node]] = []
        self.pushed = 0
        self.waiting: dict[Node, int] = {}
        self.gradients: dict[Node, list[Any]] = {}
        self.owned: set[int] = set()  # ids of arrays that this run made and nobody else can see

    def run(
        self, roots: Sequence[Root], grads: Sequence[Any], targets: Sequence[Edge] | None = None
    ) -> list[Any]:
        """Send `grads` (Tensors) into `roots`. With `targets`, return their gradients, and run only the nodes on
        the way to them."""
        needed = None if targets is None else _leading_to(roots, targets)
        self._count(roots, needed)
        places = {} if targets is None else {target: i for i, target in enumerate(targets)}
        ends = {node for node, _ in places}
        found: list[Any] = [None] * len(places)
        for (node, nr), grad in zip(roots, grads):
            self._add(node, nr, grad._array if self.raw else grad, ())
        ready, gradients = self.ready, self.gradients
        for node in {node: None for node, _ in roots}:
            if not self.waiting.get(node):
                self._push(node)
        with set_grad_enabled(self.create_graph):
            while ready:
                node = heapq.heappop(ready)[2]
                received = gradients.pop(node, None)
                if received is None:
                    received = [None] * len(node.outputs)
                if node.hooks is not None:
                    self._before(node, node.hooks, received)
                if node in ends:
                    for nr, grad in enumerate(received):
                        if (node, nr) in places:
                            found[places[node, nr]] = grad
                    if type(node) is AccumulateGrad or not needed or not needed[node]:
                        continue
                if type(node) is AccumulateGrad:
                    self._accumulate(node, received[0])
                else:
                    self._execute(node, received, needed)
        return [wrap(g) if self.raw and g is not None else g for g in found]

    # -- first pass ---------------------------------------------------------------------------------------

    def _count(self, roots: Sequence[Root], needed: dict[Node, bool] | None) -> None:
        waiting = self.waiting
        stack = list({node: None for node, _ in roots})
        seen = set(stack)
        while stack:
            node = stack.pop()
            if needed is not None and not needed.get(node):
                continue
            for child, _ in node.next_functions:
                if child is None or (needed is not None and child not in needed):
                    continue
                if child in waiting:
                    waiting[child] += 1
                else:
                    waiting[child] = 1
                    if child not in seen:
                        seen.add(child)
                        stack.append(child)

    # -- second pass --------------------------------------------------------------------------------------

    def _push(self, node: Node) -> None:
        self.pushed += 1
        heapq.heappush(self.ready, (-node.sequence, self.pushed, node))

    def _execute(self, node: Node, received: list[Any], needed: dict[Node, bool] | None) -> None:
        owned = self.owned
        if owned:
            for g in received:
                owned.discard(id(g))  # from here on the node's results may be views of it
        if len(received) > 1:
            self._fill_undefined(node, received)
        if received[0] is None and all(g is None for g in received):
            results: Any = [None] * len(node.next_functions)
        else:
            results = node.backward_arrays(received) if self.raw else node.backward_tensors(received)
        if not self.keep_graph:
            node.release()
        if node.hooks is not None and node.hooks.post:
            results = self._after(node.hooks, results, received)
        waiting = self.waiting
        for (child, nr), grad in zip(node.next_functions, results):
            if child is None or (needed is not None and child not in needed):
                continue
            if grad is not None:
                self._add(child, nr, grad, received)
            left = waiting[child] - 1
            waiting[child] = left
            if not left:
                self.pushed += 1  # equal sequence numbers (leaves): first come, first served
                heapq.heappush(self.ready, (-child.sequence, self.pushed, child))

    def _add(self, node: Node, nr: int, grad: Any, received: Sequence[Any]) -> None:
        """Give output `nr` of `node` one more gradient, fitted to it."""
        outputs = node.outputs
        shape, dtype = outputs[nr]
        if self.raw:
            if type(grad) is not ndarray and isinstance(grad, np.generic):
                grad = np.asarray(grad)
            if grad.shape != shape or grad.dtype is not dtype:
                grad = fit(node, nr, grad, shape, dtype)
        elif grad._array.shape != shape or grad._array.dtype != dtype:
            grad = fit_tensor(node, nr, grad, shape, dtype)
        slots = self.gradients.get(node)
        if slots is None:
            slots = self.gradients[node] = [None] * len(outputs)
        held = slots[nr]
        if held is None:
            slots[nr] = grad
            # Made just now, and seen by nobody else: it may be written to, or become a leaf's .grad as it is.
            if self.raw and received and grad.base is None and not any(grad is g for g in received):
                self.owned.add(id(grad))
        elif not self.raw:
            slots[nr] = held + grad
        elif id(held) in self.owned:
            namespace(held).add(held, grad, out=held)
        else:
            total = held + grad
            slots[nr] = total = total if type(total) is ndarray else np.asarray(total)
            self.owned.add(id(total))

    def _fill_undefined(self, node: Node, received: list[Any]) -> None:
        """Outputs of which nobody asked the gradient have a gradient of zero."""
        like = next((g for g in received if g is not None), None)
        if like is None or getattr(node, "materialize_grads", True) is False:
            return
        for i, (shape, dtype) in enumerate(node.outputs):
            if received[i] is None:
                zeros = namespace(like if self.raw else like._array).zeros(shape, dtype)
                received[i] = zeros if self.raw else wrap(zeros)

    def _accumulate(self, node: AccumulateGrad, grad: Any) -> None:
        """Add `grad` to the leaf's ``.grad``: take the array if it is ours alone, else copy it."""
        leaf = node._variable()
        if grad is None or leaf is None:
            return
        if leaf._grad_fn is not None or leaf._requires_grad is not True:
            check_still_leaf(leaf)
            return
        old = leaf._grad
        if not self.raw:
            leaf._grad = grad if old is None else old + grad
        elif old is None:
            owned = id(grad) in self.owned and grad.flags.c_contiguous
            self.owned.discard(id(grad))
            leaf._grad = wrap(grad if owned else grad.copy())
        elif old._requires_grad:
            leaf._grad = old.detach() + wrap(grad)
        else:
            namespace(grad).add(old._array, grad, out=old._array, casting="unsafe")
            old._bump_version()
        if node.hooks is not None and node.hooks.post:
            self._after(node.hooks, [], [grad])
        if leaf._post_accumulate_hooks:
            for hook in tuple(leaf._post_accumulate_hooks.values()):
                hook(leaf)

    # -- hooks --------------------------------------------------------------------------------------------

    def _tensor(self, grad: Any) -> Any:
        return wrap(grad) if self.raw and grad is not None else grad

    def _plain(self, grad: Any) -> Any:
        return grad._array if self.raw and grad is not None else grad

    def _before(self, node: Node, hooks: Hooks, received: list[Any]) -> None:
        """Tensor hooks, then node pre-hooks, then ``retain_grad``."""
        for nr, tensor_hooks in hooks.tensor.items():
            for hook in tuple(tensor_hooks.values()):
                if received[nr] is None:
                    continue
                changed = hook(self._tensor(received[nr]))
                if changed is not None:
                    received[nr] = self._plain(changed)
        for hook in tuple(hooks.pre.values()):
            changed = hook(tuple(map(self._tensor, received)))
            if changed is not None:
                received[:] = map(self._plain, changed if isinstance(changed, tuple) else (changed,))
        for nr, reference in hooks.retained.items():
            tensor = reference()
            if tensor is not None and received[nr] is not None:
                grad = self._tensor(received[nr])
                tensor._grad = grad.clone() if tensor._grad is None else tensor._grad + grad
        for g in received:
            self.owned.discard(id(g))  # a hook may have kept it

    def _after(self, hooks: Hooks, results: Any, received: list[Any]) -> Any:
        """Node post-hooks."""
        for hook in tuple(hooks.post.values()):
            inputs = tuple(map(self._tensor, results))
            changed = hook(inputs, tuple(map(self._tensor, received)))
            if changed is not None:
                changed = changed if isinstance(changed, tuple) else (changed,)
                if len(changed) != len(inputs):
                    raise RuntimeError(
                        f"hook returned an incorrect number of gradients: got {len(changed)}, expected {len(inputs)}"
                    )
                results = [self._plain(g) for g in changed]
        self.owned.clear()
        return results


def _leading_to(roots: Sequence[Root], targets: Sequence[Edge]) -> dict[Node, bool]:
    """The nodes to visit for the gradients of `targets`: True for those to run, False for mere ends.

    Found by a walk in post-order: a node runs if one of its children is wanted or runs.
    """
    ends = {node for node, _ in targets}
    run: dict[Node, bool] = {}
    done: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(node, False) for node, _ in roots if node is not None]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            run[node] = any(
                child in ends or run.get(child, False) for child, _ in node.next_functions if child
            )
            continue
        if node in done:
            continue
        done.add(node)
        stack.append((node, True))
        stack.extend(
            (child, False) for child, _ in node.next_functions if child is not None and child not in done
        )
    return {node: value for node, value in run.items() if value or node in ends}


# -- what users call ----------------------------------------------------------------------------------------


def _starts(tensors: Sequence[Tensor], grads: Sequence[Any]) -> tuple[list[Root], list[Tensor]]:
    """The edges to begin at, and a gradient for each: ones for a scalar, as given for the rest."""
    edges, starts = [], []
    for i, (tensor, grad) in enumerate(zip(tensors, grads)):
        if not tensor.requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        array = tensor._array
        if grad is None:
            if array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            if array.dtype.kind == "c":
                raise RuntimeError(
                    "grad can be implicitly created only for real scalar outputs but got torch."
                    + tensor.dtype.name
                )
            grad = wrap(namespace(array).ones(array.shape, array.dtype))
        elif not isinstance(grad, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")
        elif grad._array.shape != array.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {grad.shape} and output[{i}] has a shape of "
                f"{tensor.shape}."
            )
        elif (grad._array.dtype.kind == "c") != (array.dtype.kind == "c"):
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
                f"dtype: grad_output[{i}] has a dtype of {grad.dtype} and output[{i}] has a dtype of {tensor.dtype}."
            )
        node, nr = _target(tensor)
        if node is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        edges.append((node, nr))
        starts.append(grad)
    return edges, starts


def _sequence(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, Tensor) else tuple(value)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add the gradients of `tensors` to the ``.grad`` of the leaves they were computed from.

    `grad_tensors` are the gradients to begin with (the vector of the vector-Jacobian product); a scalar begins
    with 1. `retain_graph` keeps what was saved for another backward; `create_graph` records this one, for
    higher derivatives. With `inputs`, only these accumulate.

    >>> import teachtorch as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.backward(x ** 2)
    >>> x.grad
    tensor(6.)
    """
    tensors = _sequence(tensors)
    grads = [None] * len(tensors) if grad_tensors is None else _sequence(grad_tensors)
    for g in grads:
        if g is not None and not isinstance(g, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
    if len(grads) != len(tensors):
        raise RuntimeError(f"got {len(tensors)} tensors and {len(grads)} gradients")
    edges, starts = _starts(tensors, grads)
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        if create_graph or len(edges) > 1 or not plain_backward(*edges[0], starts[0]._array, keep):
            Backward(keep_graph=keep, create_graph=create_graph).run(edges, starts)
        return
    run = Backward(keep_graph=keep, create_graph=create_graph)
    inputs = _sequence(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    targets = [_target(t) for t in inputs]
    found = run.run(edges, starts, targets)
    for tensor, grad in zip(inputs, found):
        if grad is not None:
            if create_graph:
                tensor._grad = grad if tensor._grad is None else tensor._grad + grad
            elif tensor._grad is None:
                tensor._grad = grad.clone()
            else:
                tensor._grad._array += grad._array
                tensor._grad._bump_version()


def _target(tensor: Tensor) -> Edge:
    """Where the gradient of `tensor` arrives; nowhere, for a view made under ``no_grad`` of what requires grad."""
    if not tensor.requires_grad:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    node = tensor.grad_fn
    if node is not None:
        return node, tensor._output_nr
    return accumulator(tensor), 0


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of `outputs` by `inputs`, returned instead of accumulated.

    An input that the outputs do not depend on is an error, unless `allow_unused` (None for it) or
    `materialize_grads` (zeros).

    >>> import teachtorch as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    outputs, inputs = _sequence(outputs), _sequence(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    grads = [None] * len(outputs) if grad_outputs is None else _sequence(grad_outputs)
    if is_grads_batched:
        rows = [
            grad(
                outputs, inputs, [None if g is None else g[i] for g in grads], True, create_graph, True, True
            )
            for i in range(len(next(g for g in grads if g is not None)))
        ]
        return tuple(F.stack([_or_zeros(r[k], inputs[k]) for r in rows]) for k in range(len(inputs)))
    edges, starts = _starts(outputs, grads)
    keep = create_graph if retain_graph is None else retain_graph
    targets = [_target(t) for t in inputs]
    run = Backward(keep_graph=keep, create_graph=create_graph)
    unique = list(dict.fromkeys(targets))
    results = dict(zip(unique, run.run(edges, starts, unique)))
    found = [results[t] for t in targets]
    if any(g is None for g in found) and not allow_unused:
        unused = [g is None for g in found].index(True)
        raise RuntimeError(
            f"The differentiated Tensor at index {unused} appears to not have been used in the graph. Set "
            "allow_unused=True if this is the desired behavior."
        )
    if materialize_grads:
        found = [_or_zeros(g, t) for g, t in zip(found, inputs)]
    return tuple(found)


def _or_zeros(grad: Tensor | None, like: Tensor) -> Tensor:
    return F.zeros_like(like) if grad is None else grad


def _tensor_backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Compute the gradients of this tensor by the leaves of its graph; see :func:`torch.autograd.backward`."""
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


_tensor_backward.__name__ = "backward"
attach("backward", _tensor_backward)
