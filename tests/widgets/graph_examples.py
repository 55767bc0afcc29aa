"""Graphs that several tests draw, and a lint for the DOT they make."""

import re

import teachtorch as torch
from teachtorch_widgets import graph


def line():
    """The lecture's ``3 * x + 2``."""
    x = torch.linspace(0, 2, steps=5, requires_grad=True)
    y = 3 * x + 2
    return graph(y)


def slope():
    """The lecture's ``(m * x + 2).sum()``."""
    x = torch.linspace(0, 2, steps=5)
    m = torch.ones(5, requires_grad=True)
    y = (m * x + 2).sum()
    return graph(y)


def fan_in():
    x = torch.tensor(2.0, requires_grad=True)
    loss = x * x + 3 * x
    return graph(loss)


def broadcasting():
    w = torch.ones(2, 1, requires_grad=True)
    b = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    loss = (w * b).sum()
    return graph(loss)


def overwritten():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    a = w * 3
    b = a * a
    loss = (b * b).sum()
    b.add_(1)
    return graph(loss)


def freed():
    x = torch.tensor(2.0, requires_grad=True)
    loss = x * x
    loss.backward()
    return graph(loss)


def unused():
    used, other = (torch.tensor(v, requires_grad=True) for v in (2.0, 3.0))
    loss = used * 4
    return graph(loss, params={"used": used, "other": other})


def leaf():
    x = torch.tensor(2.0, requires_grad=True)
    return graph(x, inputs={"x": x})


def nothing():
    x = torch.tensor(2.0)
    return graph(x * 3)


CASES = {
    case.__name__: case
    for case in (line, slope, fan_in, broadcasting, overwritten, freed, unused, leaf, nothing)
}


def lint(source):
    """The rules that keep Graphviz alive, wherever it was compiled to."""
    labels = re.findall(r'label=("(?:[^"\\]|\\.)*"|[^\s\]]+)', source)
    assert labels
    for label in labels:
        first = re.split(r"\\n|\\l|\n", label.strip('"'))[0]
        assert first.strip(), f"a label begins with an empty line: {label!r}"
    for name in re.findall(r"^\s*(\w+) \[label", source, flags=re.MULTILINE):
        assert re.fullmatch(r"n\d+", name), f"node ids are n0, n1, ...: {name}"
