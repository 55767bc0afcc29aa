"""Values of tensors as short texts and small pictures. Works on any tensor that converts to numpy."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_TEXT = 22  # characters of a value on a node
HEAT_ROWS, HEAT_COLUMNS = 8, 24


def array(tensor: Any) -> np.ndarray[Any, Any]:
    """The numbers of `tensor` as a numpy array, whatever its device, dtype and graph."""
    if isinstance(tensor, (np.ndarray, np.generic)):
        return np.asarray(tensor)
    tensor = tensor.detach().cpu()
    try:
        return np.asarray(tensor.numpy())
    except TypeError:  # a dtype that numpy has not: bfloat16
        return np.asarray(tensor.float().numpy())


def scalar(value: Any) -> str:
    """One number in a few characters.

    >>> scalar(3.0), scalar(0.1234567), scalar(True), scalar(12)
    ('3.', '0.1235', 'True', '12')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.4g}"
    text = f"{float(value):.4g}"
    return f"{text}." if text.lstrip("-").isdigit() else text


def short(tensor: Any, room: int = MAX_TEXT) -> str:
    """The values of `tensor` in one line of at most `room` characters.

    >>> short(np.array([[1.0, 2.0], [3.0, 4.5]]))
    '[[1. 2.] [3. 4.5]]'
    >>> short(np.linspace(0, 1, 100), room=20)
    '[0. 0.0101 0.0202 …]'
    """
    values = array(tensor)
    if values.ndim == 0:
        return scalar(values[()])
    if values.size == 0:
        return "[]"
    if values.size <= room:
        text = _nested(values)
        if len(text) <= room:
            return text
    opening = "[" * values.ndim
    kept: list[str] = []
    for value in values.reshape(-1)[:room]:
        if len(opening) + sum(len(word) + 1 for word in kept) + len(scalar(value)) + 3 > room:
            break
        kept.append(scalar(value))
    return f"{opening}{' '.join([*kept, '…'])}]" if kept else f"{opening}…]"


def _nested(values: np.ndarray[Any, Any]) -> str:
    if values.ndim == 0:
        return scalar(values[()])
    return f"[{' '.join(_nested(row) for row in values)}]"


def cell_texts(tensor: Any, places: Sequence[int]) -> list[str]:
    """The values at `places` of the flattened tensor, short enough for a cell."""
    flat = array(tensor).reshape(-1)
    return [cell(flat[place]) for place in places]


def cell(value: Any) -> str:
    """One number in about four characters.

    >>> cell(0.123456), cell(12.0), cell(-1234.5), cell(1e-9)
    ('0.12', '12.', '-1.2e3', '1e-9')
    """
    if isinstance(value, (bool, np.bool_)):
        return "T" if value else "F"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.2g}"
    value = float(value)
    if value.is_integer() and abs(value) < 1000:
        return f"{value:.0f}."
    if 0.01 <= abs(value) < 1000:
        return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}" if exponent else mantissa


def fitted(values: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """`values` summed down to `shape`: what the engine does with the gradient of a tensor that was broadcast.

    >>> fitted(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    axes = summed_axes(values.shape, shape)
    if not axes:
        return values
    return values.sum(axis=axes, keepdims=True).reshape(shape)


def summed_axes(larger: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `larger` to sum over to arrive at `shape`.

    >>> summed_axes((4, 3, 2), (3, 1))
    (0, 2)
    """
    inserted = len(larger) - len(shape)
    if inserted < 0:
        return ()
    own = (1,) * inserted + tuple(shape)
    return tuple(
        axis for axis, (a, b) in enumerate(zip(larger, own)) if axis < inserted or (b == 1 and a != 1)
    )


def heat_map(tensor: Any) -> tuple[str, int, int] | None:
    """The values as a picture: ``(data URI of a PNG, columns, rows)``, one dot a value, or ``None`` for few
    values.

    Blue is negative, orange positive, the strength is the size relative to the largest; a large tensor is
    sampled. The text beside it says the numbers, so that nothing is said by colour alone.
    """
    values = array(tensor)
    if values.size <= 6 or values.dtype.kind not in "fiu":
        return None
    table = values.astype(np.float64).reshape(-1, values.shape[-1] or 1)
    if len(table) == 1 and table.shape[1] > HEAT_COLUMNS:
        table = table[:, np.linspace(0, table.shape[1] - 1, HEAT_COLUMNS).astype(int)]
    rows = np.unique(np.linspace(0, len(table) - 1, HEAT_ROWS).astype(int))
    columns = np.unique(np.linspace(0, table.shape[1] - 1, HEAT_COLUMNS).astype(int))
    dots = table[np.ix_(rows, columns)]
    finite = np.abs(dots[np.isfinite(dots)])
    strength = np.nan_to_num(dots / (finite.max() if finite.size and finite.max() else 1.0), nan=0.0)
    strength = np.clip(strength, -1, 1)[..., None]
    white, cold, warm = np.array([245, 245, 245]), np.array([0, 114, 178]), np.array([213, 94, 0])
    colours = white + np.where(strength > 0, strength * (warm - white), -strength * (cold - white))
    return png(colours.round().astype(np.uint8)), dots.shape[1], dots.shape[0]


def png(pixels: np.ndarray[Any, Any]) -> str:
    """An array (rows, columns, 3) of bytes as a data URI."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)  # each row begins with its filter: none
    chunks = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),  # 8 bits, true colour
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
