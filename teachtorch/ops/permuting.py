"""The same elements with the dimensions in another order: ``permute``, ``transpose``, ``.T``."""

from __future__ import annotations

from typing import Any

from ..binding import Array, Ints
from ..op import alias, attach, composite, composite_alias, view_op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor

__all__ = ["adjoint", "moveaxis", "movedim", "permute", "swapaxes", "swapdims", "t", "transpose"]


@view_op()
def permute(input: Array, dims: Ints) -> Array:
    """The dimensions in another order.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    if len(dims) != input.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    order = tuple(wrap_dim(d, input.ndim) for d in dims)
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return input.transpose(order)


def _inverse(dims: tuple[int, ...]) -> tuple[int, ...]:
    """The order that undoes another: dimension `dims[i]` goes back to place i."""
    places = {d % len(dims): i for i, d in enumerate(dims)}
    return tuple(places[i] for i in range(len(dims)))


permute.grad(input=lambda grad, dims, F: F.permute(grad, _inverse(dims)))
permute.samples(fixed(lambda make: ((make(2, 3, 4), 2, 0, 1), {}), lambda make: ((make(2, 3), (-1, 0)), {})))


@view_op()
def transpose(input: Array, dim0: int, dim1: int) -> Array:
    """Two dimensions exchanged.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, 4).transpose(0, 2).shape
    torch.Size([4, 3, 2])
    """
    a, b = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return input.swapaxes(a, b) if input.ndim else input.view()


transpose.grad(input=lambda grad, dim0, dim1, F: F.transpose(grad, dim0, dim1))
transpose.samples(fixed(lambda make: ((make(2, 3, 4), 0, -1), {})))


@view_op()
def t(input: Array) -> Array:
    """The transpose of a matrix; a vector or a scalar as it is.

    >>> import teachtorch as torch
    >>> torch.arange(6).view(2, 3).t()
    tensor([[0, 3],
            [1, 4],
            [2, 5]])
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T if input.ndim == 2 else input.view()


t.grad(input=lambda grad, F: F.t(grad))
t.samples(fixed(lambda make: ((make(2, 3),), {}), lambda make: ((make(2),), {})))


@composite()
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to new positions, the others in their order.

    >>> import teachtorch as torch
    >>> torch.movedim(torch.zeros(2, 3, 4), 0, 2).shape
    torch.Size([3, 4, 2])
    """
    n = input._array.ndim
    source = (source,) if isinstance(source, int) else tuple(source)
    destination = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same number "
            f"of dims as destination ({list(destination)} dims)"
        )
    sources, places = [wrap_dim(d, n) for d in source], [wrap_dim(d, n) for d in destination]
    for name, dims, given in (("source", sources, source), ("destination", places, destination)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    order = [d for d in range(n) if d not in sources]
    for place, d in sorted(zip(places, sources)):
        order.insert(place, d)
    return permute(input, order)


moveaxis = composite_alias("moveaxis", movedim)
swapaxes, swapdims = alias("swapaxes", transpose), alias("swapdims", transpose)


def _transposed(self: Tensor) -> Tensor:
    """All dimensions in reverse order."""
    return permute(self, tuple(range(self._array.ndim))[::-1])


def _matrix_transposed(self: Tensor) -> Tensor:
    """The last two dimensions exchanged."""
    if self._array.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {self._array.ndim}-D tensor."
        )
    return transpose(self, -2, -1)


attach("T", property(_transposed))
attach("mT", property(_matrix_transposed))


@composite()
def adjoint(input: Tensor) -> Tensor:
    """The conjugate transpose of a matrix or of each matrix of a batch.

    >>> import teachtorch as torch
    >>> torch.adjoint(torch.tensor([[1j, 2]]))
    tensor([[0.-1.j],
            [2.-0.j]])
    """
    return transpose(input, -2, -1).conj()
