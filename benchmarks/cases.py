"""What is timed. A case is a function of the engine that prepares its data and returns what is to be timed.

    loop = regression_loop(torch)  # made ready once
    loop()                         # this call is timed

The engine is `teachtorch` or `torch`: both take the same code, which is the point of a drop-in.
"""

import math
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

Engine = ModuleType
Case = Callable[[Engine], Callable[[], object]]


def regression_loop(torch: Engine, steps: int = 5000) -> Callable[[], float]:
    """The lecture's first demo: a cubic fitted to a sine, 50 points, float64, gradient descent by hand."""
    x = torch.linspace(-math.pi, math.pi, 50, dtype=torch.float64)
    X = torch.stack([torch.ones_like(x), x, x**2, x**3], 1)
    y = torch.sin(x).unsqueeze(1)
    start = torch.tensor([[0.5], [-0.5], [0.25], [-0.25]], dtype=torch.float64)

    def loop() -> float:
        beta = start.clone().requires_grad_()
        for _ in range(steps):
            loss = (X @ beta - y).pow(2).sum()
            loss.backward()
            with torch.no_grad():
                beta -= 1e-5 * beta.grad
                beta.grad = None
        return loss.item()

    return loop


def model_fit(torch: Engine, optimizer: str, steps: int = 1000, **options: float) -> Callable[[], float]:
    """The lecture's second demo: the same as an nn.Module on 200 points, float32, fitted by an optimizer."""
    x = torch.linspace(-math.pi, math.pi, 200)
    X = torch.stack([torch.ones_like(x), x, x**2, x**3], 1)
    y = torch.sin(x)

    class Model(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.beta = torch.nn.Parameter(torch.zeros(4))

        def forward(self, X: Any) -> Any:
            return X @ self.beta

    loss_fn = torch.nn.MSELoss()

    def fit() -> float:
        model = Model()
        opt = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-4, **options)
        for _ in range(steps):
            loss = loss_fn(model(X), y)
            loss.backward()
            opt.step()
            opt.zero_grad()
        return loss.item()

    return fit


PROGRAMS: dict[str, Case] = {
    "regression loop, 5000 steps": regression_loop,
    "fit, SGD, 1000 steps": partial(model_fit, optimizer="SGD"),
    "fit, momentum, 1000 steps": partial(model_fit, optimizer="SGD", momentum=0.9),
    "fit, Adam, 1000 steps": partial(model_fit, optimizer="Adam"),
    "fit, Adagrad, 1000 steps": partial(model_fit, optimizer="Adagrad"),
}

# Thirty operations that a first course uses, each on tensors of three elements: what is timed is the way to
# the arithmetic, not the arithmetic.
OPS: dict[str, Callable[[Engine, Any, Any], Any]] = {
    "a + b": lambda torch, a, b: a + b,
    "a + 1": lambda torch, a, b: a + 1,
    "a - b": lambda torch, a, b: a - b,
    "a * b": lambda torch, a, b: a * b,
    "2 * a": lambda torch, a, b: 2 * a,
    "a / b": lambda torch, a, b: a / b,
    "-a": lambda torch, a, b: -a,
    "a ** 2": lambda torch, a, b: a**2,
    "a ** b": lambda torch, a, b: a**b,
    "a @ b": lambda torch, a, b: a @ b,
    "torch.mul(a, b)": lambda torch, a, b: torch.mul(a, b),
    "exp": lambda torch, a, b: torch.exp(a),
    "log": lambda torch, a, b: torch.log(a),
    "sqrt": lambda torch, a, b: torch.sqrt(a),
    "abs": lambda torch, a, b: torch.abs(a),
    "sin": lambda torch, a, b: torch.sin(a),
    "cos": lambda torch, a, b: torch.cos(a),
    "tanh": lambda torch, a, b: torch.tanh(a),
    "sigmoid": lambda torch, a, b: torch.sigmoid(a),
    "relu": lambda torch, a, b: torch.relu(a),
    "clamp": lambda torch, a, b: torch.clamp(a, 1.0, 2.0),
    "sum": lambda torch, a, b: a.sum(),
    "mean": lambda torch, a, b: a.mean(),
    "max": lambda torch, a, b: a.max(),
    "view": lambda torch, a, b: a.view(3, 1),
    "unsqueeze": lambda torch, a, b: a.unsqueeze(0),
    "a[0]": lambda torch, a, b: a[0],
    "a[1:]": lambda torch, a, b: a[1:],
    "stack": lambda torch, a, b: torch.stack((a, b)),
    "clone": lambda torch, a, b: a.clone(),
}


def op_case(torch: Engine, name: str, mode: str) -> Callable[[], object]:
    """One operation of `OPS` in one of three modes.

    `plain` has no tensor that requires a gradient, `grad` records the operation, and `backward` records it,
    adds up its result and walks back.
    """
    op = OPS[name]
    requires_grad = mode != "plain"
    a = torch.tensor([0.5, 1.5, 2.5], requires_grad=requires_grad)
    b = torch.tensor([2.0, 1.0, 0.5], requires_grad=requires_grad)
    if mode != "backward":
        return lambda: op(torch, a, b)

    def there_and_back() -> None:
        op(torch, a, b).sum().backward()
        a.grad = b.grad = None

    return there_and_back


MODES = ("plain", "grad", "backward")
