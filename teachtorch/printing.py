"""How a tensor is written: ``repr``, ``str`` and ``format``, character for character as PyTorch does it.

A tensor is written in four steps, one function each:

1. **Select.** More than ``threshold`` elements: keep the first and last ``edgeitems`` of every axis.
2. **Decide.** From the selected numbers choose *one* notation and *one* width for the whole tensor
   (:class:`ElementFormat`), so that the columns line up.
3. **Lay out.** Nest the brackets and break the innermost rows at ``linewidth`` columns.
4. **Annotate.** Append what the numbers do not tell: ``dtype=``, ``size=``, ``device=``, ``grad_fn=``.

>>> import teachtorch as torch
>>> torch.tensor([1.0, 2.5, 1001.0])
tensor([1.0000e+00, 2.5000e+00, 1.0010e+03])
>>> torch.set_printoptions(precision=2, sci_mode=False)
>>> torch.tensor([1.0, 2.5, 1001.0])
tensor([   1.00,    2.50, 1001.00])
>>> torch.set_printoptions(profile="default")
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import dtypes

__all__ = ["format_tensor", "get_printoptions", "printoptions", "set_printoptions", "tensor_repr"]


@dataclasses.dataclass
class PrintOptions:
    """The settings behind :func:`set_printoptions`; the defaults are the profile ``"default"``."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PRINT_OPTS = PrintOptions()

_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors are printed from now on.

    Args:
        precision: digits after the decimal point (4).
        threshold: tensors with more elements than this are summarized with ``...`` (1000).
        edgeitems: how many elements a summary keeps at each end of every axis (3).
        linewidth: the column at which rows are broken (80).
        profile: ``"default"``, ``"short"`` (2 digits, 2 edge items) or ``"full"`` (never summarize);
            applied before the other arguments.
        sci_mode: ``True`` or ``False`` to force or forbid scientific notation, ``None`` to let the
            numbers decide. Unlike the others it is set by *every* call, so leaving it out resets it.
    """
    settings = dict(_PROFILES.get(profile, {})) if profile is not None else {}
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    settings.update((name, value) for name, value in given.items() if value is not None)
    for name, value in settings.items():
        setattr(PRINT_OPTS, name, value)
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """Return the current settings as keyword arguments for :func:`set_printoptions`."""
    return dataclasses.asdict(PRINT_OPTS)


@contextlib.contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """Use other print settings inside a ``with`` block; arguments as for :func:`set_printoptions`."""
    before = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**before)


# --- 2. Decide: one notation and one width --------------------------------------------------------------


class ElementFormat:
    """The notation and column width shared by all elements of one tensor.

    Floating-point numbers are written in one of three notations:

    ============  ==========================================================  ==============
    integer       every finite element is a whole number                      ``1.``
    scientific    the largest is over 1e8, or over 1000 times the smallest,   ``1.0000e+00``
                  or the smallest is below 1e-4 (magnitudes, zeros aside)
    fixed         otherwise                                                   ``1.0000``
    ============  ==========================================================  ==============

    Only finite non-zero elements vote, for the notation and for the width alike.
    """

    __slots__ = ("spec", "tail", "width")

    def __init__(self, values: list[Any], is_floating_point: bool) -> None:
        self.spec = ""  # for format(): "" writes an integer or a bool as it is
        self.tail = ""  # the point that tells 1. from 1
        if not is_floating_point:
            self.width = max((len(str(value)) for value in values), default=1)
            return
        # x - x is 0 for every finite x, and nan for inf and nan.
        voters = [value for value in values if value and value - value == 0.0]
        self._choose_notation(voters)
        extra = len(self.tail)
        self.width = max((len(format(value, self.spec)) + extra for value in voters), default=1)

    def _choose_notation(self, voters: list[float]) -> None:
        scientific = False
        if voters:
            magnitudes = [abs(value) for value in voters]
            smallest, largest = min(magnitudes), max(magnitudes)
            scientific = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
            if PRINT_OPTS.sci_mode is not None:
                scientific = PRINT_OPTS.sci_mode
        if scientific:
            self.spec = f".{PRINT_OPTS.precision}e"
        elif all(value.is_integer() for value in voters):
            self.spec, self.tail = ".0f", "."
        else:
            self.spec = f".{PRINT_OPTS.precision}f"

    def __call__(self, value: Any) -> str:
        """Write one element, right-aligned in the common width."""
        if not self.spec:
            return str(value).rjust(self.width)
        text = format(value, self.spec)
        if self.tail and value - value == 0.0:  # inf and nan take no point
            text += self.tail
        return text.rjust(self.width)


class ComplexFormat:
    """Two :class:`ElementFormat`, one for the real and one for the imaginary parts, joined by a sign."""

    __slots__ = ("imag", "real", "width")

    def __init__(self, values: list[complex]) -> None:
        self.real = ElementFormat([value.real for value in values], True)
        self.imag = ElementFormat([value.imag for value in values], True)
        self.width = self.real.width + self.imag.width + 1  # + 1 for the j

    def __call__(self, value: complex) -> str:
        imag = self.imag(value.imag).lstrip() + "j"
        return self.real(value.real) + (imag if imag[0] == "-" else "+" + imag)


# --- 1. Select and 3. lay out ---------------------------------------------------------------------------


def _on_host(array: Any) -> Any:
    """Return ``array`` as numpy: a CuPy array is copied from the GPU, a numpy array is itself."""
    return array if isinstance(array, np.ndarray) else array.get()


def _as_list(array: Any) -> Any:
    """Nested lists of Python numbers; 16-bit floats become exact doubles first."""
    if array.dtype.kind not in "biufc":  # bfloat16 is an extension type, whose tolist() keeps its scalars
        array = array.astype(np.float64)
    return array.tolist()


def _keep_edges(array: Any, edgeitems: int) -> Any:
    """Drop the middle of every axis longer than ``2 * edgeitems``."""
    for axis, size in enumerate(array.shape):
        if size > 2 * edgeitems:
            kept = np.r_[:edgeitems, size - edgeitems : size]
            array = array[(slice(None),) * axis + (kept,)]
    return array


def _write_row(texts: list[str], cut: bool, width: int, indent: int) -> str:
    """Write the innermost axis, broken into lines of at most ``linewidth`` columns (at least one element)."""
    if cut:
        texts.insert(PRINT_OPTS.edgeitems, " ...")
    per_line = max(1, math.floor((PRINT_OPTS.linewidth - indent) / (width + 2)))
    if len(texts) <= per_line:
        return "[" + ", ".join(texts) + "]"
    lines = [", ".join(texts[start : start + per_line]) for start in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _write_nested(
    values: Any, cut: tuple[bool, ...], write: ElementFormat | ComplexFormat, indent: int
) -> str:
    """Write nested lists in nested brackets; ``cut`` says for each axis whether its middle was dropped."""
    if not cut:
        return write(values)
    if len(cut) == 1:
        return _write_row([write(value) for value in values], cut[0], write.width, indent)
    blocks = [_write_nested(value, cut[1:], write, indent + 1) for value in values]
    if cut[0]:
        blocks.insert(PRINT_OPTS.edgeitems, "...")
    # One blank line more between blocks for every axis above the rows.
    return "[" + ("," + "\n" * (len(cut) - 1) + " " * (indent + 1)).join(blocks) + "]"


def _contents(tensor: Any, indent: int) -> str:
    """Write the numbers of ``tensor`` in brackets; ``indent`` is the column where they start."""
    array, edgeitems = tensor._array, PRINT_OPTS.edgeitems
    if array.size == 0:
        return "[]"
    cut = (False,) * array.ndim
    if array.size > PRINT_OPTS.threshold and array.ndim:
        if not edgeitems:
            return "[...]"
        cut = tuple(size > 2 * edgeitems for size in array.shape)
        array = _keep_edges(array, edgeitems)
    array = _on_host(array)
    values = _as_list(array)
    flat = values if array.ndim == 1 else _as_list(array.reshape(-1))
    dtype = tensor.dtype
    write: ElementFormat | ComplexFormat
    if dtype.is_complex:
        write = ComplexFormat(flat)
    else:
        write = ElementFormat(flat, dtype.is_floating_point)
    return _write_nested(values, cut, write, indent)


# --- 4. Annotate ----------------------------------------------------------------------------------------

# Shown as tensor(...); any other subclass is shown under its own name.
_PLAIN_CLASSES = frozenset({"Tensor", "Parameter"})


def _dtype_goes_without_saying(dtype: Any, is_empty: bool) -> bool:
    """Would ``torch.tensor`` infer this dtype from the numbers as printed?"""
    default = dtypes.get_default_dtype()
    if dtype is default:
        return True
    if is_empty:
        return False
    default_complex = dtypes.complex128 if default is dtypes.float64 else dtypes.complex64
    return dtype is dtypes.int64 or dtype is dtypes.bool or dtype is default_complex


def _autograd_suffix(tensor: Any) -> str | None:
    try:
        grad_fn = tensor.grad_fn
    except RuntimeError:  # a view whose history was invalidated in no_grad mode: printing must not fail
        return "grad_fn=<Invalid>"
    if grad_fn is not None:
        return f"grad_fn=<{type(grad_fn).__name__}>"
    return "requires_grad=True" if tensor.requires_grad else None


def _suffixes(tensor: Any, is_meta: bool, tangent: Any) -> Iterator[str]:
    shape, dtype = tuple(tensor.shape), tensor.dtype
    is_empty = 0 in shape
    if tensor.device.type != "cpu":
        yield f"device='{tensor.device}'"
    if is_meta or (is_empty and len(shape) != 1) or (not is_empty and not PRINT_OPTS.edgeitems):
        yield f"size={shape}"
    if not _dtype_goes_without_saying(dtype, is_empty or is_meta):
        yield f"dtype={dtype}"
    history = _autograd_suffix(tensor)
    if history is not None:
        yield history
    if tangent is not None:
        yield f"tangent={tangent}"


def tensor_repr(tensor: Any, *, tangent: Any = None) -> str:
    """Write ``tensor`` as PyTorch's ``repr`` does.

    Args:
        tensor: anything with ``_array``, ``dtype``, ``shape``, ``device``, ``requires_grad``, ``grad_fn``.
        tangent: the tangent of a dual number, in forward-mode differentiation.

    >>> import teachtorch as torch
    >>> torch.ones(2, dtype=torch.float64, requires_grad=True)
    tensor([1., 1.], dtype=torch.float64, requires_grad=True)
    >>> torch.zeros(0, 3)
    tensor([], size=(0, 3))
    """
    name = type(tensor).__name__
    is_plain = name in _PLAIN_CLASSES
    prefix = "tensor(" if is_plain else f"{name}("
    indent = len(prefix)
    is_meta = tensor.device.type == "meta"
    text = prefix + ("..." if is_meta else _contents(tensor, indent))
    # A suffix goes to a line of its own when it would not fit behind the last one. The first count is
    # two columns too high (it includes the newline and one more), as in PyTorch.
    column = len(text) - text.rfind("\n") + 1
    for suffix in _suffixes(tensor, is_meta, tangent):
        if column + len(suffix) + 2 > PRINT_OPTS.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"


def format_tensor(tensor: Any, spec: str) -> str:
    """Implement ``format(tensor, spec)``: a 0-d tensor formats as its number, others only as a whole.

    Raises:
        TypeError: for a non-empty ``spec`` where there is no single number to apply it to.

    >>> import teachtorch as torch
    >>> f"{torch.tensor(3.14159):.2f}"
    '3.14'
    """
    if type(tensor).__name__ == "Tensor" and not tensor.shape and tensor.device.type != "meta":
        return format(_as_list(_on_host(tensor._array)), spec)
    return object.__format__(tensor, spec)
