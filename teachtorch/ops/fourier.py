r"""The discrete Fourier transform: :math:`X_k = \sum_n x_n\, e^{-2\pi i k n / N}` and its relatives.

Three transforms carry all the others, along any dimensions: complex to complex, real to complex (whose
second half is redundant, :math:`X_{N-k} = \overline{X_k}`, and may be left out) and complex back to real.
Each is linear, so its derivative is its adjoint: the same transform in the other direction.

`scale` is "none", "root" (divide by :math:`\sqrt N`) or "size" (divide by N).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import FROM_NUMPY, complex128, get_default_dtype, is_half
from ..op import NONE, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor
from .joining import cat, roll

__all__: list[str] = []

_FORWARD = {"none": "backward", "root": "ortho", "size": "forward"}
_INVERSE = {"none": "forward", "root": "ortho", "size": "backward"}


@op(promotion=NONE, method=False, node="FftC2C")
def fft_c2c(input: Array, dim: tuple[int, ...], scale: str, forward: bool, *, xp: Any) -> Array:
    """Complex to complex. Derivative: the transform in the other direction, with the same scale."""
    if forward:
        return xp.fft.fftn(input, axes=dim, norm=_FORWARD[scale])
    return xp.fft.ifftn(input, axes=dim, norm=_INVERSE[scale])


fft_c2c.grad(input=lambda grad, dim, scale, forward, F: F.fft_c2c(grad, dim, scale, not forward))
fft_c2c.samples(
    fixed(
        lambda make: ((make(3, 4, dtype=complex128), (1,), "none", True), {}),
        lambda make: ((make(3, 4, dtype=complex128), (0, 1), "root", False), {}),
    )
)


@op(promotion=NONE, method=False, node="FftR2C")
def fft_r2c(input: Array, dim: tuple[int, ...], scale: str, onesided: bool, *, xp: Any) -> Array:
    """Real to complex; with `onesided`, only the first half of the last of the dimensions."""
    transform = xp.fft.rfftn if onesided else xp.fft.fftn
    return transform(input, axes=dim, norm=_FORWARD[scale])


def _r2c_by_input(grad: Any, input_shape: Any, dim: Any, scale: str, onesided: bool, F: Any) -> Any:
    if onesided:  # what was left out had no influence: zeros
        last = wrap_dim(dim[-1], len(input_shape))
        whole = tuple(input_shape[d] if d == last else n for d, n in enumerate(grad.shape))
        grad = F.slice_backward(grad, whole, last, 0, grad.shape[last], 1)
    return F.real(F.fft_c2c(grad, dim, scale, False))


fft_r2c.grad(input=_r2c_by_input)
fft_r2c.samples(
    fixed(
        lambda make: ((make(3, 4), (1,), "none", True), {}),
        lambda make: ((make(3, 4), (0, 1), "root", False), {}),
    )
)


@op(promotion=NONE, method=False, node="FftC2R")
def fft_c2r(input: Array, dim: tuple[int, ...], scale: str, last_dim_size: int, *, xp: Any) -> Array:
    """The first half of a transform of something real, back to that: `last_dim_size` real numbers."""
    sizes = [input.shape[d] for d in dim[:-1]] + [last_dim_size]
    return xp.fft.irfftn(input, s=sizes, axes=dim, norm=_INVERSE[scale])


def _c2r_by_input(grad: Any, input_shape: Any, dim: Any, scale: str, F: Any) -> Any:
    """Each frequency between the first and the middle stands for two."""
    last = wrap_dim(dim[-1], len(input_shape))
    result = F.fft_r2c(grad, dim, scale, True)
    n = result.shape[last]
    twice = grad.shape[last] - n
    parts = [F.slice_(result, last, 0, 1, 1), F.slice_(result, last, 1, 1 + twice, 1) * 2]
    return F.cat([*parts, F.slice_(result, last, 1 + twice, n, 1)], last)


fft_c2r.grad(input=_c2r_by_input)
fft_c2r.samples(
    fixed(
        lambda make: ((make(3, 3, dtype=complex128), (1,), "size", 4), {}),
        lambda make: ((make(2, 3, dtype=complex128), (0, 1), "none", 5), {}),
    )
)


# -- what the public functions share --------------------------------------------------------------------------


def scale_of(name: str, norm: str | None, forward: bool) -> str:
    """PyTorch's `norm` says in which direction to divide; this says whether to divide in this one."""
    if norm == "ortho":
        return "root"
    if norm not in (None, "backward", "forward"):
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    return "size" if (norm == "forward") == forward else "none"


def floating(name: str, x: Tensor, needs_real: bool = False) -> Tensor:
    """Integers as the default floating type; half precision refused."""
    kind = x._array.dtype.kind
    if needs_real and kind == "c":
        raise RuntimeError(f"{name} expects a real input tensor, but got {FROM_NUMPY[x._array.dtype].legacy}")
    if is_half(x._array.dtype):
        raise RuntimeError(f"Unsupported dtype {FROM_NUMPY[x._array.dtype].legacy}")
    return x if kind in "fc" else x.to(get_default_dtype())


def complex_of(x: Tensor) -> Tensor:
    """The tensor as a complex one."""
    return x if x.is_complex() else x.to(x.dtype.to_complex())


def sized(x: Tensor, dims: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    """Cut, or filled up with zeros, to the given sizes."""
    for d, n in zip(dims, sizes):
        if n < 1:
            raise RuntimeError(f"Invalid number of data points ({n}) specified")
        if n < x.shape[d]:
            x = x.narrow(d, 0, n)
        elif n > x.shape[d]:
            shape = [n - x.shape[d] if i == d else m for i, m in enumerate(x.shape)]
            x = cat([x, x.new_zeros(shape)], d)
    return x


def require_dimensions(x: Tensor, dim: int) -> None:
    """A number has no frequencies."""
    if not x.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")


def chosen(x: Tensor, s: Any, dim: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Dimensions and sizes from what the caller gave: all dimensions, the last ones, or those named."""
    if isinstance(s, int):
        s = (s,)
    if isinstance(dim, int):
        dim = (dim,)
    if dim is not None:
        require_dimensions(x, dim[0] if dim else 0)
        dims = tuple(wrap_dim(d, x.ndim) for d in dim)
        if len(set(dims)) < len(dims):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(dims):
            raise RuntimeError(
                "When given, dim and shape arguments must have the same length. Got dim of length "
                f"{len(dims)} and shape of length {len(s)}"
            )
    elif s is not None:
        if len(s) > x.ndim:
            raise RuntimeError(
                f"Got shape with {len(s)} values but input tensor only has {x.ndim} dimensions."
            )
        dims = tuple(range(x.ndim - len(s), x.ndim))
    else:
        dims = tuple(range(x.ndim))
    sizes = tuple(x.shape[d] if s is None or s[i] == -1 else s[i] for i, d in enumerate(dims))
    return dims, sizes


def complex_transform(name: str, x: Tensor, dims: Any, sizes: Any, norm: str | None, forward: bool) -> Tensor:
    """``fft``, ``ifft`` and their forms of several dimensions."""
    x = sized(floating(name, x), dims, sizes)
    scale = scale_of(name, norm, forward)
    if not dims:
        return complex_of(x).clone()
    if x.is_complex() or name.endswith("n"):
        return fft_c2c(complex_of(x), dims, scale, forward)
    result = fft_r2c(x, dims, scale, False)
    return result if forward else result.conj()


def shifted(x: Tensor, dim: Any, back: bool) -> Tensor:
    """Half of each dimension moved to the other side."""
    dims = tuple(range(x.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    return roll(x, tuple((n + 1) // 2 if back else n // 2 for n in (x.shape[d] for d in dims)), dims)


def frequencies(n: int, d: float, count: int, negative: bool) -> Any:
    """0, 1, 2, ... cycles over the whole, in cycles per unit of `d`."""
    k = np.arange(count)
    if negative:
        k = np.where(k > (n - 1) // 2, k - n, k)
    return k / (n * d)


# -- short time ---------------------------------------------------------------------------------------------


def reflected(x: Tensor, pad: int, mode: str) -> Tensor:
    """The last dimension continued on both sides, as ``torch.nn.functional.pad`` does."""
    from ..tensor import wrap

    n = x.shape[-1]
    place = np.arange(-pad, n + pad)
    if mode == "constant":
        zeros = x.new_zeros(*x.shape[:-1], pad)
        return cat([zeros, x, zeros], -1)
    if mode == "reflect":
        if pad >= n:
            raise RuntimeError(
                "Argument #4: Padding size should be less than the corresponding input dimension, but "
                f"got: padding ({pad}, {pad}) at dimension 2 of input "
                f"{[1, *x.shape] if x.ndim < 3 else list(x.shape)}"
            )
        place = np.abs(place)
        place = np.where(place >= n, 2 * (n - 1) - place, place)
    elif mode == "replicate":
        place = np.clip(place, 0, n - 1)
    else:
        place = place % n
    return x.index_select(-1, wrap(place))


def half_size(n: int) -> int:
    """How many frequencies of n real numbers are not redundant."""
    return n // 2 + 1
