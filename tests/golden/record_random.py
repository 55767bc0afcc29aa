"""Record PyTorch's CPU random stream: ``python tests/golden/record_random.py`` writes ``random.json``.

Two kinds of cases. A *fill* is an in-place method called on a tensor of some type, shape and layout; the
tests replay it on bare arrays and on Tensors. A *program* is a list of expressions over ``torch`` that
share one stream. Of every result the file keeps the first elements, as the bytes they are, and a digest of
all; and a digest of the generator's state afterwards, for a call that returns the right numbers may still
draw too many.

Floating-point results are those of an x86-64 machine with AVX2.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import torch

FLOATS = ["float16", "bfloat16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
SIZES = [1, 2, 3, 15, 16, 17, 32, 100, 1000]

# method, arguments, dtypes
CONTINUOUS = [
    ("uniform_", [], FLOATS + COMPLEX),
    ("uniform_", [-1.0, 1.0], FLOATS + COMPLEX),
    ("uniform_", [-0.1, 0.3], FLOATS),
    ("uniform_", [1e-10, 1.0], ["float32", "float64"]),
    ("uniform_", [-8.9e307, 8.9e307], ["float64"]),
    ("normal_", [], FLOATS + COMPLEX),
    ("normal_", [2.0, 3.0], FLOATS + COMPLEX),
    ("normal_", [0.1, 0.3], ["float32", "float64"]),
    ("exponential_", [], FLOATS),
    ("exponential_", [0.3], ["float32"]),
    ("cauchy_", [], FLOATS),
    ("cauchy_", [1.3, 0.7], ["float32", "float64"]),
    ("log_normal_", [], FLOATS),
    ("log_normal_", [-0.3, 1.7], ["float32", "float64"]),
    ("geometric_", [0.3], FLOATS + INTEGERS),
]
DISCRETE = [
    ("bernoulli_", [0.5], [*FLOATS, *INTEGERS, "bool"]),
    ("bernoulli_", [0.1], ["float32"]),
    ("bernoulli_", [1.0], ["float32"]),
    ("random_", [], [*FLOATS, *INTEGERS, "bool"]),
    ("random_", [100], FLOATS + INTEGERS),
    ("random_", [-7, 9], ["float32", "int8", "int64"]),
    ("random_", [0, 2**28 - 1], ["int32", "int64"]),
    ("random_", [0, 2**28], ["int32", "int64"]),
    ("random_", [0, 2**40], ["int64", "float64"]),
    ("random_", [-(2**62), 2**62], ["int64"]),
    ("random_", [-(2**63), None], ["int64", "float32"]),
    ("random_", [5, None], ["int8", "int64", "float32"]),
]
LAYOUTS = ["transposed", "sliced", "offset"]

PROGRAMS = [
    "torch.rand(5)",
    "torch.rand(5, dtype=torch.float64)",
    "torch.randn(1)",
    "torch.randn(5)",
    "torch.randn(15)",
    "torch.randn(16)",
    "torch.randn(17)",
    "torch.randn(100)",
    "torch.randn(5, dtype=torch.float64)",
    "torch.randn(16, dtype=torch.float64)",
    "torch.randn(10000)",
    "torch.randn(10007)",
    "torch.randn(10000, dtype=torch.float64)",
    "torch.rand(10000)",
    "torch.randn(2, 3, dtype=torch.complex64)",
    "torch.randn(3); torch.randn(100); torch.randn(2)",
    "torch.randn(3); torch.rand(1); torch.randn(2, dtype=torch.float64); torch.randn(4, dtype=torch.float16)",
    "torch.randn(17); torch.rand(1)",
    "torch.empty(0).normal_(); torch.rand(2)",
    "torch.rand(3); torch.rand(4); torch.rand(7)",
    "torch.randn(8); torch.randn(8); torch.randn(16)",
    "torch.randint(0, 10, (10,))",
    "torch.randint(10, (3, 4))",
    "torch.randint(0, 2**40, (3,))",
    "torch.randint(-5, 5, (2, 3), dtype=torch.int8)",
    "torch.randint(3, (5,), dtype=torch.float32)",
    "torch.randperm(1); torch.rand(1)",
    "torch.randperm(10)",
    "torch.randperm(400); torch.randperm(401)",
    "torch.randperm(1000)",
    "torch.randperm(70000)",
    "torch.randperm(5, dtype=torch.float32)",
    "torch.rand_like(torch.zeros(3, 4).t())",
    "torch.randn_like(torch.zeros(3, 4).t())",
    "torch.randn_like(torch.zeros(5, 8).t(), dtype=torch.float64)",
    "torch.randint_like(torch.zeros(2, 3), 10)",
    "torch.randint_like(torch.zeros(2, 3), -5, 5)",
    "torch.normal(2.0, 3.0, (5,))",
    "torch.normal(torch.arange(5.0), 0.5)",
    "torch.normal(1.5, torch.arange(20.0))",
    "torch.normal(torch.arange(20.0), torch.arange(20.0))",
    "torch.bernoulli(torch.full((10,), 0.5))",
    "torch.bernoulli(torch.linspace(0, 1, 12, dtype=torch.float64).reshape(3, 4).t())",
    "torch.bernoulli(torch.zeros(2, 3), 0.25)",
    "torch.empty(3, 4).bernoulli_(torch.linspace(0, 1, 4))",
    "torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 10, True)",
    "torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 1)",
    "torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 3)",
    "torch.multinomial(torch.arange(1.0, 13.0).reshape(3, 4), 2)",
    "torch.multinomial(torch.arange(1.0, 13.0, dtype=torch.float64).reshape(3, 4), 5, replacement=True)",
    "torch.poisson(torch.full((8,), 3.0))",
    "torch.poisson(torch.tensor([[0.0, 0.5, 9.9], [10.0, 50.0, 1e4]]))",
    "torch.binomial(torch.tensor([5.0, 100.0, 1e6]), torch.tensor([0.5, 0.9, 0.01]))",
    "torch.binomial(torch.full((40,), 100.0).double(), torch.full((40,), 0.3).double())",
    "torch._standard_gamma(torch.tensor([0.0, 0.01, 0.5, 1.0, 3.0, 100.0]))",
    "torch._standard_gamma(torch.tensor([0.01, 0.5, 1.0, 3.0, 100.0], dtype=torch.float64))",
    "torch._sample_dirichlet(torch.tensor([[0.5, 1.0, 2.0], [3.0, 0.1, 7.0]]))",
]
SEEDS = [0, 42, -1, 2**64 - 59]


def target(dtype: str, shape: list[int], layout: str) -> torch.Tensor:
    """A tensor of zeros of the shape, lying in memory as `layout` says."""
    kind = getattr(torch, dtype)
    if layout == "transposed":
        return torch.zeros(shape[::-1], dtype=kind).permute(*range(len(shape))[::-1])
    if layout == "sliced":
        return torch.zeros([2 * n for n in shape], dtype=kind)[tuple(slice(None, None, 2) for _ in shape)]
    if layout == "offset":
        return torch.zeros([n + 1 for n in shape[::-1]], dtype=kind)[
            tuple(slice(1, None) for _ in shape)
        ].permute(*range(len(shape))[::-1])
    return torch.zeros(shape, dtype=kind)


def summary(tensor: torch.Tensor) -> dict[str, str]:
    """The first eight elements and a digest of all, in logical order."""
    flat = tensor.detach().contiguous().reshape(-1)
    raw = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return {"head": raw[: 8 * flat.element_size()].hex(), "digest": hashlib.sha256(raw).hexdigest()[:16]}


def state() -> str:
    return hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()[:16]


def record_fill(
    seed: int, method: str, args: list[Any], dtype: str, shape: list[int], layout: str
) -> dict[str, Any]:
    torch.manual_seed(seed)
    result = getattr(target(dtype, shape, layout), method)(*args)
    case = {"seed": seed, "method": method, "args": args, "dtype": dtype, "shape": shape, "layout": layout}
    return case | summary(result) | {"state": state()}


def record_program(seed: int, program: str) -> dict[str, Any]:
    torch.manual_seed(seed)
    results = [summary(eval(expression, {"torch": torch})) for expression in program.split("; ")]
    return {"seed": seed, "program": program, "results": results, "state": state()}


def record() -> dict[str, Any]:
    fills = []
    for method, args, dtypes in CONTINUOUS + DISCRETE:
        for number, dtype in enumerate(dtypes):
            # a few sizes and layouts for each type, all of them over the types
            for k in range(3):
                size = SIZES[(3 * number + k + len(args)) % len(SIZES)]
                fills.append(record_fill(SEEDS[k % 2], method, args, dtype, [size], "contiguous"))
            layout = LAYOUTS[number % len(LAYOUTS)]
            fills.append(record_fill(SEEDS[2], method, args, dtype, [3, 7, 2], layout))
    for dtype in FLOATS + COMPLEX:  # the normal numbers have the most paths: every size, every layout
        fills += [record_fill(SEEDS[3], "normal_", [], dtype, [size], "contiguous") for size in SIZES]
        fills += [record_fill(SEEDS[3], "normal_", [0.5, 2.0], dtype, [5, 6], layout) for layout in LAYOUTS]
    programs = [record_program(seed, program) for program in PROGRAMS for seed in SEEDS[:2]]
    where = f"PyTorch {torch.__version__}, {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    return {"recorded_with": where, "fills": fills, "programs": programs}


if __name__ == "__main__":
    path = Path(__file__).with_name("random.json")
    sections = record()
    lines = [f'"recorded_with": {json.dumps(sections["recorded_with"])}']
    for name in ("fills", "programs"):
        cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in sections[name])
        lines.append(f'"{name}": [\n{cases}\n]')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{path}: {len(sections['fills'])} fills, {len(sections['programs'])} programs")
