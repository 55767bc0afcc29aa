"""Starts the processes that students' code runs in.

    Launcher
    ├── Bubblewrap   walls and limits; see `sandbox`
    └── Bare         limits alone: what the teacher gets who insists with `--unsafe`

What a worker is made of is said here and nowhere else: the few files of this package that it needs, the
engine, and what is installed beside it. The exercises, with their solutions and checks, are not among them.
"""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

PACKAGE = Path(__file__).resolve().parent.parent
#: The files of this package that a worker needs. None of them knows an answer.
WORKER_FILES = (
    *("outcome.py", "namespace.py", "grading/__init__.py", "grading/protocol.py"),
    *("grading/shell.py", "grading/wire.py", "grading/worker.py"),
)

BOOT = "import sys; sys.path[:0] = sys.argv.pop(1).split('\\n'); from {} import main; main()".format(
    "teachtorch_exercises.grading.worker"
)


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Bytes and seconds."""

    cell_seconds: float = 10.0
    start_seconds: float = 60.0
    memory: int = 2 << 30
    scratch: int = 64 << 20
    processes: int = 32
    open_files: int = 256
    notebook: int = 30 << 20
    #: How many cells of a submission may be stopped before the rest of them is left alone.
    stops: int = 5

    def resources(self, *, sandboxed: bool) -> dict[str, int]:
        """The limits that a worker puts on itself.

        Outside a sandbox the count of processes is the whole user's.
        """
        seconds = int(self.cell_seconds * (self.stops + 2) + self.start_seconds)
        limits = {
            "RLIMIT_AS": self.memory,
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": seconds,
            "RLIMIT_FSIZE": self.scratch,
            "RLIMIT_NOFILE": self.open_files,
        }
        return {**limits, "RLIMIT_NPROC": self.processes} if sandboxed else limits


class Running:
    """A started worker: its two pipes, and how to end it and everything it has started."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._said = ""
        self.requests, self.replies = process.stdin, process.stdout

    def kill(self) -> None:
        """End the worker and all that it has started. Harmless when it has ended already."""
        if self._process.returncode is None:
            self._end()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _end(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def wait(self, seconds: float) -> int | None:
        """The exit status of a worker that ends of its own accord within some seconds, else None."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def errors(self) -> str:
        """The last line of what a worker that did not start had to say, once it has ended."""
        if self._process.stderr is not None and not self._process.stderr.closed:
            said = self._process.stderr.read(10_000).decode(errors="replace")
            self._said = said.strip().rpartition("\n")[2]
        return self._said

    def close(self) -> None:
        """End it and close what is ours of the pipes."""
        self.kill()
        self.errors()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()


class Launcher(Protocol):
    """A way to start a worker."""

    def start(self, limits: Limits) -> Running:
        """Start a worker; it answers requests on `Running`'s pipes."""


@contextlib.contextmanager
def worker_site() -> Iterator[Path]:
    """A folder with the worker's own files, and a stand-in for the package that they belong to."""
    with tempfile.TemporaryDirectory(prefix="teachtorch-worker-", ignore_cleanup_errors=True) as folder:
        package = Path(folder, PACKAGE.name)
        (package / "grading").mkdir(parents=True)
        for name in WORKER_FILES:
            shutil.copyfile(PACKAGE / name, package / name)
        shutil.copyfile(PACKAGE / "grading" / "stub" / "__init__.py", package / "__init__.py")
        compileall.compile_dir(package, quiet=1)  # once, not in every worker
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield Path(folder)


def worker_command(paths: Iterable[str], limits: dict[str, int]) -> list[str]:
    return [sys.executable, "-I", "-B", "-c", BOOT, "\n".join(paths), json.dumps(limits)]


def installed_packages() -> list[str]:
    """Folders on our own path that hold installed packages: where the worker is to find numpy."""
    return [
        path
        for path in sys.path
        if Path(path).name in ("site-packages", "dist-packages") and os.path.isdir(path)
    ]


def engine_packages() -> list[Path]:
    """The packages that students import, wherever they are.

    In a checkout they are not installed with the others.
    """
    found = []
    for name in ("teachtorch", "teachtorch_widgets"):
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            found.append(Path(next(iter(spec.submodule_search_locations))).resolve())
    return found


#: One thread for linear algebra: students' code is small, and threads count as processes.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Bare:
    """Starts workers as ordinary processes of the teacher's: limits where the system has them, and no walls.

    What a student's code does here it does as the teacher. For one's own notebooks, or in a machine that is
    thrown away afterwards.
    """

    site: Path

    def start(self, limits: Limits) -> Running:
        """See `Launcher`."""
        home = tempfile.mkdtemp(prefix="home-", dir=self.site)
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        paths = [
            str(self.site),
            *installed_packages(),
            *(str(package.parent) for package in engine_packages()),
        ]
        process = subprocess.Popen(
            worker_command(paths, limits.resources(sandboxed=False)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, "HOME": home, "USERPROFILE": home, **ENVIRONMENT},
            cwd=home,
            start_new_session=True,
        )
        return Running(process)
