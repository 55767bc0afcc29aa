"""What is timed on both engines computes the same on both: otherwise the ratio would compare nothing."""

import pytest

import teachtorch
from benchmarks.cases import model_fit, regression_loop

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="compares with real PyTorch")


def test_regression_loop() -> None:
    assert regression_loop(teachtorch, 50)() == pytest.approx(regression_loop(torch, 50)(), rel=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9}), ("Adam", {}), ("Adagrad", {})]
)
def test_model_fit(optimizer: str, options: dict[str, float]) -> None:
    ours = model_fit(teachtorch, optimizer, 50, **options)()
    theirs = model_fit(torch, optimizer, 50, **options)()
    assert ours == pytest.approx(theirs, rel=1e-5)
