"""Schedules: each against its closed form, the order of steps, and plateaus."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import teachtorch as torch
from teachtorch.optim import SGD, Adam, lr_scheduler

FORMULAS: list[tuple[str, Callable[[Any], Any], Callable[[int], float]]] = [
    ("LambdaLR", lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    ("StepLR", lambda o: lr_scheduler.StepLR(o, 3, 0.5), lambda t: 0.5 ** (t // 3)),
    ("MultiStepLR", lambda o: lr_scheduler.MultiStepLR(o, [2, 5]), lambda t: 0.1 ** ((t >= 2) + (t >= 5))),
    ("ConstantLR", lambda o: lr_scheduler.ConstantLR(o, 0.3, 4), lambda t: 0.3 if t < 4 else 1.0),
    ("LinearLR", lambda o: lr_scheduler.LinearLR(o, 0.5, 1.0, 4), lambda t: 0.5 + 0.5 * min(t, 4) / 4),
    ("ExponentialLR", lambda o: lr_scheduler.ExponentialLR(o, 0.8), lambda t: 0.8**t),
    ("PolynomialLR", lambda o: lr_scheduler.PolynomialLR(o, 10, 2.0), lambda t: max(0, 1 - t / 10) ** 2),
    (
        "CosineAnnealingLR",
        lambda o: lr_scheduler.CosineAnnealingLR(o, 4, 0.1),
        lambda t: 0.1 + 0.9 * (1 + math.cos(math.pi * t / 4)) / 2,
    ),
    (
        "CosineAnnealingWarmRestarts",
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3),
        lambda t: (1 + math.cos(math.pi * (t % 3) / 3)) / 2,
    ),
    (
        "CyclicLR",
        lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.1, 2, cycle_momentum=False),
        lambda t: 0.1 + [0, 0.5, 1, 0.5][t % 4],
    ),
]  # fmt: skip


def optimizer_with(lr: float = 1.0, **settings: Any) -> SGD:
    return SGD([torch.ones(1, requires_grad=True)], lr=lr, **settings)


@pytest.mark.parametrize(("name", "make", "formula"), FORMULAS, ids=[name for name, _, _ in FORMULAS])
def test_schedules_follow_their_formula(name: str, make: Any, formula: Callable[[int], float]) -> None:
    optimizer = optimizer_with()
    scheduler = make(optimizer)
    for epoch in range(9):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(formula(epoch), abs=1e-12)
        assert scheduler.get_last_lr() == [optimizer.param_groups[0]["lr"]]
        optimizer.step()
        scheduler.step()


def test_one_cycle_goes_up_and_far_down_and_momentum_the_other_way() -> None:
    optimizer = Adam([torch.ones(1, requires_grad=True)])
    scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    rates, momenta = [], []
    for step in range(10):
        rates.append(scheduler.get_last_lr()[0])
        momenta.append(optimizer.param_groups[0]["betas"][0])
        optimizer.step()
        if step < 9:
            scheduler.step()
    assert rates[0] == pytest.approx(1 / 25)
    assert max(rates) == rates[2] == 1.0
    assert rates[-1] == pytest.approx(1 / 25e4)
    assert momenta[0] == momenta[-1] == pytest.approx(0.95)
    assert min(momenta) == momenta[2] == pytest.approx(0.85)


def test_sequences_and_chains() -> None:
    optimizer = optimizer_with()
    parts = [lr_scheduler.ConstantLR(optimizer, 0.1, 9), lr_scheduler.ExponentialLR(optimizer, 0.5)]
    scheduler: Any = lr_scheduler.SequentialLR(optimizer, parts, [2])
    seen = []
    for _ in range(5):
        seen.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    assert seen == pytest.approx([0.1, 0.1, 1.0, 0.5, 0.25])
    optimizer = optimizer_with()
    parts = [lr_scheduler.StepLR(optimizer, 2, 0.1), lr_scheduler.ExponentialLR(optimizer, 0.5)]
    scheduler = lr_scheduler.ChainedScheduler(parts)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.1 * 0.25])


def test_the_wrong_order_is_noticed() -> None:
    scheduler = lr_scheduler.StepLR(optimizer_with(), 1)
    with pytest.warns(
        UserWarning, match=r"Detected call of `lr_scheduler\.step\(\)` before `optimizer\.step\(\)`"
    ):
        scheduler.step()


def test_a_plateau_reduces_after_patience_and_cools_down() -> None:
    optimizer = optimizer_with()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=2, min_lr=0.2)
    seen = []
    for loss in [3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]:
        scheduler.step(loss)
        seen.append(scheduler.get_last_lr()[0])
    assert seen == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]


def test_state_comes_back() -> None:
    optimizer = optimizer_with()
    scheduler = lr_scheduler.LinearLR(optimizer)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    other_optimizer = optimizer_with()
    other = lr_scheduler.LinearLR(other_optimizer)
    other_optimizer.load_state_dict(optimizer.state_dict())
    other.load_state_dict(scheduler.state_dict())
    for pair in ((optimizer, scheduler), (other_optimizer, other)):
        pair[0].step()
        pair[1].step()
    assert other.get_last_lr() == scheduler.get_last_lr()
