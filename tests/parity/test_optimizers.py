"""Twenty steps of every optimizer, beside PyTorch's: parameters, state, settings and saved state."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

STEPS = 20
CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.6), "eps": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.1}),
    ("AdamW", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.5}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("RMSprop", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1, "centered": True}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True, "weight_decay": 0.1, "alpha": 0.5}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.5, "weight_decay": 0.1}),
    ("Adamax", {"lr": 0.1}),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"lr": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.1, "betas": (0.9, 0.7), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("Rprop", {"lr": 0.1}),
    ("Rprop", {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (0.05, 0.2)}),
    ("ASGD", {"lr": 0.1}),
    ("ASGD", {"lr": 0.1, "lambd": 0.1, "t0": 5, "weight_decay": 0.1}),
]  # fmt: skip
IDS = [f"{name} {settings}" for name, settings in CASES]
NAMES = sorted({name for name, _ in CASES})


def parameters(module: Any, dtype: str) -> list[Any]:
    """A matrix, a scalar and a parameter that never gets a gradient."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((3, 4)), rng.standard_normal(()), rng.standard_normal(2)]
    if dtype.startswith("complex"):
        arrays = [array + 1j * rng.standard_normal(array.shape) for array in arrays]
    return [module.tensor(array, dtype=getattr(module, dtype), requires_grad=True) for array in arrays]


def loss_of(params: list[Any]) -> Any:
    """Neither convex nor the same in every direction."""
    matrix, scalar = params[:2]
    curved = (matrix.abs() ** 2).sum() * 0.5 + (matrix.sum() - scalar).abs() ** 2 * 0.1
    return curved + (matrix.abs() * 2).cos().sum()


def train(module: Any, name: str, settings: dict[str, Any], dtype: str) -> tuple[list[Any], Any]:
    params = parameters(module, dtype)
    groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.03}]
    optimizer = getattr(module.optim, name)(groups, **settings)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_of(params).backward()
        optimizer.step()
    return params, optimizer


def assert_alike(ours: Any, theirs: Any, rtol: float) -> None:
    """Compare nested dictionaries and lists of tensors and settings."""
    if isinstance(theirs, torch.Tensor):
        assert str(ours.dtype) == str(theirs.dtype)
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=rtol)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            assert_alike(ours[key], theirs[key], rtol)
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            assert_alike(a, b, rtol)
    else:
        assert ours == theirs


def to_other(value: Any, module: Any) -> Any:
    """A state dict with the tensors of the other library."""
    if isinstance(value, dict):
        return {key: to_other(entry, module) for key, entry in value.items()}
    if isinstance(value, list):
        return [to_other(entry, module) for entry in value]
    if isinstance(value, (torch.Tensor, teachtorch.Tensor)):
        return module.from_numpy(value.detach().numpy().copy())
    return value


@pytest.mark.parametrize(("name", "settings"), CASES, ids=IDS)
def test_float64_steps_agree(name: str, settings: dict[str, Any]) -> None:
    params, optimizer = train(teachtorch, name, settings, "float64")
    expected, reference = train(torch, name, settings, "float64")
    assert_alike(params, expected, 1e-12)
    assert_alike(optimizer.state_dict(), reference.state_dict(), 1e-12)
    assert repr(optimizer) == repr(reference)


@pytest.mark.parametrize(("name", "settings"), CASES, ids=IDS)
def test_float32_steps_agree(name: str, settings: dict[str, Any]) -> None:
    params, _ = train(teachtorch, name, settings, "float32")
    expected, _ = train(torch, name, settings, "float32")
    assert_alike(params, expected, 2e-4)  # rounding grows along twenty curved steps


@pytest.mark.parametrize("name", NAMES)
def test_complex_steps_agree(name: str) -> None:
    params, optimizer = train(teachtorch, name, {"lr": 0.05}, "complex128")
    expected, reference = train(torch, name, {"lr": 0.05}, "complex128")
    assert_alike(params, expected, 1e-10)
    assert_alike(optimizer.state_dict(), reference.state_dict(), 1e-10)


@pytest.mark.parametrize(("name", "settings"), CASES, ids=IDS)
@pytest.mark.parametrize("direction", ["from PyTorch", "to PyTorch"])
def test_saved_state_is_understood_both_ways(name: str, settings: dict[str, Any], direction: str) -> None:
    first, second = (torch, teachtorch) if direction == "from PyTorch" else (teachtorch, torch)
    params, optimizer = train(first, name, settings, "float64")
    resumed = parameters(second, "float64")
    for new, old in zip(resumed, params):
        new.data = second.from_numpy(old.detach().numpy().copy())
    other = getattr(second.optim, name)([{"params": resumed[:1]}, {"params": resumed[1:]}], lr=1.0)
    other.load_state_dict(to_other(copy.deepcopy(optimizer.state_dict()), second))
    for trained, step in ((params, optimizer), (resumed, other)):
        step.zero_grad()
        loss_of(trained).backward()
        step.step()
    ours, theirs = (resumed, params) if first is torch else (params, resumed)
    assert_alike(ours, theirs, 1e-11)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Adadelta"])
def test_a_learning_rate_may_be_a_tensor(name: str) -> None:
    lr = teachtorch.tensor(0.05, dtype=teachtorch.float64)
    params, _ = train(teachtorch, name, {"lr": lr}, "float64")
    expected, _ = train(torch, name, {"lr": torch.tensor(0.05, dtype=torch.float64)}, "float64")
    assert_alike(params, expected, 1e-10)


DIFFERENTIABLE = [
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True}),
    ("Adadelta", {"lr": 0.5}),
    ("Adamax", {"lr": 0.1}),
    ("NAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.1}),
    ("Rprop", {"lr": 0.1}),
    ("ASGD", {"lr": 0.1}),
]


@pytest.mark.parametrize(("name", "settings"), DIFFERENTIABLE, ids=lambda value: str(value))
def test_gradients_flow_through_a_differentiable_step(name: str, settings: dict[str, Any]) -> None:
    grads = []
    for module in (torch, teachtorch):
        start = module.tensor([1.0, -2.0, 0.5], dtype=module.float64, requires_grad=True)
        scale = module.tensor([1.0, 2.0, 3.0], dtype=module.float64, requires_grad=True)
        param = start.clone()
        optimizer = getattr(module.optim, name)([param], differentiable=True, **settings)
        # The step overwrites `param`, so the gradient must not have been computed from it.
        param.grad = 2 * scale * start + start.cos()
        optimizer.step()
        grads.append(module.autograd.grad((param**3).sum(), [start, scale]))
    for theirs, ours in zip(*grads):
        # PyTorch corrects the bias with a step counter in float32, and so rounds to float32.
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-7)


def bad_calls(module: Any) -> list[Any]:
    """Calls that raise."""
    x = module.ones(2, requires_grad=True)
    y = module.ones(2, requires_grad=True)
    optim = module.optim

    def loaded(groups: Any) -> Any:
        return lambda: optim.SGD([x], lr=1.0).load_state_dict({"state": {}, "param_groups": groups})

    return [
        lambda: optim.SGD([], lr=0.1),
        lambda: optim.SGD(x, lr=0.1),
        lambda: optim.SGD([3], lr=0.1),
        lambda: optim.SGD([x * 2], lr=0.1),
        lambda: optim.SGD([x], lr=-0.1),
        lambda: optim.SGD([x], lr=module.tensor([0.1, 0.2])),
        lambda: optim.SGD([x], lr=0.1, momentum=-1.0),
        lambda: optim.SGD([x], lr=0.1, weight_decay=-1.0),
        lambda: optim.SGD([x], lr=0.1, nesterov=True),
        lambda: optim.SGD([{"params": {x}}], lr=0.1),
        lambda: optim.SGD([{"params": [x]}, {"params": [x]}], lr=0.1),
        lambda: optim.SGD([("x", x), y], lr=0.1),
        lambda: optim.SGD([{"params": [("x", x)]}, {"params": [y]}], lr=0.1),
        lambda: optim.SGD([x], lr=0.1).add_param_group([y]),
        lambda: optim.SGD([x], fused=True, foreach=True),
        lambda: optim.Adam([x], fused=True, differentiable=True),
        lambda: optim.Adam([x], lr=-1.0),
        lambda: optim.Adam([x], eps=-1.0),
        lambda: optim.Adam([x], betas=(1.0, 0.9)),
        lambda: optim.Adam([x], betas=(0.9, 1.0)),
        lambda: optim.Adam([x], weight_decay=-1.0),
        lambda: optim.Adam([x], betas=(0.9, module.tensor(0.9))),
        lambda: optim.Adam([x], lr=module.tensor(0.1), foreach=True),
        lambda: optim.Adagrad([x], lr_decay=-1.0),
        lambda: optim.Adagrad([x], initial_accumulator_value=-1.0),
        lambda: optim.RMSprop([x], alpha=-1.0),
        lambda: optim.RMSprop([x], momentum=-1.0),
        lambda: optim.Adadelta([x], rho=2.0),
        lambda: optim.NAdam([x], momentum_decay=-1.0),
        lambda: optim.Rprop([x], etas=(1.5, 1.2)),
        lambda: optim.Optimizer([x], {}).step(),
        loaded([]),
        loaded([{"params": [0, 1]}]),
    ]


@pytest.mark.parametrize("case", range(len(bad_calls(teachtorch))))
def test_errors_are_pytorchs(case: int) -> None:
    with pytest.raises(Exception) as expected:
        bad_calls(torch)[case]()
    with pytest.raises(Exception) as raised:
        bad_calls(teachtorch)[case]()
    assert type(raised.value) is type(expected.value)
    assert str(raised.value) == str(expected.value)
