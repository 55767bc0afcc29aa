"""Record what PyTorch gives for the samples of every operation: ``python tests/golden/record_ops.py`` writes ``ops.json``.

Only results are stored. The arguments are made anew by ``tests/ops/ops_cases.py``, the same in every run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import teachtorch

sys.path.insert(0, str(Path(__file__).parents[1] / "ops"))
from ops_cases import Make, all_samples

from teachtorch.op import registry

aten = torch.ops.aten


def _zeros(shape: Any, like: Tensor) -> Tensor:
    return torch.zeros(tuple(shape), dtype=like.dtype)


SCALES = {"none": 0, "root": 1, "size": 2}

KERNELS: dict[str, Callable[..., Any]] = {
    "block_diagonal": lambda tensors: torch.block_diag(*tensors),
    "cross_along": lambda a, b, dim=-1: torch.linalg.cross(a, b, dim=dim),
    "eig": torch.linalg.eig,
    "unfold": Tensor.unfold,
    "fft_c2c": lambda x, dim, scale, forward: aten._fft_c2c(x, dim, SCALES[scale], forward),
    "fft_c2r": lambda x, dim, scale, size: aten._fft_c2r(x, dim, SCALES[scale], size),
    "fft_r2c": lambda x, dim, scale, onesided: aten._fft_r2c(x, dim, SCALES[scale], onesided),
    "lstsq_op": lambda a, b, rcond=None, driver="gelsy": torch.linalg.lstsq(a, b, rcond, driver=driver),
    "pinv_op": torch.linalg.pinv,
    "plu": lambda a: (*torch.linalg.lu(a)[1:], torch.linalg.lu_factor(a)[1]),
    "reshape_alias": lambda x, size: x.reshape(size),
    "svd_op": torch.linalg.svd,
    "polygamma_of": lambda x, n: torch.polygamma(n, x),
    "unfold_backward": aten.unfold_backward,
    "_alias": aten.alias,
    "conjugate_complex": torch.conj_physical,
    "copy": lambda x, src: x.clone().copy_(src),
    "fill": lambda x, value: x.clone().fill_(value),
    "gather_places": lambda x, places: x[places],
    "imag_part": torch.imag,
    "index": lambda x, indices: x[tuple(slice(None) if i is None else i for i in indices)],
    "index_add_zeros": lambda x, shape, dim, index: _zeros(shape, x).index_add(dim, index, x),
    "index_backward": lambda x, shape, indices: _zeros(shape, x).index_put(
        tuple(indices), x, accumulate=True
    ),
    "log_sigmoid": torch.nn.functional.logsigmoid,
    "log_softmax_along": torch.log_softmax,
    "masked_place": lambda x, shape, mask: _zeros(shape, x).masked_scatter(mask, x),
    "max_all": torch.max,
    "max_dim": torch.max,
    "median_all": torch.median,
    "median_dim": torch.median,
    "min_all": torch.min,
    "min_dim": torch.min,
    "nanmedian_all": torch.nanmedian,
    "nanmedian_dim": torch.nanmedian,
    "bilinear_map": lambda a, weight, b: torch.nn.functional.bilinear(a, b, weight),
    "binary_cross_entropy_with_logits": torch.nn.functional.binary_cross_entropy_with_logits,
    "elu": lambda x, alpha=1.0, scale=1.0, input_scale=1.0: aten.elu(x, alpha, scale, input_scale),
    "nll_loss2d": torch.nn.functional.nll_loss,
    "permute": Tensor.permute,
    "prelu_kernel": aten._prelu_kernel,
    "real_part": torch.real,
    "rrelu_with_noise": torch.mul,
    "scatter_add_zeros": lambda x, shape, dim, index: _zeros(shape, x).scatter_add(dim, index, x),
    "scatter_places": lambda x, places, length: _zeros((length,), x).put_(places, x, accumulate=True),
    "slice_": aten.slice,
    "softmax_along": torch.softmax,
    "split_evenly": torch.split,
    "strided_view": torch.as_strided,
    "std_": lambda x, dim, correction, keepdim: torch.std(x, dim, correction=correction, keepdim=keepdim),
    "to_copy": lambda x, dtype: x.to(dtype),
    "unsafe_view": torch.reshape,
    "var_": lambda x, dim, correction, keepdim: torch.var(x, dim, correction=correction, keepdim=keepdim),
    "vector_norm": torch.linalg.vector_norm,
    "where_": torch.where,
    "zero": torch.zeros_like,
}
"""Operations that PyTorch has under another name, or in another form."""


def counterpart(name: str) -> Callable[..., Any]:
    """PyTorch's function for an operation of that name."""
    if name in KERNELS:
        return KERNELS[name]
    for place in (torch, torch.nn.functional, torch.special, torch.linalg, Tensor, aten):
        if hasattr(place, name):
            return getattr(place, name)
    raise SystemExit(f"which PyTorch function is {name!r}? Say so in KERNELS of {Path(__file__).name}")


def to_torch(value: Any) -> Any:
    """The same argument for PyTorch."""
    if isinstance(value, teachtorch.Tensor):
        return torch.from_numpy(value.numpy().copy())
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value)
    if isinstance(value, teachtorch.dtype):
        return getattr(torch, value.name)
    if isinstance(value, (list, tuple)):
        return type(value)(map(to_torch, value))
    if isinstance(value, dict):
        return {k: to_torch(v) for k, v in value.items()}
    return value


def recorded(result: Tensor) -> dict[str, Any]:
    """Dtype, shape and values; 12 digits are enough for what is compared to 2e-10."""
    flat = torch.view_as_real(result.resolve_conj()) if result.is_complex() else result
    values = [f"{v:.12g}" if not np.isfinite(v) else float(f"{v:.12g}") for v in flat.reshape(-1).tolist()]
    whole = not (result.is_floating_point() or result.is_complex())
    return {
        "dtype": str(result.dtype).removeprefix("torch."),
        "shape": list(result.shape),
        "values": [int(v) for v in values] if whole else values,
    }


def record(name: str) -> list[list[dict[str, Any]]]:
    """The results of one operation for each of its samples."""
    function = counterpart(name)
    everything = []
    for args, kwargs in all_samples(registry[name], Make(name)):
        result = function(*to_torch(args), **to_torch(kwargs))
        several = result if isinstance(result, (tuple, list)) else (result,)
        everything.append([recorded(r) for r in several])
    return everything


def main() -> None:
    """Record everything, or only the operations named on the command line."""
    path = Path(__file__).with_name("ops.json")
    wanted = sys.argv[1:] or [name for name, op in registry.items() if op.make_samples]
    known = json.loads(path.read_text(encoding="utf-8")) if sys.argv[1:] else {}
    refused = {}
    for name in wanted:
        try:
            known[name] = record(name)
        except (TypeError, RuntimeError, ValueError) as error:
            refused[name] = error
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(known[name], separators=(',', ':'))}" for name in sorted(known)
    )
    path.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    print(f"{len(wanted) - len(refused)} operations recorded, {path.stat().st_size} bytes")
    for name, error in refused.items():
        print(f"PyTorch refuses the samples of {name}: {error}")
    sys.exit(bool(refused))


if __name__ == "__main__":
    main()
