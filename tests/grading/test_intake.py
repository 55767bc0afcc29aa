"""Reading what was handed in, and deciding what of it is run."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest
from handed_in import cell, changed, code, solved, starter, text

from teachtorch_exercises.assignments import all_assignments, load
from teachtorch_exercises.grading.grade import submissions
from teachtorch_exercises.grading.intake import Notebook, Refused, read_notebook, recognise
from teachtorch_exercises.grading.plan import plan
from teachtorch_exercises.source import read_source

LIMIT = 1 << 20


def read(tmp_path: Path, data: bytes) -> Notebook:
    path = tmp_path / "one.ipynb"
    path.write_bytes(data)
    return read_notebook(path, LIMIT)


def test_a_notebook_is_read_to_its_code_cells(tmp_path: Path) -> None:
    notebook = read(tmp_path, text(solved()))
    assert notebook.assignment == "ex1"
    assert [c.grade_id for c in notebook.cells if c.grade_id and c.grade_id in load("ex1").by_id] == [
        question.id for question in load("ex1").questions
    ]


def test_a_byte_order_mark_and_stray_bytes_do_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + text(solved())).assignment == "ex1"
    data = json.dumps({"cells": [code("x = 'ü'")]}, ensure_ascii=False).encode("latin-1")
    assert len(read(tmp_path, data).cells) == 1


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="bytes"):
        read(tmp_path, b" " * (LIMIT + 1))


def test_noise_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    """A good notebook with bytes changed, cut out, doubled; and JSON with parts put in the wrong places."""
    rng, good = random.Random(1), text(starter())
    for _ in range(300):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 9)):
            at, size = rng.randrange(len(data)), rng.randrange(40)
            match rng.randrange(3):
                case 0:
                    data[at : at + size] = rng.randbytes(size)
                case 1:
                    del data[at : at + size]
                case 2:
                    data[at:at] = data[at : at + size]
        try:
            notebook = read(tmp_path, bytes(data))
            plan(read_source(recognise(notebook, all_assignments())), notebook.cells)
        except Refused:
            continue


def test_parts_in_the_wrong_places_are_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(2)
    odd = [None, True, -1, 1.5, "text", [], {}, ["text", 1], {"nbgrader": "x"}, [[]], 10**400]
    for _ in range(300):
        document = starter()
        for _ in range(rng.randrange(1, 6)):
            victim: object = document
            while isinstance(victim, dict | list) and victim:
                keys = list(victim) if isinstance(victim, dict) else range(len(victim))
                key = rng.choice(list(keys))
                if rng.random() < 0.3 or not isinstance(victim[key], dict | list):
                    victim[key] = copy.deepcopy(rng.choice(odd))
                    break
                victim = victim[key]
        try:
            notebook = read(tmp_path, text(document))
            plan(read_source(recognise(notebook, all_assignments())), notebook.cells)
        except Refused:
            continue


# ---------------------------------------------------------------------------------------------- recognise


def test_an_assignment_is_recognised_by_metadata_ids_or_names(tmp_path: Path) -> None:
    document = solved("ex2")
    assert recognise(read(tmp_path, text(document)), all_assignments()).id == "ex2"
    document["metadata"] = {}
    assert recognise(read(tmp_path, text(document)), all_assignments()).id == "ex2"
    for each in document["cells"]:
        each["metadata"] = {}
    assert recognise(read(tmp_path, text(document)), all_assignments()).id == "ex2"
    with pytest.raises(Refused, match="nothing in the notebook says"):
        recognise(read(tmp_path, text({"cells": [code("b_shape == 3")]})), all_assignments())


# --------------------------------------------------------------------------------------------------- plan


def steps(tmp_path: Path, document: object) -> list[str]:
    return [s.source for s in plan(read_source(load("ex1")), read(tmp_path, text(document)).cells)]


SETUP = "".join(cell(starter(), "ex1-setup")["source"])


def test_locked_cells_run_as_the_author_wrote_them(tmp_path: Path) -> None:
    document = solved()
    cell(document, "ex1-setup")["source"] = "import os; os._exit(0)"
    cell(document, "ex1b-check")["source"] = "compatible = 5"
    found = steps(tmp_path, document)
    assert found.count(SETUP) == 1
    assert not any("_exit" in step or "compatible = 5" in step for step in found)


def test_locked_cells_that_are_gone_come_back_where_they_were(tmp_path: Path) -> None:
    def remove(cells: list) -> None:
        cells[:] = [c for c in cells if c["metadata"]["nbgrader"]["grade_id"] != "ex1-setup"]

    assert steps(tmp_path, changed(solved(), remove))[0] == SETUP


def test_cells_that_check_or_show_are_not_run(tmp_path: Path) -> None:
    assert not any("check(" in s or "broadcast" in s for s in steps(tmp_path, solved()))


def test_copies_and_additions_run_where_they_stand(tmp_path: Path) -> None:
    document = solved()
    answer = cell(document, "ex1b")
    document["cells"].append(code("extra = 1"))
    document["cells"].append({**answer, "source": "def compatible(m, n): return 3"})
    assert steps(tmp_path, document)[-2:] == ["extra = 1", "def compatible(m, n): return 3"]


# -------------------------------------------------------------------------------------------- submissions


def test_submissions_are_found_per_file_and_per_folder(tmp_path: Path) -> None:
    for name in ("ada.ipynb", "bob/ex1.ipynb", "bob/ex2.ipynb", "cleo/deep/down/ex1.IPYNB"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    for name in ("bob/.ipynb_checkpoints/ex1-checkpoint.ipynb", ".hidden/x.ipynb", "dora/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    found = {s.name: (s.student, s.path is not None) for s in submissions(tmp_path)}
    assert found == {
        "ada.ipynb": ("ada", True),
        str(Path("bob/ex1.ipynb")): ("bob", True),
        str(Path("bob/ex2.ipynb")): ("bob", True),
        str(Path("cleo/deep/down/ex1.IPYNB")): ("cleo", True),
        "dora": ("dora", False),
    }


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.ipynb").write_bytes(text(solved()))
    (inside / "link").symlink_to(outside, target_is_directory=True)
    assert [(s.name, s.path) for s in submissions(inside)] == [("link", None)]
