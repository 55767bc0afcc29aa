"""The name of an object's type as PyTorch's messages spell it."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor


def typename(obj: Any) -> str:
    """The type of a tensor (``torch.FloatTensor``), the name of a class or function, else an object's class.

    >>> from teachtorch import nn
    >>> typename(nn.Linear(2, 1)), typename(nn.Linear), typename(3)
    ('torch.nn.modules.linear.Linear', 'Linear', 'int')
    """
    if isinstance(obj, Tensor):
        return obj.type()
    if hasattr(obj, "__qualname__"):
        return obj.__qualname__
    module, name = type(obj).__module__, type(obj).__qualname__
    if module == "builtins":
        return name
    # The message names torch, so that a student who searches the web for it finds it.
    if module.partition(".")[0] == "teachtorch":
        module = "torch" + module.removeprefix("teachtorch")
    return f"{module}.{name}"
