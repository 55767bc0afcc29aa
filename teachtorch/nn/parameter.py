"""Tensors that a module owns: :class:`Parameter` (trained) and :class:`Buffer` (not trained), and both
before their shape is known.
"""

from __future__ import annotations

from typing import Any

from ..ops.creation import empty
from ..tensor import Tensor, storage_of

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "UninitializedTensorMixin",
    "is_lazy",
]


class _Flagged(type):
    """``isinstance(t, Parameter)`` also holds for a tensor of another class that carries the flag."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        flag = cls.__dict__.get("_flag")
        return flag is not None and isinstance(instance, Tensor) and flag in instance.__dict__


def _alias(cls: Any, data: Tensor, requires_grad: bool) -> Any:
    """A leaf of class ``cls`` over the memory of ``data``."""
    tensor = object.__new__(cls)
    tensor._array = data._array
    tensor._storage = storage_of(data)
    if requires_grad:
        if not (data.is_floating_point() or data.is_complex()):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        tensor._requires_grad = True
    return tensor


class Parameter(Tensor, metaclass=_Flagged):
    """A tensor to be trained.

    Assigned to an attribute of a module it is registered there: ``module.parameters()`` yields it, and an
    optimizer that was given those changes it. It shares memory with ``data`` and requires grad by default,
    also inside ``no_grad``.

    Args:
        data: the values; an empty tensor if left out.
        requires_grad: whether gradients are collected in ``.grad``.

    >>> import teachtorch as torch
    >>> torch.nn.Parameter(torch.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    _flag = "_is_param"

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Any:
        if data is None:
            data = empty(0)
        if type(data) is Tensor or type(data) is Parameter:
            return _alias(cls, data, requires_grad)
        tensor: Any = data.detach().requires_grad_(requires_grad)
        if type(tensor) is not type(data):
            raise RuntimeError(
                f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() "
                f"returns an instance of the same type, but return type {type(tensor).__name__} was found "
                "instead. To use the type as a Parameter, please correct the detach() semantics defined by "
                "its __torch_dispatch__() implementation."
            )
        tensor.__dict__["_is_param"] = True
        return tensor

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    # mypy forgets the argument names of double-underscore methods, and then finds that they differ
    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor, metaclass=_Flagged):
    """A tensor that belongs to a module but is not trained, registered by assignment.

    ``Buffer(data)`` returns a tensor of the class of ``data`` with a mark on it; ``persistent`` says whether
    ``state_dict()`` saves it.

    >>> import teachtorch as torch
    >>> module = torch.nn.Module()
    >>> module.mean = torch.nn.Buffer(torch.zeros(2))
    >>> module.state_dict()["mean"]
    tensor([0., 0.])
    """

    _flag = "_is_buffer"
    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        if data is None:
            data = empty(0)
        marked: Any = data.detach().requires_grad_(data.requires_grad)
        marked.persistent = persistent
        marked._is_buffer = True
        return marked


class UninitializedTensorMixin:
    """A tensor whose shape is not known yet: it can be moved, cast and given a shape, nothing else."""

    cls_to_become: Any
    _empty: Tensor

    # `_array` is where every operation looks first, so that is where using it too early is noticed.
    @property
    def _array(self) -> Any:
        raise ValueError(
            "Attempted to use an uninitialized parameter. This error happens when you are using a "
            f"`LazyModule` or explicitly manipulating `torch.nn.parameter.{type(self).__name__}` objects. "
            "When using LazyModules Call `forward` with a dummy batch to initialize the parameters before "
            "calling torch functions"
        )

    @property
    def data(self) -> Tensor:
        """The empty tensor that stands in, with the dtype and device the real one will have."""
        return self._empty

    @data.setter
    def data(self, value: Tensor) -> None:
        self._empty = value

    @property
    def dtype(self) -> Any:
        """The type that the elements will have."""
        return self._empty.dtype

    @property
    def device(self) -> Any:
        """Where the memory will be."""
        return self._empty.device

    @property
    def shape(self) -> Any:
        """Not known: raises ``RuntimeError``."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call "
            "`forward` to initialize the parameters before accessing their attributes."
        )

    def materialize(self, shape: tuple[int, ...], device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary parameter or buffer of this shape, with values not set yet."""
        array = empty(*shape, device=device or self.device, dtype=dtype or self.dtype)._array
        self.__class__ = self.cls_to_become
        self.__dict__.pop("_empty")
        self.__dict__["_array"] = array

    def share_memory_(self) -> Any:
        """There is no memory yet: raises ``RuntimeError``."""
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the "
            "parameters before calling `module.share_memory()`."
        )

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self._requires_grad, self.device, self.dtype)  # type: ignore[attr-defined]

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            make, args = self.__reduce_ex__(2)
            memo[id(self)] = make(*args)
        return memo[id(self)]


def is_lazy(param: Any) -> bool:
    """Whether the shape of ``param`` is still to be inferred."""
    return isinstance(param, UninitializedTensorMixin)


def _uninitialized(cls: Any, requires_grad: bool, device: Any, dtype: Any) -> Any:
    tensor = object.__new__(cls)
    tensor._empty = empty(0, device=device, dtype=dtype)
    tensor._requires_grad = requires_grad
    return tensor


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]  # as above
    """A parameter whose shape will be inferred from the first input, as in ``nn.LazyLinear``."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return _uninitialized(cls, requires_grad, device, dtype)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]  # as above
    """A buffer whose shape will be inferred from the first input."""

    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        tensor = _uninitialized(cls, requires_grad, device, dtype)
        tensor.persistent = persistent
        tensor._is_buffer = True
        return tensor
