"""Run notebooks and store their outputs in them: `python tests/notebooks/store_outputs.py notebooks/*.ipynb`.

Do this after a change to a notebook, or to what its cells show; nbval then holds every later change
to the stored outputs. A cell that raises stops the run and leaves the notebook as it was.

A stored output is what a reader sees who has no kernel. So each widget is stored as its picture (SVG)
and its text. The live view is dropped: without the kernel that drew it, Jupyter would show "model not
found" in its place.
"""

import argparse
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> nbformat.NotebookNode:
    """Execute the notebook at `path` in its own folder; return it with outputs fit to be stored."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=120,
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
    ).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}  # not this machine's version of Python
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return notebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    for path in parser.parse_args().notebooks:
        nbformat.write(run(path), path)
        print(f"stored {path}")


if __name__ == "__main__":
    main()
