"""The lecture in a real JupyterLab: a student opens it, runs it, and steps through a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.lab_page import NotebookPage

pytestmark = pytest.mark.browser
playwright = pytest.importorskip(
    "playwright.sync_api", reason="drives a browser: pip install teachtorch[dev]"
)
expect = playwright.expect


@pytest.fixture(scope="module")
def lecture(open_notebook: Callable[[str], NotebookPage]) -> NotebookPage:
    """The lecture, opened without outputs and run from top to bottom."""
    notebook = open_notebook("01_the_lecture.ipynb")
    notebook.run_all()
    return notebook


def test_no_cell_raises(lecture: NotebookPage) -> None:
    assert lecture.errors() == []


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("rand", "0.02898, 0.40190"),
        ("matmul", "1.22126317, 1.36931109"),
        ("first-loss", "2119.27770402"),
        ("regression-loop", "70161.1580804"),
        ("regression-loop", "0.385138098955"),
    ],
)
def test_the_numbers_are_the_slides(lecture: NotebookPage, cell: str, number: str) -> None:
    expect(lecture.output(cell)).to_contain_text(number)


@pytest.mark.parametrize(
    "cell",
    ["regression-figure", "fit-figure", "learning-rate-figure", "momentum-figure", "optimizers-figure"],
)
def test_the_figures_are_drawn(lecture: NotebookPage, cell: str) -> None:
    picture = lecture.output(cell).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300


def test_the_graph_takes_a_step_of_backward(
    lecture: NotebookPage, page: Page, screenshot: Callable[[str], None]
) -> None:
    output = lecture.output("regression-graph")
    expect(output.locator(".tt svg").first).to_be_visible()  # the live view, not the stored picture
    said = output.locator("[aria-live]")
    before = said.inner_text()
    output.get_by_role("button", name="one step on").click()
    expect(said).not_to_have_text(before)
    expect(said).to_contain_text("step 1 of")
    screenshot("graph-step-1")


def test_broadcasting_names_the_axis_that_fails(
    lecture: NotebookPage, screenshot: Callable[[str], None]
) -> None:
    output = lecture.output("broadcast-fails")
    expect(output.locator(".tt svg").first).to_be_visible()
    expect(output).to_contain_text("must match")
    screenshot("broadcast-fails")
