"""Measure how much of PyTorch agrees: ``python tests/parity/op_coverage.py`` writes ``docs/coverage.md``.

Names of operations as arguments are examined alone; then nothing is written, and what differs is shown.
"""

from __future__ import annotations

import sys
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coverage.md"
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import torch  # noqa: E402  (found on the paths that the line above extends)
from opinfo import ASPECTS, Report, examine, operations  # noqa: E402

HEAD = """\
# What agrees with PyTorch

Measured on PyTorch {version}'s own test data (`op_db`) by `python tests/parity/op_coverage.py`; this page is written
by that script. `tests/parity/test_op_db.py` fails if anything here gets worse.

Each cell counts comparisons that agree, of those made: the **forward** results of sample inputs in float32,
float64, int64, bool and complex128 (values, dtype and shape), the **gradient** in float64, the **method** and
**in-place** forms, and **errors**: bad input raises PyTorch's class with PyTorch's first line.
"""


def recorded() -> dict[str, dict[str, int]]:
    """From the page: for each operation and aspect, how many comparisons agreed."""
    table: dict[str, dict[str, int]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == len(ASPECTS) + 1:
            table[cells[0]] = {a: int(c.split("/")[0]) for a, c in zip(ASPECTS, cells[1:]) if c != "–"}
    return table


def write(reports: list[Report]) -> None:
    """The page: totals, a row for each operation, and what is missing."""
    present = [r for r in reports if not r.missing]
    agree = sum(r.agrees for r in present)
    lines = [HEAD.format(version=torch.__version__.split("+")[0])]
    lines.append(
        f"Of {len(reports)} entries teachtorch has **{len(present)}**; of these **{agree}** agree in everything that "
        "was compared.\n"
    )
    lines += ["| | operations | of which in full | comparisons | agree |", "|---|---:|---:|---:|---:|"]
    for aspect in ASPECTS:
        tallies = [r.aspects[aspect] for r in present if r.aspects[aspect].made]
        agreed, made = sum(t.agreed for t in tallies), sum(t.made for t in tallies)
        full = sum(t.agreed == t.made for t in tallies)
        lines.append(f"| {aspect} | {len(tallies)} | {full} | {made} | {agreed} ({agreed / made:.1%}) |")
    lines += ["\n## Each operation\n", f"| | {' | '.join(ASPECTS)} |", "|---|" + "---:|" * len(ASPECTS)]
    for r in sorted(present, key=lambda r: r.name):
        lines.append(f"| `{r.name}` | {' | '.join(str(r.aspects[a]) for a in ASPECTS)} |")
    missing = sorted(r.name for r in reports if r.missing)
    lines.append(f"\n## Not there\n\n{', '.join(f'`{name}`' for name in missing) or 'Nothing.'}\n")
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print(f"{len(present)} of {len(reports)} operations, {agree} in full agreement: {PAGE.relative_to(ROOT)}")


def main(names: list[str]) -> None:
    """Examine all operations and write the page, or some and show what differs."""
    torch.set_num_threads(1)
    if names:
        for report in map(examine, names):
            print(
                report.name,
                "is missing" if report.missing else {a: str(t) for a, t in report.aspects.items()},
            )
            for tally in report.aspects.values():
                if tally.first:
                    print("   ", tally.first)
        return
    with Pool() as pool:
        write(pool.map(examine, operations(), chunksize=4))


if __name__ == "__main__":
    main(sys.argv[1:])
