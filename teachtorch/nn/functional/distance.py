"""Lengths and angles: ``normalize``, ``cosine_similarity``, ``pairwise_distance``."""

from __future__ import annotations

from typing import Any

from ...ops.similarity import cosine_similarity, pairwise_distance
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
