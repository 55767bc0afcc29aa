"""What layers and losses compute, against values worked out by hand and draws recorded from PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

import teachtorch as torch
from teachtorch import nn
from teachtorch.nn import functional as F

# The first elements after manual_seed(0), PyTorch 2.13 on x86-64.
WEIGHT = [
    -0.004322517663240433,
    0.3097158372402191,
    -0.4751853346824646,
    -0.4248946011066437,
    -0.2223689705133438,
]
BIAS = [-0.011439144611358643, 0.45777493715286255]


def test_a_linear_layer_draws_pytorchs_numbers() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(3, 2)
    assert layer.weight.flatten().tolist()[:5] == WEIGHT
    assert layer.bias.tolist() == BIAS


def test_initializers_have_the_spread_they_promise() -> None:
    torch.manual_seed(0)
    for fill, std in [
        (nn.init.xavier_normal_, math.sqrt(2 / 700)),
        (nn.init.kaiming_normal_, math.sqrt(2 / 400)),
        (nn.init.xavier_uniform_, math.sqrt(2 / 700)),
        (nn.init.kaiming_uniform_, math.sqrt(2 / 400)),
    ]:
        values = fill(torch.empty(300, 400))
        assert values.std().item() == pytest.approx(std, rel=0.02)
        assert values.mean().item() == pytest.approx(0, abs=0.01 * std * 3)


@pytest.mark.parametrize("bounds", [(-1.0, 2.0), (1.5, 3.0)])
def test_truncated_normals_stay_in_their_bounds(bounds: tuple[float, float]) -> None:
    torch.manual_seed(0)
    values = nn.init.trunc_normal_(torch.empty(20_000), 0.0, 1.0, *bounds)
    low, high = bounds
    assert low <= values.min().item()
    assert values.max().item() <= high
    density = lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    mass = (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2
    assert values.mean().item() == pytest.approx((density(low) - density(high)) / mass, abs=0.02)


@pytest.mark.parametrize("shape", [(3, 6), (6, 3), (4, 2, 2)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    matrix = nn.init.orthogonal_(torch.empty(*shape), gain=2.0).reshape(shape[0], -1).numpy() / 2
    small = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-6)


def test_linear_and_bilinear_are_the_sums_they_claim() -> None:
    x, z = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0, 5.0]])
    w, b = torch.tensor([[1.0, -1.0], [2.0, 0.5]]), torch.tensor([10.0, 20.0])
    assert F.linear(x, w, b).tolist() == [[9.0, 23.0]]
    weight = torch.arange(6.0).reshape(1, 2, 3)
    by_hand = sum((i + 1) * float(weight[0, i, j]) * (j + 3) for i in range(2) for j in range(3))
    assert F.bilinear(x, z, weight, torch.tensor([1.0])).tolist() == [[by_hand + 1]]


def test_losses_by_hand() -> None:
    x, y = torch.tensor([1.0, -2.0]), torch.tensor([0.0, 2.0])
    assert F.mse_loss(x, y).item() == (1 + 16) / 2
    assert F.mse_loss(x, y, reduction="sum").item() == 17
    assert F.mse_loss(x, y, reduction="none").tolist() == [1, 16]
    assert F.l1_loss(x, y).item() == 2.5
    assert F.smooth_l1_loss(x, y).item() == (0.5 + 3.5) / 2
    assert F.huber_loss(x, y, delta=2.0).item() == (0.5 + 2 * (4 - 1)) / 2
    p, t = torch.tensor([0.25, 0.5]), torch.tensor([1.0, 0.0])
    assert F.binary_cross_entropy(p, t).item() == pytest.approx((math.log(4) + math.log(2)) / 2)
    logits = torch.log(p / (1 - p))
    assert F.binary_cross_entropy_with_logits(logits, t).item() == pytest.approx(
        (math.log(4) + math.log(2)) / 2
    )
    scores, labels = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]), torch.tensor([1, 0])
    assert F.cross_entropy(scores, labels).item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    weights = torch.tensor([1.0, 3.0])
    weighted = (3 * math.log(4 / 3) + math.log(2)) / 4
    assert F.cross_entropy(scores, labels, weights).item() == pytest.approx(weighted)
    ignored = F.cross_entropy(scores, torch.tensor([1, -100]))
    assert ignored.item() == pytest.approx(math.log(4 / 3))


def test_extreme_scores_neither_overflow_nor_vanish() -> None:
    scores = torch.tensor([[1000.0, -1000.0]])
    assert F.cross_entropy(scores, torch.tensor([1])).item() == 2000
    assert F.binary_cross_entropy_with_logits(torch.tensor([-1000.0]), torch.tensor([1.0])).item() == 1000
    assert F.binary_cross_entropy(torch.tensor([0.0]), torch.tensor([1.0])).item() == 100
    assert F.softmax(scores, 1).tolist() == [[1, 0]]
    assert F.softplus(torch.tensor([1000.0, -1000.0])).tolist() == [1000, 0]
    assert F.logsigmoid(torch.tensor([1000.0, -1000.0])).tolist() == [0, -1000]


def test_infinite_gradients_do_not_leak_through_closed_gates() -> None:
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    (grad,) = torch.autograd.grad(F.relu(x), x, torch.tensor([math.inf, 1.0]))
    assert grad.tolist() == [0, 1]


def test_dropout_drops_and_rescales_only_in_training() -> None:
    torch.manual_seed(0)
    layer, x = nn.Dropout(0.25), torch.ones(10_000)
    y = layer(x)
    assert sorted(y.unique().tolist()) == pytest.approx([0, 1 / 0.75])
    assert y.mean().item() == pytest.approx(1, abs=0.02)
    assert layer.eval()(x) is x


def test_channel_dropout_drops_whole_channels() -> None:
    torch.manual_seed(0)
    y = F.dropout2d(torch.ones(4, 8, 3, 3), 0.5)
    per_channel = y.reshape(32, 9)
    assert ((per_channel == 0).all(1) | (per_channel == 2).all(1)).all()


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    torch.manual_seed(0)
    y = F.alpha_dropout(torch.randn(100_000), 0.3, training=True)
    assert y.mean().item() == pytest.approx(0, abs=0.02)
    assert y.std().item() == pytest.approx(1, abs=0.02)


def test_selu_keeps_mean_and_variance() -> None:
    torch.manual_seed(0)
    y = F.selu(torch.randn(100_000))
    assert y.mean().item() == pytest.approx(0, abs=0.02)
    assert y.std().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0, 1.5, 3.0, 6.0, 9.0, 30.0])
def test_the_error_function_is_the_c_librarys(size: float) -> None:
    x = np.array([size, -size])
    expected = [math.erf(v) for v in x], [math.erfc(v) for v in x]
    t = torch.from_numpy(x)
    np.testing.assert_allclose(torch.erf(t).numpy(), expected[0], rtol=1e-15)
    np.testing.assert_allclose(torch.erfc(t).numpy(), expected[1], rtol=1e-13)


SMOOTH = [
    F.celu,
    F.elu,
    F.gelu,
    F.hardswish,
    F.logsigmoid,
    F.mish,
    F.selu,
    F.silu,
    F.softplus,
    F.softsign,
    F.tanhshrink,
]


@pytest.mark.parametrize("function", SMOOTH, ids=lambda f: f.__name__)
def test_derivatives_pass_a_finite_difference_check(function) -> None:
    x = torch.tensor([-2.5, -0.7, 0.3, 1.9], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, (x,))


def test_a_small_network_learns_xor() -> None:
    torch.manual_seed(1)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([0, 1, 1, 0])
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer, loss = torch.optim.Adam(net.parameters(), lr=0.05), nn.CrossEntropyLoss()
    for _ in range(200):
        optimizer.zero_grad()
        loss(net(x), y).backward()
        optimizer.step()
    assert net(x).argmax(1).tolist() == y.tolist()
