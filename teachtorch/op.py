"""One home per operation: ``@op`` turns a plain function on arrays into ``torch.mul`` and all its forms.

::

    @op(inplace=True, operators=("__mul__", "__rmul__"))
    def mul(input: Array | Number, other: Array | Number, *, xp, out=None):
        \"\"\"Multiply elementwise ...\"\"\"
        return xp.multiply(input, other, out=out)

    mul.grad(
        input=lambda grad, other: grad * other.conj(),
        other=lambda grad, input: grad * input.conj(),
    )
    mul.samples(pairs)

The function below ``@op`` is the *kernel*: it takes arrays (and ``xp``, the library they belong to) and
returns arrays. From it come the function on Tensors, the method, ``mul_``, ``out=``, the operators, and the
generated tests. ``inspect.getsource(torch.mul)`` shows the kernel: the source of an operation is its mathematics.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

import numpy as np

from . import calls, dtypes
from .binding import Signature
from .node import Node
from .plan import (
    Capture,
    Plan,
    SaveClone,
    SaveNamespace,
    SaveResult,
    SaveShape,
    SaveStrides,
    SaveTensor,
    SaveTensors,
    needs_of,
)
from .tensor import Tensor

NONE, DEFAULT, FLOAT = "none", "default", "float"
"""Promotion: leave the dtypes alone; meet in the common type; meet in the common floating type."""

AUGMENTED = frozenset(
    f"__{name}__"
    for name in [
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
    ]
)
"""Operators with an in-place form: ``x += y`` runs ``x.add_(y)``."""

registry: dict[str, Op] = {}
"""Every operation by name."""

composites: dict[str, Callable[..., Any]] = {}
"""Functions made of operations, by name."""

raw_composites: dict[str, Callable[..., Any]] = {}
"""Their counterparts on arrays, for derivatives."""


class OpFunction(Protocol):
    """A public operation: call it, or use ``.grad`` and ``.samples`` where it is defined."""

    op: Op
    grad: Callable[..., None]
    samples: Callable[..., None]
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


class Op:
    """What is known about one operation."""

    def __init__(
        self,
        kernel: Callable[..., Any],
        *,
        promotion: str,
        promotion_of: Callable[..., str] | None,
        real: str | Exception | None,
        half: bool,
        view: bool,
        node: str | None,
        overload: Callable[..., int] | None,
        returns: type | None,
    ) -> None:
        self.name = kernel.__name__
        self.kernel = kernel
        self.signature = Signature(
            kernel, self.name.rstrip("_") if self.name.endswith("_") else self.name, overload is not None
        )
        parameters = kernel.__code__.co_varnames[
            : kernel.__code__.co_argcount + kernel.__code__.co_kwonlyargcount
        ]
        self.needs_xp = "xp" in parameters
        self.takes_out = "out" in parameters
        self.array_positions = self.signature.arrays or self.signature.lists
        self.promotion = promotion
        self.promotion_of = promotion_of
        self.real = real
        self.half = half  # compute two-byte floats in float32 and round once
        self.view = view
        self.base_name = node or "".join(part.capitalize() for part in self.name.split("_"))
        if self.base_name.startswith("Special"):
            self.signature.name = (
                "special_" + self.name
            )  # what PyTorch calls those of torch.special among themselves
        self.overload = overload
        self.returns = returns
        self.rules: dict[str, Callable[..., Any]] = {}
        self.needs: dict[str, tuple[str, ...]] = {}
        self.make_samples: list[Callable[..., Iterable[Any]]] = []
        self.plans: dict[Any, Plan] = {}
        self._classes: dict[str, type[Node]] = {}
        # The dtypes on which the kernel runs as it is, with no conversion before or after.
        direct = {t.numpy for t in dtypes.ALL if t is not dtypes.bfloat16 and t is not dtypes.float16}
        if promotion == FLOAT:
            direct = {d for d in direct if d.kind in "fc"}
        if real is not None:  # complex numbers take the long way, which refuses them
            direct = {d for d in direct if d.kind != "c"}
        if not half:
            direct.add(np.dtype(np.float16))
        self.direct = frozenset(direct)
        self.function: OpFunction

    @property
    def differentiable(self) -> bool:
        """Whether it has a derivative by any argument."""
        return bool(self.rules)

    @property
    def formulas(self) -> dict[str, str]:
        """The source text of each derivative, by argument: ``{"input": "grad * other.conj()"}``."""
        from .formula import formula

        return {argument: formula(rule, argument) for argument, rule in self.rules.items()}

    def add_rules(self, **rules: Callable[..., Any]) -> None:
        """Declare derivatives by argument name; see :mod:`teachtorch.plan` for what they may ask for."""
        for argument, rule in rules.items():
            if argument not in self.signature.names:
                raise TypeError(f"{self.name} has no argument {argument!r} to take a derivative by")
            self.rules[argument] = rule
            self.needs[argument] = needs_of(rule, argument)

    def add_samples(self, *makers: Callable[..., Iterable[Any]]) -> None:
        """Functions that yield arguments to test with; see :mod:`teachtorch.samples`."""
        self.make_samples.extend(makers)

    def capture(self, name: str, inplace: bool) -> Capture:
        """How to save what a derivative calls `name`."""
        signature = self.signature
        if name == "F":
            return SaveNamespace(name, -1)
        if name == "result":
            return SaveResult(name, 0)
        if name.startswith("result") and name[6:].isdigit():
            return SaveResult(name, int(name[6:]))
        if name.endswith("_shape"):
            return SaveShape(name, signature.names.index(name.removesuffix("_shape")))
        if name.endswith("_strides"):
            return SaveStrides(name, signature.names.index(name.removesuffix("_strides")))
        if name not in signature.names:
            raise TypeError(f"a derivative of {self.name} asks for {name!r}, which is no argument of it")
        i = signature.names.index(name)
        if i in signature.lists:
            return SaveTensors(name, i)
        if i in signature.arrays:
            kind = SaveClone if inplace and i == 0 else SaveTensor
            return kind(name, i, promoted=i in signature.promoted and self.promotion != NONE)
        return Capture(name, i)

    def plan(self, key: Any, code: int, overload: int, lengths: tuple[int, ...], inplace: bool) -> Plan:
        """The plan for the inputs whose bit is set in `code`; made once and kept under `key`."""
        wanted: list[tuple[int, str]] = []
        position = 0
        signature = self.signature
        for bit, (i, length) in enumerate(zip(signature.edges, lengths)):
            if (code >> bit) & 1 and signature.names[i] in self.rules:
                wanted.append((position, signature.names[i]))
            position += length
        plan = self.plans[key] = Plan(self, self.node_class(overload), wanted, lengths, inplace)
        return plan

    def node_class(self, overload: int) -> type[Node]:
        """The node type, named as PyTorch's: ``SumBackward1``."""
        by_hand = self.base_name.endswith("Backwards")  # the few that PyTorch does not generate
        name = self.base_name if by_hand else f"{self.base_name}Backward{overload}"
        if name not in self._classes:
            space: dict[str, Any] = {"__slots__": (), "__module__": "teachtorch.node"}
            if by_hand:
                space["name"] = lambda node: f"torch::autograd::{name}"
            self._classes[name] = type(name, (Node,), space)
        return self._classes[name]

    def __repr__(self) -> str:
        return f"<op {self.name}>"


def op(
    *,
    promotion: str = DEFAULT,
    promotion_of: Callable[..., str] | None = None,
    real: str | Exception | None = None,
    half: bool = True,
    view: bool = False,
    method: bool | str = True,
    inplace: bool = False,
    operators: tuple[str, ...] = (),
    node: str | None = None,
    overload: Callable[..., int] | None = None,
    returns: type | None = None,
) -> Callable[[Callable[..., Any]], OpFunction]:
    """Register the function below as an operation.

    `promotion`: NONE, DEFAULT or FLOAT; `promotion_of`: the same, from the arguments. `real`: refuse complex numbers,
    with this error, or with the one of PyTorch's kernel of this name. `half=False`: the kernel handles float16 and
    bfloat16 itself (it moves data and computes nothing). `view`: the result shares the input's memory. `method`: make
    it a Tensor method, under another name if a string. `inplace`: also make ``name_``. `operators`: Python's operators
    it implements. `node`: PyTorch's name of the node without "Backward0"; `overload`: the digit, from the argument
    values. `returns`: the named tuple for several results.
    """

    def register(kernel: Callable[..., Any]) -> OpFunction:
        record = Op(
            kernel,
            promotion=promotion,
            promotion_of=promotion_of,
            real=real,
            half=half,
            view=view,
            node=node,
            overload=overload,
            returns=returns,
        )
        function = functools.wraps(kernel)(calls.forward_caller(record))
        public = cast(Any, function)
        public.op, public.grad, public.samples = record, record.add_rules, record.add_samples
        record.function = public
        registry[record.name] = record
        if method:
            setattr(Tensor, method if isinstance(method, str) else record.name, function)
        if inplace:
            setattr(Tensor, record.name + "_", calls.inplace_caller(record))
        for name in operators:
            setattr(Tensor, name, calls.operator_caller(record, name))
            if inplace and name in AUGMENTED:
                augmented = "__i" + name[2:]
                setattr(Tensor, augmented, calls.operator_caller(record, augmented))
        return public

    return register


view_op = functools.partial(op, promotion=NONE, half=False, view=True)
"""``@op`` for kernels that return views of their input."""


def composite(*, method: bool = True, raw: Callable[..., Any] | None = None) -> Callable[[Any], Any]:
    """Register a function that is made of other operations; its derivative is theirs.

    `raw` is the same on arrays, if derivatives are to use it as ``F.name``.
    """

    def register(function: Any) -> Any:
        composites[function.__name__] = function
        if raw is not None:
            raw_composites[function.__name__] = raw
        if method:
            setattr(Tensor, function.__name__, function)
        return function

    return register


def attach(name: str, value: Any) -> None:
    """Give Tensor a method or property under a name that is not the function's own."""
    setattr(Tensor, name, value)


def tensor_method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function on Tensors a method."""
    setattr(Tensor, function.__name__, function)
    return function


def alias(name: str, public: OpFunction) -> OpFunction:
    """Another name for an operation, as function, method and in-place method."""
    setattr(Tensor, name, public)
    in_place = getattr(Tensor, public.op.name + "_", None)
    if in_place is not None:
        setattr(Tensor, name + "_", in_place)
    return public


def composite_alias(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Another name for a composite, as function and method."""
    setattr(Tensor, name, function)
    return function


INPLACE_FUNCTIONS = [
    "abs", "acos", "acosh", "addmv", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh",
    "as_strided", "asin", "asinh", "atan", "atanh", "ceil", "celu", "clamp", "clamp_max", "clamp_min",
    "clip", "conj_physical", "cos", "cosh", "deg2rad", "detach", "dropout", "erf", "erfc", "exp", "exp2",
    "expm1", "fill", "fix", "floor", "frac", "gcd", "i0", "index_put", "lcm", "ldexp", "log", "log10",
    "log1p", "log2", "logit", "nan_to_num", "neg", "negative", "rad2deg", "reciprocal", "relu", "resize_as",
    "round", "rrelu", "rsqrt", "selu", "sigmoid", "sin", "sinc", "sinh", "sqrt", "square", "tan", "tanh",
    "threshold", "trunc", "xlogy", "zero",
]  # fmt: skip
"""The in-place methods that PyTorch also offers as functions: ``torch.exp_(x)``."""


def inplace_functions() -> dict[str, Callable[..., Any]]:
    """Those of them that Tensor has, by name."""
    return {f"{n}_": getattr(Tensor, f"{n}_") for n in INPLACE_FUNCTIONS if hasattr(Tensor, f"{n}_")}
