"""Optimizers: each rule against its formula, groups, state, hooks, and differentiating through steps."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest

import teachtorch as torch
from teachtorch import optim

RULES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.5}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.5, "centered": True}),
    ("Adadelta", {"lr": 10.0}),
    ("Adamax", {"lr": 0.2}),
    ("NAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.1}),
    ("Rprop", {"lr": 0.1}),
    ("ASGD", {"lr": 0.1}),
]
IDS = [f"{name} {settings}" for name, settings in RULES]


def bowl(x: torch.Tensor) -> torch.Tensor:
    return (x[0] - 1) ** 2 + 5 * (x[1] + 2) ** 2


@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_every_rule_goes_down(name: str, settings: dict[str, Any]) -> None:
    x = torch.tensor([3.0, 2.0], requires_grad=True)
    optimizer = getattr(optim, name)([x], **settings)
    first = bowl(x).item()
    for _ in range(60):
        optimizer.zero_grad()
        bowl(x).backward()
        optimizer.step()
    assert bowl(x).item() < 0.5 * first


def test_momentum_by_hand() -> None:
    x = torch.tensor([0.0], requires_grad=True)
    optimizer = optim.SGD([x], lr=0.5, momentum=0.5)
    velocity = position = 0.0
    for grad in (1.0, 2.0, -1.0):
        x.grad = torch.tensor([grad])
        optimizer.step()
        velocity = 0.5 * velocity + grad
        position -= 0.5 * velocity
        assert x.item() == position


def test_adam_by_hand() -> None:
    x = torch.tensor([0.0], dtype=torch.float64, requires_grad=True)
    optimizer = optim.Adam([x], lr=0.1)
    mean = square = position = 0.0
    for t, grad in enumerate((1.0, -3.0, 0.5), 1):
        x.grad = torch.tensor([grad], dtype=torch.float64)
        optimizer.step()
        mean = 0.9 * mean + 0.1 * grad
        square = 0.999 * square + 0.001 * grad**2
        position -= 0.1 * (mean / (1 - 0.9**t)) / (math.sqrt(square / (1 - 0.999**t)) + 1e-8)
        assert x.item() == pytest.approx(position, rel=1e-12)


def test_parameters_without_gradient_are_left_alone() -> None:
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    optimizer = optim.Adam([x, y], lr=0.1)
    x.sum().backward()
    optimizer.step()
    assert y.tolist() == [1, 1]
    assert list(optimizer.state) == [x]


def test_a_step_counts_as_one_write() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * x
    optimizer = optim.SGD([x], lr=0.1)
    x.grad = torch.ones(2)
    version = x._version
    optimizer.step()
    assert x._version == version + 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.complex64])
@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_unusual_dtypes_keep_their_dtype(name: str, settings: dict[str, Any], dtype: torch.dtype) -> None:
    x = torch.ones(2, 2, dtype=dtype, requires_grad=True)
    s = torch.ones((), dtype=dtype, requires_grad=True)
    optimizer = getattr(optim, name)([x, s], **settings)
    for _ in range(3):
        optimizer.zero_grad()
        ((x * x.conj()).real.sum() + (s * s.conj()).real).backward()
        optimizer.step()
    assert x.dtype is dtype
    assert s.shape == ()
    moved = (x - 1).abs().max().item()
    assert 0 < moved < 10
    for state in optimizer.state.values():
        for key, value in state.items():
            assert value.dtype is (dtype if key not in ("step", "eta", "mu", "mu_product") else torch.float32)


def test_non_contiguous_parameters_are_updated_in_place() -> None:
    base = torch.zeros(3, 4)
    view = base[:, ::2].detach()
    view.requires_grad_()
    for optimizer in (optim.SGD([view], lr=1.0), optim.LBFGS([view], max_iter=1)):
        base.zero_()

        def closure(optimizer: Any = optimizer) -> torch.Tensor:
            optimizer.zero_grad()
            loss = ((view - 1) ** 2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        assert (base[:, ::2] != 0).all()
        assert not base[:, 1::2].any()


# --- groups, state, saving ---


def test_groups_have_settings_of_their_own() -> None:
    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([{"params": [x]}, {"params": y, "lr": 0.5}], lr=0.1)
    x.grad, y.grad = torch.ones(1), torch.ones(1)
    optimizer.step()
    assert x.item() == pytest.approx(0.9)
    assert y.item() == 0.5
    optimizer.param_groups[0]["lr"] = 1.0
    optimizer.step()
    assert x.item() == pytest.approx(-0.1)


def test_named_parameters_keep_their_names() -> None:
    layer = torch.nn.Linear(2, 1)
    optimizer = optim.Adam(layer.named_parameters())
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


def test_the_repr_lists_the_settings() -> None:
    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    assert repr(optim.SGD([{"params": x}, {"params": y, "lr": 1.0}], lr=0.1)) == (
        "SGD (\n"
        "Parameter Group 0\n"
        "    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n    lr: 0.1\n"
        "    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n"
        "\n"
        "Parameter Group 1\n"
        "    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n    lr: 1.0\n"
        "    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n"
        ")"
    )


@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
@pytest.mark.parametrize("copying", ["state_dict", "pickle", "deepcopy"])
def test_training_goes_on_from_saved_state(name: str, settings: dict[str, Any], copying: str) -> None:
    def train(x: torch.Tensor, optimizer: Any, steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            bowl(x).backward()
            optimizer.step()

    x = torch.tensor([3.0, 2.0], requires_grad=True)
    optimizer = getattr(optim, name)([x], **settings)
    train(x, optimizer, 3)
    if copying == "state_dict":
        other = x.detach().clone().requires_grad_()
        resumed = getattr(optim, name)([other], lr=9.0)
        resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    else:
        pair = (x, optimizer)
        other, resumed = pickle.loads(pickle.dumps(pair)) if copying == "pickle" else copy.deepcopy(pair)
    train(x, optimizer, 3)
    train(other, resumed, 3)
    assert other.tolist() == x.tolist()


def test_loading_refuses_other_groups() -> None:
    x = torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([x], lr=0.1)
    with pytest.raises(ValueError, match="different number of parameter groups"):
        optimizer.load_state_dict({"state": {}, "param_groups": []})


def test_bad_arguments_are_refused() -> None:
    x = torch.ones(1, requires_grad=True)
    with pytest.raises(ValueError, match="optimizer got an empty parameter list"):
        optim.SGD([])
    with pytest.raises(ValueError, match=r"Invalid learning rate: -0\.1"):
        optim.SGD([x], lr=-0.1)
    with pytest.raises(ValueError, match="can't optimize a non-leaf Tensor"):
        optim.SGD([x * 2])
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        optim.SGD([{"params": x}, {"params": x}])
    with pytest.warns(UserWarning, match="duplicate parameters"):
        optim.SGD([x, x])


# --- closures and hooks ---


def test_a_closure_is_called_with_recording_on() -> None:
    x = torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([x], lr=0.1)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 1
    assert x.item() == pytest.approx(0.8)


def test_step_hooks_see_optimizers_of_ones_own_too() -> None:
    class Own(optim.Optimizer):
        def __init__(self, params: Any) -> None:
            super().__init__(params, {"lr": 1.0})

        def step(self, closure: Any = None) -> None:
            seen.append("step")

    seen: list[str] = []
    optimizer = Own([torch.ones(1, requires_grad=True)])
    optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before"))
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after"))
    handle = optim.optimizer.register_optimizer_step_pre_hook(lambda o, args, kwargs: seen.append("global"))
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert seen == ["global", "before", "step", "after", "before", "step", "after"]


def test_state_dict_hooks() -> None:
    optimizer = optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "note": "saved"})
    optimizer.register_load_state_dict_pre_hook(lambda o, state: {**state, "state": {}})
    state = optimizer.state_dict()
    assert state["note"] == "saved"
    optimizer.load_state_dict(state)


# --- differentiating through steps ---


@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_gradients_through_several_steps_match_finite_differences(
    name: str, settings: dict[str, Any]
) -> None:
    def trained(start: torch.Tensor) -> torch.Tensor:
        param = start.clone()
        optimizer = getattr(optim, name)([param], differentiable=True, **settings)
        for step in range(3):
            # The step overwrites `param`, so the gradient must not have been computed from it.
            param.grad = start * (step + 1) + start.cos()
            optimizer.step()
        return param

    start = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    (grad,) = torch.autograd.grad(trained(start).sum(), start)
    for i in range(3):
        shift = torch.zeros(3, dtype=torch.float64)
        shift[i] = 1e-6
        with torch.no_grad():
            up, down = start + shift, start - shift
        difference = trained(up.requires_grad_()).sum() - trained(down.requires_grad_()).sum()
        assert grad[i].item() == pytest.approx(difference.item() / 2e-6, rel=1e-5, abs=1e-8)


def test_the_learning_rate_can_be_learned() -> None:
    lr = torch.tensor(0.1, requires_grad=True)
    start = torch.tensor([3.0], requires_grad=True)
    param = start.clone()
    optimizer = optim.SGD([param], lr=lr, differentiable=True)
    param.grad = 2 * start
    optimizer.step()
    (param**2).sum().backward()
    assert lr.grad is not None
    assert lr.grad.item() == pytest.approx(2 * (3 - 0.1 * 6) * -6)


def test_lbfgs_solves_a_quadratic_in_a_few_steps() -> None:
    torch.manual_seed(0)
    root = torch.randn(6, 6, dtype=torch.float64)
    matrix, target = root @ root.T + torch.eye(6, dtype=torch.float64), torch.randn(6, dtype=torch.float64)
    x = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    optimizer = optim.LBFGS([x], line_search_fn="strong_wolfe", tolerance_grad=1e-12, tolerance_change=1e-16)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = x @ matrix @ x / 2 - target @ x
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    np.testing.assert_allclose((matrix @ x).detach().numpy(), target.numpy(), atol=1e-9)
