"""The graph of a tensor, and one backward through it, as plain data.

:func:`walk` lists the nodes behind a tensor with what each of them knows. :func:`record` runs a backward and
notes, node by node in the order in which the engine really ran them, what arrived and what was sent on. Both
leave everything as it was: the graph can still be used, and every ``.grad`` is what it was before.

Only the public side of a node is used (``name``, ``next_functions``, ``register_prehook``, ``register_hook``,
``_saved_*``), and what else it can tell where it can: its rules and the versions of what it saved.

>>> import teachtorch as torch
>>> from teachtorch.autograd import trace
>>> x = torch.tensor(2.0, requires_grad=True)
>>> loss = x * x + 3 * x
>>> [node.name for node in trace.walk(loss).nodes]
['AddBackward0', 'MulBackward0', 'MulBackward0', 'AccumulateGrad']
>>> for step in trace.record(loss).steps:
...     print(step.node, step.received, step.sent)
0 (tensor(1.),) (tensor(1.), tensor(1.))
2 (tensor(1.),) (tensor(3.), None)
1 (tensor(1.),) (tensor(2.), tensor(2.))
3 (tensor(7.),) ()
>>> x.grad is None
True
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Graph", "Link", "Recording", "Saved", "Step", "Vertex", "record", "walk"]


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of ``next_functions``: where the gradient by one input goes.

    Attributes:
        to: the position of the next node in :attr:`Graph.nodes`, ``None`` where no gradient is wanted.
        input_nr: which output of that node the input was.
        argument: the name of the operation's argument, ``""`` if unknown.
    """

    to: int | None
    input_nr: int
    argument: str


@dataclass(frozen=True, slots=True)
class Saved:
    """Something a node keeps for its derivative.

    Attributes:
        name: PyTorch's name for it: ``_saved_other`` is ``"other"``.
        value: a tensor, number or tuple; ``None`` if it cannot be had any more.
        problem: why it cannot be had: it was freed, or overwritten since.
        versions: the version when saved and the version now, for a tensor whose node tells.
    """

    name: str
    value: Any
    problem: str | None = None
    versions: tuple[int, int] | None = None

    @property
    def stale(self) -> bool:
        """Whether an in-place operation has changed the value since it was saved."""
        return self.versions is not None and self.versions[0] != self.versions[1]


@dataclass(frozen=True, slots=True)
class Vertex:
    """One node of the graph.

    Attributes:
        index: its position in :attr:`Graph.nodes`.
        name: ``"MulBackward0"``.
        operation: the operation's own name, ``"mul"``; ``""`` for AccumulateGrad.
        links: one :class:`Link` for each of ``next_functions``.
        rules: the source of the derivative by each argument, ``{"input": "grad * other"}``.
        saved: what the node keeps.
        outputs: ``(shape, dtype)`` of each result.
        variable: the leaf of an AccumulateGrad.
        made: nodes are numbered as forward makes them; AccumulateGrad has no time of its own.
        node: the node itself.
    """

    index: int
    name: str
    operation: str
    links: tuple[Link, ...]
    rules: dict[str, str]
    saved: tuple[Saved, ...]
    outputs: tuple[tuple[tuple[int, ...], str], ...]
    variable: Any
    made: int
    node: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes that a backward from a tensor can reach; the tensor's own node comes first."""

    nodes: tuple[Vertex, ...]

    def find(self, node: Any) -> Vertex | None:
        """The vertex of a node, for instance of ``tensor.grad_fn``."""
        return next((vertex for vertex in self.nodes if vertex.node is node), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One node's turn in a backward.

    Attributes:
        node: the node's position in :attr:`Graph.nodes`.
        received: the gradient by each of its outputs, complete: contributions have been added up.
        sent: the gradient by each of its inputs, in the order of ``next_functions``; ``()`` for
            AccumulateGrad, which adds what it received to ``leaf.grad``.
    """

    node: int
    received: tuple[Any, ...]
    sent: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """One backward: the graph, the nodes' turns in order, and the error that stopped it, if one did.

    After an error ``stopped_at`` is the node whose turn it was, ``None`` if none had begun.
    """

    graph: Graph
    steps: tuple[Step, ...]
    error: Exception | None = None
    stopped_at: int | None = None


def walk(root: Any) -> Graph:
    """List the graph behind `root`, breadth first, each node once.

    Args:
        root: a tensor, or a node such as ``tensor.grad_fn``. A tensor without ``grad_fn`` has an empty graph.
    """
    start = root if hasattr(root, "next_functions") else root.grad_fn
    if start is None:
        return Graph(())
    order, positions = [start], {start: 0}
    waiting = deque(order)
    while waiting:  # no recursion: graphs of loops are thousands of nodes deep
        for following, _ in waiting.popleft().next_functions:
            if following is not None and following not in positions:
                positions[following] = len(order)
                order.append(following)
                waiting.append(following)
    return Graph(tuple(_vertex(node, positions) for node in order))


def _vertex(node: Any, positions: dict[Any, int]) -> Vertex:
    op = getattr(getattr(node, "plan", None), "op", None)
    return Vertex(
        index=positions[node],
        name=type(node).__name__,
        operation=getattr(op, "name", ""),
        links=tuple(
            Link(None if following is None else positions[following], number, argument)
            for (following, number), argument in zip(
                node.next_functions, _arguments(op, len(node.next_functions))
            )
        ),
        rules=dict(getattr(op, "formulas", {})),
        saved=tuple(_saved(node)),
        outputs=tuple((tuple(shape), str(dtype)) for shape, dtype in getattr(node, "outputs", ())),
        variable=getattr(node, "variable", None),
        made=node._sequence_nr(),
        node=node,
    )


def _arguments(op: Any, count: int) -> list[str]:
    """The argument that each of a node's `count` inputs was; a list argument has several: ``tensors[0]``."""
    signature = getattr(op, "signature", None)
    if signature is None:
        return [""] * count
    positions = list(signature.edges)
    if not signature.lists:  # a number in the place of a tensor, as the 2 of x ** 2, may be a mere setting
        for position in reversed(signature.scalars):
            if len(positions) > count:
                positions.remove(position)
    several = count - len(positions) + 1
    names: list[str] = []
    for position in positions:
        name = signature.names[position]
        names += [f"{name}[{i}]" for i in range(several)] if position in signature.lists else [name]
    return names if len(names) == count else [""] * count


def _saved(node: Any) -> Iterator[Saved]:
    """What a node saved. A value that was freed or overwritten raises when read: that is told, not raised."""
    versions = {name: (then, now) for name, _, then, now in getattr(node, "saved_versions", tuple)()}
    for attribute in dir(node):
        name = attribute.removeprefix("_saved_")
        if name == attribute or name == "F":  # F is the namespace a rule computes with, no value
            continue
        try:
            yield Saved(name, getattr(node, attribute), versions=versions.get(name))
        except RuntimeError as error:
            yield Saved(name, None, str(error), versions.get(name))


def record(
    loss: Any, gradient: Any = None, *, keep: Callable[[Any], Any] | None = None, also: Iterable[Any] = ()
) -> Recording:
    """Run ``loss.backward(gradient, retain_graph=True)`` and note every step of it.

    Afterwards each leaf has its old ``.grad`` back, the very same object, and the graph can be used again.
    Hooks that were put on tensors and nodes do run, as in any backward. An error of the backward is not
    raised: it is in the recording, with the steps up to it.

    Args:
        loss: where to start. Without `gradient` it must be a scalar.
        gradient: the gradient by `loss`, of its shape.
        keep: what to note of a gradient; by default a copy.
        also: tensors that are no leaves but may have a ``.grad`` (after ``retain_grad``), to be restored too.
    """
    graph = walk(loss)
    keep = keep or (lambda grad: grad.detach().clone())
    holders = [vertex.variable for vertex in graph.nodes if vertex.variable is not None]
    holders += [tensor for tensor in also if getattr(tensor, "retains_grad", False)]
    before = [(tensor, tensor.grad) for tensor in holders]
    recorder = _Recorder(keep)
    error: Exception | None = None
    try:
        for tensor in holders:
            tensor.grad = None
        recorder.watch(graph)
        loss.backward(gradient, retain_graph=True)
    except RuntimeError as raised:
        error = raised
    finally:
        recorder.stop()
        for tensor, grad in before:
            tensor.grad = grad
    return Recording(graph, tuple(recorder.steps), error, recorder.current if error else None)


class _Recorder:
    """Hooks on every node that write down the steps."""

    def __init__(self, keep: Callable[[Any], Any]) -> None:
        self.keep = keep
        self.steps: list[Step] = []
        self.current: int | None = None
        self.received: dict[int, tuple[Any, ...]] = {}
        self.handles: list[Any] = []

    def watch(self, graph: Graph) -> None:
        for vertex in graph.nodes:
            leaf = vertex.variable is not None  # what a leaf receives is the whole of its step
            self.handles.append(vertex.node.register_prehook(self._before(vertex.index, leaf)))
            if not leaf:
                self.handles.append(vertex.node.register_hook(self._after(vertex.index)))

    def stop(self) -> None:
        for handle in self.handles:
            handle.remove()

    def kept(self, grads: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(None if grad is None else self.keep(grad) for grad in grads)

    def _before(self, index: int, leaf: bool) -> Callable[[Any], None]:
        def prehook(grad_outputs: Any) -> None:
            self.current = index
            self.received[index] = self.kept(grad_outputs)
            if leaf:
                self.steps.append(Step(index, self.received.pop(index), ()))

        return prehook

    def _after(self, index: int) -> Callable[[Any, Any], None]:
        def hook(grad_inputs: Any, grad_outputs: Any) -> None:
            self.steps.append(Step(index, self.received.pop(index), self.kept(grad_inputs)))

        return hook
