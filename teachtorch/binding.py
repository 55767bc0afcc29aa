"""From ``torch.sum(x, 1, keepdim=True)`` to a list of values in the order of the kernel's parameters.

A kernel's annotations say what an argument may be:

=====================  ==================================================================================
``Array``              a tensor; takes part in type promotion
``Array | Number``     a tensor or a number; a number counts as an input of the graph, as in PyTorch
``Array | Scalar``     a tensor or a number; a number is a mere setting, as the exponent of ``x ** 2``
``Array | None``       a tensor or nothing
``Plain``              a tensor that keeps its own dtype and gets no gradient: an index, a mask
``Sequence[Array]``    a list of tensors, promoted together
``Ints``               integers, as separate arguments or as one sequence: ``view(2, 3)``, ``view((2, 3))``
anything else          a plain Python value
=====================  ==================================================================================
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .tensor import Tensor

# What kernels are annotated with. To a type checker an array of any library is Any; to `Signature` they differ.
Array = Any
Plain = Any
Number = Any
Scalar = Any
Ints = tuple[int, ...]

NUMBERS = (bool, int, float, complex, np.number, np.bool_)
REQUIRED: Any = type("REQUIRED", (), {})

_ALIASES = {
    "axis": "dim",
    "keepdims": "keepdim",
    "x": "input",
    "a": "input",
    "x1": "input",
    "x2": "other",
    "self": "input",
}


class Signature:
    """The parameters of a kernel, and how arguments are put in their places."""

    def __init__(self, kernel: Callable[..., Any], name: str, several: bool = False) -> None:
        self.name = name
        self.several = several  # PyTorch has several forms of this function
        code = kernel.__code__  # not `inspect`, which takes longer to import than the whole engine
        n_positional, n_named = code.co_argcount, code.co_kwonlyargcount
        names = code.co_varnames[: n_positional + n_named]
        given = dict(zip(reversed(names[:n_positional]), reversed(kernel.__defaults__ or ())))
        given |= kernel.__kwdefaults__ or {}
        self.names = [p for p in names if p not in ("xp", "out")]
        self.defaults = [given.get(p, REQUIRED) for p in self.names]
        self.positional = sum(p in self.names for p in names[:n_positional])
        self.required = sum(given.get(p, REQUIRED) is REQUIRED for p in names[:n_positional])
        kinds = [str(kernel.__annotations__.get(p, "")).strip("'\"") for p in self.names]
        at = lambda test: tuple(i for i, k in enumerate(kinds) if test(k))
        self.arrays = at(lambda k: k.startswith(("Array", "Plain")))
        self.promoted = at(lambda k: k.startswith("Array"))
        self.lists = at(lambda k: k.startswith("Sequence[Array"))
        self.ints = at(lambda k: k == "Ints")
        self.edges = at(lambda k: k.startswith(("Array", "Sequence[Array")))
        self.numbers = at(lambda k: "Number" in k or "Scalar" in k)
        self.scalars = at(lambda k: "Scalar" in k)
        self.optional = at(lambda k: k.startswith(("Array", "Plain")) and k.endswith("None"))
        # PyTorch makes tensors of the two numbers of these, and no other operation takes numbers alone.
        self.all_numbers = self.name in ("add", "sub", "mul", "div", "floor_divide")
        self.form = ", ".join(
            f"{'Tensor' if i in self.arrays else 'value'}{' or Number' * (i in self.numbers)} {n}"
            for i, n in enumerate(self.names)
        )

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
        """The arguments as a list in the order of the parameters, defaults filled in."""
        n = len(args)
        if n > self.positional:
            if not self.ints or self.ints[0] != self.positional - 1:
                raise TypeError(
                    f"{self.name}() takes {self.positional} positional argument{'s' * (self.positional != 1)} but {n} "
                    f"w{'as' if n == 1 else 'ere'} given"
                )
            first = self.ints[0]
            args = (*args[:first], tuple(args[first:]))
            n = len(args)
        values = list(args)
        if kwargs or n < len(self.names):
            values += self.defaults[n:]
            for key, value in kwargs.items():
                name = key if key in self.names else _ALIASES.get(key, key)
                if name not in self.names:
                    raise TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
                i = self.names.index(name)
                if i < n:
                    raise TypeError(f"{self.name}() got multiple values for argument '{key}'")
                values[i] = value
            if n < self.required:
                self._check_complete(values)
        for i in self.ints:
            values[i] = as_ints(values[i])
        return values

    def _check_complete(self, values: list[Any]) -> None:
        given = tuple(v for v in values[: self.required] if v is not REQUIRED)
        missing = [f'"{name}"' for name, value in zip(self.names, values) if value is REQUIRED]
        if missing and (self.several or self.all_numbers or self.numbers) and not self.ints:
            if self.name in ("add", "sub"):
                raise TypeError(
                    f"{self.name}() received an invalid combination of arguments - got "
                    f"({', '.join(type(g).__name__ for g in given)}), but expected (Tensor input, Tensor other, *, "
                    "Number alpha = 1, Tensor out = None)"
                )
            if not self.all_numbers:
                raise invalid_combination(self.name, given, {}, self.form)
        if missing and not (self.ints and missing == [f'"{self.names[self.ints[0]]}"']):
            raise TypeError(
                f"{self.name}() missing {len(missing)} required positional argument{'s' * (len(missing) == 1)}: "
                f"{', '.join(missing)}"
            )

    def wrong_type(self, i: int, values: Sequence[Any]) -> TypeError:
        """PyTorch's error for an argument that is no tensor: it names the argument where there is but one form."""
        value = values[i]
        if self.numbers and not self.all_numbers:
            n = len(self.names)
            while n > self.required and values[n - 1] is self.defaults[n - 1]:
                n -= 1
            given = dict(zip(self.names[self.positional : n], values[self.positional : n]))
            return invalid_combination(self.name, tuple(values[: min(n, self.positional)]), given, self.form)
        return TypeError(
            f"{self.name}(): argument '{self.names[i]}' (position {i + 1}) must be Tensor, not {type(value).__name__}"
        )


def invalid_combination(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *forms: str) -> TypeError:
    """PyTorch's error for arguments that fit none of a function's forms."""
    given = [type(a).__name__ for a in args] + [f"{key}={type(a).__name__}" for key, a in kwargs.items()]
    accepted = "".join(f" * ({form})\n" for form in forms)
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({', '.join(given)}), "
        f"but expected one of:\n{accepted}"
    )


def as_ints(value: Any) -> tuple[int, ...]:
    """Integers given one by one, or as one list, tuple or Size."""
    if value is REQUIRED:
        return ()
    if isinstance(value, int):
        return (value,)
    if len(value) == 1 and isinstance(value[0], (list, tuple)):
        value = value[0]
    return tuple([v if type(v) is int else operator.index(v) for v in value])


def as_number(value: Any) -> Any:
    """numpy's scalars as Python's, whose types are weak in promotion."""
    return value.item() if isinstance(value, np.generic) else value


def is_tensor(obj: Any, /) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)
