"""Modules: what assignment registers, how the tree is walked, cast, copied and pickled."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import teachtorch as torch
from teachtorch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3, 4)
        self.out = nn.Linear(4, 1)
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("scratch", torch.ones(1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.hidden(x - self.mean).relu())


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    return Net()


def test_assignment_registers_by_kind(net: Net) -> None:
    assert [name for name, _ in net.named_parameters()] == [
        "hidden.weight",
        "hidden.bias",
        "out.weight",
        "out.bias",
    ]
    assert [name for name, _ in net.named_buffers()] == ["mean", "scratch"]
    assert [name for name, _ in net.named_modules()] == ["", "hidden", "out"]
    assert list(net.state_dict()) == [
        "mean",
        "hidden.weight",
        "hidden.bias",
        "out.weight",
        "out.bias",
    ]


def test_a_name_means_one_thing(net: Net) -> None:
    net.thing = 3
    net.thing = nn.Parameter(torch.ones(2))
    assert "thing" not in net.__dict__
    del net.thing
    net.thing = nn.ReLU()
    assert "thing" in net._modules
    assert "thing" not in net._parameters
    del net.thing
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'thing'"):
        _ = net.thing


def test_parts_need_the_constructor_first() -> None:
    class Early(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"cannot assign module before Module\.__init__\(\) call"):
        Early()


def test_calling_runs_forward_and_gradients_reach_every_parameter(net: Net) -> None:
    y = net(torch.ones(5, 3))
    assert y.shape == (5, 1)
    y.sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_zero_grad_can_keep_the_tensors(net: Net) -> None:
    net(torch.ones(5, 3)).sum().backward()
    before = net.out.weight.grad
    net.zero_grad(set_to_none=False)
    assert net.out.weight.grad is before
    assert before is not None
    assert not before.any()


def test_casting_keeps_the_parameters_themselves(net: Net) -> None:
    weight = net.hidden.weight
    net.hidden.register_buffer("count", torch.tensor([1, 2]))
    assert net.double() is net
    assert net.hidden.weight is weight
    assert weight.dtype is torch.float64
    assert net.hidden.count.dtype is torch.int64
    assert net(torch.ones(2, 3, dtype=torch.float64)).dtype is torch.float64
    with pytest.raises(TypeError, match="only accepts floating point or complex dtypes"):
        net.to(torch.int64)


def test_training_mode_reaches_all_children(net: Net) -> None:
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.out.train()
    assert [module.training for module in net.modules()] == [False, False, True]


def test_state_dicts_share_memory_and_load_by_copy(net: Net) -> None:
    state = net.state_dict()
    other = Net()
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert torch.equal(other.hidden.weight, net.hidden.weight)
    assert other.hidden.weight.data_ptr() != net.hidden.weight.data_ptr()
    with torch.no_grad():
        net.hidden.weight.zero_()
    assert not state["hidden.weight"].any()


def test_loading_names_everything_that_is_wrong(net: Net) -> None:
    state = dict(net.state_dict(), extra=torch.ones(1), mean=torch.zeros(5))
    del state["out.bias"]
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "out.bias". \n'
        '\tUnexpected key(s) in state_dict: "extra". \n'
        "\tsize mismatch for mean: copying a param with shape torch.Size([5]) from checkpoint, the shape in current "
        "model is torch.Size([3])."
    )


def test_strict_false_reports_instead(net: Net) -> None:
    keys = net.load_state_dict({"extra": torch.ones(1)}, strict=False)
    assert keys.unexpected_keys == ["extra"]
    assert len(keys.missing_keys) == 5


def test_assigning_takes_the_tensors_themselves(net: Net) -> None:
    state = {name: value.double() for name, value in net.state_dict().items()}
    net.load_state_dict(state, assign=True)
    assert net.hidden.weight.dtype is torch.float64
    assert isinstance(net.hidden.weight, nn.Parameter)
    assert net.hidden.weight.requires_grad
    assert net.mean is state["mean"]


def test_hooks_run_in_order_and_can_be_removed(net: Net) -> None:
    seen: list[Any] = []
    handles = [
        net.register_forward_pre_hook(lambda module, args: seen.append("before")),
        net.register_forward_hook(lambda module, args, result: result * 0 + 7),
        net.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append("backward")),
    ]
    x = torch.ones(1, 3, requires_grad=True)
    y = net(x)
    assert y.item() == 7
    y.sum().backward()
    assert seen == ["before", "backward"]
    for handle in handles:
        handle.remove()
    assert net(x).item() != 7


def test_a_hook_may_change_the_gradient() -> None:
    layer = nn.Identity()
    layer.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0] * 3,))
    x = torch.ones(2, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3]


def test_copies_are_independent_and_keep_shared_layers(net: Net) -> None:
    net.again = net.hidden
    other = copy.deepcopy(net)
    assert other.again is other.hidden
    with torch.no_grad():
        other.hidden.weight.zero_()
    assert net.hidden.weight.any()


def test_modules_survive_pickling(net: Net) -> None:
    net.hidden.register_forward_hook(print_shape)
    restored = pickle.loads(pickle.dumps(net))
    x = torch.ones(2, 3)
    assert torch.equal(restored(x), net(x))
    assert isinstance(restored.hidden.weight, nn.Parameter)
    assert len(restored.hidden._forward_hooks) == 1


def print_shape(module: nn.Module, args: Any, result: torch.Tensor) -> None:
    """A hook that can be pickled."""


def test_the_repr_nests() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(1, 2, bias=False), nn.ReLU()), nn.Dropout(0.1))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Sequential(\n"
        "    (0): Linear(in_features=1, out_features=2, bias=False)\n"
        "    (1): ReLU()\n"
        "  )\n"
        "  (1): Dropout(p=0.1, inplace=False)\n"
        ")"
    )


def test_look_up_by_path(net: Net) -> None:
    assert net.get_submodule("hidden") is net.hidden
    assert net.get_parameter("hidden.weight") is net.hidden.weight
    assert net.get_buffer("mean") is net.mean
    net.set_submodule("hidden", nn.Identity())
    assert isinstance(net.hidden, nn.Identity)
    with pytest.raises(AttributeError, match="Identity has no attribute `weight`"):
        net.get_parameter("hidden.weight")


def test_lazy_layers_find_their_size() -> None:
    layer = nn.LazyLinear(2)
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
        _ = layer.weight + 1
    assert layer(torch.ones(5, 3)).shape == (5, 2)
    assert type(layer) is nn.Linear
    assert layer.in_features == 3


def test_a_parameter_of_a_subclass_keeps_the_class() -> None:
    class Celsius(torch.Tensor):
        def detach(self) -> torch.Tensor:
            plain = super().detach()
            plain.__class__ = Celsius
            return plain

    parameter = nn.Parameter(Celsius([1.0]))
    assert type(parameter) is Celsius
    assert isinstance(parameter, nn.Parameter)
    module = nn.Module()
    module.weight = parameter
    assert list(module.parameters()) == [parameter]
