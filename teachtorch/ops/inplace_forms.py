"""In-place methods of operations that are made of others, and those that change a tensor's shape, not its
elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..binding import as_ints
from ..op import attach, tensor_method
from ..storage import Storage
from ..tensor import Tensor, storage_of
from .permuting import t, transpose
from .reshaping import squeeze, unsqueeze

__all__: list[str] = []


# -- other shapes over the same memory ----------------------------------------------------------------------


def _becomes(view: Callable[..., Tensor], name: str, doc: str, example: str) -> None:
    """The method ``name``: the tensor becomes its own view. Its memory and version stay."""

    def become(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if self.requires_grad and self.is_leaf:
            from ..grad_mode import is_grad_enabled

            if is_grad_enabled():
                raise RuntimeError(
                    "a leaf Variable that requires grad is being used in an in-place operation."
                )
        storage_of(self)
        self._bump_version()
        changed = view(self, *args, **kwargs)
        self._array = changed._array
        if changed.requires_grad:
            self._grad_fn, self._output_nr, self._requires_grad = changed._grad_fn, changed._output_nr, True
        return self

    become.__name__ = become.__qualname__ = name
    become.__doc__ = f"{doc}\n\n    >>> import teachtorch as torch\n    >>> {example}\n    "
    attach(name, become)


_becomes(
    t,
    "t_",
    "Transpose this matrix: see :func:`torch.t`.",
    "torch.tensor([[1, 2]]).t_()\n    tensor([[1],\n            [2]])",
)
_becomes(
    transpose,
    "transpose_",
    "Exchange two dimensions of this tensor: see :func:`torch.transpose`.",
    "torch.tensor([[1, 2]]).transpose_(0, 1)\n    tensor([[1],\n            [2]])",
)
_becomes(
    transpose,
    "swapaxes_",
    "Exchange two dimensions of this tensor.",
    "torch.tensor([[1, 2]]).swapaxes_(0, 1)\n    tensor([[1],\n            [2]])",
)
_becomes(
    transpose,
    "swapdims_",
    "Exchange two dimensions of this tensor.",
    "torch.tensor([[1, 2]]).swapdims_(0, 1)\n    tensor([[1],\n            [2]])",
)
_becomes(
    squeeze,
    "squeeze_",
    "Drop dimensions of size 1 of this tensor: see :func:`torch.squeeze`.",
    "torch.tensor([[1]]).squeeze_()\n    tensor(1)",
)
_becomes(
    unsqueeze,
    "unsqueeze_",
    "Insert a dimension of size 1: see :func:`torch.unsqueeze`.",
    "torch.tensor([1]).unsqueeze_(0)\n    tensor([[1]])",
)
_becomes(
    lambda self, *a, **k: self.as_strided(*a, **k),
    "as_strided_",
    "Give this tensor another geometry.",
    "torch.arange(4).as_strided_((2,), (2,))\n    tensor([0, 2])",
)


@tensor_method
def resize_(self: Tensor, *size: Any, memory_format: Any = None) -> Tensor:
    """Give this tensor another shape, with more memory if it needs it; new elements are not set (here: 0).

    >>> import teachtorch as torch
    >>> torch.tensor([1, 2, 3]).resize_(2)
    tensor([1, 2])
    """
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    shape = as_ints(size)
    array, storage = self._array, storage_of(self)
    count = int(np.prod(shape, dtype=np.int64))
    offset = self.storage_offset()
    memory = storage.flat()
    if memory.dtype == array.dtype and offset + count <= memory.size:
        place = memory[offset : offset + count]
        self._array = place.reshape(shape)
        return self
    grown = np.zeros(count, array.dtype)
    kept = memory[offset:][:count] if memory.dtype == array.dtype else array.reshape(-1)[:count]
    grown[: kept.size] = kept
    self._array = grown.reshape(shape)
    self._storage = Storage(self._array, storage.version)
    return self


@tensor_method
def resize_as_(self: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """``resize_`` to the shape of another tensor.

    >>> import teachtorch as torch
    >>> torch.tensor([1, 2, 3]).resize_as_(torch.zeros(2))
    tensor([1, 2])
    """
    return resize_(self, tuple(the_template.shape))


# -- composites ---------------------------------------------------------------------------------------------


@tensor_method
def square_(self: Tensor) -> Tensor:
    """In-place version of :func:`torch.square`.

    >>> import teachtorch as torch
    >>> torch.tensor([2., 3.]).square_()
    tensor([4., 9.])
    """
    return self.pow_(2)


@tensor_method
def clamp_min_(self: Tensor, min: Any) -> Tensor:
    """In-place version of :func:`torch.clamp_min`.

    >>> import teachtorch as torch
    >>> torch.tensor([-1., 2.]).clamp_min_(0)
    tensor([0., 2.])
    """
    return self.clamp_(min)


@tensor_method
def clamp_max_(self: Tensor, max: Any) -> Tensor:
    """In-place version of :func:`torch.clamp_max`.

    >>> import teachtorch as torch
    >>> torch.tensor([-1., 2.]).clamp_max_(0)
    tensor([-1.,  0.])
    """
    return self.clamp_(max=max)


@tensor_method
def conj_physical_(self: Tensor) -> Tensor:
    """In-place version of :func:`torch.conj_physical`.

    >>> import teachtorch as torch
    >>> torch.tensor([1 + 2j]).conj_physical_()
    tensor([1.-2.j])
    """
    return self.copy_(self.conj()) if self.is_complex() else self


def _conjugate_transposed(self: Tensor) -> Tensor:
    """The conjugate transpose of a matrix."""
    if self.ndim not in (0, 2):
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.")
    return self if self.ndim == 0 else transpose(self, 0, 1).conj()


def _matrix_conjugate_transposed(self: Tensor) -> Tensor:
    """The conjugate transpose of each matrix of a batch."""
    if self.ndim == 0:
        return self
    if self.ndim < 2:
        raise RuntimeError(
            f"tensor.mH is only supported on matrices or batches of matrices. Got {self.ndim}-D tensor."
        )
    return transpose(self, -2, -1).conj()


attach("H", property(_conjugate_transposed))
attach("mH", property(_matrix_conjugate_transposed))
