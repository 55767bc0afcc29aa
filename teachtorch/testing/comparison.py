"""``assert_close``: two results compared, and a message that says where and by how much they differ."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from .. import dtypes
from ..dtypes import dtype as DType
from ..ops import as_tensor, isclose
from ..promotion import promote_types
from ..tensor import Tensor

__all__ = ["assert_close"]

TOLERANCES = {
    dtypes.float16: (1e-3, 1e-5),
    dtypes.bfloat16: (1.6e-2, 1e-5),
    dtypes.float32: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7),
    dtypes.complex64: (1.3e-6, 1e-5),
    dtypes.complex128: (1e-7, 1e-7),
}
"""dtype -> (rtol, atol). Types that are not here are compared exactly."""

NUMBERS = {int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128}

Message = str | Callable[[str], str] | None
Place = tuple[Any, ...]


@dataclass(frozen=True)
class _Options:
    allow_subclasses: bool
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_device: bool
    check_dtype: bool
    check_layout: bool
    check_stride: bool
    msg: Message

    def fail(self, kind: type[Exception], text: str, place: Place) -> NoReturn:
        """Raise, with the place in nested data, unless `msg` says something else."""
        if place:
            text += f"\n\nThe failure occurred for item {''.join(f'[{step!r}]' for step in place)}"
        if isinstance(self.msg, str):
            text = self.msg
        elif self.msg is not None:
            text = self.msg(text)
        raise kind(text)

    def tolerances(self, place: Place, *types: DType) -> tuple[float, float]:
        """The tolerances given, or the looser of the two types' own."""
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        if self.rtol is not None or self.atol is not None:
            missing = "rtol" if self.rtol is None else "atol"
            self.fail(
                ValueError,
                f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.",
                place,
            )
        pairs = [TOLERANCES.get(t, (0.0, 0.0)) for t in types]
        return max(r for r, _ in pairs), max(a for _, a in pairs)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Message = None,
) -> None:
    r"""Raise ``AssertionError`` unless :math:`|a - e| \le \mathrm{atol} + \mathrm{rtol}\,|e|` everywhere.

    Compares tensors, arrays and numbers, and sequences and mappings of them, item by item. Infinities are close only
    if they are equal.

    Args:
        actual, expected: what came out, and what should have.
        allow_subclasses: compare a tensor with one of a subclass.
        rtol, atol: tolerances, both or neither. By default those of the looser dtype:
            float64 1e-7 and 1e-7, float32 1.3e-6 and 1e-5, float16 1e-3 and 1e-5, bfloat16 1.6e-2 and 1e-5;
            complex types as their parts; all others exactly.
        equal_nan: take NaN to be equal to NaN.
        check_device, check_dtype, check_layout, check_stride: which attributes must agree as well.
        msg: says this instead, or what this function makes of the usual message.

    >>> import teachtorch as torch
    >>> from teachtorch.testing import assert_close
    >>> assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]))
    >>> assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.5]))
    Traceback (most recent call last):
    AssertionError: Tensor-likes are not close!
    <BLANKLINE>
    Mismatched elements: 1 / 2 (50.0%)
    Greatest absolute difference: 0.5 at index (1,) (up to 1e-05 allowed)
    Greatest relative difference: 0.20000000298023224 at index (1,) (up to 1.3e-06 allowed)
    """
    options = _Options(
        allow_subclasses, rtol, atol, equal_nan, check_device, check_dtype, check_layout, check_stride, msg
    )
    for compare in list(_comparisons(actual, expected, (), options)):  # all shapes first, then the values
        compare()


def _comparisons(actual: Any, expected: Any, place: Place, options: _Options) -> Iterator[Callable[[], None]]:
    """Walk nested data; yield one comparison for each pair of leaves."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            options.fail(
                AssertionError,
                f"The length of the sequences mismatch: {len(actual)} != {len(expected)}",
                place,
            )
        for i, (a, e) in enumerate(zip(actual, expected)):
            yield from _comparisons(a, e, (*place, i), options)
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        have, want = set(actual), set(expected)
        if have != want:
            options.fail(
                AssertionError,
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(want - have)}\n"
                f"Additional keys in the actual mapping: {sorted(have - want)}",
                place,
            )
        for key in _in_order(want):
            yield from _comparisons(actual[key], expected[key], (*place, key), options)
    else:
        yield _leaf(actual, expected, place, options)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _in_order(keys: set[Any]) -> Any:
    try:
        return sorted(keys)
    except TypeError:  # keys of several types have no order
        return keys


def _leaf(actual: Any, expected: Any, place: Place, options: _Options) -> Callable[[], None]:
    """How to compare two things that are neither sequences nor mappings."""
    if actual is None or expected is None:
        return lambda: _compare_none(actual, expected, place, options)
    if isinstance(actual, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_)):
        return lambda: _compare_bools(bool(actual), bool(expected), place, options)
    numbers = (int, float, complex, np.number)
    if isinstance(actual, numbers) and isinstance(expected, numbers) and not isinstance(actual, bool):
        return lambda: _compare_numbers(actual, expected, place, options)
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    if related and (options.allow_subclasses or type(actual) is type(expected)):
        try:
            a, e = (x if isinstance(x, Tensor) else as_tensor(x) for x in (actual, expected))
        except (TypeError, ValueError, RuntimeError):
            pass
        else:
            return lambda: _compare_tensors(a, e, place, options)
    options.fail(
        TypeError,
        f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.",
        place,
    )


def _compare_none(actual: Any, expected: Any, place: Place, options: _Options) -> None:
    if actual is not expected:
        options.fail(AssertionError, f"None mismatch: {actual} is not {expected}", place)


def _compare_bools(actual: bool, expected: bool, place: Place, options: _Options) -> None:
    if actual is not expected:
        options.fail(AssertionError, f"Booleans mismatch: {actual} is not {expected}", place)


def _compare_numbers(actual: Any, expected: Any, place: Place, options: _Options) -> None:
    a, e = (x.item() if isinstance(x, np.number) else x for x in (actual, expected))
    rtol, atol = options.tolerances(place, *(NUMBERS.get(type(x), dtypes.int64) for x in (a, e)))
    if options.check_dtype and type(a) is not type(e):
        options.fail(AssertionError, f"The (d)types do not match: {type(a)} != {type(e)}.", place)
    if a == e or (options.equal_nan and cmath.isnan(a) and cmath.isnan(e)):
        return
    difference = abs(a - e)
    if cmath.isfinite(difference) and difference <= atol + rtol * abs(e):
        return
    options.fail(AssertionError, _scalar_message(a, e, rtol, atol), place)


def _compare_tensors(actual: Tensor, expected: Tensor, place: Place, options: _Options) -> None:
    rtol, atol = options.tolerances(place, actual.dtype, expected.dtype)
    attributes: list[tuple[str, Any, Any]] = [("shape", actual.shape, expected.shape)]
    if options.check_layout:
        attributes.append(("layout", actual.layout, expected.layout))
    if options.check_stride:
        attributes.append(("stride()", actual.stride(), expected.stride()))
    if options.check_device:
        attributes.append(("device", actual.device, expected.device))
    if options.check_dtype:
        attributes.append(("dtype", actual.dtype, expected.dtype))
    for name, a, e in attributes:
        if a != e:
            options.fail(
                AssertionError, f"The values for attribute '{name}' do not match: {a} != {e}.", place
            )
    if actual.device != expected.device:
        actual, expected = actual.cpu(), expected.cpu()
    common = promote_types(actual.dtype, expected.dtype)
    actual, expected = actual.detach().to(common), expected.detach().to(common)
    matches = isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=options.equal_nan)
    if bool(matches.all().item()):
        return
    if not actual.ndim:
        message = _scalar_message(actual.item(), expected.item(), rtol, atol)
    else:
        message = _tensor_message(actual, expected, matches, rtol, atol)
    options.fail(AssertionError, message, place)


# -- messages -----------------------------------------------------------------------------------------------


def _scalar_message(actual: Any, expected: Any, rtol: float, atol: float) -> str:
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected != 0 else float("inf")
    exact = rtol == 0 and atol == 0
    lines = [f"Scalars are not {'equal' if exact else 'close'}!\n", f"Expected {expected} but got {actual}."]
    for name, value, limit in (("Absolute", difference, atol), ("Relative", relative, rtol)):
        lines.append(f"{name} difference: {value}" + ("" if exact else f" (up to {limit} allowed)"))
    return "\n".join(lines)


def _tensor_message(actual: Tensor, expected: Tensor, matches: Tensor, rtol: float, atol: float) -> str:
    count = matches.numel()
    wrong = count - int(matches.sum().item())
    if not (actual.is_floating_point() or actual.is_complex()):
        actual, expected = actual.long(), expected.long()
    difference = (actual - expected).abs()
    difference[matches] = 0  # the greatest among those that do not match
    relative = difference / expected.abs()
    relative[matches] = 0
    exact = rtol == 0 and atol == 0
    lines = [
        f"Tensor-likes are not {'equal' if exact else 'close'}!\n",
        f"Mismatched elements: {wrong} / {count} ({wrong / count:.1%})",
    ]
    for name, values, limit in (("absolute", difference, atol), ("relative", relative, rtol)):
        flat = values.flatten()
        at = int(flat.argmax().item())
        index = tuple(int(i) for i in np.unravel_index(at, tuple(values.shape)))
        allowed = "" if exact else f" (up to {limit} allowed)"
        lines.append(f"Greatest {name} difference: {flat[at].item()} at index {index}{allowed}")
    return "\n".join(lines)
