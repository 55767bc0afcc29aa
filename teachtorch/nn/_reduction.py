"""The ``reduction`` argument of losses, and the two flags it replaced."""

from __future__ import annotations

import warnings

from ..tensor import Tensor


def check(reduction: str) -> str:
    """Return ``"none"``, ``"mean"`` or ``"sum"``; ``ValueError`` for anything else."""
    if reduction in ("none", "mean", "sum"):
        return reduction
    if reduction == "elementwise_mean":
        warnings.warn(
            "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.", stacklevel=4
        )
        return "mean"
    raise ValueError(f"{reduction} is not a valid value for reduction")


def legacy_get_string(size_average: bool | None, reduce: bool | None, emit_warning: bool = True) -> str:
    """The reduction that the old flags ``size_average`` and ``reduce`` meant."""
    if reduce is not None and not reduce:
        reduction = "none"
    else:
        reduction = "mean" if size_average or size_average is None else "sum"
    if emit_warning:
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            stacklevel=4,
        )
    return reduction


def choose(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction meant by the three arguments together."""
    if size_average is not None or reduce is not None:
        return legacy_get_string(size_average, reduce)
    return check(reduction)


def apply(losses: Tensor, reduction: str) -> Tensor:
    """The mean or the sum of ``losses``, or themselves."""
    if reduction == "mean":
        return losses.mean()
    return losses.sum() if reduction == "sum" else losses
