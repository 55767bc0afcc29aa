"""Dropout, with the checks and warnings of PyTorch's functions; the drawing is in :mod:`teachtorch.ops.dropout`."""

from __future__ import annotations

import warnings

from ...ops.dropout import drop
from ...tensor import Tensor

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set each element to 0 with probability ``p`` and divide the others by ``1 - p``.

    Outside training the input is returned as it is.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.dropout(torch.ones(6), p=0.5)
    tensor([0., 0., 2., 0., 0., 0.])
    """
    _check(p)
    return drop(input, p, training, features=False, alpha=False, inplace=inplace)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for networks of ``selu``: keeps mean and variance."""
    _check(p)
    return drop(input, p, training, features=False, alpha=True, inplace=inplace)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """:func:`alpha_dropout` of whole channels."""
    _check(p)
    return drop(input, p, training, features=True, alpha=True, inplace=inplace)


def _channels(dims: int, input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """Dropout of whole channels; adds a batch dimension where there is none."""
    unbatched = input.dim() == dims + 1
    if unbatched:
        input = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    result = drop(input, p, training, features=True, alpha=False, inplace=inplace)
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
    return _channels(1, input, p, training, inplace)


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
    return drop(input, p, training, features=True, alpha=False, inplace=inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Drop whole channels of ``(N, C, D, H, W)`` or ``(C, D, H, W)``."""
    _check(p)
    if input.dim() not in (4, 5):
        warnings.warn(_warning("dropout3d", input.dim(), 3), stacklevel=2)
    return _channels(3, input, p, training, inplace)
