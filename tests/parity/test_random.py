"""The random stream beside real PyTorch: many seeds, sizes, types, layouts; the state goes both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import teachtorch
from teachtorch.random import rejection

torch = pytest.importorskip("torch", reason="compares with real PyTorch 2.13")
pytestmark = pytest.mark.parity

FLOATS = ["float16", "bfloat16", "float32", "float64"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
SIZES = [0, 1, 2, 3, 5, 7, 15, 16, 17, 40]


def raw(tensor: Any) -> bytes:
    """The bytes of a tensor's elements in logical order."""
    if isinstance(tensor, torch.Tensor):
        flat = tensor.detach().clone(memory_format=torch.contiguous_format).reshape(-1)
        return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return np.ascontiguousarray(tensor._array).tobytes()


def assert_same_stream() -> None:
    assert teachtorch.get_rng_state().tolist() == torch.get_rng_state().tolist()


def seed_both(seed: int) -> None:
    torch.manual_seed(seed)
    teachtorch.manual_seed(seed)


def some_layout(library: Any, rng: np.random.Generator, dtype: str) -> Any:
    """A tensor of random shape: contiguous, permuted, sliced, or both."""
    kind = getattr(library, dtype)
    shape = [int(rng.choice(SIZES)) for _ in range(rng.integers(0, 4))]
    if 0 in shape:
        return library.zeros(shape, dtype=kind)
    order = rng.permutation(len(shape)).tolist()
    start = int(rng.integers(0, 2))
    match rng.integers(0, 4):
        case 1:
            return library.zeros(shape, dtype=kind).permute(order)
        case 2:
            return library.zeros([2 * n for n in shape], dtype=kind)[
                tuple(slice(start, None, 2) for _ in shape)
            ]
        case 3:
            return library.zeros([n + 1 for n in shape], dtype=kind)[
                tuple(slice(0, n) for n in shape)
            ].permute(order)
    return library.zeros(shape, dtype=kind)


def real(rng: np.random.Generator) -> float:
    return float(rng.choice([0.0, 1.0, 2.5, rng.normal(), rng.normal() * 100, 1e-10]))


CALLS = {
    "uniform_": lambda rng: sorted([real(rng), real(rng)]),
    "normal_": lambda rng: [real(rng), abs(real(rng))],
    "exponential_": lambda rng: [abs(real(rng)) + 1e-3],
    "cauchy_": lambda rng: [real(rng), abs(real(rng)) + 1e-3],
    "log_normal_": lambda rng: [rng.normal(), abs(rng.normal()) + 1e-3],
    "geometric_": lambda rng: [rng.uniform(0.05, 0.95)],
    "bernoulli_": lambda rng: [float(rng.choice([0.0, 0.1, 0.5, 1.0]))],
    "random_": lambda rng: [[], [int(rng.integers(1, 128))], [-3, int(rng.integers(0, 100))]][
        rng.integers(0, 3)
    ],
}
TYPES = {
    "uniform_": [*FLOATS, "complex64", "complex128"],
    "normal_": [*FLOATS, "complex64", "complex128"],
    "geometric_": FLOATS + INTEGERS,
    "bernoulli_": [*FLOATS, *INTEGERS, "bool"],
    "random_": FLOATS + INTEGERS[1:],
}


@pytest.mark.parametrize("method", CALLS)
def test_fills_of_every_type_and_layout(method):
    for trial in range(150):
        if trial % 20 == 0:
            seed_both(int(np.random.default_rng(trial).integers(-(2**63), 2**63)))
        rng = np.random.default_rng([trial, len(method)])
        dtype = str(rng.choice(TYPES.get(method, FLOATS)))
        args = CALLS[method](rng)
        ours, theirs = (some_layout(lib, np.random.default_rng(trial), dtype) for lib in (teachtorch, torch))
        getattr(ours, method)(*args)
        getattr(theirs, method)(*args)
        assert raw(ours) == raw(theirs), (method, args, dtype, theirs.shape, theirs.stride())
    assert_same_stream()


@pytest.mark.parametrize("dtype", FLOATS)
def test_probabilities_for_each_element(dtype):
    for trial in range(60):
        seed_both(trial)
        ours, theirs = (some_layout(lib, np.random.default_rng(trial), dtype) for lib in (teachtorch, torch))
        p = np.random.default_rng(trial).random(theirs.shape)
        kind = FLOATS[trial % 4]
        for lib, tensor in ((teachtorch, ours), (torch, theirs)):
            tensor.bernoulli_(lib.from_numpy(p.copy()).to(getattr(lib, kind)))
        assert raw(ours) == raw(theirs)
    assert_same_stream()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("uniform_", []),
        ("uniform_", [-0.3, 0.7]),
        ("normal_", []),
        ("normal_", [0.3, 0.7]),
        ("exponential_", [0.3]),
        ("cauchy_", [0.3, 0.7]),
        ("log_normal_", [0.3, 0.7]),
        ("geometric_", [0.3]),
    ],
)
def test_long_fills(method, args, dtype):
    seed_both(99)
    ours, theirs = (
        getattr(lib.zeros(200_003, dtype=getattr(lib, dtype)), method)(*args) for lib in (teachtorch, torch)
    )
    assert raw(ours) == raw(theirs)
    assert_same_stream()


@pytest.mark.parametrize("n", [*range(20), 100, 399, 400, 401, 402, 1000, 65_536, 65_537, 200_000])
def test_permutations(n):
    seed_both(n)
    assert teachtorch.randperm(n).tolist() == torch.randperm(n).tolist()
    assert_same_stream()


@pytest.mark.parametrize("dtype", ["int64", "int32", "float64", "float32"])
def test_integer_ranges(dtype):
    rng = np.random.default_rng(0)
    bits = {"int64": 63, "int32": 31, "float64": 53, "float32": 24}[dtype]
    for trial in range(100):
        seed_both(trial)
        ends = sorted(
            int(rng.integers(-(2 ** int(rng.integers(1, bits))), 2 ** int(rng.integers(1, bits))))
            for _ in range(2)
        )
        ours, theirs = (
            lib.randint(ends[0], ends[1] + 1, (20,), dtype=getattr(lib, dtype)) for lib in (teachtorch, torch)
        )
        assert raw(ours) == raw(theirs), ends
        assert_same_stream()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(4,), (1000,), (3, 50), (50, 7)])
def test_multinomial(dtype, shape):
    weights = np.random.default_rng(0).random(shape) + 0.01
    for replacement, counts in (
        (True, [1, 2, 500]),
        (False, [1, 2] if dtype in ("float16", "bfloat16") else [1, 2, shape[-1]]),
    ):
        for count in counts:
            seed_both(count)
            ours, theirs = (
                lib.multinomial(lib.from_numpy(weights.copy()).to(getattr(lib, dtype)), count, replacement)
                for lib in (teachtorch, torch)
            )
            assert ours.tolist() == theirs.tolist()
            assert_same_stream()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.0, 0.1, 3.0, 9.99, 10.0, 11.0, 50.0, 1e4, 1e6])
def test_poisson(rate, dtype):
    seed_both(int(rate))
    ours, theirs = (
        lib.poisson(lib.full((300,), rate, dtype=getattr(lib, dtype))) for lib in (teachtorch, torch)
    )
    assert raw(ours) == raw(theirs)
    assert_same_stream()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [0, 1, 5, 20, 30, 100, 1000, 1e5, 1e7])
def test_binomial(count, dtype):
    p = np.repeat([0.0, 1e-3, 0.1, 0.3, 0.5, 0.6, 0.9, 0.999, 1.0], 20)
    seed_both(int(count))
    ours, theirs = (
        lib.binomial(
            lib.full((p.size,), float(count), dtype=getattr(lib, dtype)),
            lib.from_numpy(p.copy()).to(getattr(lib, dtype)),
        )
        for lib in (teachtorch, torch)
    )
    assert raw(ours) == raw(theirs)
    assert_same_stream()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("alpha", [0.0, 1e-3, 0.3, 0.999, 1.0, 1.5, 7.0, 1e3])
def test_gamma(alpha, dtype):
    seed_both(int(alpha))
    theirs = torch._standard_gamma(torch.full((300,), alpha, dtype=getattr(torch, dtype)))
    ours = rejection.standard_gamma(np.full(300, alpha, dtype), teachtorch.default_generator)
    assert ours.tobytes() == raw(theirs)
    assert_same_stream()


@pytest.mark.parametrize(("dtype", "ulps"), [("float32", 0), ("float64", 4)])
@pytest.mark.parametrize("k", [2, 3, 9, 40])
def test_dirichlet(k, dtype, ulps):
    alpha = (np.random.default_rng(k).random((50, k)) * 3).astype(dtype)
    seed_both(k)
    theirs = torch._sample_dirichlet(torch.from_numpy(alpha)).numpy()
    ours = rejection.dirichlet(alpha, teachtorch.default_generator)
    np.testing.assert_array_max_ulp(ours, theirs, ulps)
    assert_same_stream()


def test_normals_with_parameters_for_each_element():
    rng = np.random.default_rng(0)
    for trial in range(60):
        seed_both(trial)
        mean, std = rng.normal(size=(3, 1)), np.abs(rng.normal(size=(3, int(rng.choice([1, 2, 9])))))
        kinds = rng.choice(FLOATS, 2)
        number = float(rng.normal())
        results = []
        for lib in (teachtorch, torch):
            m = lib.from_numpy(mean.copy()).to(getattr(lib, str(kinds[0])))
            s = lib.from_numpy(std.copy()).to(getattr(lib, str(kinds[1])))
            results.append([raw(lib.normal(*a)) for a in ((m, s), (m, abs(number)), (number, s), (m,))])
        assert results[0] == results[1], kinds
        assert_same_stream()


@pytest.mark.parametrize("drawn", [0, 1, 5, 623, 624, 625, 2000])
def test_states_are_exchanged_both_ways(drawn):
    seed_both(drawn)
    torch.rand(drawn)
    torch.randn(3)
    state = torch.get_rng_state()
    teachtorch.set_rng_state(teachtorch.from_numpy(state.numpy().copy()))
    assert_same_stream()
    assert teachtorch.randn(5).tolist() == torch.randn(5).tolist()
    teachtorch.rand(drawn + 1)
    torch.set_rng_state(torch.from_numpy(teachtorch.get_rng_state().numpy().copy()))
    assert teachtorch.randn(20).tolist() == torch.randn(20).tolist()
    assert_same_stream()


def strides(x: Any) -> list[int]:
    """The strides that mean something: not those of dimensions of one element, nor of empty tensors."""
    return [step for n, step in zip(x.shape, x.stride()) if n > 1 and x.numel()]


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (1, 5), (4, 1, 3)])
def test_likenesses_of_any_layout(shape):
    rng = np.random.default_rng(0)
    for trial in range(20):
        order = rng.permutation(len(shape)).tolist()
        seed_both(trial)
        results = []
        for lib in (teachtorch, torch):
            plain = lib.zeros(shape)
            sources = [plain, plain.permute(order), plain[..., ::2], plain.permute(order)[..., 1:]]
            made = [f(x) for x in sources for f in (lib.rand_like, lib.randn_like)]
            made += [lib.randint_like(x, 9) for x in sources]
            results.append([(strides(x), raw(x)) for x in made])
        assert results[0] == results[1]
