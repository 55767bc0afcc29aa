"""Tells one recorded backward step by step: what arrives, the rule, what is sent, where it is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from teachtorch.autograd.trace import Recording, Step, Vertex

from .fold import Folded
from .names import Names, saved_argument
from .rule_text import tidy, with_numbers
from .values import array, fitted, short, summed_axes

MOST_STEPS = 150  # of a longer backward the beginning and the end are told
LAST_STEPS = 30
ROOM = 44  # characters of a gradient in the telling


class Stepper:
    """Turns a recording into the steps of a scene.

    Args:
        recording: the backward.
        names: what things are called.
        folded: which vertex is shown for which.
    """

    def __init__(self, recording: Recording, names: Names, folded: Folded) -> None:
        self.recording, self.names, self.folded = recording, names, folded
        self.nodes = recording.graph.nodes
        self.arrived: dict[tuple[int, int], np.ndarray[Any, Any]] = {}

    def steps(self) -> list[dict[str, Any]]:
        """One entry per step: which node, a sentence, rows to show, and the gradients that arrive."""
        total = len(self.recording.steps)
        left_out = range(MOST_STEPS - LAST_STEPS + 1, total - LAST_STEPS + 1) if total > MOST_STEPS else ()
        told = []
        for number, step in enumerate(self.recording.steps, 1):
            arrivals = list(self._arrivals(step))  # added up in any case
            if number not in left_out:
                told.append(self._step(number, step, arrivals))
        if self.recording.error is not None:
            told.append(self._stop(total + 1))
        return told

    def gradients(self) -> dict[int, np.ndarray[Any, Any]]:
        """The gradient by the result of each node that ran, by the node's place."""
        return {
            step.node: array(step.received[0])
            for step in self.recording.steps
            if step.received[0] is not None
        }

    def _step(self, number: int, step: Step, arrivals: list[list[Any]]) -> dict[str, Any]:
        vertex = self.nodes[step.node]
        if number == 1 and step.received[0] is not None:
            arrivals.insert(0, self._arrival(step.node, step.received[0], False))
        rows = [["receives", _told(grad)] for grad in step.received if grad is not None]
        rows += self._leaf(vertex, step) if vertex.variable is not None else self._rules(vertex, step)
        total = len(self.recording.steps)
        return {
            "number": number,
            "node": self._id(step.node),
            "title": f"{self._short(vertex)}: {self.names.vertices[step.node]}"
            + ("" if vertex.variable is not None else f" = {self.names.expression(vertex)}"),
            "say": f"step {number} of {total}: {self._sentence(vertex, step)}",
            "rows": rows,
            "arrive": arrivals,
        }

    def _id(self, index: int) -> str:
        return f"n{self.folded.stands[index]}"

    @staticmethod
    def _short(vertex: Vertex) -> str:
        return vertex.name.rpartition("::")[2]

    def _arrival(self, index: int, grad: Any, plus: bool) -> list[Any]:
        return [self._id(index), short(grad), plus]

    def _arrivals(self, step: Step) -> Iterator[list[Any]]:
        """Where a node's gradients go; one with several users gets the sum, ``+=``."""
        for link, grad in zip(self.nodes[step.node].links, step.sent):
            if link.to is None or grad is None:
                continue
            key = (link.to, link.input_nr)
            sent = fitted(array(grad), self._shape(link.to, link.input_nr, grad))
            plus = key in self.arrived
            self.arrived[key] = self.arrived[key] + sent if plus else sent
            yield self._arrival(link.to, self.arrived[key], plus)

    def _shape(self, index: int, output: int, grad: Any) -> tuple[int, ...]:
        """The shape of output `output` of a node, to which its gradient is summed."""
        vertex = self.nodes[index]
        if vertex.variable is not None:
            return tuple(vertex.variable.shape)
        return vertex.outputs[output][0] if output < len(vertex.outputs) else tuple(grad.shape)

    def _rules(self, vertex: Vertex, step: Step) -> Iterator[list[str]]:
        """One row for each input: the rule with its numbers, and what becomes of the gradient."""
        values = self._values(vertex, step)
        settings = {name: value for name, value in values.items() if not hasattr(value, "shape")}
        for slot, link in enumerate(vertex.links):
            to = self.names.operand(vertex, slot)
            label = f"for {to}" if to != "…" else f"for {link.argument or f'input {slot}'}"
            if link.to is None:
                yield [label, "no gradient: it does not require one"]
                continue
            grad = step.sent[slot] if slot < len(step.sent) else None
            if grad is None:
                yield [label, "no gradient arrived or none is defined: nothing is sent"]
                continue
            real = array(grad).dtype.kind != "c"
            formula = tidy(vertex.rules.get(link.argument.split("[")[0], ""), settings, real)
            text = with_numbers(formula, values, grad) if formula else short(grad, ROOM)
            if formula and array(grad).size != 1:
                text = f"{formula} = {short(grad, ROOM)}"
            yield [label, text]
            yield from self._summed(grad, self._shape(link.to, link.input_nr, grad))

    @staticmethod
    def _summed(grad: Any, shape: tuple[int, ...]) -> Iterator[list[str]]:
        """Broadcasting's way back."""
        axes = summed_axes(tuple(grad.shape), shape)
        if axes:
            dims = f"dim {axes[0]}" if len(axes) == 1 else f"dims {', '.join(map(str, axes))}"
            total = short(fitted(array(grad), shape), ROOM)
            yield ["", f"summed over {dims}, along which it was broadcast: {shape} {total}"]

    def _values(self, vertex: Vertex, step: Step) -> dict[str, Any]:
        """What the names in a rule stand for: the gradient, the arguments, the result."""
        values: dict[str, Any] = {"grad": step.received[0]}
        for saved in vertex.saved:
            if saved.value is not None or saved.problem is None:
                values[saved.name] = saved.value
        for link in vertex.links:
            argument = saved_argument(vertex, link.argument)
            if argument is not None and argument.value is not None:
                values[link.argument] = argument.value
        return values

    def _leaf(self, vertex: Vertex, step: Step) -> Iterator[list[str]]:
        """The last stop: what happens to ``.grad``, which may hold something from before."""
        name, leaf = self.names.vertices[vertex.index], vertex.variable
        if leaf.grad is None:
            yield ["does", f"{name}.grad = grad"]
        else:
            both = short(array(leaf.grad) + array(step.received[0]), ROOM)
            yield ["does", f"{name}.grad += grad, which gives {both}"]
            old = f"{name}.grad holds {short(leaf.grad, 20)} from an earlier backward"
            yield ["", f"{old}: zero_grad() would clear it"]

    def _sentence(self, vertex: Vertex, step: Step) -> str:
        name = self._short(vertex)
        shape = next((tuple(grad.shape) for grad in step.received if grad is not None), ())
        what = "a number" if shape == () else str(shape)
        if vertex.variable is not None:
            return f"{name} adds grad, {what}, to {self.names.vertices[vertex.index]}.grad"
        to = Counter(
            f"{self._short(self.nodes[link.to])} of {self.names.vertices[link.to]}"
            for link, grad in zip(vertex.links, step.sent)
            if link.to is not None and grad is not None
        )
        targets = [target if times == 1 else f"{target}, {times} times" for target, times in to.items()]
        sends = f"passes it to {' and '.join(targets)}" if to else "sends nothing on"
        return f"{name} receives grad, {what}, and {sends}"

    def _stop(self, number: int) -> dict[str, Any]:
        """The step at which backward failed."""
        error = self.recording.error
        stopped = 0 if self.recording.stopped_at is None else self.recording.stopped_at
        vertex = self.nodes[stopped]
        kind = type(error).__name__
        return {
            "number": number,
            "node": self._id(stopped),
            "title": f"{self._short(vertex)} fails",
            "say": f"backward stops at {self._short(vertex)}: {kind}: {error}",
            "rows": [[kind, str(error)]],
            "arrive": [],
            "stop": True,
        }


def _told(grad: Any) -> str:
    shape = tuple(grad.shape)
    return f"grad = {short(grad, ROOM)}" + (f"  {shape}" if shape else "")
