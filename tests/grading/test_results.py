"""The CSV: one row for each, harmless in a spreadsheet, whole or not there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from teachtorch_exercises.grading.results import Result, harmless, write_csv

ADA = Result("ada.ipynb", "ada", "graded", "", "ex1", {"q1": 2, "q2": 0.5}, 4)
BOB = Result("bob.ipynb", "bob", "unreadable", "the file is empty")


def read(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_row_for_each_submission(tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", [ADA, BOB], ["q1", "q2"])
    ada, bob = read(tmp_path / "out.csv")
    assert list(ada) == [
        "submission",
        "student",
        "assignment",
        "status",
        "score",
        "max_score",
        "q1",
        "q2",
        "message",
    ]
    assert ada == {
        "submission": "ada.ipynb",
        "student": "ada",
        "assignment": "ex1",
        "status": "graded",
        "score": "2.5",
        "max_score": "4",
        "q1": "2",
        "q2": "0.5",
        "message": "",
    }
    assert (bob["status"], bob["score"], bob["max_score"], bob["q1"]) == ("unreadable", "0", "", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("plain", "plain"),
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("two\nlines\r\x00\x1b[31m", "two lines [31m"),
        ("a\u202eb", "a b"),
    ],
)
def test_nothing_in_a_cell_is_a_formula_or_a_second_line(text: str, cell: str) -> None:
    assert harmless(text) == cell


def test_names_that_are_not_text_are_written_all_the_same(tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", [Result("\udcff.ipynb", "\udcff", "graded", "x" * 10_000)], [])
    (row,) = read(tmp_path / "out.csv")
    assert len(row["message"]) == 600


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, [ADA], ["q1", "q2"])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="q2"):
        write_csv(path, [ADA], ["q1"])
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
