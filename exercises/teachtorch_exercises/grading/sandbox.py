"""The walls around students' code: bubblewrap, and whether this machine has it.

    find_sandbox(...)  ->  Bubblewrap            Linux with bubblewrap and user namespaces
                           NoSandbox raised      anything else, with a sentence that says what to install

What a worker sees of the machine is laid out here: the system's libraries, the interpreter and what is
installed for it, the engine, and the worker's own files. No network, no other process, nobody's submission,
and nothing that can be written to but a small /tmp.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .launch import (
    ENVIRONMENT,
    PACKAGE,
    Limits,
    Running,
    engine_packages,
    installed_packages,
    worker_command,
)
from .seccomp import filter_program

#: As root, the worker runs under an id that owns nothing: the limit on processes does not bind root.
SANDBOX_ID = 65_533
SITE, ENGINE = "/grader/site", "/grader/engine"
DROP = (
    "import os, sys; n = int(sys.argv[1]); os.setgroups([]); os.setresgid(n, n, n); os.setresuid(n, n, n); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)


class NoSandbox(Exception):
    """There is no sandbox to be had; the message says why and what would help."""


class Walled(Running):
    """A worker in a sandbox, of which bubblewrap has told us the first process: the first to come, last to go."""

    def __init__(self, process: subprocess.Popen[bytes], first: int | None) -> None:
        super().__init__(process)
        self._first = first
        self._handle: int | None = None
        if first is not None:
            with contextlib.suppress(ProcessLookupError):
                self._handle = os.pidfd_open(first)  # unlike its number, a handle never comes to mean another

    def _end(self) -> None:
        if self._handle is None:  # bubblewrap has failed; there is nothing in there
            self._process.kill()
            return
        # When the first process goes, the kernel takes all others with it, and bubblewrap ends.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def kill(self) -> None:
        """See `Running`."""
        super().kill()
        if self._handle is not None and self._first is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._first, 0)  # ours by adoption: see `_adopt_orphans`
            os.close(self._handle)
            self._handle = None


@dataclass(frozen=True)
class Bubblewrap:
    """Starts workers inside bubblewrap: no network, no other processes, nothing to write to but a small /tmp.

    As root there are two of them, one in the other. The first, with root's rights, only lays out the files
    (the interpreter may be where no one else may look) and gives those rights up; the second, with
    nobody's, is the sandbox and is the same as for an ordinary user.
    """

    program: str
    site: Path
    hidden: Sequence[Path] = field(default=())

    def start(self, limits: Limits) -> Running:
        """See `Launcher`."""
        _adopt_orphans()
        about, info = os.pipe()
        given = [info]
        if (program := filter_program()) is not None:
            given.append(_readable(program))
        try:
            process = subprocess.Popen(
                self.command(limits, *given),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=given,
                env={},
                cwd="/",
            )
        finally:
            for descriptor in given:
                os.close(descriptor)
        with open(about, "rb", buffering=0):
            return Walled(process, _child_pid(about))

    def command(self, limits: Limits, info: int, seccomp: int | None = None) -> list[str]:
        """The whole command line.

        Args:
            info: the descriptor to which bubblewrap writes the number of its child.
            seccomp: the descriptor from which it reads the filter for system calls.
        """
        root = os.geteuid() == 0
        paths = [SITE, ENGINE, *installed_packages()]
        inner = [
            *(self.program, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
            *("--new-session", "--cap-drop", "ALL", "--clearenv", "--info-fd", str(info)),
            *(("--seccomp", str(seccomp)) if seccomp is not None else ()),
            *("--uid", "1000", "--gid", "1000", "--hostname", "teachtorch"),
            # First of all, because the interpreter may be somewhere in the machine's own /tmp.
            *("--size", str(limits.scratch), "--tmpfs", "/tmp", "--dir", "/tmp/home", "--dir", "/tmp/work"),
            *self._files(laid_out=root),
            *("--remount-ro", "/", "--chdir", "/tmp/work"),
            *(word for name, value in self._environment().items() for word in ("--setenv", name, value)),
            *("--", *worker_command(paths, limits.resources(sandboxed=True))),
        ]
        if not root:
            return inner
        drop = [sys.executable, "-I", "-S", "-B", "-c", DROP, str(SANDBOX_ID)]
        outer = [self.program, "--die-with-parent", "--perms", "0755", "--dir", "/tmp", *self._files()]
        return [*outer, "--dev-bind", "/proc", "/proc", "--remount-ro", "/", "--", *drop, *inner]

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "TMPDIR": "/tmp", **ENVIRONMENT}

    def _files(self, laid_out: bool = False) -> list[str]:
        """The options that lay out the tree, from the machine's own or from one that is `laid_out` already.

        Folders come first, since bubblewrap would make them for their owner only.
        """
        binds: dict[str, Path] = {"/usr": Path("/usr")}
        links: dict[str, str] = {}
        for name in ("bin", "sbin", "lib", "lib32", "lib64"):
            path = Path("/", name)
            if path.is_symlink():
                links[str(path)] = os.readlink(path)
            elif path.is_dir():
                binds[str(path)] = path
        for name in ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"):
            if os.path.exists(name):
                binds[name] = Path(os.path.realpath(name))
        for folder in (
            sys.base_prefix,
            sys.prefix,
            os.path.dirname(os.path.realpath(sys.executable)),
            *installed_packages(),
        ):
            if not any(Path(folder).is_relative_to(there) for there in binds):
                binds[folder] = Path(folder)
        binds[SITE] = self.site
        binds |= {f"{ENGINE}/{package.name}": package for package in engine_packages()}
        devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
        parents = {str(up): None for path in (*binds, *devices) for up in reversed(Path(path).parents[:-1])}
        return [
            *(
                word
                for folder in parents
                if folder not in binds
                for word in ("--perms", "0755", "--dir", folder)
            ),
            *(
                word
                for where, source in binds.items()
                for word in ("--ro-bind", where if laid_out else str(source), where)
            ),
            *(word for where, target in links.items() for word in ("--symlink", target, where)),
            *(word for device in devices for word in ("--dev-bind", device, device)),
            *(word for folder in self._masked(binds) for word in ("--perms", "0755", "--tmpfs", str(folder))),
        ]

    def _masked(self, binds: dict[str, Path]) -> list[Path]:
        """What must not be seen and lies inside something that is shown; it is covered by an empty folder."""
        secrets = [path.resolve() for path in (PACKAGE, *self.hidden)]
        shown = [
            Path(where)
            for where, source in binds.items()
            if str(source.resolve()) == where or str(source) == where
        ]
        return [
            secret for secret in secrets if any(secret != top and secret.is_relative_to(top) for top in shown)
        ]


def _child_pid(descriptor: int) -> int | None:
    """The number of the sandbox's first process, from the JSON that bubblewrap writes.

    None if it did not start.
    """
    text = b""
    while part := os.read(descriptor, 4096):
        text += part
        with contextlib.suppress(ValueError, KeyError):
            return int(json.loads(text)["child-pid"])
    return None


def _readable(data: bytes) -> int:
    """A descriptor from which `data` can be read; it must fit into a pipe, which holds 64 KiB."""
    reading, writing = os.pipe()
    with open(writing, "wb") as pipe:
        pipe.write(data)
    return reading


def _adopt_orphans() -> None:
    """Become the parent of the sandbox's first process when bubblewrap goes before it.

    Else it would go to the machine's process 1, which in many containers never buries the dead, and the
    dead count against the limit on processes.
    """
    PR_SET_CHILD_SUBREAPER = 36
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def find_sandbox(site: Path, hidden: Sequence[Path] = ()) -> Bubblewrap:
    """The sandbox of this machine, after it has started a worker there; `NoSandbox` says what is amiss."""
    if not sys.platform.startswith("linux"):
        raise NoSandbox(
            "There is no sandbox for students' code on this system: bubblewrap is for Linux alone. "
            "Grade on Linux (a virtual machine or WSL 2 will do)."
        )
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandbox(
            "There is no sandbox for students' code: bubblewrap is not installed. "
            "Install it: `sudo apt install bubblewrap`, or `sudo dnf install bubblewrap`."
        )
    sandbox = Bubblewrap(program, site, hidden)
    probe = sandbox.start(Limits())
    try:
        probe.requests.close()  # a worker ends when nobody asks anything more, with exit status 0
        status = probe.wait(Limits().start_seconds)
        if status != 0:
            raise NoSandbox(_what_helps(probe.errors()))
    finally:
        probe.close()
    return sandbox


def _what_helps(error: str) -> str:
    said = f" It said: {error.removesuffix('.')}." if error else ""
    if not error.startswith("bwrap:"):
        return f"bubblewrap is installed, but no worker starts in it.{said}"
    if "Unknown option" in error:
        return f"The bubblewrap of this machine is too old: 0.8 or newer is needed.{said}"
    if "namespace" in error or "uid map" in error or "not permitted" in error:
        return (
            "bubblewrap is installed, but this machine does not let it make user namespaces. Ubuntu 24.04 "
            "and newer allow it until the next start after `sudo sysctl "
            "kernel.apparmor_restrict_unprivileged_userns=0`; a container must be started with leave for "
            f"them.{said}"
        )
    if "execvp" in error and "Permission denied" in error:
        return (
            "As root, students' code runs under the id of another user, and nobody else may read this Python: "
            f"`chmod -R a+rX {sys.prefix}`, or grade as an ordinary user.{said}"
        )
    return f"bubblewrap is installed, but does not work.{said}"
