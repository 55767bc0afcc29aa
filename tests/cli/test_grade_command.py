"""`teachtorch grade`: a folder in, a CSV out."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from teachtorch_exercises.assignments import load
from teachtorch_exercises.cli import grade
from teachtorch_exercises.grading.sandbox import NoSandbox
from teachtorch_exercises.source import read_source


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A class of three: one who handed in both exercises unanswered, a broken file, and an empty folder."""
    folder = tmp_path / "handed in"
    for name in ("ex1", "ex2"):
        path = folder / "ada" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(read_source(load(name)).student_notebook())
    (folder / "bob.ipynb").write_text("{")
    (folder / "cleo").mkdir()
    return folder


def rows(path: Path) -> dict[str, dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def test_a_row_for_each_whatever_became_of_it(teachtorch: Callable, handed_in: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = teachtorch("grade", handed_in, "--out", out, "--unsafe")
    assert ran.status == 0
    found = rows(out)
    assert {name: row["status"] for name, row in found.items()} == {
        str(Path("ada/ex1.ipynb")): "graded",
        str(Path("ada/ex2.ipynb")): "graded",
        "bob.ipynb": "unreadable",
        "cleo": "no notebook",
    }
    assert found[str(Path("ada/ex1.ipynb"))]["max_score"] == "18"
    assert found[str(Path("ada/ex1.ipynb"))]["ex2a"] == ""
    assert "4 rows in" in ran.out
    assert "students' code runs as you" in ran.out


def test_in_the_sandbox_it_is_the_same(teachtorch: Callable, handed_in: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = teachtorch("grade", handed_in, "--out", out)
    if ran.status == 1 and "sandbox" in ran.err:
        pytest.skip(f"no sandbox here: {ran.err}")
    assert {row["status"] for row in rows(out).values()} == {"graded", "unreadable", "no notebook"}


def test_the_hidden_inputs_of_a_run_can_be_drawn_again(
    teachtorch: Callable, handed_in: Path, tmp_path: Path
) -> None:
    path = handed_in / "ada" / "ex1.ipynb"
    document = json.loads(path.read_text())
    for cell in document["cells"]:
        if cell["metadata"]["nbgrader"]["grade_id"] == "ex1b":
            cell["source"] = "def compatible(m, n): return (m * 7 + n * 3) % 5 > 1"
    path.write_text(json.dumps(document))
    texts = []
    for name in ("one.csv", "two.csv"):
        assert teachtorch("grade", handed_in, "--out", tmp_path / name, "--unsafe", "--seed", 5).status == 0
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]
    assert b"ex1b: wrong in " in texts[0]


def test_without_a_sandbox_it_refuses_and_says_why(
    teachtorch: Callable, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object, **kwargs: object) -> None:
        raise NoSandbox("There is no sandbox: install it.")

    monkeypatch.setattr(grade, "find_sandbox", none)
    ran = teachtorch("grade", handed_in, "--out", tmp_path / "out.csv")
    assert ran.status == 1
    assert "There is no sandbox: install it." in ran.err
    assert "--unsafe" in ran.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere cannot be read"),
        (["empty"], "There is no notebook in empty"),
        (["full", "--assignment", "ex99"], "There is no exercise 'ex99'; there are ex1, ex2"),
        (["full", "--out", "no/such/out.csv"], "There is no folder no/such"),
    ],
)
def test_trouble_is_a_sentence(
    teachtorch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("full").mkdir()
    Path("full/one.ipynb").write_text("")
    ran = teachtorch("grade", *arguments)
    assert ran.status == 1
    assert words in ran.err.replace("\n", " ")


def test_an_assignment_can_be_named(teachtorch: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "x = 1"}
    (folder / "one.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}))
    ran = teachtorch("grade", folder, "--out", tmp_path / "out.csv", "--unsafe", "--assignment", "ex2")
    assert ran.status == 0
    assert rows(tmp_path / "out.csv")["one.ipynb"]["assignment"] == "ex2"
