"""Backward: right by difference quotients on random programs, and what its words promise."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import counted, leaf, quick

import teachtorch as torch
from teachtorch.autograd import GradcheckError, gradcheck, gradgradcheck

Step = Callable[[list[Any]], Any]


def smooth_steps() -> dict[str, Step]:
    """Ways to make one more tensor of shape (2, 2) out of those there are, smooth and tame everywhere."""
    return {
        "product": lambda ts: ts[-1] * ts[0],
        "difference": lambda ts: ts[-1] - 0.5 * ts[-2],
        "quotient": lambda ts: ts[-2] / (ts[-1] * ts[-1] + 1),
        "matrix product": lambda ts: ts[-1] @ ts[-2] / 4,
        "tanh": lambda ts: ts[-1].tanh(),
        "sine": lambda ts: ts[-2].sin(),
        "exponential": lambda ts: (-ts[-1] * ts[-1]).exp(),
        "transposed": lambda ts: ts[-1].t() + ts[-2],
        "row": lambda ts: ts[-1][0] * ts[-2],
        "column sums": lambda ts: ts[-1].sum(0, keepdim=True) * ts[-2] / 2,
        "cat and split": lambda ts: torch.cat([ts[-1], ts[-2]]).split(2)[1] * ts[-1],
        "indexed": lambda ts: ts[-1][torch.tensor([1, 1])] * ts[-2],
        "written row": lambda ts: written(ts[-1], ts[-2]),
        "scaled in place": lambda ts: (ts[-1] * 1).mul_(ts[-2]),
        "soft maximum": lambda ts: ts[-1].logsumexp(1, keepdim=True) - ts[-2],
        "softened root": lambda ts: (ts[-1] ** 2 + 1).sqrt(),
    }


def written(target: Any, source: Any) -> Any:
    """`target` with its first row overwritten, and a view of the result made before."""
    copy = target * 2
    column = copy[:, 1]
    copy[0] = source[1]
    return copy * column


programs = st.lists(st.sampled_from(sorted(smooth_steps())), min_size=1, max_size=6)


def run(program: list[str], *leaves: Any) -> Any:
    tensors = list(leaves)
    for name in program:
        tensors.append(smooth_steps()[name](tensors))
    return tensors[-1]


def two_leaves() -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.tensor([[0.3, -0.7], [1.1, 0.4]], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([[-0.2, 0.9], [0.6, -1.2]], dtype=torch.float64, requires_grad=True)
    return x, y


@quick
@given(programs)
def test_gradients_of_random_programs_are_difference_quotients(program: list[str]) -> None:
    assert gradcheck(lambda x, y: run(program, x, y), two_leaves(), check_undefined_grad=False)


@quick
@given(programs, st.floats(-2, 2), st.floats(-2, 2))
def test_backward_is_linear_in_the_incoming_gradient(program: list[str], a: float, b: float) -> None:
    x, y = two_leaves()
    out = run(program, x, y)
    u, v = torch.ones_like(out), out.detach() * 0.5

    def back(g: torch.Tensor) -> Any:
        return torch.autograd.grad(out, (x, y), g, retain_graph=True, materialize_grads=True)

    for both, by_u, by_v in zip(back(a * u + b * v), back(u), back(v)):
        np.testing.assert_allclose(both.numpy(), (a * by_u + b * by_v).numpy(), rtol=1e-9, atol=1e-9)


@quick
@given(programs)
def test_recording_the_backward_does_not_change_it(program: list[str]) -> None:
    x, y = two_leaves()
    out = run(program, x, y).sum()
    plain = torch.autograd.grad(out, (x, y), retain_graph=True, materialize_grads=True)
    recorded = torch.autograd.grad(out, (x, y), create_graph=True, materialize_grads=True)
    out.backward()
    for leaf_, p, r in zip((x, y), plain, recorded):
        np.testing.assert_allclose(p.numpy(), r.detach().numpy(), rtol=1e-12, atol=1e-12)
        accumulated = np.zeros((2, 2)) if leaf_.grad is None else leaf_.grad.numpy()
        np.testing.assert_allclose(accumulated, p.numpy(), rtol=1e-12, atol=1e-12)


@quick
@given(st.integers(1, 6), st.floats(0.5, 1.5))
def test_derivatives_of_any_order(order: int, at: float) -> None:
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = x**5
    expected = at**5
    for k in range(order):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        expected = expected * (5 - k) / at
    assert y.item() == pytest.approx(expected)


# -- what accumulates, what is freed ------------------------------------------------------------------------


def test_gradients_add_up_until_they_are_taken_away() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    for times in (1, 2, 3):
        (x * x).backward()
        assert x.grad is not None
        assert x.grad.item() == 6 * times
    x.grad = None
    (2 * x).backward()
    assert x.grad is not None
    assert x.grad.item() == 2


def test_a_tensor_used_twice_gets_the_sum() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    (y * y + y).backward()
    assert x.grad is not None
    assert x.grad.item() == 2 * (2 * 6 + 1)


def test_the_graph_is_freed_unless_retained() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = x.exp()
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match=r"^Trying to backward through the graph a second time"):
        y.backward()


def test_a_sum_saves_nothing_and_may_run_again() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x.sum()
    y.backward()
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2]


def test_only_the_wanted_inputs_accumulate() -> None:
    x, y = two_leaves()
    (x * y).sum().backward(inputs=[x])
    assert x.grad is not None
    assert y.grad is None


def test_unused_inputs_are_an_error_none_or_zeros() -> None:
    x, y = two_leaves()
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        torch.autograd.grad(x.sum(), y)
    assert torch.autograd.grad(x.sum(), y, allow_unused=True) == (None,)
    assert torch.autograd.grad(x.sum(), y, materialize_grads=True)[0].tolist() == [[0, 0], [0, 0]]


def test_a_graph_of_a_hundred_thousand_nodes_needs_no_recursion() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 0
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 1


def test_a_graph_that_nobody_holds_is_gone() -> None:
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).exp()
    node = weakref.ref(y.grad_fn)
    del y
    gc.collect()
    assert node() is None


# -- modes --------------------------------------------------------------------------------------------------


def test_nothing_is_recorded_without_gradients() -> None:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        assert not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()

    @torch.no_grad()
    def silent() -> Any:
        return x * 2

    assert silent().grad_fn is None


def test_what_is_detached_is_a_constant() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    (x * x.detach()).backward()
    assert x.grad is not None
    assert x.grad.item() == 3


def test_integers_take_no_part() -> None:
    x = torch.tensor([2.0, 1.0], requires_grad=True)
    largest = x.argmax()
    assert not largest.requires_grad
    values, indices = x.max(0)
    assert values.requires_grad
    assert not indices.requires_grad
    with pytest.raises(
        RuntimeError, match=r"^only Tensors of floating point and complex dtype can require gradients"
    ):
        largest.requires_grad_()


# -- hooks --------------------------------------------------------------------------------------------------


def test_a_hook_sees_the_gradient_and_may_replace_it() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    seen: list[float] = []
    handle = y.register_hook(lambda g: seen.append(g.item()) or g * 10)
    (y * 5).backward()
    assert seen == [5]
    assert x.grad is not None
    assert x.grad.item() == 100
    handle.remove()
    (x * 2).backward()
    assert seen == [5]


def test_retain_grad_keeps_what_passes_through() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    y.retain_grad()
    (y * y).backward()
    assert y.grad is not None
    assert y.grad.item() == 12


def test_retain_grad_means_the_tensor_as_it_is_at_the_end() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    assert y.grad is not None
    assert x.grad is not None
    assert y.grad.tolist() == [1, 1]
    assert x.grad.tolist() == [6, 6]


def test_node_hooks_see_both_sides() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    seen: list[Any] = []
    assert y.grad_fn is not None
    y.grad_fn.register_prehook(lambda g: seen.append(("before", g[0].item())))
    y.grad_fn.register_hook(lambda gi, go: seen.append(("after", gi[0].item(), go[0].item())))
    (y * 5).backward()
    assert seen == [("before", 5), ("after", 10, 5)]


# -- gradcheck itself ---------------------------------------------------------------------------------------


class Wrong(torch.autograd.Function):
    """The square, with a derivative that forgets the 2."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * ctx.saved_tensors[0]


@pytest.mark.parametrize("fast_mode", [False, True])
def test_a_wrong_derivative_is_found(fast_mode: bool) -> None:
    x = leaf((2,)) + 1
    x = x.detach().requires_grad_()
    with pytest.raises(
        GradcheckError, match=r"^Jacobian mismatch for output 0 with respect to input 0,\nnumerical:"
    ):
        gradcheck(Wrong.apply, x, fast_mode=fast_mode)
    assert gradcheck(Wrong.apply, x, fast_mode=fast_mode, raise_exception=False) is False


def test_the_message_shows_both_jacobians() -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(Wrong.apply, x)
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 4.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[1., 0.],\n        [0., 2.]], dtype=torch.float64)\n"
    )


def test_a_hidden_dependence_is_found() -> None:
    x = leaf((2,))
    with pytest.raises(GradcheckError, match=r"^Numerical gradient for function expected to be zero"):
        gradcheck(lambda x: x.detach() * 2, x)


def test_complex_outputs_are_checked_by_their_parts() -> None:
    z = torch.tensor([1 + 2j, -0.5j], dtype=torch.complex128, requires_grad=True)
    assert gradcheck(lambda z: z * z, z)
    assert gradgradcheck(lambda z: z * z, z)
    with pytest.raises(
        GradcheckError, match=r"^While considering the imaginary part of complex outputs only, Jacobian"
    ):
        gradcheck(Wrong.apply, z)


def test_what_gradcheck_cannot_check_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^gradcheck expects at least one input tensor to require gradient"):
        gradcheck(torch.exp, torch.ones(2))
    with pytest.warns(UserWarning, match="^Input #0 requires gradient and is not a double precision"):
        gradcheck(torch.exp, torch.ones(2, requires_grad=True), atol=1, rtol=1)
    with pytest.raises(RuntimeError, match=r"^The 0th input has a dimension with stride 0"):
        gradcheck(torch.exp, torch.ones(1, dtype=torch.float64).expand(3).requires_grad_())


def test_several_gradients_at_once() -> None:
    x = torch.from_numpy(counted((3,))).requires_grad_()
    assert gradcheck(lambda x: (x * x, x.sin()), x, check_batched_grad=True)
    (jacobian,) = torch.autograd.grad(x * x, x, torch.eye(3, dtype=torch.float64), is_grads_batched=True)
    assert jacobian.tolist() == [[0, 0, 0], [0, 2, 0], [0, 0, 4]]
