"""What PyTorch gave for every sample of every operation: ``tests/golden/ops.json``, see ``record_ops.py`` there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).parents[1] / "golden" / "ops.json"
GOLDEN: dict[str, list[list[dict[str, Any]]]] = (
    json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
)


def array_of(recorded: dict[str, Any]) -> Any:
    """The recorded values as an array; complex numbers are stored as pairs, infinities and NaN as text."""
    dtype = np.dtype(recorded["dtype"])
    values = np.array([float(v) for v in recorded["values"]])
    if dtype.kind == "c":
        values = values.reshape(-1, 2) @ np.array([1, 1j])
    return values.astype(dtype).reshape(recorded["shape"])
