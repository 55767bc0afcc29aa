"""The generator: seeds, state, copies, threads."""

from __future__ import annotations

import copy
import pickle
import threading

import numpy as np
import pytest

from teachtorch.random import continuous
from teachtorch.random.generator import Generator, default_generator


def state(generator: Generator) -> bytes:
    return generator._get_state_bytes().tobytes()


def test_a_new_generator_has_pytorchs_seed():
    assert Generator().initial_seed() == 67280421310721
    assert state(Generator()) == state(Generator().manual_seed(67280421310721))


def test_words_are_those_of_mt19937():
    # The reference implementation's ten-thousandth word for the seed 5489 (Matsumoto and Nishimura; C++
    # standard).
    assert Generator().manual_seed(5489)._u32(10_000)[-1] == 4123659995


def test_two_words_make_a_wide_one_the_first_is_high():
    high, low = Generator().manual_seed(3)._u32(2).tolist()
    assert Generator().manual_seed(3)._u64(1)[0] == (high << 32) | low


@pytest.mark.parametrize(
    ("seed", "initial"), [(-1, 2**64 - 1), (-(2**63), 2**63), (2**64 - 1, 2**64 - 1), (np.int64(5), 5)]
)
def test_seeds_are_taken_modulo_two_to_the_64(seed, initial):
    assert Generator().manual_seed(seed).initial_seed() == initial


def test_only_the_low_half_of_a_seed_is_used():
    assert Generator().manual_seed(2**40 + 7)._u32(3).tolist() == Generator().manual_seed(7)._u32(3).tolist()


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (2**64, ValueError, "Overflow when unpacking long long"),
        (-(2**63) - 1, ValueError, "Overflow when unpacking long long"),
        ("a", RuntimeError, "manual_seed expected a long, but got str"),
        (1.5, RuntimeError, "manual_seed expected a long, but got float"),
        (True, RuntimeError, "manual_seed expected a long, but got bool"),
        (None, RuntimeError, "manual_seed expected a long, but got NoneType"),
    ],
)
def test_bad_seeds_are_refused_as_pytorch_does(seed, error, message):
    with pytest.raises(error) as raised:
        Generator().manual_seed(seed)
    assert str(raised.value) == message


def test_seed_makes_up_a_seed_and_reports_it():
    g = Generator()
    seeds = {g.seed() for _ in range(4)}
    assert len(seeds) == 4
    assert g.initial_seed() in seeds


def test_the_default_generator_starts_from_a_seed_nobody_chose():
    assert 0 <= default_generator.initial_seed() < 2**64


def test_a_state_continues_the_stream_where_it_was():
    g = Generator().manual_seed(11)
    continuous.fill_normal(np.empty(3, np.float32), 0.0, 1.0, g)  # leaves a normal in the cache
    saved = g._get_state_bytes()
    first = g._normal64(5)
    other = Generator()
    other._set_state_bytes(saved)
    assert np.array_equal(other._normal64(5), first)
    assert other.initial_seed() == 11


@pytest.mark.parametrize("drawn", [0, 1, 623, 624, 625, 1248, 2000])
def test_the_state_survives_a_round_trip_to_the_byte(drawn):
    g = Generator().manual_seed(5)
    if drawn:
        g._u32(drawn)
    other = Generator()
    other._set_state_bytes(g._get_state_bytes())
    assert state(other) == state(g)
    assert other._u32(700).tolist() == g._u32(700).tolist()


def test_the_state_of_a_fresh_generator_differs_from_an_exhausted_block():
    g = Generator().manual_seed(0)
    layout = g._get_state_bytes()
    assert layout[8:12].view("<i4")[0] == 1
    assert layout[16:24].view("<u8")[0] == 0
    g._u32(624)
    layout = g._get_state_bytes()
    assert layout[8:12].view("<i4")[0] == 1
    assert layout[16:24].view("<u8")[0] == 624


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (3, "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3"),
        (5056, "Invalid mt19937 state"),
    ],
)
def test_bad_states_are_refused_and_change_nothing(size, message):
    raw = np.zeros(size, np.uint8)
    g = Generator().manual_seed(1)
    before = state(g)
    with pytest.raises(RuntimeError) as raised:
        g._set_state_bytes(raw)
    assert str(raised.value) == message
    assert state(g) == before


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g)), Generator.clone_state]
)
def test_copies_continue_the_same_stream_on_their_own(clone):
    g = Generator().manual_seed(2)
    g._next_normal()
    other = clone(g)
    assert other is not g
    assert state(other) == state(g)
    other._u32(1)
    assert state(other) != state(g)


def test_a_cached_normal_survives_other_draws_but_not_a_seed():
    g = Generator().manual_seed(0)
    one, cached = Generator().manual_seed(0)._normal64(2).tolist()
    assert g._next_normal() == one
    g._u32(5)
    assert g._next_normal() == cached
    g._next_normal()
    g.manual_seed(0)
    assert g._next_normal() == one


def test_a_long_draw_of_normals_equals_one_by_one():
    for taken in (0, 1):  # with and without a cached one
        many, single = Generator().manual_seed(9), Generator().manual_seed(9)
        for g in (many, single):
            for _ in range(taken):
                g._next_normal()
        assert many._normal64(101).tolist() == [single._next_normal() for _ in range(101)]
        assert state(many) == state(single)


def test_looks_like_pytorchs():
    assert repr(Generator()).startswith("<torch._C.Generator object at 0x")
    assert str(Generator().device) == "cpu"
    with pytest.raises(AttributeError, match=r"'torch\._C\.Generator' object has no attribute 'foo'"):
        _ = Generator().foo  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="CPU Generator does not use offset"):
        Generator().get_offset()


@pytest.mark.parametrize(
    ("device", "error", "message"),
    [
        (1.5, TypeError, "Generator(): argument 'device' (position 1) must be torch.device, not float"),
        ("meta", RuntimeError, "META device type not an accelerator."),
        ("cuda", RuntimeError, "Cannot get CUDA generator without ATen_cuda library."),
        (3, RuntimeError, "Cannot access accelerator device when none is available."),
    ],
)
def test_bad_devices_are_refused(device, error, message):
    with pytest.raises(error) as raised:
        Generator(device)
    assert str(raised.value) == message


def test_threads_share_a_generator_without_tearing_a_draw():
    # Each draw of 10 uniforms must be ten consecutive numbers of the stream, whoever made it.
    rounds, workers, n = 200, 4, 10
    g = Generator().manual_seed(1)
    drawn: list[tuple[float, ...]] = []

    def draw() -> None:
        out = np.empty(n, np.float64)
        for _ in range(rounds):
            continuous.fill_uniform(out, 0.0, 1.0, g)
            drawn.append(tuple(out.tolist()))

    threads = [threading.Thread(target=draw) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = Generator().manual_seed(1)._uniform64(rounds * workers * n).reshape(-1, n)
    assert sorted(drawn) == sorted(map(tuple, expected.tolist()))
