"""Plain data through a pipe, and everything else that somebody may put into one."""

from __future__ import annotations

import io
import json
import random
import struct

import numpy as np
import pytest

import teachtorch as torch
from teachtorch_exercises.compare import difference
from teachtorch_exercises.grading.protocol import pack_outcome, unpack_outcome
from teachtorch_exercises.grading.wire import (
    MAX_BUFFERS,
    MAX_HEADER,
    WireError,
    pack,
    plain,
    read_frame,
    unpack,
    write_frame,
)
from teachtorch_exercises.outcome import Missing, Opaque, Raised, Returned, Stopped


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -5,
        1 << 1000,
        "ünïcode \ud800 \0",
        2.5,
        float("inf"),
        1 - 2j,
        (),
        (1, [2, (3,)]),
        {"a": (1,), 2: None, (3, 4): {5}},
        frozenset({1}),
        [[[[[]]]]],
    ],
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    tree, buffers = pack(value)
    back = unpack(json.loads(json.dumps(tree)), buffers)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_a_tensor_comes_back_as_it_was(dtype: str, shape: tuple[int, ...]) -> None:
    count = int(np.prod(shape, dtype=int))
    tensor = torch.arange(count).reshape(shape).to(getattr(torch, dtype))
    back = plain(tensor)
    assert isinstance(back, torch.Tensor)
    assert tuple(back.shape) == shape
    assert back.dtype == tensor.dtype
    assert back.tolist() == tensor.tolist()


def test_a_tensor_that_requires_grad_comes_back_as_a_leaf_that_does() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    assert plain(x).requires_grad  # type: ignore[attr-defined]
    assert plain(x * 2).is_leaf  # type: ignore[attr-defined]


def test_views_and_foreign_byte_orders_come_back_by_value() -> None:
    turned = torch.arange(6).reshape(2, 3).T
    assert plain(turned).tolist() == turned.tolist()  # type: ignore[attr-defined]
    big_endian = np.arange(3, dtype=">i4")
    np.testing.assert_array_equal(plain(big_endian), big_endian)  # type: ignore[arg-type]


def test_what_comes_back_can_be_written_to_and_shares_nothing() -> None:
    array = np.zeros(3)
    back = plain(array)
    back[0] = 1  # type: ignore[index]
    assert array[0] == 0


def test_subclasses_come_back_as_their_base() -> None:
    class Odd(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    assert type(plain(Odd(3))) is int
    assert plain(torch.ones(2, 3).shape) == (2, 3)
    assert type(plain(torch.ones(2, 3).shape)) is tuple


def test_objects_come_back_as_a_note_of_their_class() -> None:
    class Thing: ...

    assert plain([Thing()]) == [Opaque(Thing.__qualname__)]
    assert plain(np.array([None], dtype=object)) == Opaque("ndarray")
    assert plain(np.array(["text"])) == Opaque("ndarray")


def _nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def _itself() -> list:
    value: list = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        _nested(100),
        _itself(),
        [0] * 100_000,
        1 << 100_000,
        np.broadcast_to(np.float64(0), (MAX_BUFFERS,)),
        [np.zeros(MAX_BUFFERS // 16)] * 9,
    ],
    ids=["deep", "in itself", "long", "large", "a vast view", "many arrays"],
)
def test_what_is_too_large_does_not_cross(value: object) -> None:
    with pytest.raises(WireError, match="too"):
        pack(value)


@pytest.mark.parametrize(
    ("tree", "buffers"),
    [
        ([], []),
        ([1], []),
        (1.5, []),
        ({}, []),
        (["unknown", 1], []),
        (["float", "x"], []),
        (["float", 1], []),
        (["complex", ["0x1p0"]], []),
        (["tuple"], []),
        (["tuple", 5], []),
        (["tuple", [], []], []),
        (["dict", [[["list", []], 1]]], []),
        (["dict", [[1]]], []),
        (["set", [["list", []]]], []),
        (["array", "object", [1], 0], [b"12345678"]),
        (["array", "float64", [2], 0], [b"12345678"]),
        (["array", "float64", [-1, -1], 0], [b"12345678"]),
        (["array", "float64", [True], 0], [b"12345678"]),
        (["array", "float64", [1], 1], [b"12345678"]),
        (["array", "float64", [1], -1], [b"12345678"]),
        (["array", "float64", ["1"], 0], [b"12345678"]),
        (["array", "float64", [1] * 65, 0], [b"12345678"]),
        (["array", "float64", [0] + [1 << 26] * 20, 0], [b""]),
        (["array", "bool", [1], 0], [b"\7"]),
        (["tensor", "uint16", [1], 0], [b"12"]),
        (["tensor", "float32", [1], 0, True, True], [b"1234"]),
        ([["list", []]], []),
    ],
)
def test_what_is_no_value_is_refused(tree: object, buffers: list[bytes]) -> None:
    with pytest.raises(WireError):
        unpack(tree, buffers)


def test_noise_never_does_anything_but_be_refused() -> None:
    """Trees of the words and shapes that values are made of, put together at random."""
    rng = random.Random(0)
    words = [
        "tuple",
        "list",
        "set",
        "dict",
        "float",
        "complex",
        "tensor",
        "array",
        "float32",
        "bool",
        "",
        "0x1p0",
    ]

    def tree(depth: int) -> object:
        kind = rng.random()
        if depth > 4 or kind < 0.4:
            return rng.choice([*words, None, True, 0, 1, -1, 3, 1.5, 10**30])
        if kind < 0.9:
            return [tree(depth + 1) for _ in range(rng.randrange(5))]
        return {rng.choice(words): tree(depth + 1)}

    for _ in range(20_000):
        try:
            plain(unpack(tree(0), [b"", b"1234", b"\0" * 64]))
        except WireError:
            continue


# ----------------------------------------------------------------------------------------------- frames


def test_a_frame_comes_back_with_its_buffers() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, {"op": "call"}, [b"abc", b""])
    write_frame(pipe, {"op": "value"})
    pipe.seek(0)
    assert read_frame(pipe) == ({"op": "call", "buffers": [3, 0]}, [b"abc", b""])
    assert read_frame(pipe)[0]["op"] == "value"
    with pytest.raises(EOFError):
        read_frame(pipe)


def _frame(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", MAX_HEADER + 1),
        _frame(b"not json"),
        _frame(b"[" * 100_000),
        _frame(b"\xff\xfe"),
        _frame(b"9" * 10_000),
        _frame(b"[]"),
        _frame(b"{}"),
        _frame(b'{"buffers": 3}'),
        _frame(b'{"buffers": [-1]}'),
        _frame(b'{"buffers": [true]}'),
        _frame(b'{"buffers": [1.0]}'),
        _frame(b'{"buffers": [%d]}' % (MAX_BUFFERS + 1)),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        read_frame(io.BytesIO(data))


@pytest.mark.parametrize("data", [b"", b"\0\0", _frame(b"{}")[:-1], _frame(b'{"buffers": [5]}') + b"1234"])
def test_a_frame_that_breaks_off_is_an_end(data: bytes) -> None:
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(data))


# --------------------------------------------------------------------------------------------- outcomes


@pytest.mark.parametrize(
    "outcome",
    [
        Returned((1, None)),
        Raised("ValueError", "bad", 3, "x = 1"),
        Raised("E", ""),
        Missing(),
        Stopped("Too long."),
    ],
)
def test_an_outcome_comes_back_as_it_was(outcome: object) -> None:
    header, buffers = pack_outcome(outcome)  # type: ignore[arg-type]
    assert unpack_outcome(json.loads(json.dumps(header)), buffers) == outcome


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"outcome": "right"},
        {"outcome": ["returned"]},
        {"outcome": "raised"},
        {"outcome": "raised", "kind": 1, "message": "", "source": ""},
        {"outcome": "missing", "why": None},
        {"outcome": "returned", "value": {"points": 9}},
    ],
)
def test_what_is_no_outcome_is_refused(header: dict) -> None:
    with pytest.raises(WireError):
        unpack_outcome(header, [])


def test_an_odd_line_number_is_dropped_and_long_words_are_cut() -> None:
    header = {"outcome": "raised", "kind": "E" * 10**6, "message": "", "source": "", "line": -(10**9)}
    raised = unpack_outcome(header, [])
    assert isinstance(raised, Raised)
    assert raised.line is None
    assert len(raised.kind) == 500


def test_a_value_that_crossed_is_as_good_as_the_value() -> None:
    value = {"x": torch.tensor([1.0, float("nan")]), "y": [1, 2.5, "z"]}
    assert difference(value, plain(value)) is None
