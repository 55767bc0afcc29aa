"""The scene of :func:`~teachtorch_widgets.graph`: which boxes there are, what they say, and where they go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from teachtorch.autograd.trace import Graph, Recording, Vertex

from .base import Scene
from .fold import Folded, fold
from .modules import owners
from .names import UNKNOWN, Names, saved_argument, why_no_grad
from .placement import place
from .stepper import Stepper
from .svg import shorten
from .values import heat_map, short

NOT_KEPT = "value not kept"  # nobody holds the result: backward does not need it
MOST_WHY = 60  # tensors whose .grad is explained
MOST_LOST = 12  # parameters that the graph does not reach are shown up to this many


@dataclass(frozen=True, slots=True)
class Options:
    """What the student asked to see."""

    values: bool = True
    grads: bool = True
    depth: int = 2


class SceneBuilder:
    """Builds the scene of one graph.

    Args:
        loss: the tensor that backward starts from.
        recording: the graph behind it and one backward through it.
        given: names and tensors from ``params`` and ``inputs``.
        held: names and tensors of the caller's variables.
        parameters: which of `given` are parameters, by name.
        titles: the classes of modules, by path.
        options: what to show.
        seeded: whether backward was given ones because the loss is no scalar.
    """

    def __init__(
        self, loss: Any, recording: Recording, *, given: Mapping[str, Any], held: Mapping[str, Any],
        parameters: Mapping[str, Any], titles: Mapping[str, str], options: Options, seeded: bool = False,
    ) -> None:  # fmt: skip
        self.loss, self.recording, self.given, self.options = loss, recording, given, options
        self.seeded = seeded
        self.graph: Graph = recording.graph
        self.names = Names(self.graph, given, held, "loss" if loss.ndim == 0 else "out")
        self.leaves = {
            id(node.variable): node.index for node in self.graph.nodes if node.variable is not None
        }
        self.freed = any(
            "second time" in (saved.problem or "") for v in self.graph.nodes for saved in v.saved
        )
        placed = {
            self.leaves[id(tensor)]: name for name, tensor in parameters.items() if id(tensor) in self.leaves
        }
        paths = owners(self.graph, placed, options.depth)
        self.folded: Folded = fold(
            self.graph,
            paths,
            {path: f"{path} · {titles[path]}" if path in titles else path for path in paths.values()},
        )
        self.stepper = Stepper(recording, self.names, self.folded)
        self.known = self._known_values()
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.chips: dict[object, str] = {}
        self.free = count(len(self.graph.nodes))  # ids for boxes that stand for no node

    def build(self) -> Scene:
        """The scene, laid out."""
        steps = self.stepper.steps()
        self.grads = self.stepper.gradients()
        for index in self.folded.shown():
            self.nodes.append(self._node(self.graph.nodes[index]))
        self._connect()
        self._add_lost()
        if not self.graph.nodes:
            self._add_lonely()
        self._sort()
        frames = [
            {"id": f"g{i}", "title": group.title, "members": [f"n{member}" for member in group.members]}
            for i, group in enumerate(self.folded.groups)
        ]
        scene: Scene = {
            "kind": "graph",
            "title": self._title(),
            "notes": list(self._notes()),
            "nodes": self.nodes,
            "edges": self.edges,
            "frames": frames,
            "steps": steps,
            "total": len(self.recording.steps),
            "why": self._why(),
        }
        place(scene)
        return scene

    # -- what is known -----------------------------------------------------------------------------------

    def _known_values(self) -> dict[int, Any]:
        """The results that somebody still holds: the student, or a node that saved them."""
        known: dict[int, Any] = {}
        for vertex in self.graph.nodes:
            for saved in vertex.saved:
                if not hasattr(saved.value, "shape") or saved.stale:
                    continue
                if saved.name == "result":
                    known[vertex.index] = saved.value
                    continue
                for link in vertex.links:
                    target = None if link.to is None else self.graph.nodes[link.to]
                    if (
                        target is not None
                        and getattr(saved.value, "grad_fn", None) is target.node
                        and not link.input_nr
                    ):
                        known[target.index] = saved.value
        known.update(self.names.tensors)
        known.update(
            {self.leaves[id(v.variable)]: v.variable for v in self.graph.nodes if v.variable is not None}
        )
        if self.graph.nodes:
            known[0] = self.loss
        return known

    def _kind(self, vertex: Vertex) -> tuple[tuple[int, ...] | None, str]:
        """Shape and dtype of a node's result, as far as they can be known."""
        tensor = self.known.get(vertex.index)
        if tensor is not None:
            return tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
        if vertex.outputs:
            return vertex.outputs[0][0], vertex.outputs[0][1].removeprefix("torch.")
        grad = self.grads.get(vertex.index)
        return (None, "") if grad is None else (grad.shape, str(grad.dtype))

    # -- boxes -------------------------------------------------------------------------------------------

    def _node(self, vertex: Vertex) -> dict[str, Any]:
        index, leaf = vertex.index, vertex.variable is not None
        times = next((g.times for g in self.folded.groups if index in g.members and g.times > 1), 1)
        stale = [saved for saved in vertex.saved if saved.stale]
        node: dict[str, Any] = {
            "id": f"n{index}",
            "kind": "leaf" if leaf else "op",
            "title": self.names.vertices[index] if leaf else self.names.title(vertex),
            "sub": "leaf" if leaf else vertex.name,
            "torch": "AccumulateGrad" if leaf else vertex.name,
            "torchsub": f".variable is {self.names.vertices[index]}" if leaf else self._entries(vertex),
            "details": list(self._details(vertex)),
        }
        if index == 0:
            node["root"] = True
        if stale:
            node["stale"] = f"⚠ {self.names.of_saved(vertex, stale[0])} was overwritten"
        if index in self.folded.summaries:
            title, reason = self.folded.summaries[index]
            node.update(kind="module", title=shorten(title, 34), sub=reason)
        elif times > 1:
            node["type"] = _type(*self._kind(vertex))
        else:
            self._show_values(node, self.known.get(index), *self._kind(vertex), grad=self.grads.get(index))
        return node

    def _show_values(
        self, node: dict[str, Any], tensor: Any, shape: tuple[int, ...] | None, dtype: str, grad: Any = None
    ) -> None:
        """The lines that say what a box holds."""
        node["type"] = _type(shape, dtype)
        if self.options.values:
            node["value"] = NOT_KEPT if tensor is None else short(tensor)
            heat = None if tensor is None else heat_map(tensor)
            if heat:
                node["heat"] = list(heat)
        if self.options.grads and grad is not None:
            node["grad"] = short(grad)

    def _entries(self, vertex: Vertex) -> str:
        """``next_functions`` in short."""
        told = [
            f"[{slot}] {'None' if link.to is None else self.graph.nodes[link.to].name.rpartition('::')[2]}"
            for slot, link in enumerate(vertex.links)
        ]
        return shorten(" ".join(told), 34)

    def _details(self, vertex: Vertex) -> Iterator[list[str]]:
        """All there is to say about a node, for the panel."""
        index = vertex.index
        if vertex.variable is not None:
            yield ["why .grad", self._why_of(self.names.vertices[index], vertex.variable)]
            return
        yield ["computes", f"{self.names.vertices[index]} = {self.names.expression(vertex)}"]
        for slot, link in enumerate(vertex.links):
            to = (
                "None"
                if link.to is None
                else f"{self.graph.nodes[link.to].name} ({self.names.vertices[link.to]})"
            )
            yield [f"next_functions[{slot}]", f"({to}, {link.input_nr})"]
        for saved in vertex.saved:
            if saved.stale and saved.versions:
                then, now = saved.versions
                yield [f"saved {saved.name}", f"STALE: version {then} was saved, it is at version {now} now"]
            elif saved.problem:
                yield [f"saved {saved.name}", saved.problem.split(". ")[0]]
            elif hasattr(saved.value, "shape"):
                version = f", version {saved.versions[0]}" if saved.versions else ""
                yield [f"saved {saved.name}", f"{short(saved.value)} {tuple(saved.value.shape)}{version}"]
            elif saved.value is not None:
                yield [f"saved {saved.name}", str(saved.value)]
        for argument, rule in vertex.rules.items():
            yield [f"rule for {argument}", rule]

    def _add_lost(self) -> None:
        """Parameters and inputs that the graph does not reach, and whose grad stays None."""
        leaves = ((name, t) for name, t in self.given.items() if t.requires_grad and t.grad_fn is None)
        lost = [
            (name, leaf) for name, leaf in leaves if id(leaf) not in self.leaves and leaf is not self.loss
        ]
        for name, tensor in lost[:MOST_LOST]:
            node = self._extra("lost", name, "not reached: grad stays None", tensor)
            node["details"] = [["why .grad", self._why_of(name, tensor)]]

    def _add_lonely(self) -> None:
        """The loss has no graph: it is a leaf, or nothing required grad."""
        name = next((name for name, tensor in self.given.items() if tensor is self.loss), "loss")
        sub = "leaf" if self.loss.requires_grad else "requires_grad=False"
        self._extra("leaf" if self.loss.requires_grad else "data", name, sub, self.loss)["root"] = True

    def _extra(self, kind: str, title: str, sub: str, tensor: Any) -> dict[str, Any]:
        """A box that stands for no node of the graph."""
        node = {
            "id": f"n{next(self.free)}",
            "kind": kind,
            "title": shorten(title, 30),
            "sub": sub,
            "torch": "None",
            "torchsub": "no gradient wanted",
            "details": [],
        }
        if tensor is not None:
            self._show_values(node, tensor, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        self.nodes.append(node)
        return node

    # -- arrows ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """The arrows between boxes, in the direction of forward, and the data that enters at each node."""
        seen: set[tuple[int, int, int]] = set()
        for vertex in self.graph.nodes:
            head = self.folded.stands[vertex.index]
            own, whole = head == vertex.index, head in self.folded.summaries
            for slot, link in enumerate(vertex.links):
                if link.to is None:
                    if own and not whole:
                        self._connect_data(vertex, slot)
                    continue
                tail = self.folded.stands[link.to]
                key = (tail, head, -1 if whole else slot)  # the turns of a loop share their arrows
                if tail == head or key in seen:
                    continue
                seen.add(key)
                edge: dict[str, Any] = {"from": f"n{tail}", "to": f"n{head}", "grad": True}
                if not whole:
                    edge["slot"] = f"[{slot}]" if not link.input_nr else f"[{slot}] → output {link.input_nr}"
                edge["twin"] = sum(other[:2] == key[:2] for other in seen) - 1
                made = (self.graph.nodes[tail], self.graph.nodes[head])
                if made[0].variable is None and made[0].made > made[1].made:
                    edge["loop"] = True
                self.edges.append(edge)

    def _connect_data(self, vertex: Vertex, slot: int) -> None:
        """An operand without gradient, if it is known: a named tensor, shared by its users, or a number."""
        operand = self.names.operand(vertex, slot)
        if operand == UNKNOWN:
            return
        saved = saved_argument(vertex, vertex.links[slot].argument or ("self", "other")[min(slot, 1)])
        tensor = saved.value if saved is not None and hasattr(saved.value, "shape") else None
        named = tensor is not None and self.names.data_name(tensor)
        key: object = ("data", named) if named else ("number", vertex.index, slot)
        if key not in self.chips:
            if named:
                node = self._extra("data", operand, "requires_grad=False", tensor)
                node["details"] = [["why .grad", self._why_of(operand, tensor)]]
            else:
                node = self._extra("number", operand, "", None)
            self.chips[key] = node["id"]
        self.edges.append({"from": self.chips[key], "to": f"n{vertex.index}", "grad": False})

    def _sort(self) -> None:
        """Put the boxes in the order of forward, what enters an operation right before it."""
        made = {
            f"n{vertex.index}": float(vertex.made) for vertex in self.graph.nodes if vertex.variable is None
        }
        order = dict(made)
        for edge in self.edges:
            if edge["from"] not in made:
                order[edge["from"]] = min(order.get(edge["from"], math.inf), made[edge["to"]] - 0.5)
        self.nodes.sort(key=lambda node: order.get(node["id"], math.inf))

    # -- words -------------------------------------------------------------------------------------------

    def _title(self) -> str:
        name = self.names.vertices.get(0, "loss")
        if not self.graph.nodes:
            return f"No graph: {self.nodes[0]['title']} is {'a leaf' if self.loss.requires_grad else 'data'}"
        operations = sum(vertex.variable is None for vertex in self.graph.nodes)
        leaves = len(self.graph.nodes) - operations
        return f"Graph of {name}: {_count(operations, 'operation')}, {_count(leaves, 'leaf', 'leaves')}"

    def _notes(self) -> Iterator[str]:
        if not self.graph.nodes:
            if self.loss.requires_grad:
                yield "no operation was recorded: backward would put the gradient straight into .grad"
            else:
                yield "nothing that went into this tensor requires grad, so nothing was recorded"
        if self.seeded:
            yield "not a scalar: the steps show backward from ones, which is the gradient of the sum"
        if self.recording.error is not None:
            kind = type(self.recording.error).__name__
            yield f"backward fails: {kind}: {str(self.recording.error).split('. ')[0]}"
        for group in self.folded.groups:
            if group.times > 1:
                yield f"a loop of {group.times} turns is drawn once"

    def _why_of(self, name: str, tensor: Any) -> str:
        return why_no_grad(name, tensor, id(tensor) in self.leaves or tensor is self.loss, self.freed)

    def _why(self) -> list[list[str]]:
        """One row for every tensor with a name: what is in its ``.grad``, or why nothing is."""
        rows: dict[int, list[str]] = {}
        named = [(self.names.vertices[i], tensor) for i, tensor in self.names.tensors.items()]
        leaves = [
            (self.names.vertices[v.index], v.variable) for v in self.graph.nodes if v.variable is not None
        ]
        for name, tensor in (*self.given.items(), *leaves, *named)[:MOST_WHY]:
            keeps = tensor.grad_fn is None or getattr(tensor, "retains_grad", False)
            grad = tensor.grad if keeps else None
            held = "None" if grad is None else short(grad)
            rows.setdefault(id(tensor), [name, held, self._why_of(name, tensor)])
        return list(rows.values())


def _type(shape: tuple[int, ...] | None, dtype: str) -> str:
    return "" if shape is None else f"{shape} {dtype}".strip()


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
