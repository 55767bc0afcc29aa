"""The benchmarks run, take turns and say what they measured. No time is asserted: machines differ."""

import io
import itertools
import json
import math
from pathlib import Path

import pytest
from rich.console import Console

import teachtorch
from benchmarks import measure, report
from benchmarks.cases import MODES, OPS, model_fit, op_case, regression_loop
from benchmarks.measure import Timing


def text(table: object) -> str:
    out = io.StringIO()
    Console(width=80, file=out).print(table)
    return out.getvalue()


@pytest.mark.parametrize("steps", [1, 20])
def test_the_regression_loop_learns(steps: int) -> None:
    loss = regression_loop(teachtorch, steps)()
    assert math.isfinite(loss)
    assert loss > regression_loop(teachtorch, steps + 20)()


@pytest.mark.parametrize(
    ("optimizer", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9}), ("Adam", {}), ("Adagrad", {})]
)
def test_the_fits_learn(optimizer: str, options: dict[str, float]) -> None:
    few, many = (model_fit(teachtorch, optimizer, steps, **options)() for steps in (2, 20))
    assert few > many


@pytest.mark.parametrize(("op", "mode"), list(itertools.product(OPS, MODES)))
def test_every_operation_runs_in_every_mode(op: str, mode: str) -> None:
    timed = op_case(teachtorch, op, mode)
    result = timed()
    assert result is None if mode == "backward" else result.requires_grad == (mode == "grad")


def test_thirty_operations() -> None:
    assert len(OPS) == 30


def test_the_engines_take_turns() -> None:
    order: list[str] = []

    def sampler(name: str) -> float:
        order.append(name)
        return float(len(order))

    timing = measure.in_turns("case", {name: lambda name=name: sampler(name) for name in "ab"}, rounds=3)
    assert order == ["a", "b"] * 3
    assert timing.samples == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_calls_are_timed_one_by_one() -> None:
    done = []
    timing = measure.calls(
        "case", lambda engine: lambda: done.append(1), [teachtorch], rounds=3, at_least=1e-4
    )
    assert len(timing.samples["teachtorch"]) == 3
    assert 0 < timing.median("teachtorch") < 1e-4  # one call, not the whole sample


def test_the_ratio_is_taken_turn_by_turn() -> None:
    timing = Timing("case", {"teachtorch": [1.0, 4.0, 1.0], "torch": [2.0, 8.0, 4.0]})
    middle, spread = timing.ratio()
    assert middle == 0.5
    assert spread == pytest.approx(0.125)


def test_without_torch_there_is_no_ratio() -> None:
    alone = Timing("fit", {"teachtorch": [0.25e-3]})
    assert alone.ratio() is None
    assert text(report.programs_table([alone])).split()[-4:] == ["250", "us", "-", "-"]


def test_the_tables_fit_80_columns() -> None:
    both = Timing("case", {"teachtorch": [1.23e-6] * 3, "torch": [2.46e-6] * 3})
    shown = text(report.ops_table({"torch.mul(a, b)": dict.fromkeys(MODES, both)}))
    assert shown.count("0.50±0.00") == 3
    assert shown.count("1.23 us") == 6  # in the row and at the foot
    assert "…" not in shown


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2 s"), (0.0123, "12.3 ms"), (4.56e-6, "4.56 us"), (7.8e-8, "78 ns")]
)
def test_times_have_a_fitting_unit(value: float, shown: str) -> None:
    assert report.seconds(value) == shown


def test_all_samples_are_kept(tmp_path: Path) -> None:
    timing = Timing("case", {"teachtorch": [1.0, 2.0, 3.0], "torch": [2.0, 2.0, 2.0]})
    report.write_json(tmp_path / "new" / "figures.json", report.machine([teachtorch]), [timing])
    kept = json.loads((tmp_path / "new" / "figures.json").read_text(encoding="utf-8"))
    assert kept["timings"][0]["seconds"] == timing.samples
    assert kept["machine"]["teachtorch"] == teachtorch.__version__
