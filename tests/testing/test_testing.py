"""``teachtorch.testing`` passes and fails what PyTorch's does, in its words, and draws the same tensors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import teachtorch as torch
from teachtorch.testing import assert_close, make_tensor

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "testing.json").read_text(encoding="utf-8"))


def outcome(call: str, function: Any) -> tuple[str, str]:
    """What a call returns, or the class and message of what it raises."""
    torch.manual_seed(0)
    try:
        result = eval(f"function({call})", {"torch": torch, "np": np, "function": function})
    except Exception as error:
        return type(error).__name__, str(error)
    return "", "" if result is None else repr(result.tolist()) + f" {result.is_contiguous()}"


@pytest.mark.parametrize("case", GOLDEN["assert_close"], ids=lambda case: case["call"])
def test_assert_close(case: dict[str, str]) -> None:
    kind, message = outcome(case["call"], assert_close)
    assert kind == case.get("error", ""), message
    assert same_words(message.replace("teachtorch.tensor.", "torch."), case.get("message", ""))


def same_words(ours: str, theirs: str) -> bool:
    """Equal but for what floating sums leave in the last digits of a difference."""
    number = re.compile(r"\d+\.?\d*(?:e[-+]?\d+)?")
    words = number.sub("#", ours) == number.sub("#", theirs)
    pairs = zip(number.findall(ours), number.findall(theirs))
    return words and all(float(a) == pytest.approx(float(b), rel=1e-6) for a, b in pairs)


@pytest.mark.parametrize("case", GOLDEN["make_tensor"], ids=lambda case: case["call"])
def test_make_tensor(case: dict[str, str]) -> None:
    kind, shown = outcome(case["call"], make_tensor)
    assert kind == case.get("error", ""), shown
    assert shown == case.get("message", case.get("result"))


def test_a_wrong_entry_is_found_in_nested_data() -> None:
    good = {"a": [torch.ones(2), (torch.zeros(1), 3)]}
    assert_close(good, {"a": [torch.ones(2), (torch.zeros(1), 3)]})
    with pytest.raises(AssertionError, match=r"The failure occurred for item \['a'\]\[1\]\[1\]$"):
        assert_close(good, {"a": [torch.ones(2), (torch.zeros(1), 4)]})


def test_equal_bounds_of_floats_are_deprecated() -> None:
    with pytest.warns(FutureWarning, match="^Passing `low==high`"):
        x = make_tensor(3, dtype=torch.float32, device="cpu", low=2, high=2)
    assert x.tolist() == [2, 2, 2]
