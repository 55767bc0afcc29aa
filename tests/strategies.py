"""What the property tests draw: shapes, arrays and tensors of them, chains of views."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import teachtorch as torch

quick = settings(deadline=None, derandomize=True, max_examples=60)
"""The same examples in every run, and few enough to wait for."""

shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
filled_shapes = hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


def counted(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The numbers from 0 on, so that every element tells where it was."""
    return np.arange(float(np.prod(shape, dtype=int))).reshape(shape)


def leaf(shape: tuple[int, ...]) -> torch.Tensor:
    """A float64 tensor of :func:`counted` numbers that requires grad."""
    return torch.from_numpy(counted(shape)).requires_grad_()


@st.composite
def view_steps(draw: Any, shape: tuple[int, ...]) -> tuple[str, tuple[Any, ...]]:
    """One view that suits `shape`: the name of the method and its arguments."""
    n = len(shape)
    dims = st.integers(-n, n - 1)
    possible: list[str] = ["unsqueeze", "squeeze"]
    if n:
        possible += ["transpose", "permute", "select", "narrow", "slice", "expand", "unfold_pairs"]
    name = draw(st.sampled_from(possible))
    if name == "unsqueeze":
        return name, (draw(st.integers(-n - 1, n)),)
    if name == "transpose":
        return name, (draw(dims), draw(dims))
    if name == "permute":
        return name, tuple(draw(st.permutations(range(n))))
    if name == "select":
        d = draw(dims)
        if shape[d]:
            return name, (d, draw(st.integers(-shape[d], shape[d] - 1)))
    if name == "narrow":
        d = draw(dims)
        start = draw(st.integers(0, shape[d]))
        return name, (d, start, draw(st.integers(0, shape[d] - start)))
    if name == "slice":
        start, stop = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 5))))
        return "__getitem__", (slice(start, stop, draw(st.integers(1, 3))),)
    if name == "expand":
        return name, (2, *(-1,) * n)
    if name == "unfold_pairs" and shape[0] % 2 == 0:
        return "unflatten", (0, (-1, 2)) if shape[0] else (0, (0, 2))
    return "squeeze", ()


def apply(step: tuple[str, tuple[Any, ...]], x: Any) -> Any:
    """The step on a tensor."""
    return getattr(x, step[0])(*step[1])


def with_numpy(step: tuple[str, tuple[Any, ...]], x: Any) -> Any:
    """The same step on an array, in numpy's words."""
    name, args = step
    if name == "unsqueeze":
        return np.expand_dims(x, args[0])
    if name == "squeeze":
        return x.squeeze()
    if name == "transpose":
        return x.swapaxes(*args)
    if name == "permute":
        return x.transpose(args)
    if name == "select":
        return x[(slice(None),) * (args[0] % x.ndim) + (args[1], ...)]
    if name == "narrow":
        d, start, length = args
        return x[(slice(None),) * (d % x.ndim) + (slice(start, start + length),)]
    if name == "__getitem__":
        return x[args[0]]
    if name == "expand":
        return np.broadcast_to(x, (2, *x.shape))
    return x.reshape((x.shape[0] // 2, 2, *x.shape[1:]))


@st.composite
def view_chains(draw: Any) -> tuple[tuple[int, ...], list[tuple[str, tuple[Any, ...]]]]:
    """A shape, and up to four views one after the other."""
    shape = draw(filled_shapes)
    steps: list[tuple[str, tuple[Any, ...]]] = []
    array = counted(shape)
    for _ in range(draw(st.integers(1, 4))):
        step = draw(view_steps(array.shape))
        if len(array.shape) > 5 or (step[0] == "unflatten" and not array.flags.c_contiguous):
            break
        steps.append(step)
        array = with_numpy(step, array)
    return shape, steps
