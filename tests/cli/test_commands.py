"""The `teachtorch` command itself, and `doctor`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from teachtorch.version import __version__
from teachtorch_exercises.cli import doctor


def test_it_says_its_version(teachtorch: Callable) -> None:
    ran = teachtorch("--version")
    assert (ran.status, ran.out.strip()) == (0, f"teachtorch {__version__}")


def test_it_says_what_it_can_do(teachtorch: Callable) -> None:
    ran = teachtorch("--help")
    assert ran.status == 0
    assert all(command in ran.out for command in ("lab", "grade", "doctor"))


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["grade"], ["lab", "--port", "x"], ["grade", "x", "--workers", "0"]]
)
def test_a_wrong_command_is_status_2_and_a_sentence(teachtorch: Callable, arguments: list[str]) -> None:
    ran = teachtorch(*arguments)
    assert ran.status == 2
    assert ran.err


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_typer_or_rich_it_says_what_to_install(missing: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from teachtorch_exercises.cli import main; main(['doctor'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert 'pip install "teachtorch[lab]"' in ran.stderr


def test_doctor_says_what_is_there_and_what_for(teachtorch: Callable) -> None:
    ran = teachtorch("doctor")
    assert ran.status == 0
    for word in (
        "Python",
        "teachtorch",
        "numpy",
        "CuPy",
        "bubblewrap",
        "jupyterlab",
        "the engine stands on it",
    ):
        assert word in ran.out


def test_doctor_says_how_to_install_what_is_missing(
    teachtorch: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    ran = teachtorch("doctor")
    assert ran.status == 0
    for extra in ("widgets", "grade", "lab", "gpu"):
        assert f'pip install "teachtorch[{extra}]"' in ran.out


def test_doctor_fails_when_the_engine_does(teachtorch: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = doctor.Finding("teachtorch", False, "ImportError: no numpy", "import teachtorch as torch")
    monkeypatch.setattr(doctor, "_engine", lambda: broken)
    ran = teachtorch("doctor")
    assert ran.status == 1
    assert "The engine does not work: ImportError: no numpy" in ran.err


def test_doctor_speaks_json(teachtorch: Callable) -> None:
    found = {each["name"]: each for each in json.loads(teachtorch("doctor", "--json").out)}
    assert found["teachtorch"]["there"] is True
    assert found["teachtorch"]["what"] == __version__
