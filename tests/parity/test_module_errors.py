"""What modules refuse, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nets import net

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


def calls_that_raise(m: Any) -> list[Callable[[], Any]]:
    nn, init = m.nn, m.nn.init

    class Early(nn.Module):
        def __init__(self, what: Callable[[Any], Any]) -> None:
            what(self)

    def early(what: Callable[[Any], Any]) -> Callable[[], Any]:
        return lambda: Early(what)

    n = net(m)
    return [
        early(lambda s: setattr(s, "x", nn.ReLU())),
        early(lambda s: setattr(s, "x", nn.Parameter(m.ones(1)))),
        early(lambda s: s.register_buffer("x", m.ones(1))),
        early(lambda s: s.register_parameter("x", None)),
        early(lambda s: s.x),
        lambda: nn.Module(3),
        lambda: nn.Module(a=3),
        lambda: nn.Module()(1),
        lambda: nn.Linear(2, 1)(m.ones(1, 2), 3),
        lambda: n.absent,
        lambda: n.register_buffer(3, m.ones(1)),
        lambda: n.register_buffer("a.b", m.ones(1)),
        lambda: n.register_buffer("", m.ones(1)),
        lambda: n.register_buffer("forward", m.ones(1)),
        lambda: n.register_buffer("new", 3),
        lambda: n.register_parameter(3, None),
        lambda: n.register_parameter("a.b", None),
        lambda: n.register_parameter("", None),
        lambda: n.register_parameter("plain", None),
        lambda: n.register_parameter("new", m.ones(1)),
        lambda: n.register_parameter("new", nn.Parameter),
        lambda: n.add_module("a.b", nn.ReLU()),
        lambda: n.add_module("", nn.ReLU()),
        lambda: n.add_module(3, nn.ReLU()),
        lambda: n.add_module("mean", nn.ReLU()),
        lambda: n.add_module("new", 3),
        lambda: n.register_module("new", "text"),
        lambda: setattr(n, "scale", m.ones(1)),
        lambda: setattr(n, "scale", 3),
        lambda: setattr(n, "first", m.ones(1)),
        lambda: setattr(n, "mean", "text"),
        lambda: delattr(n, "absent"),
        lambda: n.get_submodule("first.absent"),
        lambda: n.get_submodule("mean"),
        lambda: n.get_parameter("first.linear.mean"),
        lambda: n.get_parameter("mean"),
        lambda: n.get_buffer("scale"),
        lambda: n.set_submodule("", nn.ReLU()),
        lambda: n.set_submodule("first.linear", 3),
        lambda: n.set_submodule("first.absent", nn.ReLU(), strict=True),
        lambda: n.set_submodule("plain", nn.ReLU()),
        lambda: n.train("yes"),
        lambda: n.to(m.int64),
        lambda: nn.Sequential(nn.ReLU())[1],
        lambda: nn.Sequential(3),
        lambda: nn.Sequential() + 3,
        lambda: nn.Sequential() * 1.5,
        lambda: nn.Sequential() * 0,
        lambda: nn.Sequential().insert(0, 3),
        lambda: nn.Sequential().insert(5, nn.ReLU()),
        lambda: nn.ModuleList(3),
        lambda: nn.ModuleList()[0],
        lambda: nn.ModuleList([])(1),
        lambda: nn.ModuleDict(3),
        lambda: nn.ModuleDict([3]),
        lambda: nn.ModuleDict([(1, 2, 3)]),
        lambda: nn.ModuleDict()["absent"],
        lambda: nn.ParameterList(m.ones(1)),
        lambda: nn.ParameterList()[0],
        lambda: nn.ParameterList()(),
        lambda: nn.ParameterDict(3),
        lambda: nn.ParameterDict({3: m.ones(1)}),
        lambda: nn.ParameterDict([(1, 2, 3)]),
        lambda: nn.ParameterDict().popitem(),
        lambda: nn.ParameterDict()(1),
        lambda: nn.Parameter(m.tensor([1])),
        lambda: nn.UninitializedParameter().shape,
        lambda: nn.UninitializedParameter().share_memory_(),
        lambda: init.xavier_uniform_(m.empty(3)),
        lambda: init.eye_(m.empty(3)),
        lambda: init.dirac_(m.empty(3, 3)),
        lambda: init.dirac_(m.empty(3, 3, 3), 2),
        lambda: init.orthogonal_(m.empty(3)),
        lambda: init.sparse_(m.empty(3), 0.1),
        lambda: init.kaiming_uniform_(m.empty(3, 3), mode="fan"),
        lambda: init.kaiming_uniform_(m.empty(3, 3), nonlinearity="wobble"),
        lambda: init.calculate_gain("leaky_relu", True),
        lambda: _both_kinds(nn.Linear(1, 1)),
        lambda: _state_dict_hook_twice(n),
    ]  # fmt: skip


def _both_kinds(layer: Any) -> None:
    layer.register_full_backward_hook(print)
    layer.register_backward_hook(print)


def _state_dict_hook_twice(module: Any) -> None:
    def hook(*args: Any) -> None:
        """Registered twice."""

    module.register_state_dict_post_hook(hook)
    module._register_state_dict_hook(hook)


@pytest.mark.parametrize("index", range(len(calls_that_raise(teachtorch))))
def test_errors_are_pytorchs(index: int) -> None:
    with pytest.raises(Exception) as theirs:
        calls_that_raise(torch)[index]()
    with pytest.raises(Exception) as ours:
        calls_that_raise(teachtorch)[index]()
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value).replace("teachtorch", "torch") == str(theirs.value)
