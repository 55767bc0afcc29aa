"""Record what ``torch.testing`` says: ``python tests/golden/record_testing.py`` writes ``testing.json``.

Each case is an expression over ``torch``, and what it returns or raises.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import torch

COMPARISONS = [
    "torch.ones(3), torch.ones(3)",
    "torch.ones(3), torch.ones(3) + 1e-6",
    "torch.ones(3), torch.ones(3) + 1e-3",
    "torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[1., 2.5], [3., 5.]])",
    "torch.tensor([1, 2, 3]), torch.tensor([1, 2, 4])",
    "torch.tensor([True, False]), torch.tensor([True, True])",
    "torch.tensor([1j, 2]), torch.tensor([1j, 3])",
    "torch.tensor(1.), torch.tensor(2.)",
    "torch.tensor(1), torch.tensor(2)",
    "torch.ones(2), torch.ones(3)",
    "torch.ones(2), torch.ones(2).double()",
    "torch.ones(2), torch.ones(2).double(), check_dtype=False",
    "torch.ones(2, 2), torch.ones(2, 2).t(), check_stride=True",
    "torch.ones(2, 3).t(), torch.ones(3, 2), check_stride=True",
    "torch.tensor([float('nan')]), torch.tensor([float('nan')])",
    "torch.tensor([float('nan')]), torch.tensor([float('nan')]), equal_nan=True",
    "torch.tensor([float('inf'), 1.]), torch.tensor([float('inf'), 1.])",
    "torch.tensor([float('inf'), 1.]), torch.tensor([float('-inf'), 1.])",
    "torch.tensor([0., 1.]), torch.tensor([0., 0.])",
    "torch.ones(3), torch.ones(3) + 1e-3, rtol=0, atol=1e-2",
    "torch.ones(3), torch.ones(3) + 1e-3, rtol=0, atol=0",
    "torch.ones(3), torch.ones(3) + 1e-3, rtol=1e-2",
    "torch.ones(3), torch.ones(3) + 1e-3, atol=1e-2",
    "torch.ones(3), torch.zeros(3), msg='they differ'",
    "torch.ones(3), torch.zeros(3), msg=lambda m: 'first\\n' + m",
    "torch.ones(2).half(), torch.ones(2).half() * 1.0005",
    "torch.ones(2).half(), torch.ones(2).half() * 1.01",
    "torch.ones(2).bfloat16(), torch.ones(2).bfloat16() * 1.01",
    "torch.ones(2).bfloat16(), torch.ones(2).bfloat16() * 1.1",
    "[torch.ones(2), torch.zeros(2)], [torch.ones(2), torch.ones(2)]",
    "[torch.ones(2)], [torch.ones(2), torch.ones(2)]",
    "(1, 2), [1, 2]",
    "{'a': torch.ones(2)}, {'a': torch.zeros(2)}",
    "{'a': 1, 'b': {'c': [1, 2]}}, {'a': 1, 'b': {'c': [1, 3]}}",
    "{'a': 1}, {'b': 1}",
    "1, 2",
    "1., 1. + 1e-9",
    "1., 1.1",
    "1, 1.",
    "1, 1., check_dtype=False",
    "1j, 2j",
    "float('nan'), float('nan')",
    "float('nan'), float('nan'), equal_nan=True",
    "0, 5",
    "True, False",
    "True, True",
    "None, None",
    "None, 1",
    "torch.ones(1), 1.",
    "'a', 'a'",
    "np.ones(2), np.ones(2)",
    "np.ones(2), np.zeros(2)",
    "np.float64(1), 1.",
    "torch.ones(0), torch.ones(0)",
    "torch.ones(2, requires_grad=True), torch.ones(2)",
]
TENSORS = [
    "(3,), dtype=torch.float32, device='cpu'",
    "2, 3, dtype=torch.float64, device='cpu', low=-1, high=1",
    "(2, 3), dtype=torch.int64, device='cpu'",
    "(4,), dtype=torch.uint8, device='cpu'",
    "(4,), dtype=torch.int8, device='cpu', low=-300, high=300",
    "(6,), dtype=torch.bool, device='cpu'",
    "(3,), dtype=torch.complex64, device='cpu'",
    "(2, 2), dtype=torch.complex128, device='cpu', low=0, high=1",
    "(3,), dtype=torch.float16, device='cpu'",
    "(3,), dtype=torch.bfloat16, device='cpu'",
    "(20,), dtype=torch.float32, device='cpu', noncontiguous=True",
    "(), dtype=torch.float32, device='cpu', noncontiguous=True",
    "(50,), dtype=torch.int32, device='cpu', low=0, high=2, exclude_zero=True",
    "(3,), dtype=torch.float32, device='cpu', requires_grad=True",
    "(3,), dtype=torch.float32, device='cpu', low=torch.finfo(torch.float32).min, high=torch.finfo(torch.float32).max",
    "(3,), dtype=torch.int64, device='cpu', low=0.5, high=3.5",
    "(3,), dtype=torch.int64, device='cpu', requires_grad=True",
    "(3,), dtype=torch.float32, device='cpu', low=2, high=1",
    "(3,), dtype=torch.int32, device='cpu', low=2, high=2",
    "(3,), dtype=torch.float32, device='cpu', low=float('nan')",
    "(3,), dtype=torch.uint8, device='cpu', low=300, high=400",
    "(3,), dtype=torch.float32, device='cpu', noncontiguous=True, memory_format=torch.contiguous_format",
]


def record(call: str, function: str) -> dict[str, str]:
    """The printed result, or the class and the whole message of the error."""
    torch.manual_seed(0)
    space = {"torch": torch, "np": np}
    try:
        result = eval(f"torch.testing.{function}({call})", space)
    except Exception as error:
        return {"call": call, "error": type(error).__name__, "message": str(error)}
    return {
        "call": call,
        "result": "" if result is None else repr(result.tolist()) + f" {result.is_contiguous()}",
    }


def main() -> None:
    warnings.simplefilter("ignore")
    table = {
        "assert_close": [record(c, "assert_close") for c in COMPARISONS],
        "make_tensor": [record(c, "make_tensor") for c in TENSORS],
    }
    path = Path(__file__).with_name("testing.json")
    path.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")
    print(f"{path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
