"""JupyterLab as a test sees it: a server of its own, and a notebook opened in it by Chromium."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
from playwright.sync_api import Locator, Page, expect

from teachtorch_exercises.cli.course import course_files

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where it listens, and the folder that it shows."""

    address: str
    token: str
    folder: Path

    def url(self, notebook: str) -> str:
        return f"{self.address}/lab/tree/{quote(notebook)}?token={self.token}"


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_lab(course: Path, home: Path) -> Iterator[Lab]:
    """Run `teachtorch lab` on the new folder `course`, with nobody's settings but those in the new `home`.

    The notebooks are there without their outputs, as if a student had cleared them: the command leaves
    changed files alone. What the server says is in `home/lab.log`, which is shown when it does not start.
    """
    for name, source in course_files().items():
        copy_without_outputs(source, course / name)
    token, port = secrets.token_hex(16), free_port()
    environment = os.environ | {
        f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    environment |= {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "JUPYTER_PLATFORM_DIRS": "1"}
    settings = {
        "IdentityProvider": {"token": token},
        "ServerApp": {"port_retries": 0},  # the port is the one that was asked for, or there is none
        "LabApp": {"expose_app_in_browser": True},  # tests ask the application what has been run
    }
    write_json(home / "config" / "jupyter_server_config.json", settings)
    plugin = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    silence = {"fetchNews": "false", "checkForUpdates": False}  # neither a question nor a request
    write_json(plugin / "notification.jupyterlab-settings", silence)

    where = ["--dir", str(course), "--port", str(port)]
    lab = Lab(f"http://127.0.0.1:{port}", token, course)
    log_file = home / "lab.log"
    with log_file.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "teachtorch_exercises.cli", "lab", "--no-browser", *where],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            wait_for(lab, server, log_file)
            yield lab
        finally:
            server.terminate()  # the server shuts its kernels down first
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(lab: Lab, server: subprocess.Popen[bytes], log_file: Path, seconds: float = 90) -> None:
    """Return when the server answers; fail with its log when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.address}/api/status?token={lab.token}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log_file.read_text(errors='replace')}")


def copy_without_outputs(notebook: Path, copy: Path) -> None:
    """Copy a notebook and drop its outputs, so that whatever a page shows was computed there."""
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, copy)


class NotebookPage:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, lab: Lab, notebook: str) -> None:
        self.page = page
        self.cells = nbformat.read(lab.folder / notebook, as_version=4).cells
        page.goto(lab.url(notebook))
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(f"{PANEL}?.sessionContext.session?.kernel?.status === 'idle'", timeout=60_000)

    def run_all(self, seconds: float = 240) -> None:
        """Choose *Run All Cells* in the menu and wait until each code cell has run and the kernel is idle."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            f"""() => {PANEL}.sessionContext.session.kernel.status === 'idle' &&
                      {CODE_CELLS}.every((cell) => !cell.source.trim() || cell.execution_count !== null)""",
            timeout=seconds * 1000,
        )

    def errors(self) -> list[str]:
        """`ename: evalue` of each error output in the notebook."""
        return self.page.evaluate(
            f"""{CODE_CELLS}.flatMap((cell) => cell.outputs)
                .filter((output) => output.output_type === 'error')
                .map((output) => output.ename + ': ' + output.evalue)"""
        )

    def cell(self, cell_id: str) -> Locator:
        """The cell with this id, scrolled into view: JupyterLab draws a cell only when it is near."""
        index = [cell.id for cell in self.cells].index(cell_id)
        self.page.evaluate(f"index => {PANEL}.content.scrollToItem(index, 'start')", index)
        found = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')
        expect(found).to_be_visible(timeout=10_000)
        return found

    def output(self, cell_id: str) -> Locator:
        """The output area of the cell with this id."""
        return self.cell(cell_id).locator(".jp-Cell-outputArea")


PANEL = "window.jupyterapp.shell.currentWidget"
CODE_CELLS = f"{PANEL}.content.model.toJSON().cells.filter((cell) => cell.cell_type === 'code')"


def leaves_the_machine(url: str) -> bool:
    """Whether a request for `url` would go to another machine (data: and blob: have no host at all)."""
    host = urlsplit(url).hostname
    return host is not None and host not in LOOPBACK and f"[{host}]" not in LOOPBACK


def chromium() -> str | None:
    """Debian's Chromium, or another one on PATH; Playwright's own download is not needed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
