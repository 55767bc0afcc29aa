"""Asks the definitions in a namespace: a student's own kernel, or a worker's inside the sandbox.

Nothing that the student's code does gets past this: exceptions of every kind become `Raised`, and answers
become plain data before anyone looks at them.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from types import TracebackType

from .grading.wire import WireError, plain
from .outcome import Missing, Outcome, Raised, Returned, Stopped

MAX_MESSAGE = 300


class Namespace:
    """`Answers` from a dictionary of definitions."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self._names = names

    def value(self, name: str) -> Outcome:
        """See `Answers.value`. An ellipsis counts as not filled in."""
        if name not in self._names or self._names[name] is ...:
            return Missing()
        return self._guarded(lambda: self._names[name])

    def call(self, name: str, args: tuple) -> Outcome:
        """See `Answers.call`."""
        if name not in self._names:
            return Missing()
        function = self._names[name]
        if not callable(function):
            return Missing("is not a function")
        return self._guarded(lambda: function(*args))

    def _guarded(self, compute: Callable[[], object]) -> Outcome:
        try:
            return Returned(plain(compute()))
        except WireError as error:
            return Raised("BadAnswer", str(error))
        except KeyboardInterrupt:
            return Stopped("It was interrupted.")
        except BaseException as error:  # SystemExit too: a student's `exit()` ends nothing of ours
            return raised(error, self._names)


def raised(error: BaseException, names: Mapping[str, object]) -> Raised:
    """An exception with the line of the student's it came from: the last frame whose globals are theirs."""
    line, source = _place(error.__traceback__, names)
    try:
        message = " ".join(str(error).split())[:MAX_MESSAGE]
    except BaseException:  # a `__str__` of the student's own
        message = ""
    return Raised(type(error).__name__, message, line, source)


def _place(trace: TracebackType | None, names: Mapping[str, object]) -> tuple[int | None, str]:
    line, source = None, ""
    while trace is not None:
        if trace.tb_frame.f_globals is names:
            line = trace.tb_lineno
            source = linecache.getline(trace.tb_frame.f_code.co_filename, line).strip()[:MAX_MESSAGE]
        trace = trace.tb_next
    return line, source
