"""How alike are two batches of vectors? ``cosine_similarity`` and ``pairwise_distance``, row by row."""

from __future__ import annotations

from ..op import composite
from ..tensor import Tensor
from .joining import broadcast_tensors

__all__ = ["cosine_similarity", "pairwise_distance"]


@composite(method=False)
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between two tensors along ``dim``: their product over their lengths.

    >>> import teachtorch as torch
    >>> torch.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    tensor([0.7071])
    """
    x1, x2 = broadcast_tensors(x1, x2)
    x1_length = x1.norm(2, dim, keepdim=True).clamp_min(eps)
    x2_length = x2.norm(2, dim, keepdim=True).clamp_min(eps)
    return ((x1 / x1_length) * (x2 / x2_length)).sum(dim)


@composite(method=False)
def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The p-norm of ``x1 - x2 + eps`` along the last dimension.

    >>> import teachtorch as torch
    >>> torch.pairwise_distance(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 4.0]]))
    tensor([5.])
    """
    return (x1 - x2 + eps).norm(p, -1, keepdim=keepdim)
