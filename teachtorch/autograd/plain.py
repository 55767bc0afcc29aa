"""The engine's short way: ``loss.backward()`` on a graph without hooks.

This is :class:`teachtorch.autograd.engine.Backward` with everything left out that an ordinary training step does
not use (hooks, ``inputs=``, ``create_graph``), written flat, because here every function call is felt: a node of
three elements costs about as much as the call that runs it. The two agree on every graph; tests hold them together.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np

from ..backend import namespace
from ..node import AccumulateGrad, Node, check_still_leaf
from ..tensor import wrap
from .fitting import fit

ndarray = np.ndarray


def plain_backward(root: Node, root_nr: int, start: Any, keep_graph: bool) -> bool:
    """Send the array `start` into output `root_nr` of `root`. False, with nothing done, if a node has hooks."""
    # How many gradients does each node wait for?
    waiting: dict[Node, int] = {root: 0}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.hooks is not None:
            return False
        for child, _ in node.next_functions:
            if child is not None:
                count = waiting.get(child)
                if count is None:
                    waiting[child] = 1
                    stack.append(child)
                else:
                    waiting[child] = count + 1
    # One gradient per node, or a list of them where a node has several outputs.
    gradients: dict[Node, Any] = {}
    owned: set[int] = set()  # ids of arrays that were made here and that nobody else can see
    if len(root.outputs) == 1:
        gradients[root] = start
    else:
        gradients[root] = [start if i == root_nr else None for i in range(len(root.outputs))]
    heap: list[tuple[int, int, Node]] = []
    pushed = 0
    node = root
    while True:
        grad = gradients.pop(node, None)
        mine = id(grad) in owned
        if mine:
            owned.remove(id(grad))  # from here on results may be views of it
        if type(node) is AccumulateGrad:
            if grad is not None:
                _accumulate(node, grad, mine)
            if not heap:
                return True
            node = heappop(heap)[2]
            continue
        if len(node.outputs) == 1:
            received = [grad]
        else:
            received = grad if grad is not None else [None]
            _fill_undefined(node, received)
        if grad is not None:
            results = node.backward_arrays(received)
        else:
            results = [None] * len(node.next_functions)
        if not keep_graph:
            node.release()
        for (child, nr), result in zip(node.next_functions, results):
            if child is None:
                continue
            if result is not None:
                outputs = child.outputs
                shape, dtype = outputs[nr]
                if type(result) is not ndarray and isinstance(result, np.generic):
                    result = np.asarray(result)  # numpy's scalars, from arrays without dimensions
                if result.dtype is not dtype or result.shape != shape:
                    result = fit(child, nr, result, shape, dtype)
                if len(outputs) == 1:
                    held = gradients.get(child)
                    slots = None
                else:
                    slots = gradients.get(child)
                    if slots is None:
                        slots = gradients[child] = [None] * len(outputs)
                    held = slots[nr]
                if held is None:
                    if result is not grad and result.base is None and len(received) == 1:
                        owned.add(id(result))
                elif id(held) in owned:
                    result = namespace(held).add(held, result, out=held)
                else:
                    result = held + result
                    if type(result) is not ndarray and isinstance(result, np.generic):
                        result = np.asarray(result)
                    owned.add(id(result))
                if slots is None:
                    gradients[child] = result
                else:
                    slots[nr] = result
            left = waiting[child] - 1
            waiting[child] = left
            if not left:
                pushed += 1  # equal sequence numbers (leaves): first come, first served
                heappush(heap, (-child.sequence, pushed, child))
        if not heap:
            return True
        node = heappop(heap)[2]


def _accumulate(node: AccumulateGrad, grad: Any, mine: bool) -> None:
    """Add `grad` to the leaf's ``.grad``: take the array if it is ours alone, else copy it."""
    leaf = node._variable()
    if leaf is None:
        return
    if leaf._grad_fn is not None or leaf._requires_grad is not True:
        check_still_leaf(leaf)
        return
    old = leaf._grad
    if old is None:
        leaf._grad = wrap(grad if mine and grad.flags.c_contiguous else grad.copy())
    elif old._requires_grad:
        leaf._grad = old.detach() + wrap(grad)
    else:
        namespace(grad).add(old._array, grad, out=old._array, casting="unsafe")
        old._bump_version()


def _fill_undefined(node: Node, received: list[Any]) -> None:
    """Outputs of which nobody asked the gradient have a gradient of zero."""
    like = next((g for g in received if g is not None), None)
    if like is None or getattr(node, "materialize_grads", True) is False:
        return
    for i, (shape, dtype) in enumerate(node.outputs):
        if received[i] is None:
            received[i] = namespace(like).zeros(shape, dtype)
