"""Record PyTorch's casts: ``python tests/golden/record_conversion.py`` writes ``conversion.json``.

What happens to values out of range is left to the processor by C++. Only what is the same on all of them is here.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

VALUES = [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.7, 3.0, 100.0, 127.9, 255.4, 65504.0, 1e-8, 3.14159265358979]
CASTS = {
    "int8": [v for v in VALUES if -128 <= v < 128],
    "uint8": [v for v in VALUES if 0 <= v < 256],
    "int16": [v for v in VALUES if abs(v) < 32768],
    "int32": VALUES,
    "int64": VALUES,
    "bool": [*VALUES, float("nan"), float("inf")],
    "float16": [*VALUES, 65519.0, 65520.0, -1e5, 5.96e-8, 2.9e-8, float("nan"), float("inf")],
    "bfloat16": [*VALUES, 3.3895e38, 3.4e38, 1.00390625, 1.01171875, 1e-40, float("nan"), float("-inf")],
    "float32": [*VALUES, 1e39, 1e-46, 16777217.0, 0.1, float("nan"), float("inf")],
    "complex64": VALUES,
}
INTEGERS = [0, 1, -1, 127, 128, 255, 256, -129, 32767, 32768, 65535, 70000, -70000, 2**31, 2**40 + 5]


def shown(values: torch.Tensor) -> list[str]:
    """Exact text of each value: hexadecimal for floats."""
    return [v.hex() if isinstance(v, float) else repr(v) for v in values.tolist()]


def main() -> None:
    table = {
        "floats": {
            name: [[v.hex() for v in values], shown(torch.tensor(values, dtype=torch.float64).to(getattr(torch, name)))]
            for name, values in CASTS.items()
        },
        "integers": {
            name: shown(torch.tensor(INTEGERS).to(getattr(torch, name)))
            for name in ("int8", "uint8", "int16", "int32", "uint16", "uint32", "float16", "bfloat16", "float32", "bool")
        },
        "from": INTEGERS,
    }
    path = Path(__file__).with_name("conversion.json")
    path.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")
    print(f"{path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
