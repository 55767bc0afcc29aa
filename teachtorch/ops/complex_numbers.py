"""Complex numbers: conjugates, parts, and pairs of reals seen as complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import FROM_NUMPY, complex128
from ..op import NONE, attach, composite, op
from ..samples import Make, fixed
from ..shapes import check_broadcast
from ..tensor import Tensor

__all__ = [
    "complex",
    "conj",
    "conj_physical",
    "imag",
    "polar",
    "real",
    "resolve_conj",
    "resolve_neg",
    "view_as_complex",
    "view_as_real",
]


def _complex_numbers(make: Make) -> Any:
    """A complex matrix and a complex scalar."""
    for shape in ((3, 2), ()):
        yield (make(*shape, dtype=complex128),), {}


@op(promotion=NONE, half=False, method=False, node="Conj")
def conjugate_complex(input: Array) -> Array:
    """The kernel of ``conj`` for complex tensors."""
    return input.conjugate()


conjugate_complex.grad(input=lambda grad: grad.conjugate())
conjugate_complex.samples(_complex_numbers)


@composite(raw=lambda array: array.conjugate())
def conj(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor is returned as it is.

    >>> import teachtorch as torch
    >>> torch.conj(torch.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    return conjugate_complex(input) if input._array.dtype.kind == "c" else input


attach("conjugate", conj)


@composite()
def conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate, always computed.

    >>> import teachtorch as torch
    >>> torch.conj_physical(torch.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    return conj(input)


@composite()
def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: conjugates are computed at once here.

    >>> import teachtorch as torch
    >>> torch.resolve_conj(torch.tensor([1 + 2j]).conj())
    tensor([1.-2.j])
    """
    return input


@composite()
def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself: negatives are computed at once here.

    >>> import teachtorch as torch
    >>> torch.resolve_neg(torch.tensor([1 + 2j]).conj().imag)
    tensor([-2.])
    """
    return input


@op(promotion=NONE, half=False, view=True, method=False, node="Real")
def real_part(input: Array) -> Array:
    """The kernel of ``real`` for complex tensors: a view of every other number in memory."""
    return input.real


real_part.grad(input=lambda grad: grad)
real_part.samples(_complex_numbers)


@op(promotion=NONE, half=False, view=True, method=False, node="Imag")
def imag_part(input: Array) -> Array:
    """The kernel of ``imag``."""
    return input.imag


imag_part.grad(input=lambda grad: grad * 1j)
imag_part.samples(_complex_numbers)


@composite(method=False, raw=lambda array: array.real)
def real(input: Tensor) -> Tensor:
    """The real part, as a view; a real tensor itself.

    >>> import teachtorch as torch
    >>> torch.real(torch.tensor([1 + 2j]))
    tensor([1.])
    """
    return real_part(input) if input._array.dtype.kind == "c" else input


@composite(method=False, raw=lambda array: array.imag)
def imag(input: Tensor) -> Tensor:
    """The imaginary part, as a view.

    >>> import teachtorch as torch
    >>> torch.imag(torch.tensor([1 + 2j]))
    tensor([2.])
    """
    if input._array.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return imag_part(input)


attach("real", property(real))
attach("imag", property(imag))


@op(promotion=NONE, half=False, view=True)
def view_as_real(input: Array) -> Array:
    """A complex tensor seen as pairs of reals: a last dimension of size 2 is added, the memory is shared.

    >>> import teachtorch as torch
    >>> torch.view_as_real(torch.tensor([1 + 2j, 3 - 4j]))
    tensor([[ 1.,  2.],
            [ 3., -4.]])
    """
    if input.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return input[..., None].view(input.real.dtype)


view_as_real.grad(input=lambda grad, F: F.view_as_complex(F.clone(grad)))
view_as_real.samples(_complex_numbers)


@op(promotion=NONE, half=False, view=True)
def view_as_complex(input: Array) -> Array:
    """Pairs of reals, in a last dimension of size 2, seen as complex numbers; the memory is shared.

    >>> import teachtorch as torch
    >>> torch.view_as_complex(torch.tensor([[1., 2.], [3., -4.]]))
    tensor([1.+2.j, 3.-4.j])
    """
    if input.dtype.kind != "f" or input.itemsize < 4:
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{FROM_NUMPY[input.dtype].legacy}"
        )
    if not input.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if input.strides[-1] != input.itemsize:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(s // input.itemsize % 2 for s in input.strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    return input.view(np.result_type(input.dtype, 1j))[..., 0]


view_as_complex.grad(input=lambda grad, F: F.view_as_real(grad))
view_as_complex.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(2),), {})))


def _check_parts(first: Array, second: Array) -> None:
    if first.dtype.kind != "f" or second.dtype.kind != "f":
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {FROM_NUMPY[first.dtype].legacy} and "
            f"{FROM_NUMPY[second.dtype].legacy}"
        )
    if first.dtype != second.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {FROM_NUMPY[first.dtype].legacy} but got scalar type "
            f"{FROM_NUMPY[second.dtype].legacy} for second argument"
        )
    check_broadcast(first.shape, second.shape)


@op(promotion=NONE, half=False, method=False)
def complex(real: Array, imag: Array, *, xp: Any) -> Array:
    r"""Complex numbers :math:`x + iy` of two real tensors of one dtype.

    Derivatives: the real and the imaginary part of the incoming gradient.

    >>> import teachtorch as torch
    >>> torch.complex(torch.tensor([1., 3.]), torch.tensor([2., -4.]))
    tensor([1.+2.j, 3.-4.j])
    """
    _check_parts(real, imag)
    result = xp.empty(np.broadcast_shapes(real.shape, imag.shape), np.result_type(real.dtype, 1j))
    result.real, result.imag = real, imag
    return result


complex.grad(real=lambda grad, F: F.real(grad), imag=lambda grad, F: F.imag(grad))
complex.samples(fixed(lambda make: ((make(3, 2), make(2)), {}), lambda make: ((make(), make()), {})))


@op(promotion=NONE, half=False, method=False)
def polar(abs: Array, angle: Array, *, xp: Any) -> Array:
    r"""Complex numbers :math:`r e^{i\varphi} = r (\cos\varphi + i \sin\varphi)` of modulus and angle.

    Derivatives: the part of the gradient along :math:`e^{i\varphi}`, and :math:`r` times the part across it.

    >>> import teachtorch as torch
    >>> torch.polar(torch.tensor([2.]), torch.tensor([0.]))
    tensor([2.+0.j])
    """
    _check_parts(abs, angle)
    result = xp.empty(np.broadcast_shapes(abs.shape, angle.shape), np.result_type(abs.dtype, 1j))
    result.real, result.imag = abs * xp.cos(angle), abs * xp.sin(angle)
    return result


polar.grad(
    abs=lambda grad, angle, F: F.real(grad) * F.cos(angle) + F.imag(grad) * F.sin(angle),
    angle=lambda grad, result, F: F.imag(grad) * F.real(result) - F.real(grad) * F.imag(result),
)
polar.samples(fixed(lambda make: ((make(3, 2, low=0.5, high=2.0), make(2)), {})))
