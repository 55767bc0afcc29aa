"""Bad input gets PyTorch's exception, in class and first line (``tests/golden/errors.json``)."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import teachtorch as torch

CASES = json.loads((Path(__file__).parent / "golden" / "errors.json").read_text(encoding="utf-8"))

# Programs whose error is not PyTorch's yet. Each fails strictly: whoever mends one takes it from the list.
NOT_YET = {
    "torch.full((2,), 'a')": "numpy's words",
    "torch.tensor([1]) - torch.tensor([True])": "computed, where PyTorch refuses",
    "torch.tensor([1]) % 0": "computed, where PyTorch refuses",
    "torch.tensor([1j]) > 0": "numpy orders complex numbers",
    "torch.tensor([1j]).clamp(0)": "numpy orders complex numbers",
    "torch.tensor([1j]).floor()": "returned as it is",
    "torch.tensor([1j]).max()": "numpy orders complex numbers",
    "torch.ones(2).add(1, alpha='a')": "numpy's words",
    "torch.tensor([1]).add(1, alpha=1.5)": "computed, where PyTorch refuses",
    "torch.add(torch.ones(2))": "PyTorch lists its signatures",
    "torch.sum()": "PyTorch lists its signatures",
    "torch.add(torch.ones(2), 1, out=3)": "another check comes first",
}


def cases() -> list[Any]:
    """The programs, with those that are known to differ marked."""
    return [
        pytest.param(
            case,
            id=case["program"],
            marks=[pytest.mark.xfail(reason=NOT_YET[case["program"]])] if case["program"] in NOT_YET else [],
        )
        for case in CASES
    ]


@pytest.mark.parametrize("case", cases())
def test_bad_input_gets_the_error_of_pytorch(case: dict[str, str]) -> None:
    with pytest.raises(Exception) as caught:
        exec(case["program"], {"torch": torch, "np": np, "copy": copy})
    message = (str(caught.value).splitlines() or [""])[0]
    assert (type(caught.value).__name__, without_addresses(message)) == (
        case["error"],
        without_addresses(case["message"]),
    )


def without_addresses(message: str) -> str:
    """Module names and addresses in a message are each engine's own."""
    return re.sub(r"0x[0-9a-f]+", "0x", message).replace("teachtorch.tensor.", "torch.")
