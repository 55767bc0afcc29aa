"""Schedules beside PyTorch's: every learning rate and momentum, saved state, warnings and errors."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


def optimizer_of(module: Any, name: str = "SGD") -> Any:
    groups = [
        {"params": [module.ones(1, requires_grad=True)], "lr": 0.5},
        {"params": [module.ones(2, requires_grad=True)]},
    ]
    settings = {"momentum": 0.9} if name == "SGD" else {}
    return getattr(module.optim, name)(groups, lr=0.1, **settings)


class Halving:
    """A callable object, whose state is saved."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, epoch: int) -> float:
        self.calls += 1
        return 0.5**epoch


Make = Callable[[Any, Any], Any]
SCHEDULES: dict[str, Make] = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "LambdaLR each": lambda s, o: s.LambdaLR(o, [Halving(), lambda epoch: 1 / (1 + epoch)]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 1 - 0.01 * epoch),
    "StepLR": lambda s, o: s.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5, 9], 0.3),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.3, 4),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.2, 0.9, 6),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 8, 2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
    "CosineAnnealingWarmRestarts even": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3),
    "CyclicLR triangular2": lambda s, o: s.CyclicLR(o, [0.01, 0.02], 0.1, 2, 4, "triangular2"),
    "CyclicLR exp_range": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9),
    "CyclicLR own": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 3, scale_fn=lambda x: 0.9**x, scale_mode="iterations", cycle_momentum=False
    ),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.3, total_steps=16),
    "OneCycleLR linear": lambda s, o: s.OneCycleLR(
        o, [0.3, 0.2], epochs=4, steps_per_epoch=4, anneal_strategy="linear", three_phase=True
    ),
    "OneCycleLR plain": lambda s, o: s.OneCycleLR(o, 0.3, total_steps=16, cycle_momentum=False),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9), s.CosineAnnealingLR(o, 4)], [3, 8]
    ),
    "SequentialLR nested": lambda s, o: s.SequentialLR(
        o, [s.SequentialLR(o, [s.LinearLR(o), s.StepLR(o, 2)], [3]), s.ExponentialLR(o, 0.9)], [7]
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)], o),
}  # fmt: skip


def settings_of(optimizer: Any) -> list[Any]:
    hidden = {"params", "foreach", "fused"}
    return [{k: v for k, v in group.items() if k not in hidden} for group in optimizer.param_groups]


def comparable(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: comparable(value) for key, value in state.items() if key != "_scale_fn_ref"}
    return [comparable(value) for value in state] if isinstance(state, list) else state


def run(module: Any, make: Make, optimizer_name: str, steps: int = 15) -> tuple[list[Any], Any, Any]:
    optimizer = optimizer_of(module, optimizer_name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # schedules within schedules warn when they are made, in PyTorch too
        scheduler = make(module.optim.lr_scheduler, optimizer)
    seen = [settings_of(optimizer)]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        seen += [settings_of(optimizer), scheduler.get_last_lr()]
    return seen, scheduler, optimizer


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("optimizer_name", ["SGD", "Adam"])
def test_every_value_is_equal(name: str, optimizer_name: str) -> None:
    theirs, reference, _ = run(torch, SCHEDULES[name], optimizer_name)
    ours, scheduler, _ = run(teachtorch, SCHEDULES[name], optimizer_name)
    assert ours == theirs
    assert comparable(scheduler.state_dict()) == comparable(reference.state_dict())


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("direction", ["from PyTorch", "to PyTorch"])
def test_saved_state_is_understood_both_ways(name: str, direction: str) -> None:
    first, second = (torch, teachtorch) if direction == "from PyTorch" else (teachtorch, torch)
    _, scheduler, optimizer = run(first, SCHEDULES[name], "SGD", steps=4)
    resumed_optimizer = optimizer_of(second)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        resumed = SCHEDULES[name](second.optim.lr_scheduler, resumed_optimizer)
    saved = optimizer.state_dict()
    resumed_optimizer.load_state_dict({"state": {}, "param_groups": copy.deepcopy(saved["param_groups"])})
    resumed.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    for _ in range(6):
        for o, s in ((optimizer, scheduler), (resumed_optimizer, resumed)):
            o.step()
            s.step()
        assert resumed.get_last_lr() == scheduler.get_last_lr()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"patience": 1, "cooldown": 2, "factor": 0.5},
        {"mode": "max", "patience": 0, "threshold_mode": "abs", "threshold": 0.5},
        {"mode": "max", "patience": 1, "min_lr": [0.2, 0.05]},
        {"patience": 0, "min_lr": 0.04, "threshold_mode": "abs"},
    ],
)
def test_plateaus(settings: dict[str, Any]) -> None:
    losses = [5.0, 4.0, 4.0, 4.0, 3.9, 3.9, 4.2, 4.1, 4.0, 3.0, 3.0, 3.0, 3.0, 2.9999, 3.0, 3.0]
    histories = []
    for module in (torch, teachtorch):
        optimizer = optimizer_of(module)
        scheduler = module.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
        seen = []
        for loss in losses:
            scheduler.step(module.tensor(loss))
            seen.append((scheduler.get_last_lr(), scheduler.num_bad_epochs, scheduler.in_cooldown))
        histories.append((seen, scheduler.state_dict()))
    assert histories[0] == histories[1]


CLOSED = [
    "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR", "LambdaLR",
    "CosineAnnealingWarmRestarts",
]  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_jumping_to_an_epoch(name: str) -> None:
    histories = []
    for module in (torch, teachtorch):
        optimizer = optimizer_of(module)
        scheduler = SCHEDULES[name](module.optim.lr_scheduler, optimizer)
        optimizer.step()
        seen = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for epoch in (3, 7, 1, 12):
                scheduler.step(epoch)
                seen.append(scheduler.get_last_lr())
        histories.append(seen)
    assert histories[0] == histories[1]


def test_a_learning_rate_that_is_a_tensor_changes_in_place() -> None:
    values = []
    for module in (torch, teachtorch):
        lr = module.tensor(0.5)
        optimizer = module.optim.SGD([module.ones(1, requires_grad=True)], lr=lr)
        scheduler = module.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        optimizer.step()
        scheduler.step()
        values.append((lr.item(), [float(v) for v in scheduler.get_last_lr()]))
    assert values[0] == values[1]


def stories(module: Any) -> dict[str, Callable[[], Any]]:
    s = module.optim.lr_scheduler

    def wrong_order() -> None:
        scheduler = s.StepLR(optimizer_of(module), 1)
        scheduler.step()

    def steps_before_do_not_count() -> None:
        optimizer = optimizer_of(module)
        optimizer.step()
        s.StepLR(optimizer, 1).step()

    def right_order() -> None:
        optimizer = optimizer_of(module)
        scheduler = s.StepLR(optimizer, 1)
        optimizer.step()
        scheduler.step()
        scheduler.step()

    def overridden() -> None:
        optimizer = optimizer_of(module)
        scheduler = s.StepLR(optimizer, 1)
        optimizer.step = lambda: None
        scheduler.step()

    def with_epoch() -> None:
        optimizer = optimizer_of(module)
        scheduler = s.StepLR(optimizer, 1)
        optimizer.step()
        scheduler.step(3)

    def direct() -> None:
        s.StepLR(optimizer_of(module), 1).get_lr()

    def plateau() -> None:
        s.ReduceLROnPlateau(optimizer_of(module)).step(1.0, 3)

    return {f.__name__: f for f in (wrong_order, steps_before_do_not_count, right_order, overridden, with_epoch,
                                    direct, plateau)}  # fmt: skip


@pytest.mark.parametrize("name", stories(teachtorch))
def test_warnings_are_pytorchs(name: str) -> None:
    caught = []
    for module in (torch, teachtorch):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            stories(module)[name]()
        caught.append([(w.category, str(w.message)) for w in seen])
        if module is teachtorch:
            assert all(w.filename == __file__ for w in seen)
    assert caught[0] == caught[1]


def calls_that_raise(module: Any) -> list[Callable[[], Any]]:
    s = module.optim.lr_scheduler
    o, other = optimizer_of(module), optimizer_of(module)
    plain = module.optim.Adagrad([module.ones(1, requires_grad=True)])
    half = lambda epoch: 0.5
    return [
        lambda: s.StepLR(3, 1),
        lambda: s.StepLR(plain, 1, last_epoch=3),
        lambda: s.LRScheduler(optimizer_of(module)).step(),
        lambda: s.LambdaLR(o, [half]),
        lambda: s.MultiplicativeLR(o, 3),
        lambda: s.ConstantLR(o, 2.0),
        lambda: s.LinearLR(o, 0.0),
        lambda: s.LinearLR(o, end_factor=2.0),
        lambda: s.CosineAnnealingWarmRestarts(o, 0),
        lambda: s.CosineAnnealingWarmRestarts(o, 1, 0),
        lambda: s.CosineAnnealingWarmRestarts(o, 1, 1, "0"),
        lambda: s.CosineAnnealingWarmRestarts(o, 2).step(-3),
        lambda: s.CyclicLR(3, 0.1, 0.2),
        lambda: s.CyclicLR(o, [0.1], 0.2),
        lambda: s.CyclicLR(o, 0.1, 0.2, mode="square"),
        lambda: s.CyclicLR(plain, 0.1, 0.2),
        lambda: s.OneCycleLR(o, 0.1),
        lambda: s.OneCycleLR(o, 0.1, total_steps=0),
        lambda: s.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=3),
        lambda: s.OneCycleLR(o, 0.1, epochs=3, steps_per_epoch=1.5),
        lambda: s.OneCycleLR(o, 0.1, total_steps=5, pct_start=2.0),
        lambda: s.OneCycleLR(o, 0.1, total_steps=5, anneal_strategy="square"),
        lambda: s.OneCycleLR(plain, 0.1, total_steps=5),
        lambda: (
            [s.OneCycleLR(o, 0.1, total_steps=2)] and _too_far(s.OneCycleLR(other, 0.1, total_steps=2), other)
        ),
        lambda: s.ReduceLROnPlateau(o, factor=1.0),
        lambda: s.ReduceLROnPlateau(3),
        lambda: s.ReduceLROnPlateau(o, mode="middle"),
        lambda: s.ReduceLROnPlateau(o, threshold_mode="percent"),
        lambda: s.ReduceLROnPlateau(o, min_lr=[0.1]),
        lambda: s.SequentialLR(o, [], []),
        lambda: s.SequentialLR(o, [3], []),
        lambda: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], []),
        lambda: s.SequentialLR(o, [s.StepLR(other, 1)], []),
        lambda: s.SequentialLR(o, [s.StepLR(o, 1)], [1]),
        lambda: s.ChainedScheduler([]),
        lambda: s.ChainedScheduler([s.StepLR(o, 1), s.StepLR(other, 1)]),
    ]


def _too_far(scheduler: Any, optimizer: Any) -> None:
    for _ in range(4):
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("index", range(len(calls_that_raise(teachtorch))))
def test_errors_are_pytorchs(index: int) -> None:
    with pytest.raises(Exception) as theirs:
        calls_that_raise(torch)[index]()
    with pytest.raises(Exception) as ours:
        calls_that_raise(teachtorch)[index]()
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value) == str(theirs.value)
