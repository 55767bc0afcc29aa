"""Backward visits the nodes in PyTorch's order, as far as ``trace.record`` can see it in both."""

import pytest

import teachtorch as torch
from teachtorch.autograd import trace

PROGRAMS = {
    "reuse": lambda t, x, w: (x * w + x).sum() * w.sum(),
    "chain": lambda t, x, w: ((x * 2).exp() * w).log().mean(),
    "matrix": lambda t, x, w: (x.reshape(3, 1) @ w.reshape(1, 3)).sum(),
    "diamond": lambda t, x, w: (lambda y: (y * y + y / w).sum())(x + w),
}


@pytest.mark.parity
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_order_of_steps_is_pytorchs(program):
    reference = pytest.importorskip("torch", reason="PyTorch is the reference")
    orders = []
    for library in (torch, reference):
        x = library.tensor([1.0, 2.0, 3.0], requires_grad=True)
        w = library.tensor([4.0, 5.0, 6.0], requires_grad=True)
        recording = trace.record(PROGRAMS[program](library, x, w))
        names = {id(x): "x", id(w): "w"}
        orders.append(
            [
                (vertex.name.rpartition("::")[2], names.get(id(vertex.variable)))
                for vertex in (recording.graph.nodes[step.node] for step in recording.steps)
            ]
        )
    assert orders[0] == orders[1]
