"""`teachtorch lab`: the course reaches the student, and never over their work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from teachtorch_exercises.cli import lab
from teachtorch_exercises.cli.course import RECORD, Copied, copy_course, course_files
from teachtorch_exercises.cli.trouble import Trouble


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., Copied]:
    """Copies a small course of two files, with the texts given, to a student's folder."""
    made = tmp_path / "course"
    made.mkdir()

    def copy(lecture: str = "one", exercise: str = "two") -> Copied:
        (made / "lecture.ipynb").write_text(lecture)
        (made / "exercise.ipynb").write_text(exercise)
        files = {"lecture.ipynb": made / "lecture.ipynb", "exercises/ex.ipynb": made / "exercise.ipynb"}
        return copy_course(tmp_path / "mine", files)

    return copy


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def test_the_first_copy_is_the_course(course: Callable, mine: Path) -> None:
    assert course() == Copied(new=["lecture.ipynb", "exercises/ex.ipynb"])
    assert (mine / "exercises/ex.ipynb").read_text() == "two"


def test_a_second_copy_changes_nothing(course: Callable, mine: Path) -> None:
    course()
    assert course() == Copied()
    assert sorted(p.name for p in mine.rglob("*.ipynb")) == ["ex.ipynb", "lecture.ipynb"]


def test_a_file_the_student_left_alone_is_brought_up_to_date(course: Callable, mine: Path) -> None:
    course()
    assert course(lecture="newer") == Copied(updated=["lecture.ipynb"])
    assert (mine / "lecture.ipynb").read_text() == "newer"


def test_a_file_the_student_changed_is_left_alone(course: Callable, mine: Path) -> None:
    course()
    (mine / "exercises/ex.ipynb").write_text("my answers")
    assert course() == Copied(kept=["exercises/ex.ipynb"])
    assert (mine / "exercises/ex.ipynb").read_text() == "my answers"
    assert not list(mine.rglob("*.new*"))


def test_a_new_version_of_a_changed_file_is_put_beside_it_once(course: Callable, mine: Path) -> None:
    course()
    (mine / "exercises/ex.ipynb").write_text("my answers")
    assert course(exercise="newer") == Copied(beside=["exercises/ex.new.ipynb"])
    assert (mine / "exercises/ex.ipynb").read_text() == "my answers"
    assert (mine / "exercises/ex.new.ipynb").read_text() == "newer"
    assert course(exercise="newer") == Copied(kept=["exercises/ex.ipynb"])


def test_work_in_the_new_version_is_not_overwritten_either(course: Callable, mine: Path) -> None:
    course()
    (mine / "exercises/ex.ipynb").write_text("my answers")
    course(exercise="newer")
    (mine / "exercises/ex.new.ipynb").write_text("my newer answers")
    assert course(exercise="newest") == Copied(beside=["exercises/ex.new-2.ipynb"])
    assert (mine / "exercises/ex.new.ipynb").read_text() == "my newer answers"
    assert (mine / "exercises/ex.new-2.ipynb").read_text() == "newest"


def test_a_deleted_file_comes_back(course: Callable, mine: Path) -> None:
    course()
    (mine / "lecture.ipynb").unlink()
    assert course() == Copied(new=["lecture.ipynb"])


def test_files_that_were_there_before_are_the_students(course: Callable, mine: Path) -> None:
    mine.mkdir()
    (mine / "lecture.ipynb").write_text("not yours")
    copied = course()
    assert copied.beside == ["lecture.new.ipynb"]
    assert (mine / "lecture.ipynb").read_text() == "not yours"


@pytest.mark.parametrize("record", ["", "not json", "[]", '{"lecture.ipynb": 5}'])
def test_a_spoiled_record_makes_it_careful(course: Callable, mine: Path, record: str) -> None:
    course()
    (mine / "lecture.ipynb").write_text("my notes")
    (mine / RECORD).write_text(record)
    course(lecture="newer")
    assert (mine / "lecture.ipynb").read_text() == "my notes"
    assert (mine / "lecture.new.ipynb").read_text() == "newer"


def test_the_students_other_files_are_left_alone(course: Callable, mine: Path) -> None:
    course()
    (mine / "notes.md").write_text("mine")
    course(lecture="newer")
    assert (mine / "notes.md").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_sentence(course: Callable, mine: Path) -> None:
    mine.write_text("a file")
    with pytest.raises(Trouble, match="cannot be written"):
        course()


# ------------------------------------------------------------------------------------------- the command


def test_the_whole_course_is_there() -> None:
    files = course_files()
    assert "01_the_lecture.ipynb" in files
    assert {"exercises/ex1_which_products_work.ipynb", "exercises/ex2_reshape_to_multiply.ipynb"} <= set(
        files
    )
    for path in files.values():
        if path.suffix == ".ipynb":
            json.loads(path.read_text(encoding="utf-8"))


def test_lab_only_copies_when_told_so(teachtorch: Callable, tmp_path: Path) -> None:
    ran = teachtorch("lab", "--no-start", "--dir", tmp_path / "course")
    assert ran.status == 0
    assert "The course is in" in ran.out
    assert (tmp_path / "course/exercises/ex1_which_products_work.ipynb").exists()


def test_lab_starts_jupyterlab_on_the_first_lecture(
    teachtorch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class Lab:
        def __init__(self, command: list[str]) -> None:
            started.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(lab.subprocess, "Popen", Lab)
    monkeypatch.setattr(lab.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(lab, "find_spec", lambda name: True)
    ran = teachtorch("lab", "--dir", tmp_path / "course", "--port", 9999, "--no-browser")
    assert ran.status == 0
    (command,) = started
    assert command[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'course'}" in command
    assert "--ServerApp.port=9999" in command
    assert "--no-browser" in command
    assert "--LabApp.default_url=/lab/tree/01_the_lecture.ipynb" in command


def test_lab_ends_jupyterlab_when_it_is_ended(tmp_path: Path) -> None:
    """A stand-in for JupyterLab writes its number and waits; both must be gone after SIGTERM."""
    stand_in = (
        f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    command = (
        "import sys; from teachtorch_exercises.cli import lab\n"
        f"lab.jupyter_command = lambda *args: [sys.executable, '-c', {stand_in!r}]\n"
        "lab._start(None, 0, True, '')"
    )
    process = subprocess.Popen([sys.executable, "-c", command])
    deadline = time.monotonic() + 30
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_lab_says_when_jupyterlab_failed(
    teachtorch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        lab, "jupyter_command", lambda *args: [lab.sys.executable, "-c", "raise SystemExit(3)"]
    )
    monkeypatch.setattr(lab, "find_spec", lambda name: True)
    monkeypatch.setattr(lab.signal, "signal", lambda number, handler: None)
    ran = teachtorch("lab", "--dir", tmp_path / "course")
    assert ran.status == 1
    assert "JupyterLab ended with status 3" in ran.err


def test_lab_without_jupyterlab_says_what_to_install(
    teachtorch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    ran = teachtorch("lab", "--dir", tmp_path / "course")
    assert ran.status == 1
    assert 'pip install "teachtorch[lab]"' in ran.err
    assert (tmp_path / "course/01_the_lecture.ipynb").exists()
