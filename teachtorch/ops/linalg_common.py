"""What the operations of linear algebra share: their error, their checks, a few shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import FROM_NUMPY, is_half
from ..tensor import Tensor

__all__: list[str] = []


class LinAlgError(RuntimeError):
    """A matrix that an algorithm cannot handle: singular, or not positive-definite.
    ``torch.linalg.LinAlgError``."""

    __module__ = "torch._C"


LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


def check_matrices(name: str, a: Array, argument: str = "A") -> None:
    """Refuse what is not a matrix or a batch of matrices."""
    if a.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions.")


def check_square(name: str, a: Array, argument: str = "A") -> None:
    """Refuse matrices that are not square."""
    check_matrices(name, a, argument)
    if a.shape[-1] != a.shape[-2]:
        raise RuntimeError(
            f"{name}: {argument} must be batches of square matrices, but they are {a.shape[-2]} by "
            f"{a.shape[-1]} matrices"
        )


def check_floating(name: str, a: Array) -> None:
    """Refuse integers and two-byte floats."""
    if is_half(a.dtype):
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {FROM_NUMPY[a.dtype].legacy}")
    if a.dtype.kind not in "fc":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {FROM_NUMPY[a.dtype].legacy}"
        )


def place(info: Any) -> tuple[str, int]:
    """For an error message: which matrix of a batch failed first, and its code."""
    flat = np.asarray(info).reshape(-1)
    i = int(np.flatnonzero(flat)[0])
    return ("" if np.ndim(info) == 0 else f"(Batch element {i}): "), int(flat[i])


def adjoint(x: Any, F: Any) -> Any:
    """The conjugate transpose, on either carrier."""
    return F.transpose(x, -2, -1).conj()


def used(grad: Any) -> bool:
    """Whether a gradient is more than the zeros that stand for an output nobody used."""
    return bool(np.any(grad._array if isinstance(grad, Tensor) else grad))


def identity(a: Array, n: int) -> Array:
    """Identity matrices, one for each matrix of `a`."""
    return np.broadcast_to(np.eye(n, dtype=a.dtype), (*a.shape[:-2], n, n))


def identity_like(a: Any, n: int) -> Any:
    """The identity on the carrier of `a`."""
    if isinstance(a, Tensor):
        from ..tensor import wrap

        return wrap(np.eye(n, dtype=a._array.dtype))
    return np.eye(n, dtype=a.dtype)
