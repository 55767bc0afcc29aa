"""Runs the cells of a notebook in a worker, as a kernel would.

Plain Python is compiled and run as it is. A cell that is not (`%timeit`, `!ls`, a top-level `await`) goes
through IPython where that is installed; starting it takes half a second, which most submissions are spared.
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

from ..namespace import raised
from ..outcome import Outcome, Raised, Returned, Stopped


class Shell:
    """A namespace that cells run in, called `__main__` as a notebook's is."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names: dict[str, object] = module.__dict__
        self.names["get_ipython"] = self.ipython
        self._module = module
        self._ipython: Any = None

    def run(self, source: str, label: str) -> Outcome:
        """Run one cell; its value is nobody's business, so `Returned(None)` means that it ran to its end."""
        filename = f"<{label}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        try:
            code = compile(source, filename, "exec", dont_inherit=True)
        except SyntaxError as error:
            wrong = _syntax_error(error)
        except BaseException as error:  # ValueError, RecursionError, MemoryError: source that is out to harm
            return raised(error, self.names)
        else:
            return self._guarded(lambda: exec(code, self.names))
        return self._run_in_ipython(source) or wrong

    def _guarded(self, work: Callable[[], object]) -> Outcome:
        try:
            work()
        except KeyboardInterrupt:
            return Stopped("It was interrupted.")
        except BaseException as error:  # SystemExit too: the next cell still runs
            return raised(error, self.names)
        return Returned(None)

    def ipython(self) -> Any:
        """IPython's shell on this namespace, made when first asked for; None where it is not installed."""
        if self._ipython is None:
            try:
                from IPython.core.interactiveshell import InteractiveShell
                from traitlets.config import Config
            except ImportError:
                return None

            class CellShell(InteractiveShell):
                def enable_gui(self, gui: str | None = None) -> None:
                    """`%matplotlib` asks for an event loop; there is no screen here, and nothing to do."""

                system = InteractiveShell.system_raw  # `!ls` without a terminal, of which there is none

            settings = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"cache_size": 0}})
            self._ipython = CellShell.instance(config=settings, user_module=self._module, user_ns=self.names)
        return self._ipython

    def _run_in_ipython(self, source: str) -> Outcome | None:
        """Run a cell that is not plain Python; None where there is no IPython to do so."""
        shell = self.ipython()
        if shell is None:
            return None
        results: list[Any] = []
        outcome = self._guarded(lambda: results.append(shell.run_cell(source, store_history=False)))
        if not results:
            return outcome
        error = results[0].error_before_exec or results[0].error_in_exec
        if isinstance(error, SyntaxError):
            return _syntax_error(error)
        return outcome if error is None else raised(error, self.names)


def _syntax_error(error: SyntaxError) -> Raised:
    return Raised("SyntaxError", str(error.msg)[:300], error.lineno, (error.text or "").strip()[:300])
