"""``x[...]`` and ``x[...] = v``: like numpy's but for what PyTorch refuses."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import counted, filled_shapes, leaf, quick

import teachtorch as torch


@st.composite
def basic_keys(draw: Any) -> tuple[tuple[int, ...], Any]:
    """A shape and a key of integers, slices, None and Ellipsis; PyTorch's steps are positive."""
    shape = draw(filled_shapes)
    key = draw(hnp.basic_indices(shape, allow_newaxis=True))
    steps = [k.step for k in (key if isinstance(key, tuple) else (key,)) if isinstance(k, slice)]
    assume(all(s is None or s > 0 for s in steps))
    return shape, key


@st.composite
def advanced_keys(draw: Any) -> tuple[tuple[int, ...], Any]:
    """A shape and a key with at least one array of integers or mask among slices and Nones."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    together = draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=1, max_side=3))
    key: list[Any] = []
    for n in shape[: draw(st.integers(1, len(shape)))]:
        kind = draw(st.sampled_from(["array", "array", "slice", "number"]))
        if kind == "array":
            key.append(draw(hnp.arrays(np.int64, together, elements=st.integers(-n, n - 1))))
        elif kind == "slice":
            start, stop = sorted(draw(st.tuples(st.integers(0, n), st.integers(0, n))))
            key.append(slice(start, stop, draw(st.integers(1, 2))))
        else:
            key.append(draw(st.integers(-n, n - 1)))
    assume(any(isinstance(k, np.ndarray) for k in key))
    # An integer beside arrays is one more index for numpy, and a slice taken first for PyTorch: the same unless a
    # slice separates it from them. Such keys are compared with PyTorch itself, in tests/parity.
    assume(not any(type(k) is int for k in key) or not any(isinstance(k, slice) for k in key))
    return shape, tuple(key)


def as_torch(key: Any) -> Any:
    """The key with tensors for its arrays."""
    if isinstance(key, tuple):
        return tuple(as_torch(k) for k in key)
    return torch.from_numpy(key.copy()) if isinstance(key, np.ndarray) else key


keys = st.one_of(basic_keys(), advanced_keys())


@quick
@given(keys)
def test_reading_gives_what_numpy_gives(case: Any) -> None:
    shape, key = case
    found = torch.from_numpy(counted(shape))[as_torch(key)]
    expected = counted(shape)[key]
    assert found.shape == np.shape(expected)
    assert np.array_equal(found.numpy(), expected)


@quick
@given(basic_keys())
def test_integers_and_slices_give_views(case: Any) -> None:
    shape, key = case
    x = torch.from_numpy(counted(shape))
    part = x[key]
    assert part._base is x
    assert part.numel() == 0 or np.shares_memory(part.numpy(), x.numpy())


@quick
@given(advanced_keys())
def test_arrays_give_copies(case: Any) -> None:
    shape, key = case
    assume(any(isinstance(k, np.ndarray) and k.ndim for k in key))  # those without dimensions are integers
    x = torch.from_numpy(counted(shape))
    assert not np.shares_memory(x[as_torch(key)].numpy(), x.numpy())


@quick
@given(keys, st.booleans())
def test_writing_writes_what_numpy_writes(case: Any, one_number: bool) -> None:
    shape, key = case
    x, expected = torch.from_numpy(counted(shape)), counted(shape)
    value: Any = -1.0 if one_number else -counted(np.shape(expected[key])) - 1
    if not one_number and np.unique(counted(shape)[key]).size != np.size(value):
        return  # which of several values for one place is written last is not defined
    expected[key] = value
    x[as_torch(key)] = value if one_number else torch.from_numpy(np.asarray(value))
    assert np.array_equal(x.numpy(), expected)
    assert x._version == 1


@quick
@given(keys)
def test_the_gradient_of_reading_counts_how_often_a_place_was_read(case: Any) -> None:
    shape, key = case
    x = leaf(shape)
    x[as_torch(key)].sum().backward()
    count = np.zeros(int(np.prod(shape)))
    np.add.at(count, np.reshape(counted(shape)[key], -1).astype(int), 1)
    assert x.grad is not None
    assert np.array_equal(x.grad.numpy(), count.reshape(shape))


@quick
@given(keys)
def test_the_gradient_of_writing_goes_to_the_value(case: Any) -> None:
    shape, key = case
    places = counted(shape)[key]
    if np.unique(places).size != np.size(places):
        return
    x, value = leaf(shape), leaf(np.shape(places))
    y = x * 1
    y[as_torch(key)] = value
    (y * torch.from_numpy(counted(shape) + 1)).sum().backward()
    expected = counted(shape) + 1
    assert value.grad is not None
    assert x.grad is not None
    assert np.array_equal(value.grad.numpy(), expected[key])
    expected[key] = 0
    assert np.array_equal(x.grad.numpy(), expected)


@quick
@given(filled_shapes, st.data())
def test_a_mask_reads_and_writes_where_it_is_true(shape: tuple[int, ...], data: st.DataObject) -> None:
    dims = data.draw(st.integers(1, len(shape)))
    mask = data.draw(hnp.arrays(np.bool_, shape[:dims]))
    x, array = torch.from_numpy(counted(shape)), counted(shape)
    assert np.array_equal(x[torch.from_numpy(mask)].numpy(), array[mask])
    x[torch.from_numpy(mask)] = -1
    array[mask] = -1
    assert np.array_equal(x.numpy(), array)


@quick
@given(filled_shapes, st.data())
def test_adding_at_places_that_repeat_adds_every_time(shape: tuple[int, ...], data: st.DataObject) -> None:
    index = data.draw(hnp.arrays(np.int64, 5, elements=st.integers(0, shape[0] - 1)))
    x, expected = torch.from_numpy(counted(shape)), counted(shape)
    values = counted((5, *shape[1:]))
    np.add.at(expected, index, values)
    x.index_put_((torch.from_numpy(index),), torch.from_numpy(values), accumulate=True)
    assert np.array_equal(x.numpy(), expected)


@quick
@given(filled_shapes, st.data())
def test_gather_and_scatter_undo_each_other(shape: tuple[int, ...], data: st.DataObject) -> None:
    d = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = counted(shape)
    order = np.argsort(data.draw(hnp.arrays(np.float64, shape, elements=st.floats(0, 1))), axis=d)
    gathered = torch.from_numpy(x).gather(d, torch.from_numpy(order))
    assert np.array_equal(gathered.numpy(), np.take_along_axis(x, order, d))
    back = torch.zeros(shape, dtype=torch.float64).scatter(d, torch.from_numpy(order), gathered)
    assert np.array_equal(back.numpy(), x)


# -- the corners --------------------------------------------------------------------------------------------


def test_true_and_false_are_masks_without_dimensions() -> None:
    x = torch.arange(3)
    assert x[True].shape == (1, 3)
    assert x[False].shape == (0, 3)
    assert x[torch.tensor(True)].shape == (1, 3)
    x[False] = 7
    assert x.tolist() == [0, 1, 2]


def test_a_tensor_without_dimensions_is_an_integer() -> None:
    x = torch.arange(6).view(2, 3)
    assert x[torch.tensor(1)].tolist() == [3, 4, 5]
    assert x[torch.tensor(1), torch.tensor(2)].item() == 5
    assert x[torch.tensor(1)].data_ptr() == x[1].data_ptr()


def test_a_list_is_a_tensor_of_indices() -> None:
    x = torch.arange(6).view(2, 3)
    assert x[[1, 0]].tolist() == [[3, 4, 5], [0, 1, 2]]
    assert x[[True, False]].tolist() == [[0, 1, 2]]
    assert x[:, [2, 0]].tolist() == [[2, 0], [5, 3]]


def test_arrays_apart_put_their_dimensions_first() -> None:
    x = torch.arange(24).view(2, 3, 4)
    assert x[torch.tensor([0, 1]), :, torch.tensor([1, 2])].shape == (2, 3)
    assert x[:, torch.tensor([0, 1]), torch.tensor([1, 2])].shape == (2, 2)


def test_a_number_is_cast_to_the_dtype_and_a_tensor_must_have_it() -> None:
    x = torch.zeros(3)
    x[0] = 2
    x[1] = torch.tensor(5)  # the whole slice is overwritten: copied, and so cast
    assert x.tolist() == [2, 5, 0]
    with pytest.raises(RuntimeError, match=r"^Index put requires the source and destination dtypes match"):
        x[[2]] = torch.tensor([5])


def test_augmented_assignment_writes_through_the_view() -> None:
    x = torch.zeros(2, 2)
    x[0] += 1
    x[:, 1] *= 3
    assert x.tolist() == [[1, 3], [0, 0]]
