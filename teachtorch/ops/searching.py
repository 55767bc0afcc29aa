"""Which elements occur, and where a value would stand among sorted ones. Nothing here has a derivative."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ..dtypes import FROM_NUMPY
from ..op import composite
from ..shapes import wrap_dim
from ..tensor import Tensor, wrap
from .results import written

__all__ = ["bucketize", "isin", "searchsorted", "unique", "unique_consecutive", "unravel_index"]


def _select_results(values: Any, inverse: Any, counts: Any, return_inverse: bool, return_counts: bool) -> Any:
    results = [wrap(np.ascontiguousarray(values))]
    if return_inverse:
        results.append(wrap(inverse))
    if return_counts:
        results.append(wrap(counts))
    return results[0] if len(results) == 1 else tuple(results)


@composite()
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The elements that occur (or the slices, along `dim`), each once and in order.

    With `return_inverse`, also which of them each element is; with `return_counts`, how often each occurs.

    >>> import teachtorch as torch
    >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    array = input._array
    axis = None if dim is None else wrap_dim(dim, array.ndim)
    if axis is not None and array.shape[axis] and not array.size:
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    if axis is not None and not array.size:
        empty = np.zeros(0, np.int64)
        return _select_results(array.copy(), empty, empty, return_inverse, return_counts)
    values, inverse, counts = np.unique(
        array, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
    )
    inverse = inverse.reshape(array.shape if axis is None else -1)
    return _select_results(values, inverse, counts, return_inverse, return_counts)


@composite()
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Each run of equal elements (or slices, along `dim`) once.

    >>> import teachtorch as torch
    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    array = input._array
    axis = 0 if dim is None else wrap_dim(dim, array.ndim)
    lines = array.reshape(-1) if dim is None else np.moveaxis(array, axis, 0)
    n = len(lines)
    if dim is not None and n and not array.size:
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    differs = (lines[1:] != lines[:-1]).any(tuple(range(1, lines.ndim)))
    starts = np.concatenate([np.ones(min(n, 1), bool), differs])
    inverse = np.cumsum(starts) - 1
    values = lines[starts] if dim is None else np.moveaxis(lines[starts], 0, axis)
    if dim is None:
        inverse = inverse.reshape(array.shape)
    counts = np.bincount(inverse.reshape(-1)) if n else np.zeros(0, np.int64)
    return _select_results(values, inverse, counts, return_inverse, return_counts)


@composite(method=False)
def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False, out: Any = None
) -> Tensor:
    """Whether each element occurs among the test elements.

    >>> import teachtorch as torch
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])
    """
    if not isinstance(elements, Tensor) and not isinstance(test_elements, Tensor):
        raise TypeError("isin(): at least one of elements and test_elements must be a Tensor")
    left = elements._array if isinstance(elements, Tensor) else np.asarray(elements)
    right = test_elements._array if isinstance(test_elements, Tensor) else np.asarray(test_elements)
    result = wrap(np.isin(left, right, invert=invert).reshape(left.shape))
    return written(result, out)


def _below(sequence: Any, values: Any, side: Literal["left", "right"]) -> Any:
    """How many elements of each sorted line stand before the value; the lines go with the values' lines."""
    if sequence.ndim == 1:
        return np.asarray(np.searchsorted(sequence, values, side=side))
    found = np.zeros(values.shape, np.int64)
    for line in np.ndindex(sequence.shape[:-1]):
        found[line] = np.searchsorted(sequence[line], values[line], side=side)
    return found


@composite(method=False)
def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
    out: Any = None,
) -> Tensor:
    """The place before which each value would have to be inserted to keep the sequence sorted.

    ``right=False``: before equal elements, ``right=True``: after them. A sequence of several dimensions
    holds a sorted line for each line of `input`.

    >>> import teachtorch as torch
    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6]))
    tensor([1, 3])
    """
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right "
            "was True"
        )
    sequence = sorted_sequence._array
    if isinstance(input, Tensor):
        values = input._array
        if values.dtype != sequence.dtype:
            raise RuntimeError(
                "torch.searchsorted(): boundary tensor and input value tensor should have same dtype, but "
                f"got boundary tensor dtype {_c_name(sequence.dtype)} and input value tensor dtype "
                f"{_c_name(values.dtype)}"
            )
    else:
        values = np.asarray(input)
    if sequence.ndim != 1 and (values.ndim == 0 or sequence.shape[:-1] != values.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
            "boundaries tensor and input value tensor must match, but we got boundaries tensor "
            f"{list(sequence.shape)} and input value tensor {list(values.shape)}"
        )
    if sorter is not None:
        if sorter.shape != sorted_sequence.shape:
            raise RuntimeError(
                "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                f"{list(sequence.shape)}and got sorter tensor {list(sorter.shape)}"
            )
        sequence = np.take_along_axis(sequence, sorter._array, -1)
    found = _below(sequence, values, "right" if right or side == "right" else "left")
    result = wrap(found.astype(np.int32 if out_int32 else np.int64))
    return written(result, out)


def _c_name(dtype: Any) -> str:
    return FROM_NUMPY[dtype].legacy


@composite(method=False)
def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Any = None
) -> Tensor:
    """The number of the bucket each value falls in, between sorted boundaries.

    >>> import teachtorch as torch
    >>> torch.bucketize(torch.tensor([0., 2., 9.]), torch.tensor([1., 3.]))
    tensor([0, 1, 2])
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


@composite(method=False)
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The coordinates, in a tensor of `shape`, of elements given by their place in the flattened one.

    >>> import teachtorch as torch
    >>> torch.unravel_index(torch.tensor([1, 5]), (2, 3))
    (tensor([0, 1]), tensor([1, 2]))
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if indices._array.dtype.kind not in "iu":
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    place, coordinates = indices._array, []
    for n in reversed(sizes):
        coordinates.append(wrap(np.asarray(place % n)))
        place = place // n
    return tuple(reversed(coordinates))
