"""Casting a whole module and moving it to another device."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Self

from ...dtypes import dtype as DType
from ...grad_mode import no_grad
from ...ops.creation import empty_like
from ...tensor import Tensor
from ..parameter import is_lazy
from ._traversal import Traversal


class Conversion(Traversal):
    """``to`` and its short forms. A module is changed in place, unlike a tensor; each returns the module.

    The parameters stay the same objects (their ``data`` is exchanged), so an optimizer that holds them
    still does.
    """

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace every parameter's data, its gradient's, and every buffer by ``fn`` of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is None:
                continue
            with no_grad():
                parameter.data = fn(parameter.data if is_lazy(parameter) else parameter)
                if parameter._grad is not None:
                    parameter._grad.data = fn(parameter._grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Cast the floating-point and complex members, and move all of them.

        ``to(device)``, ``to(dtype)``, ``to(device, dtype)``, ``to(other_tensor)``; integer buffers keep
        their dtype.

        Raises:
            TypeError: for an integer or bool dtype.
        """
        dtype = kwargs.get("dtype")
        for arg in args:
            dtype = arg if isinstance(arg, DType) else arg.dtype if isinstance(arg, Tensor) else dtype
        if dtype is not None:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise TypeError(
                    "nn.Module.to only accepts floating point or complex dtypes, "
                    f"but got desired dtype={dtype}"
                )
            if dtype.is_complex:
                warnings.warn(
                    "Complex modules are a new feature under active development whose design may change, "
                    "and some modules might not work as expected when using complex tensors as parameters "
                    "or buffers. Please file an issue at "
                    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a complex "
                    "module does not work as expected.",
                    stacklevel=2,
                )

        elsewhere = [
            arg.device if isinstance(arg, Tensor) else arg for arg in args if not isinstance(arg, DType)
        ]
        options = {name: value for name, value in kwargs.items() if name != "dtype"}

        def convert(tensor: Tensor) -> Tensor:
            if dtype is not None and (tensor.is_floating_point() or tensor.is_complex()):
                return tensor.to(*elsewhere, dtype=dtype, **options)
            return tensor.to(*elsewhere, **options)

        return self._apply(convert)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move to a device without copying the values."""
        return self._apply(lambda t: empty_like(t, device=device), recurse=recurse)

    def type(self, dst_type: Any) -> Self:
        """Cast every parameter and buffer, integer ones too."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Self:
        """Cast the floating-point members to float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self) -> Self:
        """Cast the floating-point members to float64."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self) -> Self:
        """Cast the floating-point members to float16."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self) -> Self:
        """Cast the floating-point members to bfloat16."""
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    def cpu(self) -> Self:
        """Move to main memory."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move to a GPU."""
        return self._apply(lambda t: t.cuda(device))

    def share_memory(self) -> Self:
        """Accepted for PyTorch's sake; memory is not shared between processes here."""
        return self._apply(lambda t: t.share_memory_())
