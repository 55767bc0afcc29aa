"""Bad input gets PyTorch's exception, in class and first line (``tests/golden/errors.json``)."""

import copy
import json
import re
from pathlib import Path

import numpy as np
import pytest

import teachtorch as torch

CASES = json.loads((Path(__file__).parent / "golden" / "errors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["program"])
def test_bad_input_gets_the_error_of_pytorch(case: dict[str, str]) -> None:
    with pytest.raises(Exception) as caught:
        exec(case["program"], {"torch": torch, "np": np, "copy": copy})
    message = (str(caught.value).splitlines() or [""])[0]
    expected = case["error"], without_addresses(case["message"])
    assert (type(caught.value).__name__, without_addresses(message)) == expected


def without_addresses(message: str) -> str:
    """Addresses in a message are each run's own."""
    return re.sub(r"0x[0-9a-f]+", "0x", message)
