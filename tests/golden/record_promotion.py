"""Record PyTorch's type promotion: ``python tests/golden/record_promotion.py`` writes ``promotion.json``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

NAMES = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64",
    "complex128", "uint16", "uint32", "uint64",
]  # fmt: skip
NUMBERS = {"bool": True, "int": 1, "float": 1.5, "complex": 1j}


def attempt(action: Callable[[], Any]) -> str:
    try:
        return str(action()).removeprefix("torch.")
    except RuntimeError:
        return "-"


def operands(category: str) -> dict[str, Any]:
    if category == "number":
        return NUMBERS
    shape = (1,) if category == "dimensioned" else ()
    return {name: torch.ones(shape, dtype=getattr(torch, name)) for name in NAMES}


def main() -> None:
    types = {name: getattr(torch, name) for name in NAMES}
    tensors = ("dimensioned", "zero-dimensional")
    table = {
        "dtypes": NAMES,
        "promote_types": {a: [attempt(lambda: torch.promote_types(s, t)) for t in types.values()] for a, s in types.items()},
        "can_cast": {a: "".join("01"[torch.can_cast(s, t)] for t in types.values()) for a, s in types.items()},
        "result_type": {
            f"{left} with {right}": {
                name: [attempt(lambda: torch.result_type(x, y)) for y in operands(right).values()]
                for name, x in operands(left).items()
            }
            for left in tensors
            for right in (*tensors, "number")
        },
    }
    path = Path(__file__).with_name("promotion.json")
    path.write_text(json.dumps(table, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
