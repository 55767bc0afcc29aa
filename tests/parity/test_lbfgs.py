"""L-BFGS beside PyTorch's: losses, parameters, counts, and saved state."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

SETTINGS: list[dict[str, Any]] = [
    {"max_iter": 5},
    {"lr": 0.5, "history_size": 2, "max_iter": 6},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 2},
    {"line_search_fn": "strong_wolfe", "max_eval": 3, "lr": 3.0},
    {"tolerance_grad": 10.0},
    {"tolerance_change": 0.5},
]


def problem(module: Any, dtype: str, settings: dict[str, Any]) -> tuple[list[Any], Any, Callable[[], Any]]:
    """Rosenbrock's valley, a scalar tied to it, and a parameter that gets no gradient."""
    start = np.array([-1.0, 2.0, 0.5])
    if dtype.startswith("complex"):
        start = start + 1j * start[::-1]
    make = lambda value: module.tensor(value, dtype=getattr(module, dtype), requires_grad=True)
    x, y, idle = make(start), make(0.3), make(np.ones(2))
    optimizer = module.optim.LBFGS([x, idle, y], **settings)

    def closure() -> Any:
        optimizer.zero_grad()
        valley = ((1 - x[0]).abs() ** 2) + 10 * (x[1] - x[0] ** 2).abs() ** 2
        loss = valley + (y - x[2]).abs() ** 2 + y.abs() ** 2
        loss.backward()
        return loss

    return [x, y], optimizer, closure


def values_of(params: list[Any]) -> np.ndarray:
    return np.concatenate([p.detach().numpy().reshape(-1) for p in params])


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_steps_agree(settings: dict[str, Any], dtype: str) -> None:
    params, optimizer, closure = problem(teachtorch, dtype, settings)
    expected, reference, their_closure = problem(torch, dtype, settings)
    for _ in range(3):
        ours, theirs = optimizer.step(closure), reference.step(their_closure)
        np.testing.assert_allclose(ours.item(), theirs.item(), rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(values_of(params), values_of(expected), rtol=1e-8, atol=1e-8)
    state, their_state = optimizer.state[optimizer._params[0]], reference.state[reference._params[0]]
    assert state["func_evals"] == their_state["func_evals"]
    assert state["n_iter"] == their_state["n_iter"]
    assert repr(optimizer) == repr(reference)


@pytest.mark.parametrize("direction", ["from PyTorch", "to PyTorch"])
def test_saved_state_is_understood_both_ways(direction: str) -> None:
    first, second = (torch, teachtorch) if direction == "from PyTorch" else (teachtorch, torch)

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: convert(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [convert(entry) for entry in value]
        if isinstance(value, first.Tensor):
            return second.from_numpy(value.detach().numpy().copy())
        return value

    settings = {"max_iter": 3}
    params, optimizer, closure = problem(first, "float64", settings)
    optimizer.step(closure)
    resumed, other, other_closure = problem(second, "float64", settings)
    for new, old in zip(resumed, params):
        new.data = second.from_numpy(old.detach().numpy().copy())
    other.load_state_dict(convert(copy.deepcopy(optimizer.state_dict())))
    optimizer.step(closure)
    other.step(other_closure)
    np.testing.assert_allclose(values_of(resumed), values_of(params), rtol=1e-10)


def test_errors_are_pytorchs() -> None:
    for call in (
        lambda m, x: m.optim.LBFGS([x], lr=-1.0),
        lambda m, x: m.optim.LBFGS([{"params": [x]}, {"params": [m.ones(1, requires_grad=True)]}]),
        lambda m, x: m.optim.LBFGS([x], line_search_fn="golden").step(lambda: _loss(x)),
        lambda m, x: m.optim.LBFGS([x]).step(),
    ):
        caught = []
        for module in (torch, teachtorch):
            with pytest.raises((ValueError, RuntimeError, TypeError)) as error:
                call(module, module.ones(2, requires_grad=True))
            caught.append((type(error.value), str(error.value)))
        assert caught[0] == caught[1]


def _loss(x: Any) -> Any:
    loss = (x * x).sum()
    loss.backward()
    return loss
