"""A model to compare, and the way to make it in both libraries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

import teachtorch

torch = pytest.importorskip("torch")


def both(make: Callable[[Any], Any]) -> tuple[Any, Any]:
    """What ``make(module)`` returns for PyTorch and for us, after the same seed."""
    results = []
    for module in (torch, teachtorch):
        module.manual_seed(0)
        results.append(make(module))
    return results[0], results[1]


def net(module: Any) -> Any:
    """A model with buffers, a shared layer, containers and a hole."""
    nn = module.nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Sequential(
                OrderedDict([("linear", nn.Linear(3, 4)), ("relu", nn.ReLU()), ("drop", nn.Dropout(0.2))])
            )
            self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2, bias=False)])
            self.tied = self.layers[0]
            self.choice = nn.ModuleDict({"tanh": nn.Tanh(), "prelu": nn.PReLU(2)})
            self.extra = nn.ParameterList([module.ones(2), nn.Parameter(module.zeros(1, 2))])
            self.named = nn.ParameterDict({"b": module.ones(2), "a": module.zeros(())})
            self.register_buffer("mean", module.zeros(3))
            self.register_buffer("scratch", module.ones(2), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("missing", None)
            self.scale = nn.Parameter(module.tensor(2.0))
            self.plain = 3
            self.hole = None

        def forward(self, x: Any) -> Any:
            x = self.first(x - self.mean)
            for layer in self.layers:
                x = layer(x)
            return self.choice["prelu"](x) * self.scale + self.extra[0]

        def extra_repr(self) -> str:
            return f"plain={self.plain},\nmore"

    return Net()
