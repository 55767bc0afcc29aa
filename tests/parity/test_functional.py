"""``nn.functional`` beside PyTorch's: values, gradients, second derivatives and the names of the nodes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

numbers = np.random.default_rng(0)
X = numbers.standard_normal((4, 6)) * 3
Y = numbers.standard_normal((4, 6))
Z = numbers.standard_normal((4, 6))
SIGNS = np.sign(numbers.standard_normal((4, 6)))
P = numbers.uniform(0.05, 0.95, (4, 6))
Q = numbers.uniform(0.05, 0.95, (4, 6))
WEIGHTS = numbers.uniform(0.5, 2.0, (4, 6))
CLASS_WEIGHTS = numbers.uniform(0.5, 2.0, 6)
LABELS = np.array([0, 5, 2, -100])
IMAGE = numbers.standard_normal((2, 3, 4, 4))
IMAGE_LABELS = numbers.integers(0, 3, (2, 4, 4))
REDUCTIONS = ["mean", "sum", "none"]


@dataclass
class Case:
    """A call ``run(F, *tensors)``; ``grad`` says which of the arrays require grad."""

    name: str
    run: Callable[..., Any]
    arrays: list[Any]
    grad: list[bool] = field(default_factory=list)
    nodes: bool = True  # whether the graph is PyTorch's, node for node
    twice: bool = True  # whether to compare second derivatives

    def tensors(self, module: Any) -> list[Any]:
        flags = self.grad or [np.asarray(a).dtype.kind == "f" for a in self.arrays]
        made = [module.from_numpy(np.array(array)) for array in self.arrays]
        return [t.requires_grad_() if flag else t for t, flag in zip(made, flags)]


def named(name: str, *settings: Any, **options: Any) -> Callable[..., Any]:
    return lambda F, *tensors: getattr(F, name)(*tensors, *settings, **options)


CASES: list[Case] = []
ELEMENTWISE = [
    "celu", "elu", "gelu", "glu", "hardshrink", "hardswish", "hardtanh", "leaky_relu", "logsigmoid", "mish", "relu",
    "relu6", "rrelu", "selu", "sigmoid", "silu", "softplus", "softshrink", "softsign", "tanh", "tanhshrink",
]  # fmt: skip
for name in ELEMENTWISE:
    CASES.append(Case(name, named(name), [X]))
CASES += [
    Case("normalize", named("normalize"), [X], nodes=False),  # clamp_min has no node of its own
    Case("gelu tanh", named("gelu", approximate="tanh"), [X]),
    Case("threshold", named("threshold", 0.3, 2.0), [X]),
    Case("elu 0.7", named("elu", 0.7), [X]),
    Case("celu 0.5", named("celu", 0.5), [X]),
    Case("softplus 2 1", named("softplus", 2.0, 1.0), [X]),
    Case("softshrink 1", named("softshrink", 1.0), [X]),
    Case("hardtanh -2 1", named("hardtanh", -2.0, 1.0), [X]),
    Case("prelu one", named("prelu"), [X, np.array([0.2])]),
    Case("prelu each", named("prelu"), [X, numbers.uniform(0, 1, 6)]),
    Case("cosine_similarity", named("cosine_similarity"), [X, Y], nodes=False),
    Case("pairwise_distance", named("pairwise_distance"), [X, Y], nodes=False),
    Case("pairwise_distance 1", named("pairwise_distance", p=1.0, keepdim=True), [X, Y], nodes=False),
]
for name in ("relu", "hardtanh", "elu", "selu", "celu", "leaky_relu", "silu", "mish", "hardswish"):
    run = lambda F, x, name=name: getattr(F, name)(x * 1, inplace=True)
    CASES.append(Case(f"{name} in place", run, [X], nodes=False, twice=False))
for name in ("softmax", "log_softmax", "softmin"):
    CASES += [Case(f"{name} {dim}", named(name, dim=dim), [X]) for dim in (0, 1, -1)]
    CASES.append(Case(f"{name} 0-d", named(name, dim=0), [np.array(1.5)]))

# --- random, on the same stream ---
CASES += [
    Case("gumbel_softmax", named("gumbel_softmax"), [X], nodes=False),
    Case("gumbel_softmax hard", named("gumbel_softmax", hard=True), [X], nodes=False),
    Case("rrelu training", named("rrelu", training=True), [X]),
]
for p in (0.0, 0.3, 0.5, 1.0):
    CASES += [
        Case(f"dropout {p}", named("dropout", p), [X]),
        Case(f"alpha_dropout {p}", named("alpha_dropout", p, True), [X], nodes=False),
        Case(f"dropout1d {p}", named("dropout1d", p), [X]),
        Case(f"dropout2d {p}", named("dropout2d", p), [IMAGE]),
        Case(f"dropout3d {p}", named("dropout3d", p), [IMAGE[:, :, None]]),
        Case(f"feature_alpha_dropout {p}", named("feature_alpha_dropout", p, True), [IMAGE], nodes=False),
    ]

# --- losses ---
for how in REDUCTIONS:
    for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
        loss = named(name, reduction=how)
        CASES += [
            Case(f"{name} {how}", loss, [X, Y]),
            Case(f"{name} {how} input", loss, [X, Y], [True, False]),
        ]
    for name in ("mse_loss", "l1_loss", "huber_loss"):
        weighted = lambda F, x, y, w, name=name, how=how: getattr(F, name)(x, y, weight=w, reduction=how)
        CASES.append(Case(f"{name} {how} weighted", weighted, [X, Y, WEIGHTS], nodes=False))
    logits = "binary_cross_entropy_with_logits"
    CASES += [
        Case(f"smooth_l1_loss {how} 0.5", named("smooth_l1_loss", reduction=how, beta=0.5), [X, Y]),
        Case(f"huber_loss {how} 0.5", named("huber_loss", reduction=how, delta=0.5), [X, Y]),
        Case(f"binary_cross_entropy {how}", named("binary_cross_entropy", reduction=how), [P, Q]),
        Case(
            f"binary_cross_entropy {how} weighted",
            named("binary_cross_entropy", reduction=how),
            [P, Q, CLASS_WEIGHTS],
            [True, True, False],
        ),
        Case(f"{logits} {how}", named(logits, reduction=how), [X, Q]),
        Case(
            f"{logits} {how} weighted",
            lambda F, x, y, w, p, how=how: F.binary_cross_entropy_with_logits(
                x, y, w, pos_weight=p, reduction=how
            ),
            [X, Q, WEIGHTS, CLASS_WEIGHTS],
            [True, True, False, False],
        ),
        Case(f"soft_margin_loss {how}", named("soft_margin_loss", reduction=how), [X, SIGNS], [True, False]),
        Case(f"poisson_nll_loss {how}", named("poisson_nll_loss", reduction=how), [X, Q], [True, False]),
        Case(
            f"poisson_nll_loss {how} full",
            named("poisson_nll_loss", log_input=False, full=True, reduction=how),
            [P, numbers.integers(0, 6, (4, 6)) * 1.0],
            [True, False],
            nodes=False,
        ),
        Case(
            f"gaussian_nll_loss {how}",
            named("gaussian_nll_loss", full=True, reduction=how),
            [X, Y, WEIGHTS],
            nodes=False,
        ),
        Case(
            f"gaussian_nll_loss {how} rows",
            named("gaussian_nll_loss", reduction=how),
            [X, Y, WEIGHTS[:, 0].copy()],
            nodes=False,
        ),
        Case(
            f"hinge_embedding_loss {how}",
            named("hinge_embedding_loss", reduction=how),
            [X, SIGNS],
            [True, False],
            nodes=False,
        ),
        Case(
            f"margin_ranking_loss {how}",
            named("margin_ranking_loss", margin=0.2, reduction=how),
            [X, Y, SIGNS],
            [True, True, False],
            nodes=False,
        ),
        Case(
            f"cosine_embedding_loss {how}",
            named("cosine_embedding_loss", margin=0.2, reduction=how),
            [X, Y, SIGNS[:, 0].copy()],
            [True, True, False],
            nodes=False,
        ),
        Case(
            f"triplet_margin_loss {how}",
            named("triplet_margin_loss", swap=True, reduction=how),
            [X, Y, Z],
            nodes=False,
        ),
        Case(
            f"multilabel_soft_margin_loss {how}",
            named("multilabel_soft_margin_loss", reduction=how),
            [X, (Y > 0) * 1.0],
            [True, False],
        ),
        Case(f"nll_loss {how}", named("nll_loss", reduction=how), [X, LABELS]),
    ]
    for smoothing in (0.0, 0.1):
        loss = named("cross_entropy", reduction=how, label_smoothing=smoothing)
        label = f"cross_entropy {how} {smoothing}"
        exact = smoothing == 0.0
        CASES += [
            Case(label, loss, [X, LABELS], nodes=exact),
            Case(f"{label} weighted", loss, [X, LABELS, CLASS_WEIGHTS], [True, False, False], nodes=exact),
            Case(f"{label} probabilities", loss, [X, P], nodes=False),
            Case(f"{label} soft, weighted", loss, [X, P, CLASS_WEIGHTS], [True, True, False], nodes=False),
            Case(f"{label} image", loss, [IMAGE, IMAGE_LABELS], nodes=exact),
            Case(f"{label} one", loss, [X[0], np.array(2)], nodes=exact),
        ]
for how in ("batchmean", "sum", "none"):
    CASES += [
        Case(
            f"kl_div {how}", named("kl_div", reduction=how), [X, np.maximum(Y, 0)], [True, False], nodes=False
        ),
        Case(f"kl_div {how} log", named("kl_div", reduction=how, log_target=True), [X, Y], nodes=False),
    ]

# --- affine maps ---
W, B = numbers.standard_normal((5, 6)), numbers.standard_normal(5)
for shape in [(6,), (4, 6), (2, 4, 6), (2, 2, 4, 6)]:
    x = numbers.standard_normal(shape)
    for flag in (True, False):
        CASES += [
            Case(f"linear {shape} {flag}", named("linear"), [x, W, B], [flag, True, True]),
            Case(
                f"linear {shape} {flag} no bias", named("linear"), [x, W], [flag, True], nodes=len(shape) > 1
            ),
        ]
bilinear_weight = numbers.standard_normal((3, 6, 6))
CASES += [
    Case("bilinear", named("bilinear"), [X, Y, bilinear_weight, numbers.standard_normal(3)]),
    Case("bilinear no bias", named("bilinear"), [X[None], Y[None], bilinear_weight], nodes=False),
]


def graph_of(node: Any) -> str:
    if node is None:
        return "None"
    inputs = ", ".join(graph_of(next_node) for next_node, _ in node.next_functions)
    return f"{type(node).__name__}({inputs})"


def arrays_of(grads: Any) -> list[Any]:
    return [None if g is None else g.detach().numpy(force=True) for g in grads]


def assert_close(ours: Any, theirs: Any, rtol: float) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_and_derivatives_agree(case: Case) -> None:
    results = []
    for module in (torch, teachtorch):
        tensors = case.tensors(module)
        module.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            output = case.run(module.nn.functional, *tensors)
        leaves = [t for t in tensors if t.requires_grad]
        upstream = module.from_numpy(np.random.default_rng(1).standard_normal(tuple(output.shape)))
        grads = module.autograd.grad(output, leaves, upstream, create_graph=case.twice)
        second = None
        if case.twice:
            squares = sum((g * g).sum() for g in grads)
            if squares.requires_grad:
                second = arrays_of(module.autograd.grad(squares, leaves, allow_unused=True))
        results.append((output, arrays_of(grads), second))
    (output, grads, second), (our_output, our_grads, our_second) = results
    assert_close(our_output.detach().numpy(), output.detach().numpy(), 1e-12)
    for ours, theirs in zip(our_grads, grads):
        assert_close(ours, theirs, 1e-11)
    for i, theirs in enumerate(second or []):
        # Where a second derivative is zero throughout it may be absent.
        ours = None if our_second is None else our_second[i]
        assert_close(0.0 if ours is None else ours, 0.0 if theirs is None else theirs, 1e-9)
    if case.nodes:
        assert graph_of(our_output.grad_fn) == graph_of(output.grad_fn)


def test_hardsigmoid_agrees_in_float32() -> None:
    # In float64 PyTorch's derivative is 1/6 rounded to float32.
    results = []
    for module in (torch, teachtorch):
        x = module.tensor(X, dtype=module.float32, requires_grad=True)
        y = module.nn.functional.hardsigmoid(x)
        y.sum().backward()
        results.append((y.detach().numpy(), x.grad.numpy()))
    for theirs, ours in zip(*results):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("size", [0.0, 0.3, 1.0, 2.5, 7.9, 8.1, 27.0, 40.0, float("inf"), float("nan")])
def test_the_error_function_is_exact_to_an_ulp_or_two(size: float) -> None:
    near = np.concatenate([size + np.linspace(-0.05, 0.05, 101), -size + np.linspace(-0.05, 0.05, 101)])
    for name in ("erf", "erfc"):
        ours = getattr(teachtorch.from_numpy(near), name)().numpy()
        theirs = getattr(torch.from_numpy(near), name)().numpy()
        # e^(-x²) magnifies the rounding of x² by x²: 40 parts in 10^16 at x = 6
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-300)


def calls_that_raise(module: Any) -> list[Callable[[], Any]]:
    F, nn = module.nn.functional, module.nn
    x, y = module.ones(4, 6), module.ones(4, 6)
    labels = module.tensor([0, 1, 2, 3])
    return [
        lambda: F.dropout(x, 1.5),
        lambda: F.dropout1d(module.ones(2)),
        lambda: F.hardtanh(x, 1.0, -1.0),
        lambda: F.glu(module.tensor(1.0)),
        lambda: F.glu(module.ones(3)),
        lambda: F.softshrink(x, -1.0),
        lambda: F.prelu(x, module.ones(3)),
        lambda: F.mse_loss(x, y, reduction="median"),
        lambda: F.mse_loss(x, y, weight=module.ones(2)),
        lambda: F.l1_loss(x, y, weight=y, reduction="median"),
        lambda: F.huber_loss(x, y, delta=0.0),
        lambda: F.smooth_l1_loss(x, y, beta=-1.0),
        lambda: F.binary_cross_entropy(x, module.ones(6)),
        lambda: F.binary_cross_entropy(x * 2, y),
        lambda: F.binary_cross_entropy_with_logits(x, module.ones(6)),
        lambda: F.poisson_nll_loss(x, y, reduction="median"),
        lambda: F.gaussian_nll_loss(x, y, module.ones(3)),
        lambda: F.gaussian_nll_loss(x, y, -1.0),
        lambda: F.nll_loss(x, module.tensor([0, 1])),
        lambda: F.nll_loss(x, labels + 3),
        lambda: F.cross_entropy(x, labels, label_smoothing=2.0),
        lambda: F.nll_loss(module.ones(2, 3, 4), module.zeros(2, 5, dtype=module.int64)),
        lambda: F.margin_ranking_loss(x, module.ones(6), y),
        lambda: F.triplet_margin_loss(x, y, y, margin=-1.0),
        lambda: F.triplet_margin_with_distance_loss(x, y, module.ones(6)),
        lambda: F.linear(x, module.ones(2, 3)),
        lambda: F.relu(module.tensor([True])),
        lambda: F.softmax(labels, 0),
        lambda: nn.HuberLoss(delta="1"),
        lambda: nn.Dropout(2.0),
        lambda: nn.Hardtanh(1.0, 0.0),
        lambda: nn.Softmax2d()(x),
        lambda: nn.Unflatten(1, "ab"),
        lambda: nn.Unflatten(1, (2, "a")),
        lambda: nn.TripletMarginLoss(margin=0.0),
        lambda: nn.Bilinear(0, 2, 2),
    ]


@pytest.mark.parametrize("index", range(len(calls_that_raise(teachtorch))))
def test_errors_are_pytorchs(index: int) -> None:
    with pytest.raises(Exception) as theirs:
        calls_that_raise(torch)[index]()
    with pytest.raises(Exception) as ours:
        calls_that_raise(teachtorch)[index]()
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value).split("\n")[0] == str(theirs.value).split("\n")[0]


def calls_that_warn(module: Any) -> list[Callable[[], Any]]:
    F, nn = module.nn.functional, module.nn
    x, y = module.full((4, 6), 0.5), module.full((4, 6), 0.25)
    return [
        lambda: F.mse_loss(x, module.ones(6)),
        lambda: F.l1_loss(x, module.ones(6)),
        lambda: F.mse_loss(x, y, size_average=False),
        lambda: F.binary_cross_entropy(x, y, reduce=False),
        lambda: nn.MSELoss(size_average=True),
        lambda: F.softmax(x),
        lambda: F.kl_div(x, y),
        lambda: F.dropout2d(x),
        lambda: F.dropout2d(module.ones(2, 3, 4)),
        lambda: nn.Hardtanh(min_value=-2.0),
        lambda: F.gumbel_softmax(x, eps=1e-5),
        lambda: F.mse_loss(x, y, reduction="elementwise_mean"),
    ]


@pytest.mark.parametrize("index", range(len(calls_that_warn(teachtorch))))
def test_warnings_are_pytorchs(index: int) -> None:
    with warnings.catch_warnings(record=True) as theirs:
        warnings.simplefilter("always")
        calls_that_warn(torch)[index]()
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        calls_that_warn(teachtorch)[index]()
    assert [(w.category, str(w.message)) for w in ours] == [(w.category, str(w.message)) for w in theirs]
    assert all(w.filename == __file__ for w in ours)
