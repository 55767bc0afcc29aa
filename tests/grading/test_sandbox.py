"""The walls, and what is said where there are none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import pytest

from teachtorch_exercises.grading import sandbox as module
from teachtorch_exercises.grading.launch import PACKAGE, Bare, Launcher, Limits
from teachtorch_exercises.grading.plan import Step
from teachtorch_exercises.grading.sandbox import Bubblewrap, NoSandbox, find_sandbox
from teachtorch_exercises.grading.seccomp import filter_program
from teachtorch_exercises.grading.session import GraderError, Session
from teachtorch_exercises.outcome import Missing, Raised, Returned

LIMITS = Limits(cell_seconds=5)


def answer(launcher: Launcher, source: str, name: str = "answer") -> object:
    """What a variable is after a cell has run in a worker."""
    with Session(launcher, LIMITS, [Step("cell", source)]) as session:
        session.run()
        assert not session.troubles, session.troubles
        outcome = session.value(name)
        assert isinstance(outcome, Returned)
        return outcome.value


def test_the_exercises_are_not_there(sandbox: Bubblewrap) -> None:
    seen = answer(
        sandbox,
        "import os, sys\n"
        "answer = [os.path.join(h, n) for h, _, ns in os.walk('/') for n in ns if n == 'source.ipynb']\n"
        f"answer += os.listdir({str(PACKAGE)!r}) if os.path.exists({str(PACKAGE)!r}) else []\n"
        "import teachtorch_exercises\n"
        "answer += [n for n in vars(teachtorch_exercises) if not n.startswith('__')]",
    )
    assert seen == ["check", "hint", "solution", "outcome", "namespace", "grading"] or set(seen) <= {  # type: ignore[call-overload]
        *("check", "hint", "solution", "outcome", "namespace", "grading")
    }


def test_submissions_are_not_there(sandbox: Bubblewrap, submitted: Path) -> None:
    (submitted / "secret.txt").write_text("the answer")
    assert answer(sandbox, f"import os; answer = os.path.exists({str(submitted / 'secret.txt')!r})") is False


def test_what_must_be_hidden_is_covered_where_it_lies_in_something_shown(site: Path, tmp_path: Path) -> None:
    inside = Path(sys.prefix) / "share"
    masks = Bubblewrap("bwrap", site, [inside, tmp_path]).command(LIMITS, 9)
    assert str(inside.resolve()) in masks
    assert str(tmp_path) not in masks


def test_nothing_but_a_small_folder_can_be_written_to(sandbox: Bubblewrap) -> None:
    places = answer(
        sandbox,
        "import os\nanswer = []\n"
        "for here, folders, files in os.walk('/'):\n"
        "    try: open(os.path.join(here, 'mine'), 'w').close(); answer.append(here)\n"
        "    except OSError: pass",
    )
    assert all(place.startswith("/tmp") for place in places)  # type: ignore[attr-defined]


def test_the_process_is_alone_and_nobody(sandbox: Bubblewrap) -> None:
    source = (
        "import os\nanswer = [os.getuid(), os.getpid() < 5, sorted(os.environ), os.path.exists('/proc/1')]"
    )
    uid, few, environment, proc = answer(sandbox, source)  # type: ignore[misc]
    assert uid == 1000
    assert few
    assert not proc
    assert not any("KEY" in name or "TOKEN" in name or name == "USER" for name in environment)


def test_the_limits_cannot_be_raised(sandbox: Bubblewrap) -> None:
    source = (
        "import resource\nanswer = {}\n"
        "for name in ('RLIMIT_AS', 'RLIMIT_NPROC', 'RLIMIT_FSIZE'):\n"
        "    kind = getattr(resource, name)\n"
        "    answer[name] = resource.getrlimit(kind)[1]\n"
        "    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2); answer = None\n"
        "    except (ValueError, OSError): pass"
    )
    assert answer(sandbox, source) == {
        "RLIMIT_AS": LIMITS.memory,
        "RLIMIT_NPROC": LIMITS.processes,
        "RLIMIT_FSIZE": LIMITS.scratch,
    }


@pytest.mark.skipif(filter_program() is None, reason="no filter for system calls is known for this processor")
def test_system_calls_that_no_exercise_needs_are_refused(sandbox: Bubblewrap) -> None:
    source = (
        "import ctypes, errno, socket\nlibc = ctypes.CDLL(None, use_errno=True)\nanswer = {}\n"
        "for name, args in {'unshare': (0x10000000,), 'ptrace': (0, 0, 0, 0), 'chroot': (b'/',)}.items():\n"
        "    answer[name] = (getattr(libc, name)(*args), errno.errorcode[ctypes.get_errno()])\n"
        "for family in (socket.AF_INET, socket.AF_VSOCK, socket.AF_NETLINK):\n"
        "    try: socket.socket(family)\n"
        "    except OSError as error: answer[family.name] = errno.errorcode[error.errno]\n"
        "a, b = socket.socketpair()\n"
        "import threading\nthreading.Thread(target=a.close).start()"
    )
    assert answer(sandbox, source) == {
        **dict.fromkeys(("unshare", "ptrace", "chroot"), (-1, "EPERM")),
        **dict.fromkeys(("AF_INET", "AF_VSOCK", "AF_NETLINK"), "EACCES"),
    }


@pytest.mark.usefixtures("sandbox")
def test_the_interpreter_may_be_anywhere() -> None:
    """In a virtual environment below /tmp, which the sandbox has one of its own of."""
    folder = Path(tempfile.mkdtemp(prefix="teachtorch-venv-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        venv.create(folder, symlinks=True)
        (there,) = (folder / "lib").glob("python*/site-packages")
        (there / "ours.pth").write_text("\n".join(path for path in sys.path if path))
        command = (
            "from teachtorch_exercises.grading.launch import worker_site\n"
            "from teachtorch_exercises.grading.sandbox import find_sandbox\n"
            "with worker_site() as site: find_sandbox(site)"
        )
        subprocess.run([folder / "bin" / "python", "-c", command], check=True)
    finally:
        shutil.rmtree(folder)


# --------------------------------------------------------------------------------------- where there is none


def test_without_bubblewrap_it_says_what_to_install(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.sys, "platform", "linux")
    with pytest.raises(NoSandbox, match="apt install bubblewrap"):
        find_sandbox(site)


def test_on_other_systems_it_says_where_to_grade(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "platform", "darwin")
    with pytest.raises(NoSandbox, match="for Linux alone"):
        find_sandbox(site)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux alone")
@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("bwrap: Unknown option --disable-userns", "0.8 or newer is needed"),
        ("bwrap: setting up uid map: Permission denied", "does not let it make user namespaces"),
        ("bwrap: execvp /x/python: Permission denied", "chmod -R a+rX"),
        ("bwrap: something else", "does not work. It said: bwrap: something else"),
        ("ImportError: no numpy", "no worker starts in it. It said: ImportError: no numpy"),
    ],
)
def test_a_bubblewrap_that_does_not_work_is_told_from_one_that_does(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, advice: str
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(module.shutil, "which", lambda name: str(fake))
    with pytest.raises(NoSandbox, match=re.escape(advice)):
        find_sandbox(site)


# -------------------------------------------------------------------------------------------------- sessions


def test_a_session_answers_values_and_calls(bare: Bare) -> None:
    steps = [Step("one", "x = (1, 2)"), Step("two", "def f(n): return n + x[0]"), Step("three", "1 / 0")]
    with Session(bare, LIMITS, steps) as session:
        session.run()
        assert session.value("x") == Returned((1, 2))
        assert session.call("f", (41,)) == Returned(42)
        assert session.value("y") == Missing()
        assert session.call("x", ()) == Missing("is not a function")
        assert session.call("f", ("a",)) == Raised(
            "TypeError", 'can only concatenate str (not "int") to str', 1, "def f(n): return n + x[0]"
        )
        assert session.troubles == {2: Raised("ZeroDivisionError", "division by zero", 1, "1 / 0")}


def test_cells_that_lack_a_name_run_again_after_the_others(bare: Bare) -> None:
    steps = [Step("3", "z = y + 1"), Step("2", "y = x + 1"), Step("1", "x = 1"), Step("0", "nothing")]
    with Session(bare, LIMITS, steps) as session:
        session.run()
        assert session.value("z") == Returned(3)
        assert list(session.troubles) == [3]


def test_a_new_worker_runs_again_what_ran_to_its_end(bare: Bare) -> None:
    steps = [Step("1", "x = [1]"), Step("2", "import os; os._exit(3)"), Step("3", "x.append(2)")]
    with Session(bare, LIMITS, steps) as session:
        session.run()
        assert session.crashed
        assert session.value("x") == Returned([1, 2])


def test_a_worker_that_does_not_start_is_the_graders_trouble(
    bare: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teachtorch_exercises.grading.launch.BOOT", "raise SystemExit(1)")
    with (
        Session(bare, LIMITS, [Step("1", "x = 1")]) as session,
        pytest.raises(GraderError, match="no worker starts"),
    ):
        session.run()


@pytest.fixture
def bare(site: Path) -> Bare:
    """Sessions are the same in and out of a sandbox, and quicker to start out of it."""
    return Bare(site)
