"""What must hold of every operation, tested on the samples that stand beside its definition.

Nothing here names an operation: a new one is tested as soon as it is registered.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from conventions import UP_TO_PHASE, smooth
from golden_ops import GOLDEN, array_of
from ops_cases import Case, Make, all_samples, cases, replaced, tensors_in

import teachtorch as torch
from teachtorch.autograd import gradcheck, gradgradcheck
from teachtorch.op import Op, registry
from teachtorch.tensor import Tensor

CASES = cases()
DIFFERENTIABLE = [case for case in CASES if case.op.differentiable]
OPS = list(registry.values())

of_case = pytest.mark.parametrize("case", CASES, ids=str)
of_differentiable = pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
of_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)


def results(value: Any) -> list[Tensor]:
    return tensors_in(value)


def same(a: Tensor, b: Tensor) -> bool:
    """Equal in dtype, shape and every bit that matters (NaN equals NaN)."""
    return a.dtype is b.dtype and a.shape == b.shape and np.array_equal(a._array, b._array, equal_nan=True)


# -- forward ------------------------------------------------------------------------------------------------


@of_op
def test_what_is_differentiable_has_samples(op: Op) -> None:
    drawn = op.kernel.__module__.startswith("teachtorch.ops.random.")  # no two runs agree: see tests/random
    assert not op.differentiable or op.make_samples or drawn, (
        f"give {op.name} samples: {op.name}.samples(...)"
    )


@pytest.mark.parametrize("op", [op for op in OPS if op.make_samples], ids=lambda op: op.name)
def test_forward_is_what_pytorch_computed(op: Op) -> None:
    assert op.name in GOLDEN, "record what PyTorch gives: python tests/golden/record_ops.py"
    samples = list(all_samples(op, Make(op.name)))
    assert len(samples) == len(GOLDEN[op.name]), "the samples changed: python tests/golden/record_ops.py"
    for (args, kwargs), recorded in zip(samples, GOLDEN[op.name]):
        found = results(op.function(*args, **kwargs))
        assert len(found) == len(recorded)
        for ours, theirs in zip(found, recorded):
            assert (ours.dtype, list(ours.shape)) == (getattr(torch, theirs["dtype"]), theirs["shape"])
            size = np.abs if op.name in UP_TO_PHASE else np.asarray
            np.testing.assert_allclose(size(ours._array), size(array_of(theirs)), rtol=2e-10, atol=1e-12)


@of_case
def test_noncontiguous_arguments_change_nothing(case: Case) -> None:
    if case.op.name == "strided_view":
        return  # reads the memory under its input: its result is meant to depend on the layout
    args, kwargs = case.arguments()
    expected = results(case.op.function(*args, **kwargs))
    try:
        strange = results(case.op.function(*replaced(args, scattered), **replaced(kwargs, scattered)))
    except RuntimeError as refused:  # a view that such strides do not allow
        if not (case.op.view and "stride" in str(refused)):
            raise
        return
    for a, b in zip(expected, strange):
        assert a.dtype is b.dtype
        assert a.shape == b.shape
        np.testing.assert_allclose(a._array, b._array, rtol=1e-12, atol=1e-14)


def scattered(x: Tensor) -> Tensor:
    """The same values with gaps between them in memory, the dimensions in reverse order."""
    array = x._array
    memory = np.zeros(tuple(2 * n for n in array.shape[::-1]), array.dtype).T
    part = memory[(*(slice(None, None, 2) for _ in array.shape), ...)]
    part[...] = array
    return torch.from_numpy(part)


@of_case
def test_arguments_are_left_alone(case: Case) -> None:
    args, kwargs = case.arguments()
    before = [t.clone() for t in tensors_in([args, kwargs])]
    case.op.function(*args, **kwargs)
    after = tensors_in([args, kwargs])
    assert all(same(a, b) and b._version == 0 for a, b in zip(before, after))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("case", [c for c in CASES if c.op.half], ids=str)
def test_two_byte_floats_are_computed_in_float32_and_rounded_once(case: Case, dtype: torch.dtype) -> None:
    args, kwargs = case.arguments(dtype)
    narrow = results(case.op.function(*args, **kwargs))
    wide = results(case.op.function(*replaced(args, widened), **replaced(kwargs, widened)))
    for n, w in zip(narrow, wide):
        expected = w.to(dtype) if w.dtype is torch.float32 else w
        assert same(n, expected), (n, expected)


def widened(x: Tensor) -> Tensor:
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


# -- derivatives --------------------------------------------------------------------------------------------


@of_differentiable
def test_gradients_are_the_difference_quotients(case: Case) -> None:
    args, kwargs, leaves = case.differentiable()
    assert gradcheck(lambda *_: results(smooth(case.op)(*args, **kwargs)), leaves)


@of_differentiable
def test_second_derivatives_are_the_difference_quotients(case: Case) -> None:
    args, kwargs, leaves = case.differentiable()
    assert gradgradcheck(lambda *_: results(smooth(case.op)(*args, **kwargs)), leaves)


@of_differentiable
def test_both_carriers_of_a_derivative_agree(case: Case) -> None:
    """On raw arrays, and on Tensors under ``create_graph``: one rule, the same numbers."""
    args, kwargs, leaves = case.differentiable()
    outputs = [o for o in results(case.op.function(*args, **kwargs)) if o.requires_grad]
    make = Make(case.op.name + " gradients")
    seeds = [make(*o.shape, dtype=o.dtype) for o in outputs]
    raw = torch.autograd.grad(outputs, leaves, seeds, retain_graph=True, allow_unused=True)
    recorded = torch.autograd.grad(outputs, leaves, seeds, create_graph=True, allow_unused=True)
    for r, t in zip(raw, recorded):
        assert (r is None) == (t is None)
        if r is not None:
            assert r.dtype is t.dtype
            np.testing.assert_allclose(r._array, t.detach()._array, rtol=1e-12, atol=1e-14)


@of_differentiable
def test_gradients_have_the_shape_and_dtype_of_their_tensor(case: Case) -> None:
    args, kwargs, leaves = case.differentiable(torch.float32)
    outputs = [o for o in results(case.op.function(*args, **kwargs)) if o.requires_grad]
    found = torch.autograd.grad(outputs, leaves, [torch.ones_like(o) for o in outputs], allow_unused=True)
    for g, leaf in zip(found, leaves):
        assert g is None or (g.shape == leaf.shape and g.dtype is leaf.dtype)


# -- the other forms of an operation ------------------------------------------------------------------------


def has_in_place_form(case: Case) -> bool:
    """Whether the operation can be written to its first argument; ``t_`` and its like change no element."""
    args, _ = case.arguments()
    return (
        not case.op.view
        and hasattr(Tensor, case.op.name + "_")
        and bool(args)
        and isinstance(args[0], Tensor)
    )


IN_PLACE = [case for case in CASES if has_in_place_form(case)]
of_in_place = pytest.mark.parametrize("case", IN_PLACE, ids=str)
of_differentiable_in_place = pytest.mark.parametrize(
    "case", [c for c in IN_PLACE if "input" in c.op.rules], ids=str
)


def does_not_fit(expected: Tensor, target: Tensor) -> bool:
    """Whether the result is larger than the tensor it should be written to."""
    return expected.shape != target.shape


@of_in_place
def test_in_place_writes_what_the_function_returns(case: Case) -> None:
    args, kwargs = case.arguments()
    expected = case.op.function(*args, **kwargs)
    target = args[0].clone()
    write = getattr(target, case.op.name + "_")
    if does_not_fit(expected, target):
        with pytest.raises(RuntimeError, match=r"^output with shape .* doesn't match the broadcast shape"):
            write(*args[1:], **kwargs)
        return
    assert write(*args[1:], **kwargs) is target
    assert target._version == 1
    assert same(target, expected.to(target.dtype))


@of_differentiable_in_place
def test_in_place_has_the_gradient_of_the_function(case: Case) -> None:
    args, kwargs, leaves = case.differentiable()
    result = case.op.function(*args, **kwargs)
    if does_not_fit(result, args[0]):
        return  # refused, see above
    seed = Make(case.op.name + " in place")(*args[0].shape)
    expected = torch.autograd.grad(result, leaves, seed)
    target = args[0].clone()
    getattr(target, case.op.name + "_")(*args[1:], **kwargs)
    found = torch.autograd.grad(target, leaves, seed)
    assert all(same(a, b) for a, b in zip(expected, found))


@of_differentiable_in_place
def test_in_place_refuses_a_leaf_that_requires_grad(case: Case) -> None:
    args, kwargs = case.arguments()
    leaf = args[0].requires_grad_()
    with pytest.raises(
        RuntimeError, match=r"^a leaf Variable that requires grad is being used in an in-place operation"
    ):
        getattr(leaf, case.op.name + "_")(*args[1:], **kwargs)


@pytest.mark.parametrize("case", [c for c in CASES if not c.op.view], ids=str)
def test_out_receives_the_result(case: Case) -> None:
    args, kwargs = case.arguments()
    expected = case.op.function(*args, **kwargs)
    several = isinstance(expected, tuple)
    out = tuple(torch.empty_like(e) for e in expected) if several else torch.empty_like(expected)
    returned = case.op.function(*args, **kwargs, out=out)
    for r, o, e in zip(results(returned), results(out), results(expected)):
        assert r is o
        assert same(o, e)


@pytest.mark.parametrize("case", [c for c in CASES if c.op.view], ids=str)
def test_views_share_memory_and_know_their_base(case: Case) -> None:
    args, kwargs = case.arguments()
    for view in results(case.op.function(*args, **kwargs)):
        assert view._is_view()
        assert view._base is args[0]
        assert view.numel() == 0 or np.shares_memory(view._array, args[0]._array)
        assert view._array.flags.writeable


# -- what a reader finds ------------------------------------------------------------------------------------


def test_the_source_of_an_operation_is_its_kernel() -> None:
    source = inspect.getsource(torch.mul)
    assert source.startswith("@op(")
    assert "return xp.multiply(input, other" in source


@of_op
def test_every_operation_shows_its_kernel(op: Op) -> None:
    assert inspect.unwrap(op.function) is op.kernel
    assert f"def {op.name}(" in inspect.getsource(op.function)
    assert op.function.__doc__, f"say what {op.name} is"
