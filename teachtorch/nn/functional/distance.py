"""Lengths and angles: ``normalize``, ``cosine_similarity``, ``pairwise_distance``."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor

__all__ = ["cosine_similarity", "normalize", "pairwise_distance"]


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Any = None) -> Tensor:
    """The input divided by its p-norm along ``dim`` (at least ``eps``).

    >>> import teachtorch as torch
    >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    length = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / length if out is None else out.copy_(input / length)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between two tensors along ``dim``: their product over their lengths."""
    x1_length = x1.norm(2, dim, keepdim=True).clamp_min(eps)
    x2_length = x2.norm(2, dim, keepdim=True).clamp_min(eps)
    return ((x1 / x1_length) * (x2 / x2_length)).sum(dim)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The p-norm of ``x1 - x2 + eps`` along the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim=keepdim)
