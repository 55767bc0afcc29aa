"""Named results of operations that return several tensors, as ``torch.return_types.max``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def _make(name: str, *fields: str) -> Any:
    base: Any = namedtuple(name, fields)  # noqa: PYI024

    def construct(cls: Any, *values: Any) -> Any:
        # PyTorch's take one sequence; here also the values one by one.
        return tuple.__new__(cls, values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values)

    def show(self: Any) -> str:
        return f"torch.return_types.{name}(\n" + ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self)) + ")"

    return type(name, (base,), {"__new__": construct, "__repr__": show, "__slots__": (), "__module__": "torch.return_types"})


max = _make("max", "values", "indices")
min = _make("min", "values", "indices")
median = _make("median", "values", "indices")
nanmedian = _make("nanmedian", "values", "indices")
mode = _make("mode", "values", "indices")
sort = _make("sort", "values", "indices")
topk = _make("topk", "values", "indices")
kthvalue = _make("kthvalue", "values", "indices")
cummax = _make("cummax", "values", "indices")
cummin = _make("cummin", "values", "indices")
aminmax = _make("aminmax", "min", "max")
histogram = _make("histogram", "hist", "bin_edges")
histogramdd = _make("histogramdd", "hist", "bin_edges")
frexp = _make("frexp", "mantissa", "exponent")
