"""Record how PyTorch prints: ``python tests/golden/record_printing.py`` writes ``printing.json``.

Each case is an expression over ``torch``, the print options in force, and the text PyTorch shows.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

EXPRESSIONS = [
    # notation
    "torch.tensor([1., 2., 3.])",
    "torch.tensor([1., 2.5, 1000.])",
    "torch.tensor([1., 2.5, 1001.])",
    "torch.tensor([0.5, 500.])",
    "torch.tensor([0.5, 500.5])",
    "torch.tensor([1e8, 2e8])",
    "torch.tensor([1e8, 1.00000008e8])",
    "torch.tensor([99999., 100000.])",
    "torch.tensor([1e-4, 2e-4])",
    "torch.tensor([9.9e-5, 1e-4])",
    "torch.tensor([1e-4, 2e-4], dtype=torch.float64)",
    "torch.tensor([1e-45, 1.])",
    "torch.tensor([1e308, 1e-308], dtype=torch.float64)",
    "torch.tensor([5e-324, 1.7e308], dtype=torch.float64)",
    "torch.tensor([0., -0., 1.])",
    "torch.tensor([0., 0.])",
    "torch.tensor([-0.])",
    "torch.tensor([-1., 10., -100.])",
    "torch.tensor([-1.5, 10., -100.])",
    # not finite
    "torch.tensor([float('nan'), 1.])",
    "torch.tensor([float('nan'), 1.5])",
    "torch.tensor([float('inf'), -float('inf'), 1e9])",
    "torch.tensor([float('nan')])",
    "torch.tensor(-float('inf'))",
    "torch.tensor([[float('-inf'), 1234567.], [float('nan'), 0.]])",
    # scalars
    "torch.tensor(3)",
    "torch.tensor(3.)",
    "torch.tensor(3.14159)",
    "torch.tensor(True)",
    "torch.tensor(2 - 3j)",
    "torch.tensor(1e-9)",
    "torch.tensor(12345678.)",
    "torch.tensor(123456789.)",
    # dtypes
    "torch.tensor([1, -20, 300])",
    "torch.tensor([1, 2], dtype=torch.int8)",
    "torch.tensor([1, 2], dtype=torch.int16)",
    "torch.tensor([1, 2], dtype=torch.int32)",
    "torch.tensor([1, 200], dtype=torch.uint8)",
    "torch.tensor([-9223372036854775808, 9223372036854775807])",
    "torch.tensor([True, False])",
    "torch.tensor([1.5, 2.], dtype=torch.float16)",
    "torch.tensor([1.5, 2.], dtype=torch.bfloat16)",
    "torch.tensor([65504., 1e-7], dtype=torch.float16)",
    "torch.tensor([0.1, 3e38], dtype=torch.bfloat16)",
    "torch.tensor([1.5, 2.], dtype=torch.float64)",
    "torch.tensor([1 + 2j, 3.5 - 4j])",
    "torch.tensor([1 + 2j, 3.5 - 4j], dtype=torch.complex128)",
    "torch.tensor([complex(1, -0.0), complex(float('nan'), float('inf'))])",
    "torch.tensor([[1e-5 + 1j, 2j], [-3 + 0j, 1e5 - 1e5j]])",
    "torch.tensor([complex(0, float('-inf')), 1])",
    # empty
    "torch.tensor([])",
    "torch.tensor([], dtype=torch.int64)",
    "torch.tensor([], dtype=torch.bool)",
    "torch.zeros(0, 3)",
    "torch.zeros(2, 0, dtype=torch.int64)",
    "torch.zeros(2, 0, 3, dtype=torch.complex64)",
    "torch.zeros(0, requires_grad=True)",
    # nesting
    "torch.zeros(2, 3)",
    "torch.arange(24).reshape(2, 3, 4)",
    "torch.arange(24.).reshape(2, 3, 2, 2)",
    "torch.arange(6.).reshape(1, 6, 1)",
    "torch.arange(4).reshape(1, 1, 1, 1, 4)",
    "torch.arange(6).reshape(2, 3).t()",
    # long rows
    "torch.arange(30)",
    "torch.arange(30.)",
    "torch.arange(40.).reshape(2, 20) / 7",
    "torch.arange(60).reshape(2, 30)",
    "torch.arange(25) * (1 + 1j)",
    # summaries
    "torch.arange(1001)",
    "torch.arange(1000)[-30:]",
    "torch.arange(2000.).reshape(100, 20)",
    "torch.arange(2000.).reshape(20, 100) / 3",
    "torch.arange(1200).reshape(3, 400)",
    "torch.arange(1200).reshape(10, 6, 20)",
    "torch.arange(1500) * 1j",
    "torch.zeros(10, 10, 11)",
    # autograd
    "torch.tensor([1., 2.], requires_grad=True)",
    "torch.tensor(1.5, requires_grad=True) + 1",
    "torch.tensor([1., 2.], requires_grad=True) * 2",
    "torch.tensor([[1., 2.]], requires_grad=True).sum()",
    "torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)",
    "torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True) * 2",
    "torch.arange(9., dtype=torch.float64).requires_grad_() / 8",
    "torch.arange(9., dtype=torch.float64).requires_grad_() / 7",
    "torch.arange(20., dtype=torch.float64).reshape(2, 10).requires_grad_() / 7",
    "torch.arange(12., requires_grad=True)",
    "torch.arange(13., requires_grad=True)",
    "torch.arange(14., requires_grad=True)",
    "torch.arange(15., requires_grad=True)",
    "torch.nn.Parameter(torch.tensor([1., 2.]))",
    "torch.nn.Parameter(torch.tensor([[1., 2.]]), requires_grad=False)",
]  # fmt: skip

OPTIONS = [
    {},
    {"precision": 2},
    {"precision": 8, "linewidth": 60},
    {"sci_mode": True},
    {"sci_mode": False, "precision": 0},
    {"threshold": 5, "edgeitems": 1},
    {"threshold": 2, "edgeitems": 0},
    {"profile": "short", "linewidth": 30},
    {"profile": "full"},
]

LONGEST = 6000  # characters; the whole of a large tensor proves no more than a piece of it

FORMATS = [
    ("torch.tensor(3.14159)", ".2f"),
    ("torch.tensor(3.14159)", ""),
    ("torch.tensor(3.14159, requires_grad=True)", "10.3e"),
    ("torch.tensor(42)", "05d"),
    ("torch.tensor(True)", ""),
    ("torch.tensor(1.5, dtype=torch.bfloat16)", ".3f"),
    ("torch.tensor([1., 2.])", ""),
    ("torch.nn.Parameter(torch.tensor(2.))", ""),
]


def record() -> dict[str, list[dict[str, object]]]:
    """Evaluate every expression under every set of options that changes something, and every format."""
    shown: list[dict[str, object]] = []
    for code in EXPRESSIONS:
        value = eval(code, {"torch": torch})
        seen: set[str] = set()
        for options in OPTIONS:
            torch.set_printoptions(profile="default")
            torch.set_printoptions(**options)
            text = repr(value)
            if text not in seen and len(text) < LONGEST:
                seen.add(text)
                shown.append({"code": code, "options": options, "default_dtype": "float32", "repr": text})
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float64)
    known = {(case["code"], case["repr"]) for case in shown}
    for code in EXPRESSIONS:
        text = repr(eval(code))
        if (code, text) not in known:
            shown.append({"code": code, "options": {}, "default_dtype": "float64", "repr": text})
    torch.set_default_dtype(torch.float32)
    formatted: list[dict[str, object]] = [
        {"code": code, "spec": spec, "text": format(eval(code), spec)} for code, spec in FORMATS
    ]
    return {"repr": shown, "format": formatted}


if __name__ == "__main__":
    target = Path(__file__).with_name("printing.json")
    target.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
