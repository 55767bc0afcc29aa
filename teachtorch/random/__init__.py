"""Random numbers: the state of ``torch.random``, and the stream that is PyTorch's CPU stream bit for bit.

======================  ====================================================================================
:mod:`.generator`       :class:`Generator`: the Mersenne Twister, its seed and its state
:mod:`.continuous`      uniform, normal, exponential, Cauchy, log-normal numbers into numpy arrays
:mod:`.discrete`        integers, permutations, Bernoulli, geometric, multinomial draws
:mod:`.rejection`       Poisson, gamma, Dirichlet, binomial numbers
:mod:`.normal`          the Box-Muller transform with Cephes' polynomials
:mod:`.fma`, ``.libm``  arithmetic with PyTorch's roundings
:mod:`.arrays`          the order in which the elements of an array receive their draws
======================  ====================================================================================

What is bit for bit, and where. Integers, permutations, uniform and Bernoulli numbers: everywhere. float32
normals in tensors of 16 or more elements: as PyTorch computes them on x86-64 with AVX2, everywhere. All
other distributions go through the C library's ``log``, ``sin``, ``tan``, ...: bit for bit where that
library is the one that PyTorch uses on the same machine, and within a few units in the last place
elsewhere. Dirichlet samples differ in the last places (the sum is taken in another order), and
``multinomial`` without replacement may order categories of equal rank otherwise, which two-byte types and
zero weights make possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .generator import Generator, default_generator

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]


def manual_seed(seed: Any) -> Generator:
    """Start the default generator anew from a seed, and return it: the same seed gives the same numbers.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator anew from a seed that the operating system makes up, and return that."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator started from."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator, a uint8 tensor, for :func:`set_rng_state`.

    >>> import teachtorch as torch
    >>> state = torch.get_rng_state()
    >>> first = torch.rand(3)
    >>> torch.set_rng_state(state)
    >>> torch.equal(first, torch.rand(3))
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Let the default generator continue from a state."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Iterator[None]:
    """Draw inside the ``with`` block without trace: afterwards the default generator is as it was before.

    `devices` are accepted for PyTorch's sake: there is one stream, for all devices.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> with torch.random.fork_rng():
    ...     _ = torch.rand(100)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])
    """
    if not enabled or device_type == "meta":
        yield
        return
    state = default_generator._get_state_bytes()
    try:
        yield
    finally:
        default_generator._set_state_bytes(state)
