"""One sandbox for all tests of grading, where the machine has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from teachtorch_exercises.grading.grade import Grader
from teachtorch_exercises.grading.launch import Bare, Limits, worker_site
from teachtorch_exercises.grading.sandbox import Bubblewrap, NoSandbox, find_sandbox

#: Short where submissions are meant to be stopped; as they are for a class where none is.
SHORT, USUAL = Limits(cell_seconds=2.0), Limits()


@pytest.fixture(scope="session")
def site() -> Iterator[Path]:
    with worker_site() as folder:
        yield folder


@pytest.fixture(scope="session")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for submissions, which the sandbox is told to hide."""
    return tmp_path_factory.mktemp("submitted")


@pytest.fixture(scope="session")
def sandbox(site: Path, submitted: Path) -> Bubblewrap:
    try:
        return find_sandbox(site, [submitted])
    except NoSandbox as error:
        pytest.skip(f"no sandbox here: {error}")


@pytest.fixture(scope="session")
def grader(sandbox: Bubblewrap) -> Grader:
    return Grader(sandbox, USUAL, seed=7)


@pytest.fixture(scope="session")
def impatient_grader(sandbox: Bubblewrap) -> Grader:
    return Grader(sandbox, SHORT, seed=7)


@pytest.fixture(scope="session")
def bare_grader(site: Path) -> Grader:
    return Grader(Bare(site), SHORT, seed=7)


@pytest.fixture(scope="session")
def patient_bare_grader(site: Path) -> Grader:
    return Grader(Bare(site), USUAL, seed=7)
