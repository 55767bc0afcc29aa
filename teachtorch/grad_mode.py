"""Whether operations are recorded: ``no_grad``, ``enable_grad``, ``set_grad_enabled``, ``inference_mode``.

The flags live in context variables: each thread has its own, and so has each asynchronous task.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]

GENERATOR = 0x20  # inspect.CO_GENERATOR, without importing inspect

_grad: ContextVar[bool] = ContextVar("grad mode", default=True)
_inference: ContextVar[bool] = ContextVar("inference mode", default=False)

is_grad_enabled: Callable[[], bool] = _grad.get
"""True where operations on tensors that require grad are recorded."""

is_inference_mode_enabled: Callable[[], bool] = _inference.get
"""True inside ``inference_mode``."""


class _Mode:
    """A context manager that also decorates functions, generators and the methods of a class."""

    def clone(self) -> _Mode:
        return type(self)()

    def __enter__(self) -> Any:
        raise NotImplementedError  # each mode says what it sets

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError

    def __call__(self, func: Any) -> Any:
        if isinstance(func, type):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly "
                "decorate the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
            func.__init__ = self(func.__init__)  # type: ignore[misc]  # as the warning says
            return func
        clone = self.clone
        if getattr(func, "__code__", None) and func.__code__.co_flags & GENERATOR:
            return _decorate_generator(clone, func)

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with clone():
                return func(*args, **kwargs)

        return wrapper


def _decorate_generator(clone: Callable[[], _Mode], func: Any) -> Any:
    """The mode holds while the generator's own code runs, not while its consumer's does."""

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        generator = func(*args, **kwargs)
        step: Callable[[], Any] = functools.partial(next, generator)
        try:
            while True:
                with clone():
                    value = step()
                try:
                    sent = yield value
                    step = functools.partial(generator.send, sent)
                except GeneratorExit:
                    with clone():
                        generator.close()
                    raise
                except BaseException as error:
                    step = functools.partial(generator.throw, error)
        except StopIteration as stop:
            return stop.value

    return wrapper


class no_grad(_Mode):
    """Operations inside are not recorded; their results have ``requires_grad=False``.

    >>> import teachtorch as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    _enabled = False

    def __new__(cls, orig_func: Any = None) -> Any:
        mode = super().__new__(cls)
        if orig_func is None:
            return mode
        mode.__init__()  # type: ignore[misc]
        return mode(orig_func)  # @torch.no_grad without parentheses

    def __init__(self, orig_func: Any = None) -> None:
        self._token: Any = None

    def __enter__(self) -> None:
        self._previous = _grad.get()
        _grad.set(self._enabled)

    def __exit__(self, *exc_info: object) -> None:
        _grad.set(self._previous)


class enable_grad(no_grad):
    """Operations inside are recorded again, within a surrounding ``no_grad``."""

    _enabled = True


class set_grad_enabled(_Mode):
    """Turn recording on or off: at once as a function, or for a block with ``with``.

    >>> import teachtorch as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:
        self._previous = _grad.get()
        self.mode = mode
        _grad.set(mode)

    def __call__(self, func: Any) -> Any:
        _grad.set(self._previous)  # used as a decorator: the mode is for the function alone
        return super().__call__(func)

    def __enter__(self) -> None:
        _grad.set(self.mode)

    def __exit__(self, *exc_info: object) -> None:
        _grad.set(self._previous)

    def clone(self) -> set_grad_enabled:
        return type(self)(self.mode)


class inference_mode(_Mode):
    """``no_grad`` that also promises its results never meet autograd again.

    PyTorch skips view and version bookkeeping there; here the results are ordinary tensors that
    answer True to ``is_inference()``.
    """

    def __init__(self, mode: Any = True) -> None:
        self.mode = mode

    def __new__(cls, mode: Any = True) -> Any:
        instance = super().__new__(cls)
        if isinstance(mode, bool):
            return instance
        instance.__init__(True)  # type: ignore[misc]
        return instance(mode)

    def __enter__(self) -> None:
        self._previous = _grad.get(), _inference.get()
        _inference.set(self.mode)
        _grad.set(False if self.mode else self._previous[0])

    def __exit__(self, *exc_info: object) -> None:
        _grad.set(self._previous[0])
        _inference.set(self._previous[1])

    def clone(self) -> inference_mode:
        return type(self)(self.mode)
