"""Methods that fill a tensor with random numbers: ``uniform_``, ``normal_``, ``bernoulli_``, ...

All take ``generator=`` and return the tensor. What was in it does not matter, so the gradient that flows
back to it is zero. The elements are filled in the order in which they lie in memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import expand, namespace
from ...binding import Array, Scalar, invalid_combination
from ...calls import inplace_caller
from ...dtypes import FROM_NUMPY, finfo
from ...op import NONE, op, tensor_method
from ...random import continuous, discrete
from ...random.generator import Generator
from ...tensor import Tensor
from .arguments import (
    C_NAMES,
    as_float,
    draw_into,
    generator_or_default,
    is_float,
    not_implemented,
)

__all__: list[str] = []


def filling(kernel: Any) -> Any:
    """Make a kernel that fills its first argument an in-place method, with a gradient of zeros."""
    public = op(promotion=NONE, half=False, method=False, inplace=True)(kernel)
    public.grad(input=no_gradient)
    public.op.signature.name += "_"  # in error messages
    return public


no_gradient = lambda grad, F: F.zeros_like(grad)


def destination(input: Array, out: Any) -> Any:
    return namespace(input).empty_like(input) if out is None else out


# -- real numbers ----------------------------------------------------------------------------------------


@op(promotion=NONE, half=False, method=False, node="Uniform")
def uniform_fill(input: Array, low: float, high: float, *, generator: Any, out: Any = None) -> Array:
    """The kernel of ``uniform_``."""
    check_uniform(input, low, high)
    return draw_into(continuous.fill_uniform, destination(input, out), low, high, generator=generator)


uniform_fill.grad(input=no_gradient)
_uniform = inplace_caller(uniform_fill.op)


@tensor_method
def uniform_(
    self: Tensor, from_: float = 0, to: float = 1, *, generator: Generator | None = None, **keywords: Any
) -> Tensor:
    """Fill with numbers uniform on ``[from, to)``: ``uniform_(from=0, to=1)``.

    Python does not allow a parameter of the name ``from``, so it is taken from `keywords`.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(3).uniform_(-1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    from_ = keywords.pop("from", from_)
    if keywords:
        raise TypeError(f"uniform_() got an unexpected keyword argument '{next(iter(keywords))}'")
    low, high = as_float("uniform_", "from", 1, from_), as_float("uniform_", "to", 2, to)
    return _uniform(self, low, high, generator=generator_or_default("uniform_", generator))


def check_uniform(array: Any, low: float, high: float) -> None:
    """Raise PyTorch's errors for a type that is not real, or an interval that it cannot hold."""
    if array.dtype.kind == "c":
        if not array.size:
            return
        array = array.real
    if not is_float(array.dtype):
        raise not_implemented("check_uniform_bounds", array.dtype)
    dtype = FROM_NUMPY[array.dtype]
    limits = finfo(dtype)
    for name, end in (("from", low), ("to", high)):
        if not limits.min <= end <= limits.max:
            raise RuntimeError(f"{name} is out of bounds for {C_NAMES[dtype.name]}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > limits.max:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{dtype.legacy}>::max(), but found to={high:g} "
            f"and from={low:g} which result in to-from to exceed the limit"
        )


@filling
def normal(input: Array, mean: float = 0, std: float = 1, *, generator: Any = None, out: Any = None) -> Array:
    """Fill with normal numbers of mean `mean` and standard deviation `std`.

    The density is ``exp(-(x - mean)**2 / (2 std**2)) / (std sqrt(2π))``.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(3).normal_(2, 3)
    tensor([ 6.6230,  1.1197, -4.5364])
    """
    mean, std = as_float("normal_", "mean", 1, mean), as_float("normal_", "std", 2, std)
    check_normal(input, std)
    generator = generator_or_default("normal_", generator)
    return draw_into(continuous.fill_normal, destination(input, out), mean, std, generator=generator)


def check_normal(array: Any, std: float) -> None:
    """Raise PyTorch's errors for a negative standard deviation and for types that hold no fractions."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if array.size and array.dtype.kind != "c" and not is_float(array.dtype):
        raise not_implemented("normal_kernel_cpu", array.dtype)


@filling
def exponential(input: Array, lambd: float = 1, *, generator: Any = None, out: Any = None) -> Array:
    """Fill with exponential numbers of rate λ: the times between events that happen λ times per unit of time.

    The density is ``λ exp(-λ x)`` for ``x >= 0``.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(3).exponential_()
    tensor([3.5083, 1.2304, 0.6150])
    """
    rate = as_float("exponential_", "lambd", 1, lambd)
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    if input.size and not is_float(input.dtype):
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating "
            f"point but you specified {FROM_NUMPY[input.dtype].legacy}"
        )
    generator = generator_or_default("exponential_", generator)
    return draw_into(continuous.fill_exponential, destination(input, out), rate, generator=generator)


@filling
def cauchy(
    input: Array, median: float = 0, sigma: float = 1, *, generator: Any = None, out: Any = None
) -> Array:
    """Fill with Cauchy numbers: where a ray from a random angle meets a line. They have no mean.

    The density is ``sigma / (π ((x - median)**2 + sigma**2))``.

    >>> import teachtorch as torch
    >>> bool(torch.empty(1000).cauchy_().abs().max() > 10)
    True
    """
    median, sigma = as_float("cauchy_", "median", 1, median), as_float("cauchy_", "sigma", 2, sigma)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if not is_float(input.dtype):
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point "
            f"but you specified {C_NAMES[FROM_NUMPY[input.dtype].name]}"
        )
    generator = generator_or_default("cauchy_", generator)
    return draw_into(continuous.fill_cauchy, destination(input, out), median, sigma, generator=generator)


@filling
def log_normal(
    input: Array, mean: float = 1, std: float = 2, *, generator: Any = None, out: Any = None
) -> Array:
    """Fill with numbers whose logarithm is normal with mean `mean` and standard deviation `std`.

    >>> import teachtorch as torch
    >>> bool((torch.empty(1000).log_normal_() > 0).all())
    True
    """
    mean, std = as_float("log_normal_", "mean", 1, mean), as_float("log_normal_", "std", 2, std)
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if input.size and not is_float(input.dtype):
        raise not_implemented("log_normal_cpu", input.dtype)
    generator = generator_or_default("log_normal_", generator)
    return draw_into(continuous.fill_log_normal, destination(input, out), mean, std, generator=generator)


# -- whole numbers ---------------------------------------------------------------------------------------


@filling
def geometric(input: Array, p: float, *, generator: Any = None, out: Any = None) -> Array:
    """Fill with the number of tosses until a coin that shows heads with probability `p` does: 1, 2, 3, ...

    The probability of k is ``(1 - p)**(k - 1) * p``.

    >>> import teachtorch as torch
    >>> int(torch.empty(1000).geometric_(0.5).min())
    1
    """
    p = as_float("geometric_", "p", 1, p)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if input.size and input.dtype.kind in "bc":
        raise not_implemented("geometric_cpu", input.dtype)
    generator = generator_or_default("geometric_", generator)
    return draw_into(discrete.fill_geometric, destination(input, out), p, generator=generator)


def _bernoulli_overload(input: Any, p: Any, *rest: Any) -> int:
    return 1 if isinstance(p, Tensor) else 2


@op(promotion=NONE, half=False, method=False, node="Bernoulli", overload=_bernoulli_overload)
def bernoulli_fill(input: Array, p: Array | Scalar, *, generator: Any, out: Any = None) -> Array:
    """The kernel of ``bernoulli_``."""
    array = destination(input, out)
    if not hasattr(p, "ndim"):
        check_probability(input, p)
        return draw_into(discrete.fill_bernoulli, array, p, generator=generator)
    if input.dtype.kind == "c":
        raise not_implemented("bernoulli_tensor_cpu_self_", input.dtype)
    p = check_probabilities(_expanded(p, input.shape))
    return draw_into(discrete.fill_bernoulli_each, array, p, generator=generator)


bernoulli_fill.grad(input=no_gradient, p=no_gradient)
_bernoulli = inplace_caller(bernoulli_fill.op)


@tensor_method
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with 1 with probability `p`, else 0. `p` is a number, or a tensor with one for each element.

    >>> import teachtorch as torch
    >>> torch.empty(2, 3).bernoulli_(torch.tensor([0., 1., 0.]))
    tensor([[0., 1., 0.],
            [0., 1., 0.]])
    """
    if not isinstance(p, (Tensor, int, float, np.number)):
        given = "*, torch.Generator generator = None"
        raise invalid_combination("bernoulli_", (p,), {}, f"Tensor p, {given}", f"float p = 0.5, {given}")
    p = p if isinstance(p, Tensor) else float(p)
    return _bernoulli(self, p, generator=generator_or_default("bernoulli_", generator))


def check_probability(array: Any, p: float) -> None:
    """Raise PyTorch's errors for a `p` outside [0, 1] and for complex tensors."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    if array.size and array.dtype.kind == "c":
        raise not_implemented("bernoulli_scalar_cpu_", array.dtype)


def check_probabilities(p: Any) -> Any:
    """`p`, unless it is not of a real type or not between 0 and 1 everywhere."""
    if p.size and not is_float(p.dtype):
        raise not_implemented("bernoulli_tensor_cpu_p_", p.dtype)
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
            "improved?  If so, please report an enhancement request to PyTorch.)"
        )
    return p


def _expanded(p: Any, shape: tuple[int, ...]) -> Any:
    ndim = len(shape)
    if p.ndim > ndim:
        raise RuntimeError(
            f"expand({list(p.shape)}, size={list(shape)}): the number of sizes provided ({ndim}) must be "
            f"greater or equal to the number of dimensions in the tensor ({p.ndim})"
        )
    for i in range(1, p.ndim + 1):
        if p.shape[-i] not in (1, shape[-i]):
            raise RuntimeError(
                f"The expanded size of the tensor ({shape[-i]}) must match the existing size ({p.shape[-i]}) "
                f"at non-singleton dimension {ndim - i}.  Target sizes: {list(shape)}.  Tensor sizes: "
                f"{list(p.shape)}"
            )
    return expand(p, shape)
