r"""Dropout: switch elements off at random while training, so that the network relies on none of them alone.

Each element is kept with probability :math:`1 - p`; kept ones are divided by :math:`1 - p`, so that the mean
stays what it was. The draws are PyTorch's.

======================  =============================  =================================
                        dropped elements become 0      ... become the low end of ``selu``
======================  =============================  =================================
each element            :func:`dropout`                :func:`alpha_dropout`
whole channels          :func:`feature_dropout`        :func:`feature_alpha_dropout`
======================  =============================  =================================
"""

from __future__ import annotations

import math

from ..op import composite
from ..tensor import Tensor
from .creation import empty_like

__all__ = [
    "alpha_dropout", "alpha_dropout_", "dropout", "dropout_", "feature_alpha_dropout", "feature_alpha_dropout_",
    "feature_dropout", "feature_dropout_",
]  # fmt: skip

SATURATION = -1.7580993408473766
"""Where ``selu`` ends on the left, ``-alpha * scale``."""


def _keep(input: Tensor, p: float, features: bool) -> Tensor:
    """Ones and zeros: one draw for each element, or for each sample and channel."""
    if not features:
        return empty_like(input).detach().bernoulli_(1 - p)
    if input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return input.new_empty((*input.shape[:2], *[1] * (input.dim() - 2))).bernoulli_(1 - p)


def drop(input: Tensor, p: float, train: bool, *, features: bool, alpha: bool, inplace: bool) -> Tensor:
    """All variants: single elements or whole channels, to 0 or to where ``selu`` saturates."""
    if p < 0.0 or p > 1.0:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not train or p == 0 or input.numel() == 0:
        return input
    if p == 1:
        return input.zero_() if inplace else input * 0.0
    keep = _keep(input, p, features)
    if not alpha:
        keep = keep.div_(1 - p)
        return input.mul_(keep) if inplace else input * keep
    # After dropping, the affine map that restores mean 0 and variance 1.
    scale = 1.0 / math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p))
    shift = (keep - 1) * (-SATURATION * scale) - SATURATION * scale * p
    keep = keep.mul_(scale)
    return input.mul_(keep).add_(shift) if inplace else input * keep + shift


@composite(method=False)
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Set each element to 0 with probability ``p`` and divide the others by ``1 - p``, if ``train``.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.dropout(torch.ones(6), 0.5, train=True)
    tensor([0., 0., 2., 0., 0., 0.])
    """
    return drop(input, p, train, features=False, alpha=False, inplace=False)


@composite(method=False)
def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Dropout for networks of ``selu``: keeps mean 0 and variance 1.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.alpha_dropout(torch.zeros(6), 0.5, train=True)
    tensor([-0.7792, -0.7792,  0.7792, -0.7792, -0.7792, -0.7792])
    """
    return drop(input, p, train, features=False, alpha=True, inplace=False)


@composite(method=False)
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`dropout` of whole channels, the second dimension.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.feature_dropout(torch.ones(1, 3, 2), 0.5, train=True)
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """
    return drop(input, p, train, features=True, alpha=False, inplace=False)


@composite(method=False)
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`alpha_dropout` of whole channels, the second dimension.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.feature_alpha_dropout(torch.zeros(1, 3), 0.5, train=True)
    tensor([[-0.7792, -0.7792,  0.7792]])
    """
    return drop(input, p, train, features=True, alpha=True, inplace=False)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`dropout` in place.

    >>> import teachtorch as torch
    >>> torch.dropout_(torch.ones(2), 1.0, train=True)
    tensor([0., 0.])
    """
    return drop(input, p, train, features=False, alpha=False, inplace=True)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`alpha_dropout` in place.

    >>> import teachtorch as torch
    >>> torch.alpha_dropout_(torch.ones(2), 0.0, train=True)
    tensor([1., 1.])
    """
    return drop(input, p, train, features=False, alpha=True, inplace=True)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`feature_dropout` in place.

    >>> import teachtorch as torch
    >>> torch.feature_dropout_(torch.ones(1, 2), 1.0, train=True)
    tensor([[0., 0.]])
    """
    return drop(input, p, train, features=True, alpha=False, inplace=True)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`feature_alpha_dropout` in place.

    >>> import teachtorch as torch
    >>> torch.feature_alpha_dropout_(torch.ones(1, 2), 0.0, train=True)
    tensor([[1., 1.]])
    """
    return drop(input, p, train, features=True, alpha=True, inplace=True)
