"""Random programs of views and in-place writes do what they do in PyTorch: values, gradients, graph and errors.

``python tests/parity/test_programs.py 0 5000`` runs as many as one likes and shows where the engines part.
"""

from __future__ import annotations

import collections
import random
import re
import sys
import time
import warnings

import pytest
from programs import Writer, differences, run

import teachtorch

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="compares with real PyTorch")

PROGRAMS = 5000
AGREEMENT = 0.995


def disagreement(seed: int) -> tuple[list[str], list[str]]:
    """The program of a number, and what the engines disagree about."""
    lines = Writer(torch, seed).program(random.Random(seed).randrange(3, 14))
    return lines, differences(run(teachtorch, lines), run(torch, lines))


@pytest.mark.filterwarnings("ignore")  # both engines warn, and of different things
def test_random_programs_agree() -> None:
    wrong = {}
    for seed in range(PROGRAMS):
        lines, found = disagreement(seed)
        if found:
            wrong[seed] = "\n".join([*lines, *(f"# {d}" for d in found[:3])])
    agreement = 1 - len(wrong) / PROGRAMS
    assert agreement >= AGREEMENT, f"{agreement:.2%} agree; for instance\n" + "\n\n".join(
        list(wrong.values())[:3]
    )


def main(first: int, last: int, show: int = 10) -> None:
    """Run the programs of a range of numbers; show the kinds of disagreement, the shortest program of each."""
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    kinds: dict[str, list[tuple[int, list[str], list[str]]]] = collections.defaultdict(list)
    for seed in range(first, last):
        lines, found = disagreement(seed)
        if found:
            kinds[re.sub(r"0x\w+|\d+", "#", found[0])[:200]].append((seed, lines, found))
    wrong = sum(map(len, kinds.values()))
    agreement = 1 - wrong / (last - first)
    print(f"{last - first} programs, {agreement:.2%} agree, {time.perf_counter() - start:.0f} s")
    for kind, cases in sorted(kinds.items(), key=lambda item: -len(item[1]))[:show]:
        seed, lines, found = min(cases, key=lambda case: len(case[1]))
        print(f"\n--- {len(cases)} x {kind}\nseed {seed}")
        print("\n".join(f"  {i} {line}" for i, line in enumerate(lines)))
        print("\n".join(f"  ! {d[:400]}" for d in found[:4]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
