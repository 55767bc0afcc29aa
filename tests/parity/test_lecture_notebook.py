"""The lecture notebook runs unchanged under real PyTorch and prints the same.

Only the first cell, which chooses the engine, is exchanged. Cells tagged `teachtorch-only` (widgets,
the source of an op) are left out; cells tagged `nbval-ignore-output` are run and not compared.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbval.plugin import get_sanitize_patterns

pytestmark = [pytest.mark.parity, pytest.mark.slow]
pytest.importorskip("torch", reason="compares with real PyTorch")

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "01_the_lecture.ipynb"
PATTERNS = get_sanitize_patterns((ROOT / "tests" / "notebooks" / "sanitize.cfg").read_text(encoding="utf-8"))


def has_tag(cell: nbformat.NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def torch_cells() -> list[nbformat.NotebookNode]:
    """The cells of the lecture that real PyTorch can run."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    return [cell for cell in notebook.cells if not has_tag(cell, "teachtorch-only")]


def printed(cells: list[nbformat.NotebookNode]) -> Iterator[tuple[str, str]]:
    """(cell id, text it shows) for each cell that is to be compared."""
    for cell in cells:
        if cell.cell_type != "code" or has_tag(cell, "nbval-ignore-output"):
            continue
        texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
        text = "\n".join(texts)
        for pattern, replacement in PATTERNS:
            text = re.sub(pattern, replacement, text)
        yield cell.id, text


def test_the_lecture_prints_the_same_under_torch() -> None:
    notebook = nbformat.v4.new_notebook(cells=torch_cells())
    notebook.cells[[cell.id for cell in notebook.cells].index("imports")].source = "import torch"
    NotebookClient(notebook, timeout=300, coalesce_streams=True).execute()
    assert dict(printed(notebook.cells)) == dict(printed(torch_cells()))
