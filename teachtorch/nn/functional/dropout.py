"""Dropout: switch elements off at random while training, so that none is relied on alone."""

from __future__ import annotations

import math
import warnings

from ...ops.creation import empty_like
from ...tensor import Tensor

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _drop(input: Tensor, p: float, training: bool, inplace: bool, features: bool, alpha: bool) -> Tensor:
    """All variants: whole channels or single elements, to 0 or (``alpha``) to the low end of ``selu``."""
    _check(p)
    if features and input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    if not training or p == 0 or input.numel() == 0:
        return input
    if p == 1:
        return input.zero_() if inplace else input * 0.0
    if features:  # one draw for each sample and channel
        keep = input.new_empty((*input.shape[:2], *[1] * (input.dim() - 2))).bernoulli_(1 - p)
    else:
        keep = empty_like(input).detach().bernoulli_(1 - p)
    if not alpha:
        keep = keep.div_(1 - p)  # so that the mean stays what it was
        return input.mul_(keep) if inplace else input * keep
    # Dropped elements go to -1.758, where selu saturates; then mean 0 and variance 1 are restored.
    saturation = -1.7580993408473766
    scale = 1.0 / math.sqrt((saturation * saturation * p + 1) * (1 - p))
    shift = (keep - 1) * (-saturation * scale) - saturation * scale * p
    keep = keep * scale
    return input.mul_(keep).add_(shift) if inplace else input * keep + shift


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set each element to 0 with probability ``p`` and divide the others by ``1 - p``.

    Outside training the input is returned as it is.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.dropout(torch.ones(6), p=0.5)
    tensor([0., 0., 2., 0., 0., 0.])
    """
    return _drop(input, p, training, inplace, features=False, alpha=False)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for networks of ``selu``: keeps mean and variance."""
    return _drop(input, p, training, inplace, features=False, alpha=True)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """:func:`alpha_dropout` of whole channels."""
    return _drop(input, p, training, inplace, features=True, alpha=True)


def _channels(name: str, dims: int, input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """Dropout of whole channels; adds a batch dimension where there is none."""
    unbatched = input.dim() == dims + 1
    if unbatched:
        input = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    result = _drop(input, p, training, inplace, features=True, alpha=False)
    if unbatched:
        result = result.squeeze_(0) if inplace else result.squeeze(0)
    return result


def _warning(name: str, got: int, dims: int) -> str:
    return (
        f"{name}: Received a {got}-D input to {name}, which is deprecated and will result in an error in a "
        "future release. To retain the behavior and silence this warning, please use dropout instead. Note "
        f"that {name} exists to provide channel-wise dropout on inputs with {dims} spatial dimensions, a "
        f"channel dimension, and an optional batch dimension (i.e. {dims + 1}D or {dims + 2}D inputs)."
    )


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Drop whole channels of ``(N, C, L)`` or ``(C, L)``."""
    _check(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Note that dropout1d "
            "exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, "
            "and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    return _channels("dropout1d", 1, input, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Drop whole channels of ``(N, C, H, W)``; three dimensions are taken as ``(N, C, L)``."""
    _check(p)
    if input.dim() not in (3, 4):
        warnings.warn(_warning("dropout2d", input.dim(), 2), stacklevel=2)
    if input.dim() == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior "
            "is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior "
            "will change in a future release to interpret the input as one without a batch dimension, i.e. "
            "shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using "
            "dropout1d instead.",
            stacklevel=2,
        )
    return _drop(input, p, training, inplace, features=True, alpha=False)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Drop whole channels of ``(N, C, D, H, W)`` or ``(C, D, H, W)``."""
    _check(p)
    if input.dim() not in (4, 5):
        warnings.warn(_warning("dropout3d", input.dim(), 3), stacklevel=2)
    return _channels("dropout3d", 3, input, p, training, inplace)
