"""Runs the cells of a notebook in a worker, as a kernel would.

Plain Python is compiled and run as it is. A cell that is not (`%timeit`, `!ls`, a top-level `await`) goes
through IPython where that is installed; starting it takes half a second, which most submissions are spared.
"""

from __future__ import annotations

import linecache
import sys
import types
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
            return self._run_in_ipython(source, error)
        except BaseException as error:  # ValueError, RecursionError, MemoryError: source that is out to harm
            return raised(error, self.names)
        try:
            exec(code, self.names)
        except KeyboardInterrupt:
            return Stopped("It was interrupted.")
        except BaseException as error:  # SystemExit too: the next cell still runs
            return raised(error, self.names)
        return Returned(None)

    def ipython(self) -> Any:
        """IPython's shell on this namespace, made when it is first asked for.

        None where it is not installed.
        """
        if self._ipython is None:
            try:
                from IPython.core.interactiveshell import InteractiveShell
                from traitlets.config import Config
            except ImportError:
                return None
            settings = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"cache_size": 0}})
            self._ipython = InteractiveShell.instance(
                config=settings, user_module=self._module, user_ns=self.names
            )
        return self._ipython

    def _run_in_ipython(self, source: str, error: SyntaxError) -> Outcome:
        shell = self.ipython()
        if shell is None:
            return Raised("SyntaxError", str(error.msg)[:300], error.lineno, (error.text or "").strip()[:300])
        try:
            result = shell.run_cell(source, store_history=False)
        except BaseException as trouble:
            return raised(trouble, self.names)
        if isinstance(result.error_before_exec, SyntaxError):
            wrong = result.error_before_exec
            return Raised("SyntaxError", str(wrong.msg)[:300], wrong.lineno, (wrong.text or "").strip()[:300])
        failed = result.error_before_exec or result.error_in_exec
        return Returned(None) if failed is None else raised(failed, self.names)
