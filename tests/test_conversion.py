"""Between numpy, Python and dtypes: what shares memory, what copies, and how values are rounded."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import counted, quick, shapes

import teachtorch as torch

GOLDEN = json.loads((Path(__file__).parent / "golden" / "conversion.json").read_text(encoding="utf-8"))
PLAIN = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32", "float64",
    "complex64", "complex128",
]  # fmt: skip

arrays = st.sampled_from(PLAIN).flatmap(
    lambda name: hnp.arrays(np.dtype(name), hnp.array_shapes(min_dims=0, min_side=0))
)


# -- numpy --------------------------------------------------------------------------------------------------


@quick
@given(arrays)
def test_from_numpy_and_back_is_the_same_memory(array: Any) -> None:
    tensor = torch.from_numpy(array)
    assert tensor.dtype.name == array.dtype.name
    assert tensor.shape == array.shape
    assert tensor.numpy().ctypes.data == array.ctypes.data
    assert np.array_equal(tensor.numpy(), array, equal_nan=array.dtype.kind in "fc")


@pytest.mark.parametrize("name", PLAIN)
def test_a_write_on_one_side_shows_on_the_other(name: str) -> None:
    array = np.zeros(3, name)
    tensor = torch.from_numpy(array)
    array[0] = 1
    tensor[1] = 1
    assert tensor.tolist() == array.tolist() == [1, 1, 0]


def test_strides_are_kept() -> None:
    array = counted((3, 4))[::2, ::-1][:, ::-1].T
    tensor = torch.from_numpy(array)
    assert tensor.stride() == (1, 8)
    assert torch.equal(tensor, torch.tensor(array.tolist(), dtype=torch.float64))


def test_tensor_copies_and_as_tensor_shares() -> None:
    array = np.zeros(2)
    assert torch.tensor(array).data_ptr() != array.ctypes.data
    assert torch.as_tensor(array).data_ptr() == array.ctypes.data
    assert torch.asarray(array).data_ptr() == array.ctypes.data
    assert torch.as_tensor(array, dtype=torch.float32).data_ptr() != array.ctypes.data


def test_numpy_functions_take_tensors() -> None:
    x = torch.tensor([1.0, 4.0])
    assert np.asarray(x).tolist() == [1, 4]
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    assert np.sum(x).item() == 5
    assert isinstance(np.sqrt(x), torch.Tensor)
    assert isinstance(x * np.float64(2), torch.Tensor)
    assert isinstance(np.float64(2) * x, torch.Tensor)
    assert isinstance(x * np.ones(2), torch.Tensor)
    with pytest.raises(TypeError, match=r"^unsupported operand"):
        np.ones(2) * x


def test_what_numpy_cannot_have_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"^Can't call numpy"):
        torch.ones(2, requires_grad=True).numpy()
    with pytest.raises(TypeError, match="BFloat16"):
        torch.ones(2).bfloat16().numpy()
    assert torch.ones(2, requires_grad=True).numpy(force=True).tolist() == [1, 1]


def test_a_read_only_array_is_taken_with_a_warning() -> None:
    array = np.zeros(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="^The given NumPy array is not writable"):
        torch.from_numpy(array)


def test_other_libraries_share_memory_through_dlpack() -> None:
    array = np.arange(3.0)
    tensor = torch.from_dlpack(array)
    assert tensor.data_ptr() == array.ctypes.data
    assert np.from_dlpack(tensor).ctypes.data == array.ctypes.data


# -- Python -------------------------------------------------------------------------------------------------


@quick
@given(arrays)
def test_tolist_is_numpys(array: Any) -> None:
    assert repr(torch.from_numpy(array).tolist()) == repr(array.tolist())


@quick
@given(shapes, st.sampled_from(["bool", "int64", "float32", "complex64"]))
def test_nested_lists_and_back(shape: tuple[int, ...], name: str) -> None:
    x = torch.from_numpy(counted(shape)).to(getattr(torch, name))
    again = torch.tensor(x.tolist(), dtype=x.dtype)
    # A list of empty lists does not say how long they would be.
    assert again.numel() == x.numel()
    if x.numel():
        assert torch.equal(again, x)
        assert torch.tensor(x.tolist()).dtype is x.dtype


def test_the_python_number_that_is_in_a_tensor() -> None:
    assert torch.tensor(2.5).item() == float(torch.tensor([2.5])) == 2.5
    assert int(torch.tensor(2.9)) == 2
    assert bool(torch.tensor([[0.5]]))
    assert complex(torch.tensor(1 + 2j)) == 1 + 2j
    assert [10, 20, 30][torch.tensor(1)] == 20
    assert type(torch.tensor(True).item()) is bool
    assert type(torch.tensor(1, dtype=torch.uint8).item()) is int


def test_types_of_python_data() -> None:
    assert torch.tensor([1, 2]).dtype is torch.int64
    assert torch.tensor([1, 2.0]).dtype is torch.float32
    assert torch.tensor([True, False]).dtype is torch.bool
    assert torch.tensor([True, 2]).dtype is torch.int64
    assert torch.tensor([1j, 2]).dtype is torch.complex64
    assert torch.tensor([]).dtype is torch.float32
    assert torch.tensor(np.float64(1)).dtype is torch.float64
    assert torch.tensor([torch.tensor(1), torch.tensor(2.5)]).tolist() == [1, 2.5]


def test_a_copy_is_a_leaf_of_its_own() -> None:
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.zeros(2)
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert torch.equal(twin, x)
        assert twin.requires_grad
        assert twin.is_leaf
        assert twin.data_ptr() != x.data_ptr()
    assert copy.deepcopy(x).grad is not x.grad


# -- dtypes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN["floats"])
def test_floats_are_cast_as_pytorch_casts_them(name: str) -> None:
    values, expected = GOLDEN["floats"][name]
    source = torch.tensor([float.fromhex(v) for v in values], dtype=torch.float64)
    assert shown(source.to(getattr(torch, name))) == expected


@pytest.mark.parametrize("name", GOLDEN["integers"])
def test_integers_wrap_around_or_round(name: str) -> None:
    assert shown(torch.tensor(GOLDEN["from"]).to(getattr(torch, name))) == GOLDEN["integers"][name]


def shown(values: torch.Tensor) -> list[str]:
    return [v.hex() if isinstance(v, float) else repr(v) for v in values.tolist()]


def test_to_returns_the_tensor_itself_where_nothing_changes() -> None:
    x = torch.ones(2)
    assert x.to(torch.float32) is x
    assert x.float() is x
    assert x.to("cpu") is x
    assert x.to(x) is x
    assert x.to(torch.float32, copy=True) is not x
    assert x.contiguous() is x
    assert x.double().to(x).dtype is torch.float32


@pytest.mark.parametrize(
    ("method", "dtype"),
    [("float", torch.float32), ("double", torch.float64), ("half", torch.float16), ("bfloat16", torch.bfloat16),
     ("int", torch.int32), ("long", torch.int64), ("short", torch.int16), ("char", torch.int8), ("byte", torch.uint8),
     ("bool", torch.bool), ("cfloat", torch.complex64), ("cdouble", torch.complex128)],
)  # fmt: skip
def test_the_method_named_after_a_type(method: str, dtype: torch.dtype) -> None:
    assert getattr(torch.tensor([0, 3]), method)().dtype is dtype
    assert getattr(torch.tensor([0, 3]), method)().to(torch.int64).tolist() == [
        0,
        1 if dtype is torch.bool else 3,
    ]


def test_the_gradient_is_cast_back() -> None:
    x = torch.ones(3, requires_grad=True)
    (x.double() * torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [1, 2, 3]


def test_the_gradient_of_a_real_tensor_is_real() -> None:
    x = torch.tensor([3.0], requires_grad=True)
    (x * (1 + 2j)).abs().sum().backward()
    assert x.grad is not None
    assert x.grad.dtype is torch.float32
    assert x.grad.item() == pytest.approx(5**0.5)


def test_the_same_bits_under_another_type() -> None:
    assert torch.tensor([1.0]).view(torch.int32).item() == 0x3F800000
    assert torch.tensor([1 + 2j]).view(torch.float32).tolist() == [1, 2]
    assert torch.zeros(2, dtype=torch.int16).view(torch.int8).shape == (4,)


def test_types_are_single_objects_that_pickle_by_name() -> None:
    for dtype in (torch.float32, torch.bfloat16, torch.bool, torch.complex64):
        assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert torch.float is torch.float32
    assert torch.long is torch.int64
