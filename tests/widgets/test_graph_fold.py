"""Large graphs are made small before they are laid out."""

import pytest

import teachtorch as torch
from teachtorch.autograd import trace
from teachtorch_widgets.fold import MOST_VISIBLE, find_repeats, fold
from teachtorch_widgets.modules import owners


def loop(turns, body, start=None):
    y = torch.ones((), requires_grad=True) if start is None else start
    for turn in range(turns):
        y = body(y, turn)
    return y


def repeat(graph):
    return [(len(found.copies), len(found.copies[0])) for found in find_repeats(graph)]


def test_the_body_of_a_loop_is_found():
    w = torch.ones((), requires_grad=True)
    graph = trace.walk(loop(1000, lambda y, _: (y * w + 1).exp()))
    assert repeat(graph)[0] in [(999, 3), (1000, 3)]
    assert len(fold(graph, {}, {}).shown()) <= 8


def test_each_turn_may_have_a_leaf_of_its_own():
    leaves = [torch.ones(2, requires_grad=True) for _ in range(40)]
    y = loop(40, lambda y, turn: (y * leaves[turn]).exp(), torch.ones(2, requires_grad=True))
    folded = fold(trace.walk(y), {}, {})
    assert len(folded.shown()) <= 8
    assert max(group.times for group in folded.groups) >= 39


def test_two_loops_one_after_the_other_are_two():
    y = loop(50, lambda y, _: y.exp() * 2)
    y = loop(60, lambda y, _: (y + 1).log() - 3, y)
    assert sorted(period for _, period in repeat(trace.walk(y))) == [2, 3]


def test_what_does_not_repeat_stays():
    x = torch.ones(3, requires_grad=True)
    graph = trace.walk(((x.exp() + 1) * x).sum())
    folded = fold(graph, {}, {})
    assert folded.stands == list(range(len(graph.nodes)))
    assert folded.groups == []


def test_small_loops_are_shown_turn_by_turn():
    graph = trace.walk(loop(5, lambda y, _: y.exp() * 2))
    assert len(fold(graph, {}, {}).shown()) == len(graph.nodes)


def choices(count):
    """Numbers from 0 to 3 in no order, the same ones every time."""
    state = 1
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        yield state >> 16 & 3


def irregular(count):
    """A chain in which nothing comes three times in a row."""
    y = torch.ones((), requires_grad=True)
    for choice in choices(count):
        y = (y.exp, y.sin, y.cos, y.tanh)[choice]()
    return y


def test_never_more_than_the_limit_is_shown():
    graph = trace.walk(irregular(2000))
    folded = fold(graph, {}, {})
    assert len(folded.shown()) <= MOST_VISIBLE
    for title, reason in folded.summaries.values():
        assert (title.split()[0], reason) == ("…", "too many to draw")


def two_layers():
    leaves = {f"{i}.{name}": torch.ones(*shape, requires_grad=True)
              for i in (0, 2) for name, shape in (("weight", (3, 3)), ("bias", (3,)))}  # fmt: skip
    x = torch.ones(2, 3)
    h = (x @ leaves["0.weight"].t() + leaves["0.bias"]).exp()
    return leaves, (h @ leaves["2.weight"].t() + leaves["2.bias"]).sum()


def test_operations_belong_to_the_module_whose_parameters_they_use():
    leaves, loss = two_layers()
    graph = trace.walk(loss)
    names = {
        vertex.index: name
        for vertex in graph.nodes
        for name, leaf in leaves.items()
        if leaf is vertex.variable
    }
    owned = owners(graph, names, depth=2)
    told = {graph.nodes[index].name: set() for index in owned}
    for index, path in owned.items():
        told[graph.nodes[index].name].add(path)
    assert told == {"TBackward0": {"0", "2"}, "MmBackward0": {"0", "2"}, "AddBackward0": {"0", "2"},
                    "AccumulateGrad": {"0", "2"}}  # fmt: skip


def test_what_lies_between_two_operations_of_a_module_belongs_to_it():
    a, b = (torch.ones(3, requires_grad=True) for _ in range(2))
    graph = trace.walk(((a * 2).exp() * b).sum())
    names = {vertex.index: ("block.a.w" if vertex.variable is a else "block.b.w")
             for vertex in graph.nodes if vertex.variable is not None}  # fmt: skip
    inside = [graph.nodes[index].name for index in owners(graph, names, depth=1)]
    assert "ExpBackward0" in inside
    assert "SumBackward0" not in inside


@pytest.mark.parametrize("depth", [1, 2])
def test_depth_says_how_far_modules_are_told_apart(depth):
    a, b = (torch.ones(3, requires_grad=True) for _ in range(2))
    graph = trace.walk(((a * 2) * (b * 3)).sum())
    names = {vertex.index: ("block.a.w" if vertex.variable is a else "block.b.w")
             for vertex in graph.nodes if vertex.variable is not None}  # fmt: skip
    assert len(set(owners(graph, names, depth).values())) == depth


def test_modules_become_single_nodes_when_there_is_too_much():
    y = torch.ones(2, requires_grad=True)
    names = {}
    for layer, choice in enumerate(choices(100)):
        w, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        names[id(w)], names[id(b)] = f"{layer}.w", f"{layer}.b"
        y = (y * w + b, (y * w).exp() + b, (y + b) * w)[choice % 3]
    graph = trace.walk(y.sum())
    leaves = {v.index: names[id(v.variable)] for v in graph.nodes if id(v.variable) in names}
    owned = owners(graph, leaves, depth=1)
    folded = fold(graph, owned, {path: f"layer {path}" for path in owned.values()})
    assert len(graph.nodes) > MOST_VISIBLE
    assert len(folded.shown()) <= MOST_VISIBLE
    assert ("layer 50", "a module, folded") in folded.summaries.values()
