"""Random tensors, on PyTorch's stream: after ``manual_seed(0)`` come PyTorch's numbers, bit for bit.

``creation``   new tensors: ``rand``, ``randn``, ``randint``, ``randperm``, ``normal``, and ``*_like``
``inplace``    methods that fill a tensor: ``uniform_``, ``normal_``, ``exponential_``, ``bernoulli_``, ...
``integers``   ``random_``
``sampling``   draws whose parameters are tensors: ``bernoulli``, ``multinomial``, ``poisson``, ``binomial``

The numbers themselves are made in :mod:`teachtorch.random`. Here is what surrounds them: which arguments
are allowed, which tensor receives the draws, and the derivatives, which are zero: a draw does not depend
smoothly on anything.
"""

from .creation import (
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from .sampling import bernoulli, binomial, multinomial, poisson

__all__ = [
    "bernoulli", "binomial", "multinomial", "normal", "poisson",
    "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm",
]  # fmt: skip
