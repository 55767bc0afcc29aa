"""Broadcasting: which shapes meet, what the result is, and how gradients find their way back."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import counted, leaf, quick, shapes

import teachtorch as torch

pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4)
triples = hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3)


def sum_back(array: Any, shape: tuple[int, ...]) -> Any:
    """`array` summed over everything that broadcasting `shape` to it repeated."""
    array = np.asarray(array)
    extra = array.ndim - len(shape)
    array = array.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and array.shape[i] != 1)
    return array.sum(axis=axes, keepdims=True)


@quick
@given(pairs)
def test_two_tensors_meet_as_in_numpy(shapes: Any) -> None:
    a, b = (counted(s) for s in shapes.input_shapes)
    x, y = torch.from_numpy(a), torch.from_numpy(b)
    for result, expected in (
        (x + y, a + b),
        (x * y, a * b),
        (x > y, a > b),
        (torch.maximum(x, y), np.maximum(a, b)),
    ):
        assert result.shape == shapes.result_shape
        assert np.array_equal(result.numpy(), expected)


@quick
@given(triples)
def test_three_tensors_meet_as_in_numpy(shapes: Any) -> None:
    a, b, c = (counted(s) for s in shapes.input_shapes)
    found = torch.where(torch.from_numpy(a) > 1, torch.from_numpy(b), torch.from_numpy(c))
    assert np.array_equal(found.numpy(), np.where(a > 1, b, c))


@quick
@given(pairs)
def test_gradients_have_the_shape_of_their_tensor(shapes: Any) -> None:
    x, y = (leaf(s) for s in shapes.input_shapes)
    weight = np.asarray(counted(shapes.result_shape) + 1)
    (x * y * torch.from_numpy(weight)).sum().backward()
    for mine, other in ((x, y), (y, x)):
        assert mine.grad is not None
        assert mine.grad.shape == mine.shape
        expected = sum_back(np.broadcast_to(other.detach().numpy() * weight, shapes.result_shape), mine.shape)
        assert np.array_equal(mine.grad.numpy(), expected)


@quick
@given(pairs)
def test_second_derivatives_find_their_way_back_too(shapes: Any) -> None:
    x, y = (leaf(s) for s in shapes.input_shapes)
    (by_x,) = torch.autograd.grad((x * x * y).sum(), x, create_graph=True)
    (twice,) = torch.autograd.grad(by_x.sum(), x)
    expected = sum_back(np.broadcast_to(2 * y.detach().numpy(), shapes.result_shape), x.shape)
    assert np.array_equal(twice.numpy(), expected)


@quick
@given(shapes, shapes)
def test_shapes_that_do_not_meet_are_told_apart_by_the_last_dimension_that_differs(
    left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    try:
        np.broadcast_shapes(left, right)
    except ValueError:
        a, b, dim = first_difference(left, right)
        with pytest.raises(RuntimeError) as caught:
            torch.zeros(left) + torch.zeros(right)
        assert str(caught.value) == (
            f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}"
        )
    else:
        assert (torch.zeros(left) + torch.zeros(right)).shape == np.broadcast_shapes(left, right)


def first_difference(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, int, int]:
    """The two sizes and the dimension that PyTorch names: it compares from the end."""
    ndim = max(len(left), len(right))
    for i in range(1, min(len(left), len(right)) + 1):
        if left[-i] != right[-i] and 1 not in (left[-i], right[-i]):
            return left[-i], right[-i], ndim - i
    raise AssertionError("these shapes meet")


@quick
@given(pairs)
def test_in_place_the_target_decides_the_shape(shapes: Any) -> None:
    target, other = (torch.from_numpy(counted(s)) for s in shapes.input_shapes)
    if target.shape == shapes.result_shape:
        expected = target + other
        assert torch.equal(target.add_(other), expected)
    else:
        with pytest.raises(RuntimeError, match=r"^output with shape .* doesn't match the broadcast shape"):
            target.add_(other)


@quick
@given(pairs)
def test_broadcast_tensors_and_expand_agree(shapes: Any) -> None:
    x, y = (torch.from_numpy(counted(s)) for s in shapes.input_shapes)
    for before, after in zip((x, y), torch.broadcast_tensors(x, y)):
        assert after.shape == shapes.result_shape
        assert torch.equal(after, before.expand(shapes.result_shape))
        assert torch.equal(after, before.broadcast_to(shapes.result_shape))


@quick
@given(shapes, st.sampled_from([2, 2.5, True, 1 + 2j]))
def test_numbers_meet_every_shape(shape: tuple[int, ...], number: Any) -> None:
    x = counted(shape)
    for result in (torch.from_numpy(x) * number, number * torch.from_numpy(x)):
        assert result.shape == shape
        assert np.array_equal(result.numpy(), x * number)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((8, 1, 6, 1), (7, 1, 5), (8, 7, 6, 5)),
        ((5, 4), (1,), (5, 4)),
        ((15, 3, 5), (3, 1), (15, 3, 5)),
        ((0,), (1,), (0,)),
    ],
)
def test_the_examples_of_every_textbook(left: Any, right: Any, expected: Any) -> None:
    assert (torch.ones(left) + torch.ones(right)).shape == expected
