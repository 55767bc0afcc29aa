"""How a derivative is written, what it saves, and how it is run.

A derivative is a function whose parameters say what it needs::

    mul.grad(
        input=lambda grad, other: grad * other.conj(),
        other=lambda grad, input: grad * input.conj(),
    )

``grad`` comes first. The other names are arguments of the operation, ``result`` (or ``results`` where there
are several), ``<argument>_shape``, ``<argument>_strides``, or ``F``: the namespace of operations. For each set
of inputs that need a gradient a :class:`Plan` is made once; it saves exactly what the derivatives of that set
name.

The same function runs on two carriers. In an ordinary backward ``grad`` and the saved values are raw arrays
and ``F`` holds the kernels. Under ``create_graph`` they are Tensors and ``F`` holds the operations, so the
backward is recorded like anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .backend import namespace_of
from .dtypes import is_half
from .grad_mode import no_grad
from .node import FREED, Node
from .tensor import Tensor, storage_of, wrap

if TYPE_CHECKING:
    from .op import Op

Rule = Callable[..., Any]


class SavedVariable:
    """A saved tensor that hooks have packed: ``torch.autograd.graph.saved_tensors_hooks``."""

    __slots__ = ("packed", "unpack")

    def __init__(self, packed: Any, unpack: Callable[[Any], Tensor]) -> None:
        self.packed = packed
        self.unpack = unpack


saved_tensor_hooks: list[tuple[Callable[[Tensor], Any], Callable[[Any], Tensor]]] = []
"""The stack of (pack, unpack) hooks in force; filled by ``torch.autograd.graph``."""


def stale(node: Node, array: Any, output: str, version: int, expected: int) -> RuntimeError:
    """PyTorch's error about a saved tensor that was changed in place."""
    from .dtypes import FROM_NUMPY

    kind = f"torch.{FROM_NUMPY[array.dtype].legacy}Tensor {list(array.shape)}"
    output = f"{output}," if output else ""
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{kind}]{output} is at version {version}; expected version {expected} instead. Hint: enable anomaly "
        "detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def _output_of(tensor: Tensor) -> str:
    """``", which is output 0 of Exp"`` for the message above."""
    node = tensor.grad_fn
    return "" if node is None else f", which is output {tensor._output_nr} of {node.short_name()}"


class Capture:
    """One thing a plan saves. ``save`` runs in forward; ``array`` and ``tensor`` read it back in backward."""

    __slots__ = ("index", "name", "promoted")

    def __init__(self, name: str, index: int, promoted: bool = False) -> None:
        self.name = name
        self.index = index
        self.promoted = promoted  # was cast to the common dtype in forward, so it is again in backward

    def save(self, values: Any, results: Any) -> Any:
        return values[self.index]

    def array(self, node: Node, entry: Any) -> Any:
        return entry

    def tensor(self, node: Node, entry: Any) -> Any:
        return entry

    def versions(self, name: str, entry: Any) -> Any:
        """Yields ``(name, array, version when saved, version now)`` for a tensor, nothing else."""
        return ()


class SaveShape(Capture):
    """The shape of an argument: its values are not needed."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        value = values[self.index]
        if isinstance(value, (list, tuple)):
            return [t._array.shape for t in value]
        return value._array.shape if isinstance(value, Tensor) else ()


class SaveStrides(Capture):
    """The strides of a tensor argument, in elements: where its values lie, but not the values."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        return values[self.index].stride()


class SaveTensor(Capture):
    """A tensor argument, with the version it had. Numbers are kept as they are."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        tensor = values[self.index]
        if not isinstance(tensor, Tensor):
            return tensor
        if saved_tensor_hooks:
            return pack(tensor)
        storage = tensor._storage
        return tensor, (0 if storage is None else storage.version)

    def array(self, node: Node, entry: Any) -> Any:
        if type(entry) is not tuple:
            return entry.unpack(entry.packed)._array if type(entry) is SavedVariable else entry
        tensor, version = entry
        storage = tensor._storage
        if storage is not None and storage.version != version:
            raise stale(node, tensor._array, _output_of(tensor), storage.version, version)
        return tensor._array

    def tensor(self, node: Node, entry: Any) -> Any:
        if type(entry) is SavedVariable:
            return entry.unpack(entry.packed)
        if type(entry) is tuple:
            self.array(node, entry)
            return entry[0]
        return entry

    def versions(self, name: str, entry: Any) -> Any:
        if type(entry) is tuple:
            tensor, version = entry
            yield name, tensor._array, version, tensor._version


class SaveTensors(Capture):
    """A list of tensors."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        return [(t, t._version) for t in values[self.index]]

    def tensor(self, node: Node, entry: Any) -> Any:
        return [_unpack(node, pair) for pair in entry]

    def array(self, node: Node, entry: Any) -> Any:
        return [_unpack(node, pair)._array for pair in entry]

    def versions(self, name: str, entry: Any) -> Any:
        for i, (tensor, version) in enumerate(entry):
            yield f"{name}[{i}]", tensor._array, version, tensor._version


def _unpack(node: Node, pair: tuple[Tensor, int]) -> Tensor:
    tensor, version = pair
    if tensor._version != version:
        raise stale(node, tensor._array, _output_of(tensor), tensor._version, version)
    return tensor


class SaveResult(Capture):
    """A result of the operation. Its Tensor would hold the node and the node it: keep only the array."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        result = results[self.index]
        if saved_tensor_hooks:
            return pack(wrap(result._array))
        storage = storage_of(result)
        return result._array, storage, storage.version

    def array(self, node: Node, entry: Any) -> Any:
        if type(entry) is SavedVariable:
            return entry.unpack(entry.packed)._array
        array, storage, version = entry
        if storage.version != version:
            output = f", which is output {self.index} of {node.short_name()}"
            raise stale(node, array, output, storage.version, version)
        return array

    def tensor(self, node: Node, entry: Any) -> Any:
        tensor = wrap(self.array(node, entry))
        if type(entry) is not SavedVariable:
            tensor._storage = entry[1]
        if tensor._array.dtype.kind not in "biu":
            tensor._requires_grad, tensor._grad_fn, tensor._output_nr = True, node, self.index
        return tensor

    def versions(self, name: str, entry: Any) -> Any:
        if type(entry) is tuple:
            array, storage, version = entry
            yield name, array, version, storage.version


class SaveClone(SaveTensor):
    """An argument that the operation overwrites (``x.mul_(y)``): a copy of what it was."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        return values[self.index]  # the in-place caller has put the copy there

    def array(self, node: Node, entry: Any) -> Any:
        return entry._array if isinstance(entry, Tensor) else entry

    def tensor(self, node: Node, entry: Any) -> Any:
        return entry

    def versions(self, name: str, entry: Any) -> Any:
        return ()


class SaveNamespace(Capture):
    """``F``: the kernels in a backward on arrays, the operations in one on Tensors."""

    __slots__ = ()

    def save(self, values: Any, results: Any) -> Any:
        return None

    def array(self, node: Node, entry: Any) -> Any:
        return kernels

    def tensor(self, node: Node, entry: Any) -> Any:
        return operations


def pack(tensor: Tensor) -> SavedVariable:
    """Run the innermost pack hook."""
    pack_hook, unpack_hook = saved_tensor_hooks[-1]
    with no_grad():
        return SavedVariable(pack_hook(tensor), unpack_hook)


class Plan:
    """Which derivatives a node computes, for one operation and one set of inputs that need them."""

    __slots__ = (
        "_in_order",
        "_savers",
        "captures",
        "holds_tensors",
        "node_class",
        "op",
        "rules",
        "saved_names",
    )

    def __init__(
        self,
        op: Op,
        node_class: type[Node],
        wanted: list[tuple[int, str]],
        lengths: tuple[int, ...],
        inplace: bool,
    ) -> None:
        self.op = op
        self.node_class = node_class
        captures: dict[str, Capture] = {}
        self.rules: list[tuple[int, Rule, tuple[int, ...]]] = []
        for position, argument in wanted:
            rule = op.rules[argument]
            needs = []
            for name in op.needs[argument]:
                if name not in captures:
                    captures[name] = op.capture(name, inplace)
                needs.append(list(captures).index(name))
            self.rules.append((position, rule, tuple(needs)))
        self.captures = tuple(captures.values())
        self.saved_names = tuple(_torch_name(name) for name in captures)
        only = self.rules[0] if len(self.rules) == 1 and sum(lengths) == 1 else None
        self._in_order = only is not None and only[2] == tuple(range(len(captures)))
        quick = {SaveTensor: 1, SaveResult: 2}
        self._savers = tuple((quick.get(type(c), 0), c.index, c) for c in self.captures)
        self.holds_tensors = any(isinstance(c, (SaveTensor, SaveTensors, SaveResult)) for c in self.captures)

    def save(self, values: Any, results: Any) -> tuple[Any, ...]:
        """What backward will need."""
        if saved_tensor_hooks:
            return tuple([c.save(values, results) for c in self.captures])
        entries: list[Any] = []
        for quick, index, capture in self._savers:  # the common kinds inline: this runs in every forward
            if quick == 1:
                value = values[index]
                if isinstance(value, Tensor):
                    storage = value._storage
                    entries.append((value, 0 if storage is None else storage.version))
                else:
                    entries.append(value)
            elif quick == 2:
                result = results[index]
                storage = result._storage or storage_of(result)
                entries.append((result._array, storage, storage.version))
            else:
                entries.append(capture.save(values, results))
        return tuple(entries)

    def backward(self, node: Node, grads: list[Any], *, raw: bool) -> list[Any]:
        """Run the derivatives. `grads` holds one gradient per output, arrays if `raw` else Tensors."""
        entries = node.saved
        if entries is None:
            raise RuntimeError(FREED)
        grad = grads[0] if len(grads) == 1 else grads
        if not raw:
            values = [c.tensor(node, e) for c, e in zip(self.captures, entries)]
        else:
            dtype = node.outputs[0][1]
            if dtype.itemsize == 2 and is_half(dtype):
                # Two-byte types are computed in float32 and rounded once: the operations do that.
                with no_grad():
                    tensors = self.backward(node, [None if g is None else wrap(g) for g in grads], raw=False)
                return [None if t is None else t._array for t in tensors]
            values = []
            for (quick, _, capture), entry in zip(self._savers, entries):
                if quick == 1 and type(entry) is tuple:
                    tensor, version = entry
                    storage = tensor._storage
                    if storage is not None and storage.version != version:
                        raise stale(node, tensor._array, _output_of(tensor), storage.version, version)
                    value = tensor._array
                else:
                    value = capture.array(node, entry)
                if capture.promoted and getattr(value, "dtype", dtype) is not dtype:
                    value = _in_dtype(value, dtype)
                values.append(value)
        rules = self.rules
        if self._in_order:  # one rule, which takes what was saved in the order of saving
            result = rules[0][1](grad, *values)
            return result if type(result) is list else [result]
        out: list[Any] = [None] * len(node.next_functions)
        for position, rule, needs in rules:
            result = rule(grad, *[values[i] for i in needs])
            if type(result) is list:  # one gradient per tensor of a list argument
                out[position : position + len(result)] = result
            else:
                out[position] = result
        return out


def _in_dtype(value: Any, dtype: Any) -> Any:
    """A saved operand in the dtype in which forward computed; complex stays complex."""
    return value if value.dtype == dtype or value.dtype.kind == "c" != dtype.kind else value.astype(dtype)


def _torch_name(name: str) -> str:
    """PyTorch calls the first tensor of an operation ``self``."""
    if name == "input" or name.startswith("input_"):
        name = "self" + name[5:]
    return name.removesuffix("_shape") + "_sym_sizes" if name.endswith("_shape") else name


class Kernels:
    """``F`` in a backward on raw arrays: ``F.cos(a)`` runs the kernel of ``torch.cos`` on the array."""

    def __getattr__(self, name: str) -> Any:
        from .op import raw_composites, registry

        op = registry.get(name)
        if op is None:
            if name not in raw_composites:
                raise AttributeError(f"no operation named {name!r} works on arrays for a derivative to use")
            setattr(self, name, raw_composites[name])
            return raw_composites[name]
        kernel, needs_xp = op.kernel, op.needs_xp

        def call(*args: Any, **kwargs: Any) -> Any:
            if not needs_xp:
                return kernel(*args, **kwargs)
            value = args[0]
            xp = namespace_of(*value) if isinstance(value, (list, tuple)) else namespace_of(*args)
            return kernel(*args, xp=xp, **kwargs)

        setattr(self, name, call)
        return call


class Operations:
    """``F`` in a recorded backward: ``F.cos(t)`` is ``torch.cos(t)``."""

    def __getattr__(self, name: str) -> Any:
        from .op import composites, registry

        function = registry[name].function if name in registry else composites.get(name)
        if function is None:
            raise AttributeError(f"no operation named {name!r} for a derivative to use")
        setattr(self, name, function)
        return function


kernels = Kernels()
operations = Operations()


def needs_of(rule: Rule, argument: str) -> tuple[str, ...]:
    """The names a rule takes besides ``grad``, which must come first."""
    names = rule.__code__.co_varnames[: rule.__code__.co_argcount]
    if not names or names[0] not in ("grad", "grads"):
        raise TypeError(f"the derivative by {argument!r} must take `grad` first, not {names}")
    return names[1:]
