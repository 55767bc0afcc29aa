"""Up and down, with momentum the other way round (Smith 2017, 2018)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..optimizer import Group, Optimizer
from .base import LRScheduler, check_optimizer, for_each_group, saved_function, update


class _WithMomentum(LRScheduler):
    """What the two share: the momentum falls while the learning rate rises."""

    optimizer: Optimizer
    cycle_momentum: bool

    def _set_up_momentum(self, lowest: Any, highest: Any, last_epoch: int) -> tuple[list[Any], list[Any]]:
        """Check that there is a momentum, and put the highest in force; return both for each group."""
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in defaults
        maxima = for_each_group("max_momentum", self.optimizer, highest)
        minima = for_each_group("base_momentum", self.optimizer, lowest)
        if last_epoch == -1:
            for group, high, low in zip(self.optimizer.param_groups, maxima, minima):
                self._set_momentum(group, high)
                group["max_momentum"] = high
                group["base_momentum"] = low
        return minima, maxima

    def _set_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:  # Adam's first beta is its momentum
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_WithMomentum):
    """Between ``base_lr`` and ``max_lr`` in straight lines, a step after every batch.

    Args:
        optimizer: whose learning rates to change.
        base_lr, max_lr: the bounds, of all groups or each.
        step_size_up: the steps up.
        step_size_down: the steps down, as many if left out.
        mode: what becomes of the peak: ``"triangular"`` (stays), ``"triangular2"`` (halves every cycle) or
            ``"exp_range"`` (times ``gamma`` every step).
        gamma: see there.
        scale_fn: a function of one's own for the peak, instead of ``mode``.
        scale_mode: whether it is given the ``"cycle"`` or the ``"iterations"``.
        cycle_momentum: move the momentum the other way.
        base_momentum, max_momentum: its bounds.
        last_epoch: how many steps are over; -1 starts anew.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Any,
        max_lr: Any,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.8,
        max_momentum: Any = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = for_each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs):
                update(group, lr)
        self.max_lrs = for_each_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._set_up_momentum(
                base_momentum, max_momentum, last_epoch
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """What the peak is multiplied by, in cycle (or at step) ``x``."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[Any]:
        """The value on the triangle; sets the momentum too."""
        self._warn_if_called_directly()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle  # where in the cycle, from 0 to 1
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, low, high in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums):
                self._set_momentum(group, high - (high - low) * height * scale)
        return [low + (high - low) * height * scale for low, high in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and the code of ``scale_fn``."""
        custom = self._scale_fn_custom
        return {
            **super().state_dict(),
            "_scale_fn_custom": None if custom is None else saved_function(custom),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what :meth:`state_dict` returned; ``scale_fn`` stays this scheduler's own."""
        state = dict(state_dict)
        saved = state.pop("_scale_fn_custom")
        super().load_state_dict(state)
        if saved is not None:
            self._scale_fn_custom.__dict__.update(saved)


class OneCycleLR(_WithMomentum):
    """Up to ``max_lr``, and down to far below where it began; a step after every batch.

    Args:
        optimizer: whose learning rates to change.
        max_lr: the peak, of all groups or each.
        total_steps: the steps of the cycle, or instead:
        epochs, steps_per_epoch: whose product they are.
        pct_start: the fraction of the steps that go up.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: move the momentum the other way.
        base_momentum, max_momentum: its bounds.
        div_factor: by what the first learning rate is below the peak.
        final_div_factor: by what the last is below the first.
        three_phase: go down as steeply as up, then on to the last.
        last_epoch: how many steps are over; -1 starts anew.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: Any,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.85,
        max_momentum: Any = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _count_steps(total_steps, epochs, steps_per_epoch)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._schedule_phases = _phases(pct_start, self.total_steps, three_phase)
        self._anneal_func_type = anneal_strategy
        peaks = for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, peak in zip(optimizer.param_groups, peaks):
                group["initial_lr"] = peak / div_factor
                group["max_lr"] = peak
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._set_up_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _anneal(self, start: Any, end: Any, done: float) -> Any:
        """The value between ``start`` and ``end`` when the fraction ``done`` is over."""
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * done) + 1)
        return (end - start) * done + start

    def get_lr(self) -> list[Any]:
        """The value in the present phase; sets the momentum too."""
        self._warn_if_called_directly()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is {self.total_steps}"
            )
        start = 0.0
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            start = phase["end_step"]
        done = (step - start) / (phase["end_step"] - start)
        values = []
        for group in self.optimizer.param_groups:
            values.append(self._anneal(group[phase["start_lr"]], group[phase["end_lr"]], done))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._anneal(*ends, done))
        return values


def _count_steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    def positive(name: str, value: Any) -> int:
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
        return value

    if total_steps is not None:
        return positive("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return positive("epochs", epochs) * positive("steps_per_epoch", steps_per_epoch)


def _phases(pct_start: float, total_steps: int, three_phase: bool) -> list[dict[str, Any]]:
    """Where each phase ends, and between which settings of the group it goes."""

    def phase(end: float, lr: tuple[str, str], momentum: tuple[str, str]) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": lr[0],
            "end_lr": lr[1],
            "start_momentum": momentum[0],
            "end_momentum": momentum[1],
        }

    falls, rises = ("max_momentum", "base_momentum"), ("base_momentum", "max_momentum")
    up = phase(float(pct_start * total_steps) - 1, ("initial_lr", "max_lr"), falls)
    if not three_phase:
        return [up, phase(total_steps - 1, ("max_lr", "min_lr"), rises)]
    down = phase(float(2 * pct_start * total_steps) - 2, ("max_lr", "initial_lr"), rises)
    return [up, down, phase(total_steps - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum"))]
