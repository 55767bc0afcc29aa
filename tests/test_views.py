"""Views: the same memory under other shapes, strides and offsets, and what a write to one means to the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import apply, counted, filled_shapes, leaf, quick, shapes, view_chains, with_numpy

import teachtorch as torch
from teachtorch.shapes import contiguous_strides

NOT_VIEWABLE = "view size is not compatible with input tensor's size and stride"


@quick
@given(view_chains())
def test_a_chain_of_views_shows_what_numpys_shows(chain: Any) -> None:
    shape, steps = chain
    array = counted(shape)
    tensor = torch.from_numpy(array.copy())
    for step in steps:
        array, tensor = with_numpy(step, array), apply(step, tensor)
    assert tensor.shape == array.shape
    assert np.array_equal(tensor.numpy(), array)


@quick
@given(view_chains())
def test_shape_strides_and_offset_say_where_every_element_lies(chain: Any) -> None:
    shape, steps = chain
    base = torch.from_numpy(counted(shape))
    view = base
    for step in steps:
        view = apply(step, view)
    assume(view.numel())
    again = base.as_strided(view.shape, view.stride(), view.storage_offset())
    assert torch.equal(view, again)
    assert view.data_ptr() == base.data_ptr() + view.storage_offset() * base.element_size()


@quick
@given(view_chains())
def test_a_write_to_a_view_is_a_write_to_its_base(chain: Any) -> None:
    shape, steps = chain
    base = torch.from_numpy(counted(shape))
    places, view = counted(shape), base
    for step in steps:
        places, view = with_numpy(step, places), apply(step, view)
    assert view._base is base
    version = base._version
    view.fill_(-1)
    expected = counted(shape)
    expected.reshape(-1)[places.reshape(-1).astype(int)] = -1
    assert np.array_equal(base.numpy(), expected)
    assert base._version == view._version == version + 1


@quick
@given(view_chains())
def test_the_gradient_of_a_view_goes_to_the_places_it_shows(chain: Any) -> None:
    shape, steps = chain
    x = leaf(shape)
    places, view = counted(shape), x * 1
    for step in steps:
        places, view = with_numpy(step, places), apply(step, view)
    weight = torch.arange(view.numel(), dtype=torch.float64).view(view.shape) + 1
    (view * weight).sum().backward()
    expected = np.zeros(int(np.prod(shape)))
    np.add.at(expected, places.reshape(-1).astype(int), weight.numpy().reshape(-1))
    assert x.grad is not None
    assert np.array_equal(x.grad.numpy(), expected.reshape(shape))


@quick
@given(view_chains())
def test_a_view_written_in_place_cuts_the_gradient_of_what_was_there(chain: Any) -> None:
    """``view.mul_(3)`` triples the gradient of the places that the view shows, and of no other."""
    shape, steps = chain
    assume("expand" not in [name for name, _ in steps])  # several elements in one place cannot be written
    x = leaf(shape)
    y = x * 1
    places, view = counted(shape), y
    for step in steps:
        places, view = with_numpy(step, places), apply(step, view)
    view.mul_(3)
    y.sum().backward()
    expected = np.ones(int(np.prod(shape)))
    expected[places.reshape(-1).astype(int)] = 3
    assert x.grad is not None
    assert np.array_equal(x.grad.numpy(), expected.reshape(shape))


@quick
@given(shapes)
def test_a_new_tensor_is_contiguous(shape: tuple[int, ...]) -> None:
    x = torch.zeros(shape)
    assert x.is_contiguous()
    assert x.stride() == contiguous_strides(shape)
    assert x.storage_offset() == 0


@quick
@given(view_chains(), st.data())
def test_reshape_is_a_view_exactly_where_view_works(chain: Any, data: st.DataObject) -> None:
    shape, steps = chain
    tensor = torch.from_numpy(counted(shape))
    for step in steps:
        tensor = apply(step, tensor)
    assume(tensor.numel())
    size = data.draw(st.sampled_from(factorizations(tensor.numel())))
    reshaped = tensor.reshape(size)
    assert np.array_equal(reshaped.numpy(), tensor.numpy().reshape(size))
    try:
        viewed = tensor.view(size)
    except RuntimeError as refused:
        if not str(refused).startswith(NOT_VIEWABLE):
            raise
        assert reshaped.data_ptr() != tensor.data_ptr()
        assert reshaped.is_contiguous()
    else:
        assert reshaped.data_ptr() == viewed.data_ptr() == tensor.data_ptr()
        assert torch.equal(viewed, reshaped)


def factorizations(n: int) -> list[tuple[int, ...]]:
    """Shapes of `n` elements in up to three dimensions."""
    divisors = [d for d in range(1, n + 1) if n % d == 0]
    found = [(n,), (-1,)]
    found += [(d, n // d) for d in divisors]
    found += [(d, e, n // d // e) for d in divisors for e in divisors if (n // d) % e == 0]
    return found


@quick
@given(filled_shapes, st.data())
def test_permuting_back_gives_the_tensor_back(shape: tuple[int, ...], data: st.DataObject) -> None:
    x = torch.from_numpy(counted(shape))
    order = data.draw(st.permutations(range(len(shape))))
    there = x.permute(order)
    assert there.shape == tuple(shape[d] for d in order)
    assert there.stride() == tuple(x.stride()[d] for d in order)
    back = there.permute([order.index(d) for d in range(len(shape))])
    assert back.stride() == x.stride()
    assert torch.equal(back, x)


@quick
@given(filled_shapes, st.data())
def test_pieces_put_together_are_the_whole(shape: tuple[int, ...], data: st.DataObject) -> None:
    x = torch.from_numpy(counted(shape))
    d = data.draw(st.integers(-len(shape), len(shape) - 1))
    size = data.draw(st.integers(1, 5))
    assert torch.equal(torch.stack(x.unbind(d), d), x)
    assert torch.equal(torch.cat(x.split(size, d), d), x)
    assert torch.equal(torch.cat(x.chunk(size, d), d), x)
    assert torch.equal(torch.cat(x.tensor_split(size, d), d), x)
    assert all(piece._base is x for piece in (*x.unbind(d), *x.split(size, d)))


def test_an_expanded_tensor_repeats_without_copying() -> None:
    x = torch.tensor([[1.0], [2.0]])
    wide = x.expand(2, 1000)
    assert wide.stride() == (1, 0)
    assert wide.data_ptr() == x.data_ptr()
    with pytest.raises(
        RuntimeError, match=r"^unsupported operation: more than one element of the written-to tensor"
    ):
        wide.add_(1)


def test_transposed_memory_cannot_be_viewed_flat() -> None:
    with pytest.raises(RuntimeError, match=NOT_VIEWABLE):
        torch.arange(6).view(2, 3).t().view(6)


# -- versions -----------------------------------------------------------------------------------------------


def test_every_view_counts_the_same_writes() -> None:
    x = torch.zeros(2, 3)
    row, column, twin = x[0], x[:, 0], x.detach()
    row.add_(1)
    column.mul_(2)
    assert x._version == row._version == column._version == twin._version == 2


def test_data_has_a_count_of_its_own() -> None:
    x = torch.zeros(3, requires_grad=True)
    x.data.add_(1)
    assert x._version == 0
    assert torch.equal(x, torch.ones(3))


def test_a_view_learns_its_new_history_when_asked() -> None:
    x = torch.zeros(4, requires_grad=True)
    y = x * 2
    first = y[:2]
    y.add_(1)
    assert first.grad_fn is not None
    assert first.grad_fn.name() == "AsStridedBackward0"
    first.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2, 0, 0]


def test_a_write_through_a_view_gives_a_plain_base_a_history() -> None:
    weight = torch.tensor(3.0, requires_grad=True)
    x = torch.zeros(3)
    x[1] = weight
    assert x.requires_grad
    assert x.grad_fn is not None
    assert x.grad_fn.name() == "torch::autograd::CopySlices"
    (x * x).sum().backward()
    assert weight.grad is not None
    assert weight.grad.item() == 6


@pytest.mark.parametrize("call", ["unbind()", "split(1)", "chunk(2)"])
def test_one_of_several_views_cannot_be_written_with_a_history(call: str) -> None:
    x = torch.zeros(2, 2, requires_grad=True) * 1
    piece = eval(f"x.{call}", {"x": x})[1]
    with pytest.raises(RuntimeError, match=r"^Output 1 of .* is a view and is being modified inplace"):
        piece.add_(1)


def test_a_view_made_without_gradients_cannot_be_written_with_them() -> None:
    x = torch.zeros(2, requires_grad=True) * 1
    with torch.no_grad():
        view = x[0]
    with pytest.raises(
        RuntimeError, match=r"^A view was created in no_grad mode and is being modified inplace"
    ):
        view.add_(1)


def test_a_partly_overwritten_operand_is_refused() -> None:
    x = torch.arange(4.0)
    with pytest.raises(RuntimeError, match=r"^unsupported operation: some elements of the input tensor"):
        x[1:].copy_(x[:-1])
    assert x.tolist() == [0, 1, 2, 3]


def test_a_view_keeps_its_base_alive() -> None:
    view = torch.ones(3)[1:]
    assert view._base is not None
    assert view._base.tolist() == [1, 1, 1]


# -- views of another dtype ---------------------------------------------------------------------------------


def test_a_write_to_the_real_part_reaches_the_complex_number() -> None:
    z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True)
    y = z * 1
    y.real.mul_(3)
    assert y.tolist() == [3 + 2j, 9 - 1j]
    (y.real.sum() + 5 * y.imag.sum()).backward()
    assert z.grad is not None
    assert z.grad.tolist() == [3 + 5j, 3 + 5j]


def test_a_write_to_a_view_of_a_part_reaches_the_complex_number() -> None:
    z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True)
    y = z * 1
    torch.view_as_real(y)[1, :].fill_(7)
    assert y.tolist() == [1 + 2j, 7 + 7j]
    torch.view_as_real(y).sum().backward()
    assert z.grad is not None
    assert z.grad.tolist() == [1 + 1j, 0]


def test_a_write_to_pairs_seen_as_complex_reaches_the_pairs() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    y = x * 1
    torch.view_as_complex(y).mul_(2j)
    assert y.tolist() == [[-4, 2], [-8, 6]]
    (by_x,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    assert by_x.tolist() == [[8, 16], [24, 32]]
    (twice,) = torch.autograd.grad(by_x.sum(), x)
    assert twice.tolist() == [[8, 8], [8, 8]]


def test_the_real_part_knows_that_the_number_was_overwritten() -> None:
    z = torch.tensor([1 + 2j], requires_grad=True)
    y = z * 1
    part = y.real
    y.mul_(2)
    part.sum().backward()
    assert z.grad is not None
    assert z.grad.tolist() == [2]


def test_bits_seen_as_integers_take_no_part_in_gradients() -> None:
    y = torch.tensor([1.0, 2.0], requires_grad=True) * 1
    bits = y.view(torch.int32)
    bits.add_(1)
    assert not bits.requires_grad
    assert y[0].item() > 1
