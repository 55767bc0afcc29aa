"""The Tensor: an array, and what autograd must know about it.

Everything that computes is an operation and lives in ``teachtorch/ops``; operations become methods of
this class where they are defined. Here is the rest: the array, the graph, views and Python's protocols.
A tensor that takes no part in autograd has one attribute of its own, ``_array``; the others are class
defaults until they are needed, which keeps a tensor cheap to make.
"""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .device import CPU, device
from .dtypes import FROM_NUMPY, c_name, dtype, from_numpy_dtype
from .grad_mode import is_grad_enabled
from .shapes import Size, contiguous_strides
from .storage import Storage, TypedStorage, address

if TYPE_CHECKING:
    from .node import Node, RemovableHandle

MAYBE: Any = 2
"""``_requires_grad`` of a view: true if its base has come to require grad since, so ask the property."""

_new = object.__new__


class View:
    """What a view remembers: the tensor it is a view of, and the version its ``grad_fn`` belongs to.

    `origin` says under which circumstances it was made, for in-place writes that PyTorch refuses:
    ``""``, ``"no_grad"`` or ``"multiple"`` (one of several outputs, as of ``unbind``). Views of such views inherit it.
    `replay`, for views of another dtype than the base's, makes the view again: see :mod:`teachtorch.replay`.
    """

    __slots__ = ("base", "origin", "replay", "version")

    replay: Callable[[Tensor], Tensor] | None

    def __init__(self, base: Tensor, version: int, origin: str) -> None:
        self.base = base
        self.version = version
        self.origin = origin
        self.replay = None


class Tensor:
    """A multi-dimensional array of one dtype that can remember how it was computed.

    Make one with ``torch.tensor``, ``torch.zeros``, ``torch.rand`` and their kin.

    >>> import teachtorch as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    _array: Any
    _requires_grad: Any = False
    _grad_fn: Node | None = None
    _output_nr: int = 0
    _grad: Tensor | None = None
    _storage: Storage | None = None
    _view: View | None = None
    _accumulator: Any = None
    _hooks: OrderedDict[int, Any] | None = None
    _post_accumulate_hooks: OrderedDict[int, Any] | None = None
    _backward_hooks: Any = None
    _retains_grad: bool = False
    _inference: bool = False

    __array_priority__ = 1000  # ndarray * tensor is the tensor's business

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        from .ops.creation import legacy_tensor  # the old constructor, torch.Tensor(2, 3), is rare

        return legacy_tensor(cls, *args, **kwargs)

    # -- what it is -----------------------------------------------------------------------------------

    @property
    def dtype(self) -> dtype:
        """The type of the elements: ``torch.float32``, ..."""
        return FROM_NUMPY[self._array.dtype]

    @property
    def shape(self) -> Size:
        """The size of each dimension."""
        return Size(self._array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim

    @property
    def device(self) -> device:
        """Where the memory is."""
        return CPU if type(self._array) is np.ndarray else device("cuda", self._array.device.id)

    @property
    def is_cuda(self) -> bool:
        """True for a tensor on a GPU."""
        return type(self._array) is not np.ndarray

    @property
    def is_cpu(self) -> bool:
        """True for a tensor in main memory."""
        return type(self._array) is np.ndarray

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._array.itemsize

    element_size = lambda self: self._array.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._array.nbytes

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of dimension `dim`."""
        if dim is None:
            return Size(self._array.shape)
        shape = self._array.shape
        if not shape:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        if not -len(shape) <= dim < len(shape):
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-len(shape)}, {len(shape) - 1}], but got {dim})"
            )
        return shape[dim]

    def dim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim

    ndimension = dim

    def numel(self) -> int:
        """The number of elements."""
        return self._array.size

    nelement = numel

    def is_floating_point(self) -> bool:
        """Whether the dtype is a floating type."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex."""
        return self._array.dtype.kind == "c"

    def is_signed(self) -> bool:
        """Whether the dtype holds negative numbers."""
        return self.dtype.is_signed

    def get_device(self) -> int:
        """The GPU's number, -1 for the CPU."""
        return -1 if self.is_cpu else self._array.device.id

    layout = property(lambda self: strided_layout)
    is_sparse = is_quantized = is_nested = is_meta = is_mkldnn = is_mps = is_xpu = False

    # -- memory ---------------------------------------------------------------------------------------

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours lie in memory, for each dimension or for `dim`."""
        array = self._array
        if array.size:
            strides = tuple(s // array.itemsize for s in array.strides)
        else:  # nothing lies anywhere, and numpy's strides may be anything
            strides = contiguous_strides(array.shape)
        return strides if dim is None else strides[dim]

    def storage_offset(self) -> int:
        """How many elements of the storage lie before this tensor's first."""
        if self._storage is None:
            return 0
        return (address(self._array) - address(self._storage.array)) // self._array.itemsize

    def data_ptr(self) -> int:
        """Address of the first element."""
        return address(self._array) if self._array.size else 0

    def untyped_storage(self) -> Storage:
        """The memory that this tensor shares with its views."""
        return storage_of(self)

    def storage(self) -> TypedStorage:
        """The memory as elements; deprecated in PyTorch, kept for old programs."""
        return TypedStorage(storage_of(self), self.dtype)

    def is_set_to(self, tensor: Tensor) -> bool:
        """Whether both see the same memory with the same offset, shape and strides."""
        a, b = self._array, tensor._array
        return (a.shape, a.strides, address(a)) == (b.shape, b.strides, address(b))

    @property
    def _version(self) -> int:
        """How many in-place operations the memory has seen."""
        return 0 if self._storage is None else self._storage.version

    def _bump_version(self) -> None:
        """Count one in-place write."""
        if self._storage is None:
            self._storage = Storage(self._array)
        self._storage.version += 1

    @property
    def _base(self) -> Tensor | None:
        """The tensor this one is a view of."""
        return None if self._view is None else self._view.base

    def _is_view(self) -> bool:
        return self._view is not None

    def is_inference(self) -> bool:
        """Whether it was made inside ``inference_mode``."""
        return self._inference

    def is_shared(self) -> bool:
        """Whether the memory is shared between processes: never here."""
        return False

    def share_memory_(self) -> Tensor:
        """Accepted for PyTorch's sake; memory is not shared between processes here."""
        return self

    # -- autograd -------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        flag = self._requires_grad
        return flag if flag is not MAYBE else self._grad_fn is not None or self._view.base.requires_grad  # type: ignore[union-attr]

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not value and self._grad_fn is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if value and self._array.dtype.kind in "biu":
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        if self._grad_fn is None:
            self._requires_grad = True if value else False if self._view is None else MAYBE

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set ``requires_grad`` in place and return the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def grad_fn(self) -> Node | None:
        """The node that made this tensor; None for a leaf."""
        view = self._view
        # A write through the base or a sibling changed this view's history too: work it out now.
        if view is not None and view.version != self._version and (self._grad_fn or view.base.requires_grad):
            from .ops.strided import regenerate_view

            regenerate_view(self)
        return self._grad_fn

    @property
    def is_leaf(self) -> bool:
        """True unless it is the result of a recorded operation."""
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        """Which output of ``grad_fn`` this is."""
        return self._output_nr

    @property
    def grad(self) -> Tensor | None:
        """The gradient that ``backward`` has accumulated; None until then."""
        if self._grad is None and not self._retains_grad and self._requires_grad and not self.is_leaf:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute "
                "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated "
                "for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor "
                "by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 "
                "for more informations.",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is None:
            self._grad = None
            return
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value._array.dtype != self._array.dtype:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{c_name(value.dtype)}' to a tensor with grad_dtype "
                f"'{self.dtype.legacy}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
                "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any "
                "dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
                "downstream systems that assume they match."
            )
        if value._array.shape != self._array.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value._array.shape)}' to a tensor of size "
                f"'{list(self._array.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def data(self) -> Tensor:
        """The same memory without the graph, and with a version counter of its own: writes go unnoticed."""
        result = wrap(self._array)
        result._storage = Storage(storage_of(self).array)
        return result

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self._grad_fn is None and self._requires_grad and value._array.dtype.kind in "biu":
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex dtype"
            )
        version = self._version
        if value._array.shape != self._array.shape or value._array.dtype != self._array.dtype:
            self._accumulator = None  # it expects gradients of the old shape and dtype
        self._array = value._array
        # The memory is the new tensor's; the count of writes stays this tensor's own.
        self._storage = Storage(storage_of(value).array, version)

    def detach(self) -> Tensor:
        """The same memory, outside the graph. Writes through either are counted for both."""
        result = wrap(self._array)
        result._storage = storage_of(self)
        return result

    def detach_(self) -> Tensor:
        """Forget how this tensor was computed: it becomes a leaf."""
        if self._view is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) "
                "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and "
                "hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
                "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
            )
        self._grad_fn, self._output_nr, self._requires_grad = None, 0, False
        return self

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf tensor in ``.grad`` too."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        node = self._grad_fn and self.grad_fn
        if node is None or self._retains_grad:
            return
        self._retains_grad = True
        node.attached().retained[self._output_nr] = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Whether ``retain_grad`` was called on this non-leaf tensor."""
        return self._retains_grad

    def register_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """Call ``hook(grad)`` when this tensor's gradient is known; it may return another to use instead."""
        from .node import accumulator, add_hook

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        node = self.grad_fn
        if self._hooks is None:
            self._hooks = OrderedDict()
        owner = accumulator(self) if node is None else node
        owner.attached().tensor[self._output_nr] = self._hooks
        return add_hook(self._hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call ``hook(tensor)`` after a gradient was added to this leaf's ``.grad``."""
        from .node import add_hook

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        if self._post_accumulate_hooks is None:
            self._post_accumulate_hooks = OrderedDict()
        return add_hook(self._post_accumulate_hooks, hook)

    # -- Python's protocols ---------------------------------------------------------------------------

    def __repr__(self, *, tensor_contents: str | None = None) -> str:
        from .printing import tensor_repr

        return tensor_repr(self)

    def __format__(self, spec: str) -> str:
        from .printing import format_tensor

        return format_tensor(self, spec)

    def __len__(self) -> int:
        if not self._array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self) -> Tensor:
        return self.flip(0) if self._array.ndim else self

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, (Tensor, int, float, complex)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
            )
        return bool((element == self).any().item())

    __hash__ = object.__hash__

    def item(self) -> Any:
        """The one element as a Python number."""
        array = self._array
        if array.size != 1:
            raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
        return array.item() if array.dtype.kind != "V" else float(array.reshape(()))

    def tolist(self) -> Any:
        """The elements as Python numbers in nested lists."""
        array = self._array
        return array.tolist() if array.dtype.kind != "V" else array.astype(np.float32).tolist()

    def __bool__(self) -> bool:
        size = self._array.size
        if size == 1:
            return bool(self._array)
        if size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")

    def __int__(self) -> int:
        return int(self._number("long"))

    def __float__(self) -> float:
        return float(self._number("double"))

    def _number(self, kind: str) -> Any:
        """The one element, to be made a Python number of another kind."""
        if self._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        value = self.item()
        if isinstance(value, complex):
            if value.imag:
                raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
            return value.real
        return value

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        array = self._array
        if array.size != 1 or array.dtype.kind not in "biu":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(array.item())

    def numpy(self, *, force: bool = False) -> Any:
        """The numpy array that shares this tensor's memory."""
        if force:
            return self.detach().cpu().numpy()
        if is_grad_enabled() and self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
        array = self._array
        if type(array) is not np.ndarray:
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to "
                "host memory first."
            )
        if array.dtype.kind == "V":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return array.view()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Tensor:
        return wrap(np.asarray(array))

    def __dlpack__(self, **kwargs: Any) -> Any:
        """Share the memory with another library."""
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return self._array.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple[Any, int]:
        return self._array.__dlpack_device__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment.  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils."
                "weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) in memo:
            return memo[id(self)]
        result = _new(type(self))
        memo[id(self)] = result
        result._array = self._array.copy("K")
        result._requires_grad = self.requires_grad
        if self._grad is not None:
            result._grad = self._grad.__deepcopy__(memo)
        return result

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self._array, self.requires_grad)

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The old name of the dtype, ``"torch.FloatTensor"``; with an argument, a cast."""
        if dtype is None:
            return f"torch.{'cuda.' if self.is_cuda else ''}{self.dtype.legacy}Tensor"
        from .ops.conversion import cast_to_type

        return cast_to_type(self, dtype)


class _Layout:
    def __repr__(self) -> str:
        return "torch.strided"


strided_layout = _Layout()


def _rebuild(cls: type, array: Any, requires_grad: bool) -> Tensor:
    tensor = _new(cls)
    tensor._array = array
    tensor._requires_grad = requires_grad
    return tensor


def wrap(array: Any) -> Tensor:
    """A new tensor over `array`, outside any graph."""
    tensor = _new(Tensor)
    tensor._array = array
    return tensor


def storage_of(tensor: Tensor) -> Storage:
    """The tensor's storage, made now if it has not been needed before."""
    storage = tensor._storage
    if storage is None:
        storage = tensor._storage = Storage(tensor._array)
    return storage


def from_numpy(ndarray: Any, /) -> Tensor:
    """A tensor that shares the memory of a numpy array.

    >>> import numpy as np, teachtorch as torch
    >>> a = np.zeros(2)
    >>> t = torch.from_numpy(a)
    >>> a[0] = 7
    >>> t
    tensor([7., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    from_numpy_dtype(ndarray.dtype)
    if any(s < 0 for s in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    if not ndarray.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders "
            "is currently not supported."
        )
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means "
            "writing to this tensor will result in undefined behavior. You may want to copy the array to protect "
            "its data or make it writable before converting it to a tensor. This type of warning will be suppressed "
            "for the rest of this program.",
            UserWarning,
            stacklevel=2,
        )
    return wrap(ndarray.view(np.ndarray))
