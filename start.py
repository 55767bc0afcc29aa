"""Start teachtorch from a fresh clone: one command, with nothing installed but Python 3.11 or newer.

    python start.py                        open the course in JupyterLab
    python start.py lab --no-browser       the same, with options of `teachtorch lab`
    python start.py test [pytest options]  install what the tests need and run them
    python start.py COMMAND ...            any other command of `teachtorch`, such as `doctor`

The first run makes a virtual environment in `.venv` and installs teachtorch into it from this folder. Later
runs reuse it, and install again only after pyproject.toml has changed. The variable TEACHTORCH_VENV names
another folder for the environment.

Only the standard library is used, and no syntax newer than Python 3.6: an old Python is to show its user a
message, not a SyntaxError.
"""

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)


def main(arguments: "list[str]") -> int:
    """Make the environment ready for the command in `arguments`, run it there and return its exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    check_python()
    if arguments[:1] == ["test"]:
        bin_dir = ready_environment("test")
        return run([bin_dir / "pytest", *arguments[1:]], cwd=ROOT)
    bin_dir = ready_environment("lab")
    if not arguments or arguments[0].startswith("-"):
        arguments = ["lab", *arguments]
    return run([bin_dir / "teachtorch", *arguments])


def check_python() -> None:
    """Stop with advice when this Python is too old or cannot make virtual environments."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"teachtorch needs Python {'.'.join(map(str, OLDEST_PYTHON))} or newer; this is "
            f"{sys.version.split()[0]} ({sys.executable}).\n"
            "Install a newer one from https://www.python.org/downloads/ and start again with it, "
            "for example `python3.12 start.py` (on Windows `py -3.12 start.py`)."
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(
            f"This Python has no {' and no '.join(missing)}, which a virtual environment needs.\n"
            "On Debian and Ubuntu: `sudo apt install python3-venv`. Elsewhere: install Python from "
            "https://www.python.org/downloads/."
        )


def ready_environment(extra: str) -> Path:
    """Create the virtual environment and install `teachtorch[extra]`, where that is still to be done.

    Returns the folder with the environment's programs.
    """
    venv_dir = Path(os.environ.get("TEACHTORCH_VENV") or ROOT / ".venv").resolve()
    bin_dir = venv_dir / ("Scripts" if os.name == "nt" else "bin")
    python = bin_dir / ("python.exe" if os.name == "nt" else "python")

    if not python.exists():
        create_environment(venv_dir)
    stamp = venv_dir / f"teachtorch-{extra}.stamp"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"Installing teachtorch[{extra}] into {venv_dir}. This takes a few minutes, once.", flush=True)
        # `python -m pip`: on Windows a running pip.exe cannot replace itself.
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
        status = run([*pip, "install", "-e", f"{ROOT}[{extra}]"])
        if status != 0:
            sys.exit(
                "\nThe installation did not finish: pip says why above. The usual reason is that there is no "
                "network, or a proxy that pip does not know (set HTTPS_PROXY).\n"
                "Run the same command again when that is mended; it goes on where it stopped."
            )
        stamp.write_text(wanted, encoding="utf-8")
    return bin_dir


def create_environment(venv_dir: Path) -> None:
    """Make a virtual environment with pip in `venv_dir`, over a broken one but never over other files."""
    import venv  # only here: check_python has made sure that it exists

    if venv_dir.exists() and any(venv_dir.iterdir()) and not (venv_dir / "pyvenv.cfg").exists():
        sys.exit(
            f"{venv_dir} is in the way: it is not a virtual environment, and it is not empty.\n"
            "Move it, or name another folder in the variable TEACHTORCH_VENV."
        )
    print(f"Making a virtual environment in {venv_dir}.", flush=True)
    try:
        venv.create(venv_dir, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The virtual environment could not be made: {error}")


def fingerprint() -> str:
    """What an installation depends on, in one line: pyproject.toml, this folder and the version of Python."""
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"{project} {ROOT} {sys.version_info[0]}.{sys.version_info[1]}\n"


def run(command: "list[str | Path]", cwd: "Path | None" = None) -> int:
    """Run a program to its end and return its exit status.

    Ctrl+C is left to the program, which gets it too; a request to terminate is passed on.
    """
    process = subprocess.Popen([str(word) for word in command], cwd=cwd)
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
