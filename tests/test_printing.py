"""Tensors print exactly as in PyTorch, recorded in ``golden/printing.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import teachtorch as torch
from teachtorch import printing

GOLDEN = json.loads((Path(__file__).parent / "golden" / "printing.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)


def evaluate(code: str) -> Any:
    return eval(code, {"torch": torch})


@pytest.mark.parametrize("case", GOLDEN["repr"], ids=lambda case: f"{case['code']} {case['options'] or ''}")
def test_repr_is_as_recorded(case: dict[str, Any]) -> None:
    torch.set_default_dtype(getattr(torch, case["default_dtype"]))
    value = evaluate(case["code"])
    torch.set_printoptions(**case["options"])
    assert repr(value) == case["repr"]
    assert str(value) == case["repr"]


@pytest.mark.parametrize("case", GOLDEN["format"], ids=lambda case: f"{case['code']}:{case['spec']}")
def test_format_is_as_recorded(case: dict[str, Any]) -> None:
    assert format(evaluate(case["code"]), case["spec"]) == case["text"]


def test_format_with_a_spec_needs_a_single_number() -> None:
    with pytest.raises(TypeError, match=r"unsupported format string passed to Tensor\.__format__"):
        format(torch.ones(2), ".2f")


def test_a_subclass_is_shown_under_its_own_name() -> None:
    class Celsius(torch.Tensor):
        pass

    assert repr(Celsius([1.0, 1.0])) == "Celsius([1., 1.])"


def test_printoptions_are_restored_after_an_error() -> None:
    before = printing.get_printoptions()

    def fail_inside() -> None:
        with printing.printoptions(precision=1, edgeitems=1, sci_mode=True):
            assert repr(torch.tensor([0.25])) == "tensor([2.5e-01])"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert printing.get_printoptions() == before


def test_profiles_set_everything_but_can_be_overridden() -> None:
    torch.set_printoptions(profile="short", precision=3)
    assert printing.get_printoptions() == {
        "precision": 3,
        "threshold": 1000,
        "edgeitems": 2,
        "linewidth": 80,
        "sci_mode": None,
    }
    torch.set_printoptions(profile="full")
    assert printing.get_printoptions()["threshold"] == float("inf")


def test_sci_mode_is_reset_by_every_call() -> None:
    torch.set_printoptions(sci_mode=True)
    assert repr(torch.tensor([1.5])) == "tensor([1.5000e+00])"
    torch.set_printoptions(precision=2)
    assert repr(torch.tensor([1.5])) == "tensor([1.50])"


def test_an_invalid_history_does_not_stop_printing() -> None:
    class Tensor:  # a view rebased in no_grad mode: its grad_fn raises
        dtype, shape, device, requires_grad = torch.float32, (1,), torch.device("cpu"), True
        _array = torch.ones(1).numpy()

        @property
        def grad_fn(self) -> None:
            raise RuntimeError("the base given to this view was modified in no_grad mode")

    assert printing.tensor_repr(Tensor()) == "tensor([1.], grad_fn=<Invalid>)"


def test_the_device_is_shown_unless_it_is_the_cpu() -> None:
    class Tensor:
        dtype, shape, device = torch.float32, (1,), torch.device("cuda:0")
        requires_grad, grad_fn = False, None
        _array = torch.ones(1).numpy()

    assert printing.tensor_repr(Tensor()) == "tensor([1.], device='cuda:0')"
