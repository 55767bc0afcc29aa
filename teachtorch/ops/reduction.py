"""Sums, means, extremes and what else makes a tensor smaller."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..dtypes import dtype as DType
from ..dtypes import is_half
from ..op import FLOAT, NONE, composite, op
from ..samples import fixed, one_dim, reductions
from ..shapes import wrap_dim, wrap_dims
from ..tensor import Tensor

__all__ = ["all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "logsumexp", "max", "mean",
           "min", "nansum", "norm", "prod", "std", "std_mean", "sum", "var", "var_mean"]  # fmt: skip

Dims = int | tuple[int, ...] | None


def _by_dim(input: Any, dim: Any = None, *rest: Any) -> int:
    """PyTorch has two overloads: everything, or along dimensions."""
    return 0 if dim is None else 1


def _unreduce(grad: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool, F: Any) -> Any:
    """`grad` of a reduction, seen in the shape of what was reduced."""
    if not shape:
        return F.reshape(grad, shape)
    if dim is not None and not keepdim:
        kept = list(shape)
        for d in wrap_dims(dim, len(shape)):
            kept[d] = 1
        grad = F.reshape(grad, tuple(kept))
    return F.expand(grad, shape)


def _accumulator(input: Array, dtype: DType | None) -> tuple[Array, Any]:
    """Integers are summed in int64; two-byte floats in float32; a `dtype` is cast to first."""
    if dtype is not None:
        wanted = dtype.numpy
        return (input.astype(np.float32), wanted) if is_half(wanted) else (input.astype(wanted), None)
    if input.dtype.kind in "bui":
        return input.astype(np.int64), None
    if is_half(input.dtype):
        return input.astype(np.float32), input.dtype
    return input, None


def _narrow(result: Any, dtype: Any) -> Any:
    return result if dtype is None else np.asarray(result).astype(dtype)


@op(promotion=NONE, half=False, overload=_by_dim)
def sum(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any) -> Array:
    r"""The sum of all elements, or along dimensions. Integers are summed in int64.

    Derivative: 1 for each summand, so the gradient is the incoming one, repeated.

    >>> import teachtorch as torch
    >>> torch.sum(torch.tensor([[1, 2], [3, 4]]), 0)
    tensor([4, 6])
    """
    if dtype is None and input.dtype.kind in "fc" and input.dtype.itemsize > 2:
        narrow = None
    else:
        input, narrow = _accumulator(input, dtype)
    axis = None if dim is None else wrap_dims(dim, input.ndim)
    if axis == ():
        return _narrow(input.copy(), narrow)
    return _narrow(xp.add.reduce(input, axis, None, None, keepdim), narrow)


sum.grad(input=lambda grad, input_shape, dim, keepdim, F: _unreduce(grad, input_shape, dim, keepdim, F))
sum.samples(reductions)


@op(promotion=NONE, half=False, overload=_by_dim)
def mean(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any) -> Array:
    r"""The arithmetic mean, of all elements or along dimensions: :math:`\frac1n \sum_i x_i`.

    Derivative: :math:`1/n` for each element.

    >>> import teachtorch as torch
    >>> torch.mean(torch.tensor([1., 2., 6.]))
    tensor(3.)
    """
    if dtype is None and input.dtype.kind in "bui":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {_legacy(input)}"
        )
    input, narrow = _accumulator(input, dtype)
    axes = wrap_dims(dim, input.ndim)
    n = math.prod([input.shape[d] for d in axes])
    total = xp.add.reduce(input, axes, None, None, keepdim) if axes else input
    return _narrow(xp.true_divide(total, input.dtype.type(n)), narrow)


def _legacy(array: Array) -> str:
    from ..dtypes import FROM_NUMPY

    return FROM_NUMPY[array.dtype].legacy


def _count(shape: tuple[int, ...], dim: Dims) -> int:
    return math.prod([shape[d] for d in wrap_dims(dim, len(shape))])


mean.grad(
    input=lambda grad, input_shape, dim, keepdim, F: (
        _unreduce(grad, input_shape, dim, keepdim, F) / _count(input_shape, dim)
    )
)
mean.samples(reductions)


@op(promotion=NONE, half=False)
def nansum(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any) -> Array:
    """The sum, with NaN counted as 0."""
    input, narrow = _accumulator(input, dtype)
    return _narrow(xp.nansum(input, axis=wrap_dims(dim, input.ndim) or None, keepdims=keepdim), narrow)


nansum.grad(
    input=lambda grad, input, dim, keepdim, F: F.where(
        F.isnan(input), F.zeros_like(input), _unreduce(grad, tuple(input.shape), dim, keepdim, F)
    )
)
nansum.samples(reductions)


@op(promotion=NONE, half=False, overload=_by_dim)
def prod(input: Array, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any) -> Array:
    r"""The product of all elements, or along a dimension.

    Derivative by :math:`x_i`: the product of the others, computed from both sides so that zeros do no harm.

    >>> import teachtorch as torch
    >>> torch.prod(torch.tensor([2, 3, 4]))
    tensor(24)
    """
    input, narrow = _accumulator(input, dtype)
    axis = None if dim is None else (wrap_dim(dim, input.ndim) if input.ndim else None)
    return _narrow(xp.multiply.reduce(input, axis, None, None, keepdim), narrow)


def _prod_by_input(grad: Any, input: Any, dim: Any, keepdim: bool, F: Any) -> Any:
    shape = tuple(input.shape)
    if dim is None or not shape:
        flat = F.reshape(input, (-1,))
        return F.reshape(grad, (1,)).reshape(-1) * _product_of_others(flat, 0, F).conjugate() if not shape else (
            F.reshape(grad * _product_of_others(flat, 0, F).conjugate(), shape)
        )
    return _unreduce(grad, shape, dim, keepdim, F) * _product_of_others(input, dim, F).conjugate()


def _product_of_others(x: Any, dim: int, F: Any) -> Any:
    """For each element, the product of all the others along `dim`: those before times those after."""
    n = tuple(x.shape)[wrap_dim(dim, len(x.shape))]
    one = F.ones_like(F.slice_(x, dim, 0, 1, 1))
    before = F.cumprod(F.cat([one, F.slice_(x, dim, 0, n - 1, 1)], dim), dim)
    reverse = F.flip(x, (dim,))
    after = F.flip(F.cumprod(F.cat([one, F.slice_(reverse, dim, 0, n - 1, 1)], dim), dim), (dim,))
    return before * after


prod.grad(input=_prod_by_input)
prod.samples(
    fixed(
        lambda make: ((make(3, 2),), {}),
        lambda make: ((make(3, 2), 0), {}),
        lambda make: ((make(3, 2), -1), {"keepdim": True}),
    )
)


@op(half=False, promotion=NONE)
def all(input: Array, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    """Whether every element is nonzero.

    >>> import teachtorch as torch
    >>> torch.all(torch.tensor([True, False]))
    tensor(False)
    """
    result = xp.all(input, axis=None if dim is None else wrap_dims(dim, input.ndim), keepdims=keepdim)
    return result.astype(np.uint8) if input.dtype == np.uint8 else result


@op(half=False, promotion=NONE)
def any(input: Array, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    """Whether some element is nonzero."""
    result = xp.any(input, axis=None if dim is None else wrap_dims(dim, input.ndim), keepdims=keepdim)
    return result.astype(np.uint8) if input.dtype == np.uint8 else result


@op(half=False, promotion=NONE)
def count_nonzero(input: Array, dim: Dims = None, *, xp: Any) -> Array:
    """How many elements are not zero."""
    return xp.count_nonzero(input, axis=None if dim is None else wrap_dims(dim, input.ndim))


# -- extremes -----------------------------------------------------------------------------------------------


def _nonempty(input: Array, name: str, axes: tuple[int, ...]) -> None:
    if input.size == 0 and (not axes or 0 in [input.shape[d] for d in axes]):
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")


@op(half=False)
def amax(input: Array, dim: Dims = (), keepdim: bool = False, *, xp: Any) -> Array:
    """The largest element along dimensions. Equal maxima share the gradient evenly.

    >>> import teachtorch as torch
    >>> torch.amax(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([5, 7])
    """
    axes = wrap_dims(dim, input.ndim)
    _nonempty(input, "amax", axes)
    return xp.max(input, axis=axes, keepdims=keepdim)


@op(half=False)
def amin(input: Array, dim: Dims = (), keepdim: bool = False, *, xp: Any) -> Array:
    """The smallest element along dimensions. Equal minima share the gradient evenly."""
    axes = wrap_dims(dim, input.ndim)
    _nonempty(input, "amin", axes)
    return xp.min(input, axis=axes, keepdims=keepdim)


def _shared_by_extremes(grad: Any, input: Any, dim: Dims, keepdim: bool, result: Any, F: Any) -> Any:
    shape = tuple(input.shape)
    where = F.eq(input, _unreduce(result, shape, dim, keepdim, F))
    share = F.sum(where, dim, keepdim)
    return F.where(where, _unreduce(grad / share, shape, dim, keepdim, F), 0.0)


for _op in (amax, amin):
    _op.grad(input=_shared_by_extremes)
    _op.samples(reductions)


@op(half=False, method=False, node="Max", overload=lambda input: 1)
def max_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``max`` of everything."""
    if input.size == 0:
        raise RuntimeError(
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    return xp.max(input)


@op(half=False, method=False, node="Min", overload=lambda input: 1)
def min_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``min`` of everything."""
    if input.size == 0:
        raise RuntimeError(
            "min(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    return xp.min(input)


for _op in (max_all, min_all):
    _op.grad(input=lambda grad, input, result, F: _shared_by_extremes(grad, input, None, False, result, F))
    _op.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(),), {})))


def _along(input: Array, dim: int, keepdim: bool, which: Any) -> tuple[Array, Array]:
    """Value and index of an extreme along one dimension; the first one counts."""
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    d = wrap_dim(dim, input.ndim)
    if not input.shape[d]:
        raise IndexError(f"{which.__name__.removeprefix('arg')}(): Expected reduction dim {d} to have non-zero size.")
    index = np.expand_dims(which(input, axis=d), d)
    values = np.take_along_axis(input, index, d)
    return (values, index) if keepdim else (values.squeeze(d), index.squeeze(d))


@op(half=False, method=False, node="Max", returns=return_types.max)
def max_dim(input: Array, dim: int, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``max`` along a dimension: values and indices."""
    return _along(input, dim, keepdim, xp.argmax)


@op(half=False, method=False, node="Min", returns=return_types.min)
def min_dim(input: Array, dim: int, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``min`` along a dimension: values and indices."""
    return _along(input, dim, keepdim, xp.argmin)


def _to_the_chosen(grad: Any, input_shape: Any, dim: int, keepdim: bool, result1: Any, F: Any) -> Any:
    """The gradient goes to the element that was chosen."""
    grad = grad[0] if isinstance(grad, list) else grad
    if not input_shape:
        return grad
    if not keepdim:
        grad, result1 = F.unsqueeze(grad, dim), F.unsqueeze(result1, dim)
    return F.scatter(F.zeros_like(F.expand(grad, input_shape)), dim, result1, grad)


for _op in (max_dim, min_dim):
    _op.grad(input=_to_the_chosen)
    _op.samples(fixed(lambda make: ((make(3, 2), 0), {}), lambda make: ((make(3, 2), 1, True), {})))


def _extreme(name: str, everything: Any, along: Any, pairwise: str, doc: str) -> Any:
    def extreme(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        if args and isinstance(args[0], Tensor) or "other" in kwargs:
            other = args[0] if args else kwargs["other"]
            from . import comparison

            return getattr(comparison, pairwise)(input, other, out=out)
        if args or "dim" in kwargs or "axis" in kwargs:
            return along(input, *args, out=out, **kwargs)
        return everything(input, out=out)

    extreme.__name__ = extreme.__qualname__ = name
    extreme.__doc__ = doc
    return composite()(extreme)


max = _extreme(
    "max", max_all, max_dim, "maximum",
    """The largest element; along `dim`, values and indices; with another tensor, the larger of each pair.

    >>> import teachtorch as torch
    >>> torch.max(torch.tensor([[1, 5], [7, 2]]), 1)
    torch.return_types.max(
    values=tensor([5, 7]),
    indices=tensor([1, 0]))
    """,
)  # fmt: skip
min = _extreme(
    "min", min_all, min_dim, "minimum",
    """The smallest element; along `dim`, values and indices; with another tensor, the smaller of each pair.

    >>> import teachtorch as torch
    >>> torch.min(torch.tensor([3., 1., 2.]))
    tensor(1.)
    """,
)  # fmt: skip


@op(half=False, promotion=NONE)
def argmax(input: Array, dim: int | None = None, keepdim: bool = False, *, xp: Any) -> Array:
    """The index of the largest element, the first if there are several.

    >>> import teachtorch as torch
    >>> torch.argmax(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([1, 0])
    """
    return _index_of(input, dim, keepdim, xp.argmax)


@op(half=False, promotion=NONE)
def argmin(input: Array, dim: int | None = None, keepdim: bool = False, *, xp: Any) -> Array:
    """The index of the smallest element, the first if there are several."""
    return _index_of(input, dim, keepdim, xp.argmin)


def _index_of(input: Array, dim: int | None, keepdim: bool, which: Any) -> Array:
    if input.size == 0 and dim is None:
        raise IndexError(
            f"{which.__name__}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
            "dim with the 'dim' argument."
        )
    if dim is None:
        index = np.asarray(which(input))
        return index.reshape((1,) * input.ndim) if keepdim else index
    return which(input, axis=wrap_dim(dim, input.ndim), keepdims=keepdim) if input.ndim else np.zeros((), np.int64)


# -- spread -------------------------------------------------------------------------------------------------


def _correction(unbiased: Any, correction: Any) -> Any:
    return correction if correction is not None else (1 if unbiased is None or unbiased else 0)


@op(method=False, node="Var")
def var_(input: Array, dim: Dims, correction: float, keepdim: bool, *, xp: Any) -> Array:
    """The kernel of ``var``."""
    axes = wrap_dims(dim, input.ndim)
    n = math.prod([input.shape[d] for d in axes])
    centered = input - xp.mean(input, axis=axes, keepdims=True)
    squares = xp.abs(centered) ** 2 if input.dtype.kind == "c" else centered * centered
    return xp.sum(squares, axis=axes, keepdims=keepdim) / squares.dtype.type(np.maximum(n - correction, 0))


var_.grad(
    input=lambda grad, input, dim, correction, keepdim, F: (
        _unreduce(grad, tuple(input.shape), dim, keepdim, F)
        * (input - F.mean(input, dim if dim is not None else tuple(range(len(input.shape))), True))
        * (2.0 / (_count(tuple(input.shape), dim) - correction if _count(tuple(input.shape), dim) > correction else np.nan))
    )
)
var_.samples(
    fixed(
        lambda make: ((make(3, 2), None, 1, False), {}),
        lambda make: ((make(3, 2), 0, 0, True), {}),
        lambda make: ((make(2, 3, 2), (0, 2), 1, False), {}),
    )
)


@op(method=False, node="Std")
def std_(input: Array, dim: Dims, correction: float, keepdim: bool, *, xp: Any) -> Array:
    """The kernel of ``std``."""
    return xp.sqrt(var_.op.kernel(input, dim, correction, keepdim, xp=xp))


def _std_by_input(grad: Any, input: Any, dim: Any, correction: Any, keepdim: bool, result: Any, F: Any) -> Any:
    by_variance = F.where(result == 0, F.zeros_like(result), grad / (result * 2))
    n = _count(tuple(input.shape), dim)
    shape = tuple(input.shape)
    centered = input - F.mean(input, dim if dim is not None else tuple(range(len(shape))), True)
    return _unreduce(by_variance, shape, dim, keepdim, F) * centered * (2.0 / (n - correction if n > correction else np.nan))


std_.grad(input=_std_by_input)
std_.samples(
    fixed(lambda make: ((make(3, 2), None, 1, False), {}), lambda make: ((make(3, 2), 0, 0, True), {}))
)


def _spread(name: str, kernel: Any, doc: str) -> Any:
    def spread(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None) -> Tensor:
        if isinstance(dim, bool):  # var(x, False): the old position of `unbiased`
            dim, unbiased = None, dim
        if isinstance(unbiased, bool) or unbiased is None:
            return kernel(input, dim, _correction(unbiased, correction), keepdim)
        raise TypeError(f"{name}(): argument 'unbiased' must be bool, not {type(unbiased).__name__}")

    spread.__name__ = spread.__qualname__ = name
    spread.__doc__ = doc
    return composite()(spread)


var = _spread(
    "var", var_,
    r"""The variance, :math:`\frac{1}{n - c} \sum_i (x_i - \bar x)^2` with the correction :math:`c = 1` unless told otherwise.

    >>> import teachtorch as torch
    >>> torch.var(torch.tensor([1., 2., 3.]))
    tensor(1.)
    """,
)  # fmt: skip
std = _spread(
    "std", std_,
    """The standard deviation: the square root of the variance.

    >>> import teachtorch as torch
    >>> torch.std(torch.tensor([1., 2., 3.]), correction=0)
    tensor(0.8165)
    """,
)  # fmt: skip


def var_mean(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None) -> Any:
    """Variance and mean."""
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None) -> Any:
    """Standard deviation and mean."""
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


# -- norms and logarithms -----------------------------------------------------------------------------------


@op(promotion=FLOAT, method=False, node="LinalgVectorNorm")
def vector_norm(input: Array, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    r"""The p-norm :math:`(\sum_i |x_i|^p)^{1/p}`; the largest modulus for infinity, the count of nonzeros for 0."""
    axes = wrap_dims(dim, input.ndim)
    size = xp.abs(input)
    if ord == math.inf:
        return xp.max(size, axis=axes, keepdims=keepdim)
    if ord == -math.inf:
        return xp.min(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return xp.sum(size != 0, axis=axes, keepdims=keepdim).astype(size.dtype)
    if ord == 1:
        return xp.sum(size, axis=axes, keepdims=keepdim)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axes, keepdims=keepdim))
    return xp.sum(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


def _norm_by_input(grad: Any, input: Any, ord: float, dim: Dims, keepdim: bool, result: Any, F: Any) -> Any:
    shape = tuple(input.shape)
    grad, norm = _unreduce(grad, shape, dim, keepdim, F), _unreduce(result, shape, dim, keepdim, F)
    if ord == 0:
        return F.zeros_like(input)
    if ord == 1:
        return grad * F.sgn(input)
    if ord == 2:
        return grad * F.where(norm == 0, F.zeros_like(input), input / norm)
    if ord in (math.inf, -math.inf):
        chosen = F.eq(F.abs(input), norm)
        share = _unreduce(F.sum(chosen, dim, keepdim), shape, dim, keepdim, F)
        return F.where(chosen, grad * F.sgn(input) / share, F.zeros_like(input))
    scaled = F.where(norm == 0, F.zeros_like(norm), F.pow(F.abs(input) / norm, ord - 1))
    return grad * F.sgn(input) * scaled


vector_norm.grad(input=_norm_by_input)
vector_norm.samples(
    fixed(
        lambda make: ((make(3, 2),), {}),
        lambda make: ((make(3, 2), 1, 0), {}),
        lambda make: ((make(3, 2), 3, 1, True), {}),
        lambda make: ((make(3, 2), math.inf, 0), {}),
    )
)


@composite()
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None, dtype: Any = None) -> Tensor:
    """The p-norm of all elements or along dimensions ("fro": p = 2).

    >>> import teachtorch as torch
    >>> torch.norm(torch.tensor([3., 4.]))
    tensor(5.)
    """
    if dtype is not None:
        input = input.to(dtype)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, out=out)


@op(promotion=FLOAT)
def logsumexp(input: Array, dim: Dims, keepdim: bool = False, *, xp: Any) -> Array:
    r""":math:`\ln \sum_i e^{x_i}`, computed from the maximum so that nothing overflows. Derivative: the softmax.

    >>> import teachtorch as torch
    >>> torch.logsumexp(torch.tensor([1000., 1000.]), 0)
    tensor(1000.6931)
    """
    axes = wrap_dims(dim, input.ndim)
    top = xp.max(input, axis=axes, keepdims=True)
    top = xp.where(xp.isfinite(top), top, 0)
    total = xp.log(xp.sum(xp.exp(input - top), axis=axes, keepdims=True)) + top
    return total if keepdim else total.squeeze(axes)


logsumexp.grad(
    input=lambda grad, input, dim, keepdim, result, F: (
        _unreduce(grad, tuple(input.shape), dim, keepdim, F)
        * F.exp(input - _unreduce(result, tuple(input.shape), dim, keepdim, F)).conjugate()
    )
)
logsumexp.samples(one_dim)


# -- running ------------------------------------------------------------------------------------------------


@op(promotion=NONE, half=False, inplace=True)
def cumsum(input: Array, dim: int, *, dtype: DType | None = None, xp: Any) -> Array:
    """The running sum along a dimension.

    >>> import teachtorch as torch
    >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])
    """
    input, narrow = _accumulator(input, dtype)
    return _narrow(xp.cumsum(input, axis=wrap_dim(dim, input.ndim)) if input.ndim else input.copy(), narrow)


cumsum.grad(input=lambda grad, dim, F: F.flip(F.cumsum(F.flip(grad, (dim,)), dim), (dim,)))
cumsum.samples(one_dim)


@op(promotion=NONE, half=False, inplace=True)
def cumprod(input: Array, dim: int, *, dtype: DType | None = None, xp: Any) -> Array:
    """The running product along a dimension."""
    input, narrow = _accumulator(input, dtype)
    return _narrow(xp.cumprod(input, axis=wrap_dim(dim, input.ndim)) if input.ndim else input.copy(), narrow)


def _cumprod_by_input(grad: Any, input: Any, dim: int, result: Any, F: Any) -> Any:
    """Column by column, so that zeros do no harm: d result_k / d x_i is the product of the others up to k."""
    shape = tuple(input.shape)
    if not shape:
        return grad
    d = wrap_dim(dim, len(shape))
    n = shape[d]
    columns = []
    for i in range(n):
        ones = F.ones_like(F.slice_(input, d, i, i + 1, 1))
        others = F.cat([F.slice_(input, d, 0, i, 1), ones, F.slice_(input, d, i + 1, n, 1)], d)
        running = F.cumprod(others, d)
        columns.append(F.sum(F.slice_(grad * running.conjugate(), d, i, n, 1), d, True))
    return F.cat(columns, d) if columns else grad


cumprod.grad(input=_cumprod_by_input)
cumprod.samples(one_dim)
