"""Types: which dtype every pair of operands meets in, as PyTorch says (``tests/golden/promotion.json``)."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import teachtorch as torch

GOLDEN = json.loads((Path(__file__).parent / "golden" / "promotion.json").read_text(encoding="utf-8"))
NAMES: list[str] = GOLDEN["dtypes"]
REFUSED = "Promotion for uint16, uint32, uint64 types is not supported"

OPERANDS = {
    "dimensioned": lambda name: torch.ones(1, dtype=getattr(torch, name)),
    "zero-dimensional": lambda name: torch.ones((), dtype=getattr(torch, name)),
    "number": lambda name: {"bool": True, "int": 1, "float": 1.5, "complex": 1j}[name],
}
"""The three categories: an operand of the first decides before one of the second, and that before the third."""


def dtype_of(action: Any) -> str:
    """The name of the dtype, or "-" where there is none."""
    try:
        return action().name
    except RuntimeError as error:
        if REFUSED not in str(error):
            raise
        return "-"


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_of_types_meets_where_pytorch_says(name: str) -> None:
    row = {
        other: dtype_of(lambda other=other: torch.promote_types(getattr(torch, name), getattr(torch, other)))
        for other in NAMES
    }
    assert row == dict(zip(NAMES, GOLDEN["promote_types"][name]))


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_written_where(name: str) -> None:
    row = "".join("01"[torch.can_cast(getattr(torch, name), getattr(torch, other))] for other in NAMES)
    assert row == GOLDEN["can_cast"][name]


@pytest.mark.parametrize("categories", GOLDEN["result_type"])
def test_categories_decide_before_types(categories: str) -> None:
    left, right = categories.split(" with ")
    for name, row in GOLDEN["result_type"][categories].items():
        others = ["bool", "int", "float", "complex"] if right == "number" else NAMES
        found = {
            o: dtype_of(lambda name=name, o=o: torch.result_type(OPERANDS[left](name), OPERANDS[right](o)))
            for o in others
        }
        wide = [
            t.replace("complex32", "complex64") for t in row
        ]  # there is no complex type of two-byte parts here
        assert found == dict(zip(others, wide)), name


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (a, b)
        for a in ("dimensioned", "zero-dimensional")
        for b in ("dimensioned", "zero-dimensional", "number")
    ],
)
def test_arithmetic_follows_the_table(left: str, right: str) -> None:
    """``mul`` computes in the dtype that ``result_type`` names, and ``div`` in a floating one at least."""
    signed = [n for n in NAMES if n not in ("uint16", "uint32", "uint64")]
    others = ["bool", "int", "float", "complex"] if right == "number" else signed
    for a, b in itertools.product(signed, others):
        x, y = OPERANDS[left](a), OPERANDS[right](b)
        common = torch.result_type(x, y)
        assert torch.mul(x, y).dtype is common, (a, b)
        floating = common if common.is_floating_point or common.is_complex else torch.float32
        assert torch.div(x, y).dtype is floating, (a, b)
        assert torch.eq(x, y).dtype is torch.bool


def test_the_default_dtype_is_what_python_floats_bring() -> None:
    try:
        torch.set_default_dtype(torch.float64)
        assert (torch.ones(2, dtype=torch.int64) * 1.5).dtype is torch.float64
        assert (torch.ones(2, dtype=torch.int64) * 1j).dtype is torch.complex128
        assert torch.tensor([1.5]).dtype is torch.float64
        assert torch.ones(2, dtype=torch.int64).sqrt().dtype is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_reductions_of_integers_are_in_int64() -> None:
    for name in ("bool", "uint8", "int8", "int16", "int32", "int64"):
        x = torch.ones(3, dtype=getattr(torch, name))
        assert x.sum().dtype is x.prod().dtype is x.cumsum(0).dtype is torch.int64
    assert torch.ones(3, dtype=torch.float16).sum().dtype is torch.float16
    assert torch.ones(3, dtype=torch.int32).sum(dtype=torch.float64).dtype is torch.float64


def test_in_place_keeps_the_dtype_or_refuses() -> None:
    x = torch.ones(2, dtype=torch.int32)
    assert x.add_(torch.ones(2, dtype=torch.int64)).dtype is torch.int32
    with pytest.raises(
        RuntimeError, match=r"^result type Float can't be cast to the desired output type Int$"
    ):
        x.add_(0.5)
