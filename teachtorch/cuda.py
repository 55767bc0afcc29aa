"""``torch.cuda``: what a program asks before it goes on without a GPU.

This version of teachtorch computes on the CPU. ``is_available()`` is False, and moving a tensor to a GPU raises
PyTorch's error for a build without CUDA.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "current_device",
    "device_count",
    "empty_cache",
    "is_available",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
]


def is_available() -> bool:
    """Whether tensors can be moved to a GPU: not in this version."""
    return False


def is_initialized() -> bool:
    """Whether a GPU has been used: never."""
    return False


def device_count() -> int:
    """The number of GPUs that can be used: none."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the GPU's generator; without one, nothing, as in PyTorch."""


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Give cached GPU memory back; there is none."""


def _no_cuda(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("Torch not compiled with CUDA enabled")


current_device = synchronize = _no_cuda
