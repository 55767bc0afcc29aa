"""A gradient has the shape and dtype of the tensor it belongs to: the one place where that is seen to.

Derivatives know nothing of broadcasting and promotion. What they return is summed over the dimensions that
broadcasting repeated, made real for a real tensor, and cast back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import namespace
from ..dtypes import FROM_NUMPY
from ..node import Node
from ..plan import operations as F
from ..tensor import Tensor


def fit(node: Node, nr: int, grad: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """`grad` in the shape and dtype of the tensor it belongs to: sum what broadcasting repeated, cast back."""
    if grad.shape != shape:
        _check_shape(node, nr, grad.shape, shape)
        extra = grad.ndim - len(shape)
        if extra > 0:
            grad = grad.sum(tuple(range(extra)))
        axes = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
        if axes:
            grad = grad.sum(axes, keepdims=True)
        if grad.shape != shape:
            grad = namespace(grad).broadcast_to(grad, shape)
    if grad.dtype != dtype:
        if grad.dtype.kind == "c" and dtype.kind != "c":
            grad = grad.real  # the gradient of a real tensor is real
        grad = grad.astype(dtype)
    return grad if not isinstance(grad, np.generic) else np.asarray(grad)


def fit_tensor(node: Node, nr: int, grad: Tensor, shape: tuple[int, ...], dtype: Any) -> Tensor:
    if grad._array.shape != shape:
        _check_shape(node, nr, grad._array.shape, shape)
        grad = F.sum_to_size(grad, shape) if grad._array.ndim >= len(shape) else F.expand(grad, shape)
        if grad._array.shape != shape:
            grad = F.expand(grad, shape)
    if grad._array.dtype != dtype:
        if grad._array.dtype.kind == "c" and dtype.kind != "c":
            grad = F.real(grad)
        grad = grad.to(FROM_NUMPY[dtype])
    return grad


def _check_shape(node: Node, nr: int, got: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """A gradient may be larger than its tensor by broadcasting, or smaller by none; anything else is wrong."""
    try:
        joined = np.broadcast_shapes(got, shape)
    except ValueError:
        joined = None
    if joined is None or (joined != got and joined != shape):
        raise RuntimeError(
            f"Function {node.name()} returned an invalid gradient at index {nr} - got {list(got)} but expected "
            f"shape compatible with {list(shape)}"
        )
