"""Write ``teachtorch/tensor.pyi``: the methods that operations give to Tensor, for editors and type checkers.

::

    python -m tools.stub            # write it
    python -m tools.stub --check    # fail if it is stale

Methods are attached where operations are defined, which a type checker cannot see. The stub shows the whole class.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from teachtorch import Tensor
from teachtorch.op import registry

PATH = Path(__file__).parent.parent / "teachtorch" / "tensor.pyi"

HEADER = """\
# Written by `python -m tools.stub`; do not edit. A test fails when it is stale.
import builtins
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from .device import device as _device
from .dtypes import dtype as _dtype
from .node import Edge, Node, RemovableHandle
from .shapes import Size
from .storage import Storage, TypedStorage

Number: TypeAlias = builtins.bool | builtins.int | builtins.float | builtins.complex

MAYBE: Any
strided_layout: Any

class View:
    base: Tensor
    origin: str
    replay: Callable[[Tensor], Tensor] | None
    version: builtins.int
    def __init__(self, base: Tensor, version: builtins.int, origin: str) -> None: ...

def wrap(array: Any) -> Tensor: ...
def storage_of(tensor: Tensor) -> Storage: ...
def from_numpy(ndarray: Any, /) -> Tensor: ...

class Tensor:
    _array: Any
    _requires_grad: Any
    _grad_fn: Node | None
    _output_nr: builtins.int
    _grad: Tensor | None
    _storage: Storage | None
    _view: View | None
    _accumulator: Any
    _hooks: OrderedDict[builtins.int, Any] | None
    _post_accumulate_hooks: OrderedDict[builtins.int, Any] | None
    _backward_hooks: Any
    _retains_grad: builtins.bool
    _inference: builtins.bool
    __array_priority__: builtins.int
    layout: Any
    is_sparse: builtins.bool
    is_quantized: builtins.bool
    is_nested: builtins.bool
    is_meta: builtins.bool
    is_mkldnn: builtins.bool
    is_mps: builtins.bool
    is_xpu: builtins.bool
    def __new__(cls, *args: Any, **kwargs: Any) -> Any: ...
"""

# A method named `float` or `int` hides the builtin inside the class body: name the builtins in full.
BUILTINS = {
    name: f"builtins.{name}"
    for name in ("bool", "int", "float", "complex", "type", "tuple", "list", "dict", "range", "slice")
}
OTHERS = {
    "Array": "Tensor",
    "Plain": "Tensor",
    "Scalar": "Number",
    "Dims": "builtins.int | builtins.tuple[builtins.int, ...] | None",
    "DType": "_dtype | None",
    "dtype": "_dtype",
    "device": "_device",
    "Device": "_device",
    "np.ndarray": "Any",
}


def annotation(value: Any) -> str:
    """A type as the stub writes it; what it does not know is Any."""
    if value is inspect.Parameter.empty:
        return "Any"
    text = value if isinstance(value, str) else getattr(value, "__name__", "Any")
    names = re.findall(r"[A-Za-z_][\w.]*", text)
    known = {
        *BUILTINS,
        *OTHERS,
        "Tensor",
        "Number",
        "None",
        "Any",
        "Sequence",
        "str",
        "Size",
        "Node",
        "Edge",
        "Storage",
        "TypedStorage",
        "RemovableHandle",
        "Callable",
        "Iterator",
    }
    if any(name not in known for name in names):
        return "Any"
    text = re.sub(r"[A-Za-z_][\w.]*", lambda m: {**BUILTINS, **OTHERS}.get(m[0], m[0]), text)
    return text.replace("_dtype | None | None", "_dtype | None")


def method(name: str, function: Callable[..., Any]) -> str:
    """One method's line."""
    kernel = getattr(function, "op", None)
    inplace = name.endswith("_") and not name.startswith("_") and name[:-1] in registry
    source = kernel.kernel if kernel is not None else registry[name[:-1]].kernel if inplace else function
    parameters = list(inspect.signature(source).parameters.values())
    hidden = kernel is not None or inplace
    parts, starred = ["self"], False
    for p in parameters[1:]:
        if hidden and p.name in ("xp", "out"):
            continue
        if p.kind is p.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        if p.kind is p.VAR_POSITIONAL or str(p.annotation) == "Ints":
            parts.append(f"*{p.name}: Any")
            starred = True
        elif p.kind is p.VAR_KEYWORD:
            parts.append(f"**{p.name}: Any")
        else:
            default = "" if p.default is p.empty else " = ..."
            parts.append(f"{p.name}: {annotation(p.annotation)}{default}")
    if parts[-1] == "*":
        parts.pop()
    result = "Tensor" if inplace else annotation(inspect.signature(source).return_annotation)
    return f"    def {name}({', '.join(parts)}) -> {result}: ..."


def prop(name: str, value: property) -> list[str]:
    """A property's lines, with its setter."""
    getter: Any = value.fget
    result = (
        "Any" if getter.__name__ == "<lambda>" else annotation(inspect.signature(getter).return_annotation)
    )
    lines = ["    @property", f"    def {name}(self) -> {result}: ..."]
    if value.fset is not None:
        lines += [f"    @{name}.setter", f"    def {name}(self, value: Any) -> None: ..."]
    if value.fdel is not None:
        lines += [f"    @{name}.deleter", f"    def {name}(self) -> None: ..."]
    return lines


def render() -> str:
    """The whole stub."""
    skip = {
        "__module__",
        "__doc__",
        "__dict__",
        "__weakref__",
        "__annotations__",
        "__new__",
        "layout",
        "__hash__",
    }
    lines = []
    for name, value in sorted(vars(Tensor).items()):
        if name in skip:
            continue
        if isinstance(value, property):
            lines += prop(name, value)
        elif callable(value):
            lines.append(method(name, value))
    return HEADER + "\n".join([*lines, "    __hash__ = object.__hash__", ""])


def main() -> int:
    """Write the stub, or with ``--check`` say whether it is stale."""
    text = render()
    if "--check" in sys.argv:
        if PATH.read_text(encoding="utf-8") != text:
            print(f"{PATH.name} is stale: run `python -m tools.stub`", file=sys.stderr)
            return 1
        return 0
    PATH.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
