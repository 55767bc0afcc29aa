"""What is shown and kept: two tables and a JSON file."""

import json
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.cases import MODES, Engine
from benchmarks.measure import Timing


def seconds(value: float) -> str:
    """A time with three digits and a fitting unit, e.g. `2.41 us`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def ratio(timing: Timing) -> str:
    """The ratio and its spread, e.g. `0.26±0.01`."""
    found = timing.ratio()
    return "-" if found is None else f"{found[0]:.2f}±{found[1]:.2f}"


def new_table(title: str, first_column: str) -> Table:
    """A table that is narrow enough for a terminal of 80 columns."""
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    table.add_column(first_column, no_wrap=True)
    return table


def programs_table(timings: Sequence[Timing]) -> Table:
    table = new_table("Programs: median time, ratio teachtorch / torch", "case")
    for column in ("teachtorch", "torch", "ratio"):
        table.add_column(column, justify="right", no_wrap=True)
    for timing in timings:
        cells = [
            seconds(timing.median(name)) if name in timing.samples else "-"
            for name in ("teachtorch", "torch")
        ]
        table.add_row(timing.case, *cells, ratio(timing))
    return table


def ops_table(timings: Mapping[str, Mapping[str, Timing]]) -> Table:
    """A row for each op, with `timings[op][mode]` in its columns, and their means at the foot."""
    table = new_table("Operations on 3 elements: time of teachtorch, ratio to torch", "operation")
    for mode in MODES:
        table.add_column(mode, justify="right", no_wrap=True)
        table.add_column("ratio", justify="right", no_wrap=True)
    for op, by_mode in timings.items():
        cells = [(seconds(by_mode[mode].median("teachtorch")), ratio(by_mode[mode])) for mode in MODES]
        table.add_row(op, *(cell for pair in cells for cell in pair))
    table.add_section()
    foot = []
    for mode in MODES:
        column = [by_mode[mode] for by_mode in timings.values()]
        ratios = [found[0] for timing in column if (found := timing.ratio())]
        foot.append(seconds(statistics.geometric_mean([t.median("teachtorch") for t in column])))
        foot.append(f"{statistics.geometric_mean(ratios):.2f}" if ratios else "-")
    table.add_row("geometric mean", *foot)
    return table


def machine(engines: Sequence[Engine]) -> dict[str, str]:
    """What the figures depend on."""
    versions = {engine.__name__: str(engine.__version__) for engine in engines}
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        **versions,
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
    }


def show(about: Mapping[str, str], tables: Sequence[Table]) -> None:
    console = Console()
    console.print(", ".join(f"{name} {value}" for name, value in about.items()), highlight=False)
    for table in tables:
        console.print(table)


def write_json(path: Path, about: Mapping[str, str], timings: Sequence[Timing]) -> None:
    """All samples, so that a later reader can ask other questions of them."""
    rows = [{"case": t.case, "ratio": t.ratio(), "seconds": t.samples} for t in timings]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": about, "timings": rows}, indent=1) + "\n", encoding="utf-8")
