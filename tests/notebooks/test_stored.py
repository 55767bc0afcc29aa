"""What is stored in the notebooks is complete and fit for every reader; nbval compares it with a run."""

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LARGEST = 1_000_000  # bytes

MACHINE_PATH = re.compile(r"/home/|/Users/|/root/|/tmp/|/work/|:\\\\Users|site-packages")
WIDGET_CALL = re.compile(r"^(graph|broadcast)\(", re.MULTILINE)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def cells(path: Path) -> list[nbformat.NotebookNode]:
    """The code cells of the notebook."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


def test_every_cell_was_run_once_from_top_to_bottom(cells: list[nbformat.NotebookNode]) -> None:
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_no_cell_raised(cells: list[nbformat.NotebookNode]) -> None:
    raised = {cell.id: out.ename for cell in cells for out in cell.outputs if out.output_type == "error"}
    assert raised == {}


def test_nothing_was_warned_of(cells: list[nbformat.NotebookNode]) -> None:
    warned = {cell.id: out.text for cell in cells for out in cell.outputs if out.get("name") == "stderr"}
    assert warned == {}


def test_no_machine_shows(path: Path) -> None:
    found = MACHINE_PATH.search(path.read_text(encoding="utf-8"))
    assert found is None, found


def test_a_widget_is_stored_as_picture_and_text(cells: list[nbformat.NotebookNode]) -> None:
    for cell in cells:
        if WIDGET_CALL.search(cell.source):
            kinds = set(cell.outputs[0].data)
            assert {"image/svg+xml", "text/plain"} <= kinds, cell.id
            assert WIDGET_VIEW not in kinds, cell.id


def test_the_file_is_small(path: Path) -> None:
    assert path.stat().st_size < LARGEST


def test_the_first_line_chooses_the_engine(cells: list[nbformat.NotebookNode]) -> None:
    assert cells[0].source == "import teachtorch as torch"
