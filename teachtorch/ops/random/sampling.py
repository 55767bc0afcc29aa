"""Draws whose parameters are tensors: ``bernoulli``, ``multinomial``, ``poisson``, ``binomial``.

The result is new and lies in logical order. Where the parameter may require a gradient it gets one of
zeros: the draws jump from one integer to the next, and between the jumps they are constant.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...binding import REQUIRED, Array, invalid_combination
from ...dtypes import FROM_NUMPY
from ...inplace import write_out
from ...op import NONE, composite, op
from ...random import discrete, rejection
from ...tensor import Tensor, wrap
from .arguments import (
    as_float,
    as_int,
    draw_into,
    generator_or_default,
    is_float,
    not_implemented,
)
from .creation import draw_out
from .inplace import check_probabilities, check_probability

__all__ = ["bernoulli", "binomial", "multinomial", "poisson"]


def no_derivative(name: str) -> Any:
    """A derivative that PyTorch does not have."""

    def rule(grad: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return rule


# -- Bernoulli -------------------------------------------------------------------------------------------


@composite()
def bernoulli(input: Tensor, p: Any = None, *, generator: Any = None, out: Tensor | None = None) -> Tensor:
    """1 with the probability that the element of `input` says, else 0; or with probability `p` everywhere.

    >>> import teachtorch as torch
    >>> torch.bernoulli(torch.tensor([0., 1., 1.]))
    tensor([0., 1., 1.])
    """
    _check_input("bernoulli", input)
    generator = generator_or_default("bernoulli", generator)
    if p is None and out is None:
        return bernoulli_of(input, generator=generator)
    if out is None:
        return bernoulli_like(input, as_float("bernoulli", "p", 2, p), generator=generator)
    if p is None:
        draw = lambda array, generator: _toss_each(array, input._array, generator)
        return draw_out(out, input._array.shape, draw, generator)
    forms = "Tensor input, *, torch.Generator generator = None, Tensor out = None", "Tensor input, float p"
    raise invalid_combination("bernoulli", (input, p), {"out": out}, *forms)


def _check_input(name: str, input: Any) -> None:
    if not isinstance(input, Tensor):
        kind = type(input).__name__
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")


@op(promotion=NONE, half=False, method=False, node="Bernoulli")
def bernoulli_of(input: Array, *, generator: Any = None) -> Array:
    """The kernel of ``bernoulli(input)``: the elements are the probabilities."""
    return _toss_each(np.empty(input.shape, input.dtype), input, generator)


def _toss_each(array: Any, p: Any, generator: Any) -> Any:
    return draw_into(discrete.fill_bernoulli_each, array, check_probabilities(p), generator=generator)


bernoulli_of.grad(input=lambda grad, F: F.zeros_like(grad))


@op(promotion=NONE, half=False, method=False, node="Bernoulli", overload=lambda *_: 2)
def bernoulli_like(input: Array, p: float, *, generator: Any = None) -> Array:
    """The kernel of ``bernoulli(input, p)``: only the shape and type of `input` matter."""
    check_probability(input, p)
    return draw_into(discrete.fill_bernoulli, np.empty(input.shape, input.dtype), p, generator=generator)


bernoulli_like.grad(input=no_derivative("bernoulli"))


# -- multinomial -----------------------------------------------------------------------------------------


@composite()
def multinomial(
    input: Tensor,
    num_samples: Any = REQUIRED,
    replacement: bool = False,
    *,
    generator: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """Category numbers, drawn with probabilities proportional to `input`.

    There are `num_samples` of them, for each row if `input` is a matrix. Without `replacement` no category
    comes twice.

    >>> import teachtorch as torch
    >>> torch.multinomial(torch.tensor([0., 10., 0.]), 3, replacement=True)
    tensor([1, 1, 1])
    """
    _check_input("multinomial", input)
    if num_samples is REQUIRED:
        raise TypeError('multinomial() missing 1 required positional arguments: "num_samples"')
    count = as_int(num_samples)
    if count is None:
        kind = type(num_samples).__name__
        raise TypeError(f"multinomial(): argument 'num_samples' (position 2) must be int, not {kind}")
    generator = generator_or_default("multinomial", generator)
    weights = input._array
    _check_multinomial(weights, count, replacement, out)
    if weights.size == 0:
        drawn = np.empty((*weights.shape[:-1], count), np.int64)
    elif replacement and count > 1:
        drawn = discrete.multinomial_with_replacement(weights, count, generator)
    else:
        drawn = discrete.multinomial_without_replacement(weights, count, generator)
    return wrap(drawn) if out is None else write_out(out, wrap(drawn))


def _check_multinomial(weights: Any, count: int, replacement: bool, out: Any) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not is_float(weights.dtype):
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            + FROM_NUMPY[weights.dtype].legacy
        )
    if out is not None and out._array.dtype != np.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.legacy}")
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    if not weights.size:
        return
    if replacement and count > 1:
        if not (weights >= 0).all():
            raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
        if not np.isfinite(weights).all():
            raise RuntimeError(
                "invalid multinomial distribution (encountering probability entry = infinity or NaN)"
            )
    elif not ((weights >= 0) & np.isfinite(weights)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not weights.astype(np.float64).sum(-1).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


# -- counts ----------------------------------------------------------------------------------------------


@op(promotion=NONE, half=False, method=False)
def poisson(input: Array, generator: Any = None) -> Array:
    """The number of events in a unit of time in which `input` are to be expected, for each element.

    The probability of k is ``λ**k exp(-λ) / k!``.

    >>> import teachtorch as torch
    >>> torch.poisson(torch.zeros(3))
    tensor([0., 0., 0.])
    """
    if input.size and not is_float(input.dtype):
        raise not_implemented("poisson_cpu", input.dtype)
    if not (input >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return rejection.poisson(input, generator_or_default("poisson", generator))


poisson.grad(input=lambda grad, F: F.zeros_like(grad))


@op(promotion=NONE, half=False, method=False)
def binomial(count: Array, prob: Array, generator: Any = None) -> Array:
    """The number of heads in `count` tosses of a coin that shows heads with probability `prob`.

    The probability of k heads in n tosses is ``n! / (k! (n - k)!) * p**k (1 - p)**(n - k)``. The two tensors
    have the same dtype and broadcast.

    >>> import teachtorch as torch
    >>> torch.binomial(torch.tensor([3., 8.]), torch.tensor([0., 1.]))
    tensor([0., 8.])
    """
    kind = FROM_NUMPY[count.dtype]
    if not is_float(count.dtype):
        raise ValueError(f"binomial only supports floating-point dtypes for count, got: {kind.legacy}")
    if not is_float(prob.dtype):
        raise ValueError(
            f"binomial only supports floating-point dtypes for prob, got: {FROM_NUMPY[prob.dtype].legacy}"
        )
    if count.dtype != prob.dtype:
        raise RuntimeError(f"Found dtype {FROM_NUMPY[prob.dtype].legacy} but expected {kind.legacy}")
    if count.itemsize == 2:
        raise not_implemented("binomial_cpu", count.dtype)
    count, prob = np.broadcast_arrays(count, prob)
    return rejection.binomial(count, prob, generator_or_default("binomial", generator))


binomial.grad(count=no_derivative("binomial"), prob=no_derivative("binomial"))
