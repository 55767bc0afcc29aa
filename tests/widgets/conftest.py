"""Snapshots, and the browser that tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def matches(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``matches(text)`` compares with the snapshot of this test; ``UPDATE_SNAPSHOTS=1 pytest`` writes it
    anew.
    """

    def compare(text: str, suffix: str = "txt") -> None:
        name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")
        path = SNAPSHOTS / f"{name}.{suffix}"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        assert text == path.read_text(encoding="utf-8").removesuffix("\n")

    return compare


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a download and without the network."""
    playwright = pytest.importorskip("playwright.sync_api", reason="browser tests are driven by Playwright")
    from widget_page import ARGUMENTS, CHROMIUM

    if not Path(CHROMIUM).exists():
        pytest.skip(f"browser tests need {CHROMIUM}")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()
