"""The memory under one or more tensors, and the count of in-place writes to it.

Every view of a tensor shares its :class:`Storage`. An in-place operation adds one to
``Storage.version``; a tensor saved for backward remembers the version it saw, so a later write to
the same memory, through whichever view, is noticed when the saved value is needed.
A tensor makes its storage only when somebody asks for it: most tensors live and die without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dtypes import dtype


class Storage:
    """The array that owns (or first wrapped) the memory, and its version counter.

    `array` is the numpy (or CuPy) array of the tensor that was there first: its first element is the
    storage's offset 0. PyTorch's ``untyped_storage()`` in teaching form.
    """

    __slots__ = ("array", "version")

    def __init__(self, array: Any, version: int = 0) -> None:
        self.array = array
        self.version = version

    def data_ptr(self) -> int:
        """Address of the first byte."""
        return address(self.array)

    def nbytes(self) -> int:
        """Size in bytes, from the first element to the last one that the owner reaches."""
        return extent(self.array) * self.array.itemsize

    size = __len__ = nbytes

    def tolist(self) -> list[int]:
        """The bytes, as integers."""
        return self.flat().view("u1").tolist()

    def flat(self) -> Any:
        """The memory as a one-dimensional array, in the order in which it lies there."""
        array = self.array
        if array.flags.c_contiguous:
            return array.reshape(-1)
        from .backend import strided

        return strided(array, (extent(array),), (array.itemsize,))

    def __repr__(self) -> str:
        return f"<Storage of {self.nbytes()} bytes, version {self.version}>"


class TypedStorage:
    """``tensor.storage()``: the elements in memory order. Kept for old programs; PyTorch deprecates it."""

    def __init__(self, storage: Storage, element: dtype) -> None:
        self._untyped_storage = storage
        self.dtype = element

    def untyped(self) -> Storage:
        """The :class:`Storage` itself."""
        return self._untyped_storage

    def data_ptr(self) -> int:
        """Address of the first byte."""
        return self._untyped_storage.data_ptr()

    def tolist(self) -> list[Any]:
        """The elements in memory order."""
        return self._untyped_storage.flat().tolist()

    def __len__(self) -> int:
        return self._untyped_storage.flat().size

    size = __len__

    def __getitem__(self, index: int) -> Any:
        return self._untyped_storage.flat()[index].item()

    def __repr__(self) -> str:
        rows = "\n".join(f" {value}" for value in self.tolist())
        return f"{rows}\n[torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {len(self)}]"


def address(array: Any) -> int:
    """Address of an array's first element."""
    if type(array).__module__ == "numpy":
        return array.ctypes.data
    return array.data.ptr


def extent(array: Any) -> int:
    """How many elements lie between an array's first element and its last, both included."""
    if array.size == 0:
        return 0
    return 1 + sum((n - 1) * s for n, s in zip(array.shape, array.strides)) // array.itemsize
