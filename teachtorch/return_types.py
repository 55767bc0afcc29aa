"""Named results of operations that return several tensors, as ``torch.return_types.max``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def _make(name: str, *fields: str) -> Any:
    base: Any = namedtuple(name, fields)  # type: ignore[misc]  # the names are data

    def construct(cls: Any, *values: Any) -> Any:
        # PyTorch's take one sequence; here also the values one by one.
        return tuple.__new__(
            cls, values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
        )

    def show(self: Any) -> str:
        return f"torch.return_types.{name}(\n" + ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self)) + ")"

    return type(
        name,
        (base,),
        {"__new__": construct, "__repr__": show, "__slots__": (), "__module__": "torch.return_types"},
    )


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
linalg_lu = _make("linalg_lu", "P", "L", "U")
linalg_lu_factor = _make("linalg_lu_factor", "LU", "pivots")
linalg_lu_factor_ex = _make("linalg_lu_factor_ex", "LU", "pivots", "info")
lu_unpack = _make("lu_unpack", "P", "L", "U")
linalg_cholesky_ex = _make("linalg_cholesky_ex", "L", "info")
linalg_inv_ex = _make("linalg_inv_ex", "inverse", "info")
linalg_solve_ex = _make("linalg_solve_ex", "result", "info")
linalg_slogdet = _make("linalg_slogdet", "sign", "logabsdet")
linalg_qr = _make("linalg_qr", "Q", "R")
linalg_svd = _make("linalg_svd", "U", "S", "Vh")
linalg_eig = _make("linalg_eig", "eigenvalues", "eigenvectors")
linalg_eigh = _make("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_lstsq = _make("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
triangular_solve = _make("triangular_solve", "solution", "cloned_coefficient")
svd = _make("svd", "U", "S", "V")
qr = _make("qr", "Q", "R")
geqrf = _make("geqrf", "a", "tau")
linalg_ldl_factor = _make("linalg_ldl_factor", "LD", "pivots")
linalg_ldl_factor_ex = _make("linalg_ldl_factor_ex", "LD", "pivots", "info")
