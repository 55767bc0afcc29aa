"""Fixtures for tests in a real browser.

Each page is cut off from the network, and an attempt to reach another machine fails the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

try:
    from playwright.sync_api import Browser, Page, Route, sync_playwright

    from tests.browser.lab_page import Lab, NotebookPage, chromium, leaves_the_machine, running_lab
except ModuleNotFoundError:
    pass  # the test modules here skip themselves without playwright, and say so


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`teachtorch lab`, running on the course without its outputs."""
    with running_lab(tmp_path_factory.mktemp("course"), home=tmp_path_factory.mktemp("home")) as lab:
        yield lab


@pytest.fixture(scope="module")  # Playwright runs once at a time, and other folders' tests start it too
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("there is no Chromium on this machine (Debian: apt-get install chromium)")
    # Chromium's sandbox cannot start as root or inside most containers.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1400 x 1000 pixels that reaches this machine only; the tests of one module share it."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    attempts: list[str] = []

    def guard(route: Route) -> None:
        if leaves_the_machine(route.request.url):
            attempts.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", guard)
    page = context.new_page()
    page.on("websocket", lambda socket: leaves_the_machine(socket.url) and attempts.append(socket.url))
    yield page
    context.close()
    assert attempts == [], "the page asked for something from another machine"


@pytest.fixture(scope="module")
def open_notebook(page: Page, lab: Lab) -> Callable[[str], NotebookPage]:
    """`open_notebook("name.ipynb")` opens a notebook of the course in JupyterLab."""
    return lambda name: NotebookPage(page, lab, name)


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], None]:
    """`screenshot("name")` saves a picture of the page in the folder TEACHTORCH_SCREENSHOTS, if set."""
    folder = os.environ.get("TEACHTORCH_SCREENSHOTS")

    def take(name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return take
