"""Automatic differentiation: ``backward``, ``grad``, modes, custom functions and what is built on them."""

from typing import Any

from ..grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from ..tensor import Tensor
from . import functional
from .engine import backward, grad
from .function import Function
from .gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = ["Function", "GradcheckError", "Variable", "backward", "enable_grad", "functional", "grad", "gradcheck",
           "gradgradcheck", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]  # fmt: skip


def Variable(data: Any, requires_grad: bool = False, volatile: bool = False) -> Tensor:
    """The old name of a tensor that may require grad; kept for old programs."""
    result: Tensor = data.detach()
    result.requires_grad = requires_grad
    return result
