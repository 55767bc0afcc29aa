"""The random functions and methods of tensors: stream, results, derivatives and errors are PyTorch's."""

from __future__ import annotations

import contextlib
import json
import runpy
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded import GOLDEN, SAME_LIBRARY, assert_same, assert_same_state, target, uses_the_c_library
from test_fills import title

import teachtorch as torch

GOLDEN_FILES = Path(__file__).parents[1] / "golden"
CALLS = json.loads((GOLDEN_FILES / "random_calls.json").read_text(encoding="utf-8"))
outcome = runpy.run_path(str(GOLDEN_FILES / "record_random_calls.py"))["outcome"]
PRIVATE = ("torch._standard_gamma", "torch._sample_dirichlet")  # recorded for teachtorch.random.rejection
PROGRAMS = [case for case in GOLDEN["programs"] if not case["program"].startswith(PRIVATE)]


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: f"seed{case['seed']}-{case['program']}")
def test_program_draws_what_was_recorded(case):
    torch.manual_seed(case["seed"])
    for expression, recorded in zip(case["program"].split("; "), case["results"]):
        assert_same(eval(expression, {"torch": torch})._array, recorded, SAME_LIBRARY)
    assert_same_state(torch.default_generator, case["state"], SAME_LIBRARY)


@pytest.mark.parametrize("case", GOLDEN["fills"], ids=title)
def test_method_fills_as_recorded(case):
    torch.manual_seed(case["seed"])
    tensor = torch.from_numpy(target(case["dtype"], case["shape"], case["layout"]))
    assert getattr(tensor, case["method"])(*case["args"]) is tensor
    exact = SAME_LIBRARY or not uses_the_c_library(case)
    assert_same(tensor._array, case, exact)
    assert_same_state(torch.default_generator, case["state"], exact)


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case["call"])
def test_call_answers_as_recorded(case):
    assert {"call": case["call"]} | outcome(torch, case["call"]) == case


@pytest.mark.parametrize(
    "draw",
    [
        lambda **options: torch.rand(40, **options),
        lambda **options: torch.randn(40, **options),
        lambda **options: torch.randint(9, (40,), **options),
        lambda **options: torch.randperm(40, **options),
        lambda **options: torch.normal(0.0, 1.0, (40,), **options),
        lambda **options: torch.rand_like(torch.ones(40), **options),
        lambda **options: torch.randn_like(torch.ones(40), **options),
        lambda **options: torch.randint_like(torch.ones(40), 9, **options),
        lambda **options: torch.normal(torch.zeros(40), torch.ones(40), **options),
        lambda **options: torch.bernoulli(torch.full((40,), 0.5), **options),
        lambda **options: torch.bernoulli(torch.ones(40), 0.5, **options),
        lambda **options: torch.multinomial(torch.ones(40), 30, **options),
        lambda **options: torch.poisson(torch.full((40,), 5.0), **options),
        lambda **options: torch.binomial(torch.full((40,), 5.0), torch.full((40,), 0.5), **options),
        lambda **options: torch.empty(40).uniform_(**options),
        lambda **options: torch.empty(40).normal_(**options),
        lambda **options: torch.empty(40).exponential_(**options),
        lambda **options: torch.empty(40).cauchy_(**options),
        lambda **options: torch.empty(40).log_normal_(**options),
        lambda **options: torch.empty(40).geometric_(0.1, **options),
        lambda **options: torch.empty(40).bernoulli_(0.5, **options),
        lambda **options: torch.empty(40).random_(**options),
    ],
)
def test_a_generator_of_ones_own_leaves_the_default_one_alone(draw):
    torch.manual_seed(7)
    expected = draw()
    before = torch.get_rng_state()
    assert torch.equal(draw(generator=torch.Generator().manual_seed(7)), expected)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(draw(), expected)


# -- the state of torch.random ---------------------------------------------------------------------------


def test_manual_seed_returns_the_default_generator_and_takes_what_int_takes():
    assert torch.manual_seed(3) is torch.default_generator
    assert torch.manual_seed("7").initial_seed() == 7
    assert torch.manual_seed(2.9).initial_seed() == torch.initial_seed() == 2


def test_seed_is_not_the_same_twice():
    assert torch.seed() != torch.seed()
    assert torch.random.initial_seed() == torch.initial_seed()


def test_state_tensor():
    torch.manual_seed(3)
    torch.randn(3)
    state = torch.get_rng_state()
    assert state.dtype is torch.uint8
    assert state.shape == (5056,)
    first = torch.randn(20), torch.rand(3)
    torch.set_rng_state(state)
    assert torch.equal(torch.randn(20), first[0])
    assert torch.equal(torch.rand(3), first[1])
    g = torch.Generator()
    assert g.set_state(state) is g
    assert torch.equal(torch.randn(20, generator=g), first[0])


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (3, TypeError, "expected a torch.ByteTensor, but got int"),
        (torch.zeros(5056), TypeError, "RNG state must be a torch.ByteTensor"),
        (torch.zeros(10112, dtype=torch.uint8)[::2], RuntimeError, "RNG state must be contiguous"),
        (torch.zeros(5056, dtype=torch.uint8), RuntimeError, "Invalid mt19937 state"),
    ],
)
def test_bad_states_are_refused(state, error, message):
    with pytest.raises(error) as raised:
        torch.Generator().set_state(state)
    assert str(raised.value) == message


def test_fork_rng_leaves_no_trace():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    with contextlib.suppress(KeyError), torch.random.fork_rng():
        torch.randn(5)
        raise KeyError  # however the block is left
    assert torch.equal(torch.rand(3), expected)
    with torch.random.fork_rng(enabled=False):
        torch.rand(3)
    assert not torch.equal(torch.rand(3), expected)


def test_threads_share_the_default_generator():
    torch.manual_seed(0)
    expected = {tuple(row) for row in torch.rand(400, 5).tolist()}
    torch.manual_seed(0)
    drawn: list[Any] = []
    threads = [
        threading.Thread(target=lambda: drawn.extend(torch.rand(5) for _ in range(100))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {tuple(row.tolist()) for row in drawn} == expected


# -- what receives the draws -----------------------------------------------------------------------------


def test_out_is_filled_along_its_memory():
    torch.manual_seed(0)
    expected = torch.rand(6).reshape(3, 2).t()
    out = torch.zeros(3, 2).t()
    torch.manual_seed(0)
    assert torch.rand(2, 3, out=out) is out
    assert torch.equal(out, expected)
    assert out._version == 1


def test_out_of_another_shape_is_resized_with_a_warning():
    out = torch.zeros(2)
    with pytest.warns(UserWarning, match="An output with one or more elements was resized"):
        torch.randn(5, out=out)
    assert out.shape == (5,)
    torch.manual_seed(0)
    empty = torch.empty(0)
    torch.manual_seed(0)
    assert torch.equal(
        torch.randperm(4, out=empty), torch.randperm(4, generator=torch.Generator().manual_seed(0))
    )


def test_likenesses_keep_the_order_in_memory():
    x = torch.zeros(3, 4).t()
    assert torch.rand_like(x).stride() == x.stride()
    assert torch.rand_like(x, memory_format=torch.contiguous_format).stride() == (3, 1)
    assert torch.randn_like(x, dtype=torch.float64).dtype is torch.float64


def test_the_default_dtype_is_used():
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.rand(2).dtype is torch.randn(2).dtype is torch.normal(0, 1, (2,)).dtype is torch.float64
        assert torch.randint(3, (2,)).dtype is torch.int64
    finally:
        torch.set_default_dtype(torch.float32)


def test_an_in_place_fill_counts_as_a_write():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    z = y * y
    y.uniform_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_a_fill_cuts_the_gradient_and_spares_the_rest_of_the_base():
    x = torch.ones(4, requires_grad=True)
    y = x * 3
    y[:2].normal_()
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 3, 3]


@pytest.mark.parametrize("create_graph", [False, True])
def test_parameters_get_gradients_of_zeros(create_graph):
    p = torch.full((3,), 0.5, requires_grad=True)
    drawn = [torch.bernoulli(p), torch.poisson(p), torch.normal(p, p), torch.ones(3).bernoulli_(p)]
    total = sum(drawn, torch.zeros(3)).sum()
    (grad,) = torch.autograd.grad(total, p, create_graph=create_graph)
    assert grad.tolist() == [0, 0, 0]


def test_what_pytorch_has_no_derivative_for():
    p = torch.full((3,), 0.5, requires_grad=True)
    with pytest.raises(RuntimeError, match="derivative for aten::binomial is not implemented"):
        torch.binomial(torch.ones(3), p).sum().backward()
    with pytest.raises(RuntimeError, match="derivative for aten::bernoulli is not implemented"):
        torch.bernoulli(p, 0.5).sum().backward()


@pytest.mark.parametrize(
    ("dtype", "bits", "name"), [(torch.float16, 11, "c10::Half"), (torch.bfloat16, 8, "c10::BFloat16")]
)
def test_integers_beyond_the_gaps_of_a_type_come_with_a_warning(dtype, bits, name):
    with pytest.warns(
        UserWarning, match=rf"to - 1 is out of bounds \[-\(2\^{bits}\), 2\^{bits}\].* {name} can"
    ):
        torch.empty(3, dtype=dtype).random_(0, 5000)


def test_overflow_makes_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.isinf(torch.empty(3).log_normal_(1000, 1)).all()


def test_numpys_error_state_and_generator_are_left_alone():
    state, numpys = np.geterr(), np.random.get_state()[1].tolist()
    torch.rand(3), torch.empty(3).exponential_(), torch.manual_seed(0)
    assert np.geterr() == state
    assert np.random.get_state()[1].tolist() == numpys
