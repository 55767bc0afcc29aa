"""The truncated normal distribution, drawn by rejection."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..grad_mode import no_grad
from ..tensor import Tensor


def _normal_cdf(x: float) -> float:
    """The probability that a standard normal number is below ``x``."""
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Fill with normal draws, each repeated until it lies in ``[a, b]``.

    Two ways to the same distribution. Where ``[a, b]`` catches more than 0.3 of the normal draws, those are
    made and the others replaced. In a tail that would take forever: there the proposals are uniform on
    ``[a, b]``, accepted with a probability proportional to the normal density.

    Args:
        tensor: what to fill.
        mean: of the normal distribution, before it is cut.
        std: its standard deviation.
        a: the smallest value.
        b: the largest value.
        generator: where to draw from.

    >>> import teachtorch as torch
    >>> x = torch.nn.init.trunc_normal_(torch.empty(1000))
    >>> bool((x.abs() <= 2).all())
    True
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=3,
        )
    caught = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    if caught > 0.3:
        return _redraw_outliers(tensor, mean, std, a, b, generator)
    return _accept_uniform(tensor, mean, std, a, b, generator)


def _redraw_outliers(tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any) -> Tensor:
    # The bounds are rounded to the tensor's dtype, so that no value compares as outside by rounding alone.
    low, high = tensor.new_tensor(a).item(), tensor.new_tensor(b).item()
    tensor.normal_(mean, std, generator=generator)
    while (outside := (tensor < low) | (tensor > high)).any():
        fresh = tensor.new_empty(tensor.shape).normal_(mean, std, generator=generator)
        tensor.copy_(fresh.where(outside, tensor))
    return tensor


def _accept_uniform(tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any) -> Tensor:
    mode = max(a, min(mean, b))  # where the density on [a, b] is largest
    log_peak = -0.5 * ((mode - mean) / std) ** 2

    def rejected(proposal: Tensor) -> Tensor:
        """Compare the log of a uniform number with the log of the density, relative to its peak."""
        log_density = (proposal - mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        return proposal.new_empty(proposal.shape).uniform_(generator=generator).log_() > log_density

    tensor.uniform_(a, b, generator=generator)
    pending = rejected(tensor)
    while pending.any():
        proposal = tensor.new_empty(tensor.shape).uniform_(a, b, generator=generator)
        tensor.copy_(proposal.where(pending, tensor))
        pending = rejected(proposal) & pending
    return tensor
