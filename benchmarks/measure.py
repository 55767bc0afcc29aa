"""How it is timed: the engines take turns in one process, so that whatever slows the machine slows both."""

import gc
import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.cases import Case, Engine

# Timing in a fresh process. NumPy comes first: both engines stand on it, and only what they add is counted.
TIME_IMPORT = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


@dataclass(frozen=True)
class Timing:
    """Seconds per call of one case, one list of samples per engine, sample i of each taken in turn i."""

    case: str
    samples: dict[str, list[float]]

    def median(self, engine: str) -> float:
        return statistics.median(self.samples[engine])

    def ratio(self) -> tuple[float, float] | None:
        """teachtorch's time over PyTorch's in each turn: the median, and half the quartiles' distance."""
        if "torch" not in self.samples:
            return None
        pairs = zip(self.samples["teachtorch"], self.samples["torch"])
        low, middle, high = statistics.quantiles([ours / theirs for ours, theirs in pairs], n=4)
        return middle, (high - low) / 2


def in_turns(case: str, samplers: dict[str, Callable[[], float]], rounds: int) -> Timing:
    """Take `rounds` samples of each engine: A B A B ..."""
    samples: dict[str, list[float]] = {name: [] for name in samplers}
    for _ in range(rounds):
        for name, sample in samplers.items():
            samples[name].append(sample())
    return Timing(case, samples)


def calls(name: str, case: Case, engines: Sequence[Engine], rounds: int, at_least: float = 0.005) -> Timing:
    """Time a case in this process; one sample is as many calls as take `at_least` seconds."""

    def sampler(engine: Engine) -> Callable[[], float]:
        # timeit switches the garbage collector off; a student's program has it on.
        timer = timeit.Timer(case(engine), setup=gc.enable)
        number = 1
        while timer.timeit(number) < at_least:
            number *= 2
        return lambda: timer.timeit(number) / number

    return in_turns(name, {engine.__name__: sampler(engine) for engine in engines}, rounds)


def imports(engines: Sequence[Engine], rounds: int) -> Timing:
    """Time `import torch` and `import teachtorch`, each in a process of its own, beyond NumPy's import."""

    def sampler(engine: Engine) -> Callable[[], float]:
        command = [sys.executable, "-c", TIME_IMPORT.format(engine.__name__)]
        return lambda: float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return in_turns(
        "import, beyond numpy's", {engine.__name__: sampler(engine) for engine in engines}, rounds
    )
