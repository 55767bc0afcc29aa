"""start.py decides what to make, what to install and what to run; here no environment is really made."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

START = Path(__file__).parents[1] / "start.py"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """start.py as a module that records in `start.log` what it would make, install and run."""
    spec = importlib.util.spec_from_file_location("start", START)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    log: list[str] = []
    module.log = log
    module.pip_status = 0
    bin_dir = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")

    def create(folder: Path, clear: bool, with_pip: bool) -> None:
        log.append("create")
        bin_dir.mkdir(parents=True)
        (bin_dir / ("python.exe" if os.name == "nt" else "python")).touch()
        (folder / "pyvenv.cfg").touch()

    def run(command: list[object], cwd: Path | None = None) -> int:
        words = [str(word) for word in command]
        if "pip" in words:
            log.append("install " + words[-1].removeprefix(str(START.parent)))
            return module.pip_status
        log.append(" ".join([Path(words[0]).name, *words[1:]]))
        return 3

    monkeypatch.setattr("venv.create", create)
    monkeypatch.setattr(module, "run", run)
    monkeypatch.setenv("TEACHTORCH_VENV", str(tmp_path / "env"))
    return module


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], "teachtorch lab"),
        (["--no-browser"], "teachtorch lab --no-browser"),
        (["lab", "--port", "8899"], "teachtorch lab --port 8899"),
        (["doctor"], "teachtorch doctor"),
    ],
)
def test_first_run_makes_the_environment_and_starts(
    start: ModuleType, arguments: list[str], command: str
) -> None:
    assert start.main(arguments) == 3  # the program's own exit status
    assert start.log == ["create", "install [lab]", command]


def test_second_run_only_starts(start: ModuleType) -> None:
    start.main([])
    start.log.clear()
    start.main([])
    assert start.log == ["teachtorch lab"]


def test_test_command_passes_options_to_pytest(start: ModuleType) -> None:
    start.main(["test", "-k", "view"])
    assert start.log[1:] == ["install [test]", "pytest -k view"]


def test_changed_project_is_installed_again(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    start.main([])
    start.log.clear()
    monkeypatch.setattr(start, "fingerprint", lambda: "another pyproject.toml")
    start.main([])
    assert start.log == ["install [lab]", "teachtorch lab"]


def test_failed_installation_is_explained_and_tried_again(start: ModuleType) -> None:
    start.pip_status = 1
    with pytest.raises(SystemExit, match="no network"):
        start.main([])
    start.pip_status = 0
    start.log.clear()
    start.main([])
    assert start.log == ["install [lab]", "teachtorch lab"]


def test_a_folder_with_other_files_is_left_alone(start: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="is in the way"):
        start.main([])
    assert start.log == []


def test_old_python_is_told_which_one_to_get(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        start.main([])


def test_missing_ensurepip_is_named(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        start.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )
    with pytest.raises(SystemExit, match=r"no ensurepip.*\n.*python3-venv"):
        start.main([])


def test_help_is_the_docstring() -> None:
    done = subprocess.run([sys.executable, START, "--help"], capture_output=True, text=True, check=True)
    assert "python start.py test" in done.stdout


def test_an_old_python_can_read_the_file() -> None:
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))
