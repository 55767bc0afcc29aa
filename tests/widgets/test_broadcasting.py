"""The rule of broadcasting, against numpy's, and its explanations."""

import doctest
from importlib import import_module
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from teachtorch_widgets.broadcasting import explain, gradient_code, mendings

sizes = st.sampled_from([0, 1, 1, 2, 3, 4])
shapes = st.lists(sizes, max_size=4).map(tuple)


EXAMPLES = ("broadcast", "broadcasting", "cells", "names", "rule_text", "svg", "values")


@pytest.mark.parametrize(
    "name", [*(f"teachtorch_widgets.{name}" for name in EXAMPLES), "teachtorch.autograd.trace"]
)
def test_docstrings_say_the_truth(name):
    outcome = doctest.testmod(import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0


@given(st.lists(shapes, min_size=2, max_size=4))
def test_shape_is_numpys(several):
    try:
        expected = np.broadcast_shapes(*several)
    except ValueError:
        expected = None
    assert explain(several).shape == expected


@given(st.lists(shapes, min_size=2, max_size=3))
def test_strides_are_those_of_numpys_views(several):
    told = explain(several)
    assume(told.shape is not None and 0 not in told.shape)
    for i, shape in enumerate(several):
        view = np.broadcast_to(np.zeros(shape, np.int8), told.shape)
        # The stride of an axis of size 1 is never used: only longer axes are compared.
        ours = [stride for stride, size in zip(told.strides(i), told.shape) if size > 1]
        assert ours == [stride for stride, size in zip(view.strides, told.shape) if size > 1]


@given(shapes, shapes)
def test_every_mend_works_and_changes_nothing_but_the_shape(a, b):
    for mend in explain([a, b]).mends:
        changed, other = (a, b) if mend.code.startswith("a") else (b, a)
        assert prod(mend.shape) == prod(changed)
        assert np.broadcast_shapes(mend.shape, other) == mend.result


@given(shapes, shapes)
def test_gradient_code_brings_the_gradient_home(a, b):
    told = explain([a, b])
    assume(told.shape is not None)
    for i, shape in enumerate((a, b)):
        # numpy writes dim= as axis= and keepdim= as keepdims=.
        code = (
            gradient_code(told, i)
            .replace("dim=", "axis=")
            .replace("keepaxis=", "keepdims=")
            .replace("view", "reshape")
        )
        grad = np.ones(told.shape)
        home = eval(code, {"grad": grad})
        assert np.shape(home) == shape
        assert np.sum(home) == grad.sum()


def test_each_verdict_has_its_reason():
    told = explain([(4, 1, 3, 2), (5, 3, 1)])
    assert [(axis.verdict, axis.reason) for axis in told.axes] == [
        ("insert", "b has no such axis: a 1 is inserted and read 4 times"),
        ("stretch", "a has 1: its one slice is read 5 times"),
        ("equal", "both have 3"),
        ("stretch", "b has 1: its one slice is read 2 times"),
    ]


def test_a_failure_names_axis_sizes_and_what_would_help():
    told = explain([(4, 3, 2), (3,)], ["a", "b"])
    assert told.shape is None
    assert [(axis.dim, axis.reason) for axis in told.failing] == [
        (2, "a has 2 and b has 3: they differ and none of them is 1")
    ]
    assert (
        told.message
        == "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 2"
    )
    assert told.mends[0].code == "b.unsqueeze(1)"
    assert told.mends[0].result == (4, 3, 2)


def test_the_lectures_exercise_needs_a_view():
    assert explain([(4, 3, 2), (5, 3)]).mends[0].code == "b.view(5, 1, 3, 1)"


def test_among_several_operands_the_first_failing_pair_is_named():
    told = explain([(3, 1), (1, 4), (2, 2)])
    assert (
        told.message
        == "The size of tensor a (4) must match the size of tensor b (2) at non-singleton dimension 1"
    )
    assert [axis.verdict for axis in told.axes] == ["error", "error"]


def test_an_empty_axis_stretches_to_nothing():
    told = explain([(3, 1), (0,)])
    assert told.shape == (3, 0)
    assert "read no times" in told.axes[1].reason


def test_mendings_stop_before_the_search_explodes():
    assert list(mendings("b", (2,) * 7, (3,) * 7)) == []


@pytest.mark.parametrize(
    ("several", "message"),
    [([(2,)], "two or more shapes, got 1"), ([(2,), (-1,)], "sizes cannot be negative")],
)
def test_nonsense_is_refused(several, message):
    with pytest.raises(ValueError, match=message):
        explain(several)
