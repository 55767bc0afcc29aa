"""Time teachtorch beside PyTorch, in turns, in one process, on one thread.

python -m benchmarks                    everything: the programs of the lecture, then 30 operations
python -m benchmarks --only programs    one of `programs`, `ops`
"""

import argparse
import importlib.util
from functools import partial
from pathlib import Path

import teachtorch
from benchmarks import measure, report
from benchmarks.cases import MODES, OPS, PROGRAMS, Engine, op_case


def engines() -> list[Engine]:
    """teachtorch, and PyTorch where it is installed."""
    found: list[Engine] = [teachtorch]
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
        found.append(torch)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=("programs", "ops"), help="one of the two parts")
    parser.add_argument("--rounds", type=int, default=11, help="samples of each engine (default: 11)")
    parser.add_argument(
        "--json", type=Path, default=Path(".benchmarks/latest.json"), help="where to keep them"
    )
    options = parser.parse_args()

    both, rounds = engines(), options.rounds
    timings, tables = [], []
    if options.only != "ops":
        programs = [measure.imports(both, rounds)]
        programs += [measure.calls(name, case, both, rounds) for name, case in PROGRAMS.items()]
        timings += programs
        tables.append(report.programs_table(programs))
    if options.only != "programs":
        ops = {
            op: {
                mode: measure.calls(f"{op}, {mode}", partial(op_case, name=op, mode=mode), both, rounds)
                for mode in MODES
            }
            for op in OPS
        }
        timings += [timing for by_mode in ops.values() for timing in by_mode.values()]
        tables.append(report.ops_table(ops))

    about = report.machine(both)
    report.show(about, tables)
    report.write_json(options.json, about, timings)
    print(f"all samples are in {options.json}")


if __name__ == "__main__":
    main()
